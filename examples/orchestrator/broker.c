/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any error drops the connection: what the broker still had to say on it would be taken for the
 * answer to the next question. Publisher confirms: rabbitmq.com/docs/confirms.
 */
#include "broker.h"

#include <amqp_tcp_socket.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "base/clock.h"

/* HEARTBEAT_S is for the worker, which reads all the time; who only publishes cannot answer. */
enum { CHANNEL = 1, FRAME_MAX = 131072, HEARTBEAT_S = 20, BODY_SIZE = 48, KEY_SIZE = 48 };
static const struct timeval patience = { .tv_sec = 5 }, short_wait = { .tv_usec = 500000 };
static const int64_t confirm_ns = 5 * NS_PER_SECOND;

static void drop(struct broker *b)
{
	if (b->connection)
		(void)amqp_destroy_connection(b->connection);
	b->connection = NULL;
	b->confirms = false;
}

static int explain(amqp_rpc_reply_t reply, const char *doing, struct error *err)
{
	if (reply.reply_type == AMQP_RESPONSE_NORMAL)
		return 0;
	if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION)
		return error_set(
			err,
			reply.library_error == AMQP_STATUS_TIMEOUT ? ERROR_TIMEOUT : ERROR_TARGET,
			"RabbitMQ: %s: %s", doing, amqp_error_string2(reply.library_error));
	if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION &&
	    reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
		const amqp_connection_close_t *close = reply.reply.decoded;

		return error_set(err, ERROR_TARGET, "RabbitMQ: %s: %.*s", doing,
				 (int)close->reply_text.len, (char *)close->reply_text.bytes);
	}
	if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION &&
	    reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
		const amqp_channel_close_t *close = reply.reply.decoded;

		return error_set(err, ERROR_TARGET, "RabbitMQ: %s: %.*s", doing,
				 (int)close->reply_text.len, (char *)close->reply_text.bytes);
	}
	return error_set(err, ERROR_TARGET, "RabbitMQ: %s: no answer", doing);
}

static int take_reply(struct broker *b, const char *doing, struct error *err)
{
	return explain(amqp_get_rpc_reply(b->connection), doing, err);
}

static int open_channel(struct broker *b, struct error *err)
{
	(void)amqp_channel_open(b->connection, CHANNEL);
	return take_reply(b, "open a channel", err);
}

static int log_in(struct broker *b, int heartbeat_s, struct error *err)
{
	const struct amqp_connection_info *info = &b->settings->amqp.info;
	amqp_socket_t *socket;
	int status;

	b->connection = amqp_new_connection();
	socket = b->connection ? amqp_tcp_socket_new(b->connection) : NULL;
	if (!socket)
		return error_set(err, ERROR_NOMEM, "no memory for RabbitMQ");
	(void)amqp_set_handshake_timeout(b->connection, &patience);
	(void)amqp_set_rpc_timeout(b->connection, &patience);
	status = amqp_socket_open_noblock(socket, info->host, info->port, &patience);
	if (status != AMQP_STATUS_OK)
		return error_set(err, ERROR_TARGET, "RabbitMQ at %s:%d: %s", info->host, info->port,
				 amqp_error_string2(status));
	if (explain(amqp_login(b->connection, info->vhost, 0, FRAME_MAX, heartbeat_s,
			       AMQP_SASL_METHOD_PLAIN, info->user, info->password),
		    "log in", err) < 0)
		return -1;
	return open_channel(b, err);
}

static bool says_missing(amqp_rpc_reply_t reply)
{
	const amqp_channel_close_t *close = reply.reply.decoded;

	return reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION &&
	       reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD && close->reply_code == AMQP_NOT_FOUND;
}

static int make_topology(struct broker *b, struct error *err)
{
	amqp_bytes_t exchange = amqp_cstring_bytes(b->settings->exchange);
	amqp_bytes_t queue = amqp_cstring_bytes(b->settings->queue);
	amqp_table_entry_t quorum = { .key = amqp_cstring_bytes("x-queue-type"),
				      .value = { .kind = AMQP_FIELD_KIND_UTF8,
						 .value.bytes = amqp_cstring_bytes("quorum") } };

	(void)amqp_exchange_declare(b->connection, CHANNEL, exchange, amqp_cstring_bytes("topic"),
				    0, 1, 0, 0, amqp_empty_table);
	if (take_reply(b, "make the exchange", err) < 0)
		return -1;
	(void)amqp_queue_declare(b->connection, CHANNEL, queue, 0, 1, 0, 0,
				 (amqp_table_t){ .num_entries = 1, .entries = &quorum });
	if (take_reply(b, "make the queue", err) < 0)
		return -1;
	(void)amqp_queue_bind(b->connection, CHANNEL, queue, exchange,
			      amqp_cstring_bytes("agent.#"), amqp_empty_table);
	return take_reply(b, "bind the queue", err);
}

/* Only looked for at first: users of a restored broker may use what is there, not declare it. */
static int find_topology(struct broker *b, struct error *err)
{
	amqp_rpc_reply_t reply;

	(void)amqp_queue_declare(b->connection, CHANNEL, amqp_cstring_bytes(b->settings->queue), 1,
				 0, 0, 0, amqp_empty_table);
	reply = amqp_get_rpc_reply(b->connection);
	if (reply.reply_type == AMQP_RESPONSE_NORMAL) {
		(void)amqp_exchange_declare(b->connection, CHANNEL,
					    amqp_cstring_bytes(b->settings->exchange),
					    amqp_empty_bytes, 1, 0, 0, 0, amqp_empty_table);
		reply = amqp_get_rpc_reply(b->connection);
	}
	if (!says_missing(reply))
		return explain(reply, "find the exchange and the queue", err);
	/* the broker closed the channel, and waits for our word */
	if (amqp_send_method(b->connection, CHANNEL, AMQP_CHANNEL_CLOSE_OK_METHOD,
			     &(amqp_channel_close_ok_t){ 0 }) != AMQP_STATUS_OK)
		return error_set(err, ERROR_TARGET, "RabbitMQ hung up");
	if (open_channel(b, err) < 0)
		return -1;
	return make_topology(b, err);
}

static int connect_to(struct broker *b, int heartbeat_s, struct error *err)
{
	if (!backoff_may_try(&b->backoff))
		return error_set(err, ERROR_TARGET, "RabbitMQ could not be reached a moment ago");
	if (log_in(b, heartbeat_s, err) == 0 && find_topology(b, err) == 0) {
		backoff_succeeded(&b->backoff);
		return 0;
	}
	drop(b);
	backoff_failed(&b->backoff);
	return -1;
}

static int send_message(struct broker *b, int64_t task, int64_t agent, struct error *err)
{
	amqp_basic_properties_t properties = {
		._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG |
			  AMQP_BASIC_APP_ID_FLAG,
		.content_type = amqp_cstring_bytes("application/json"),
		.delivery_mode = AMQP_DELIVERY_PERSISTENT,
		.app_id = amqp_cstring_bytes("orchestrator"),
	};
	char body[BODY_SIZE], key[KEY_SIZE];
	int status;

	(void)snprintf(body, sizeof(body), "{\"task_id\":%lld}", (long long)task);
	(void)snprintf(key, sizeof(key), "agent.%lld.task", (long long)agent);
	status = amqp_basic_publish(
		b->connection, CHANNEL, amqp_cstring_bytes(b->settings->exchange),
		amqp_cstring_bytes(key), 1, 0, &properties, amqp_cstring_bytes(body));
	return status == AMQP_STATUS_OK ? 0 :
					  error_set(err, ERROR_TARGET, "RabbitMQ: publish: %s",
						    amqp_error_string2(status));
}

/* A message that no queue takes comes back before it is confirmed; its own frames are passed over. */
static int await_confirm(struct broker *b, struct error *err)
{
	int64_t until_ns = clock_monotonic_ns() + confirm_ns;
	bool returned = false;

	for (;;) {
		int64_t left_ns = until_ns - clock_monotonic_ns();
		struct timeval left = { .tv_sec = left_ns / NS_PER_SECOND,
					.tv_usec = left_ns % NS_PER_SECOND / 1000 };
		amqp_frame_t frame;
		int status;

		if (left_ns <= 0)
			return error_set(err, ERROR_TIMEOUT, "RabbitMQ does not confirm");
		status = amqp_simple_wait_frame_noblock(b->connection, &frame, &left);
		if (status == AMQP_STATUS_TIMEOUT)
			continue;
		if (status != AMQP_STATUS_OK)
			return error_set(err, ERROR_TARGET, "RabbitMQ: await the confirm: %s",
					 amqp_error_string2(status));
		if (frame.frame_type != AMQP_FRAME_METHOD)
			continue;
		if (frame.payload.method.id == AMQP_BASIC_RETURN_METHOD)
			returned = true;
		else if (frame.payload.method.id == AMQP_BASIC_ACK_METHOD)
			break;
		else
			return error_set(err, ERROR_TARGET, "RabbitMQ refused the message");
	}
	return returned ? error_set(err, ERROR_TARGET, "RabbitMQ has no queue for the message") : 0;
}

static int publish_once(struct broker *b, int64_t task, int64_t agent, struct error *err)
{
	if (!b->connection && connect_to(b, 0, err) < 0)
		return -1;
	if (!b->confirms) {
		(void)amqp_confirm_select(b->connection, CHANNEL);
		if (take_reply(b, "ask for confirms", err) < 0)
			return -1;
		b->confirms = true;
	}
	if (send_message(b, task, agent, err) < 0 || await_confirm(b, err) < 0)
		return -1;
	amqp_maybe_release_buffers(b->connection);
	return 0;
}

/*
 * A connection may turn out to be stale, and a second message of the same task does no harm. A
 * broker that hangs is not asked twice.
 */
int broker_publish(struct broker *b, int64_t task, int64_t agent, struct error *err)
{
	bool may_be_stale = b->connection;

	if (publish_once(b, task, agent, err) == 0)
		return 0;
	drop(b);
	if (!may_be_stale || err->kind == ERROR_TIMEOUT)
		return -1;
	error_clear(err);
	if (publish_once(b, task, agent, err) == 0)
		return 0;
	drop(b);
	return -1;
}

static int ping_once(struct broker *b, struct error *err)
{
	if (!b->connection && connect_to(b, 0, err) < 0)
		return -1;
	(void)amqp_exchange_declare(b->connection, CHANNEL,
				    amqp_cstring_bytes(b->settings->exchange), amqp_empty_bytes, 1,
				    0, 0, 0, amqp_empty_table);
	if (take_reply(b, "find the exchange", err) < 0)
		return -1;
	amqp_maybe_release_buffers(b->connection);
	return 0;
}

int broker_ping(struct broker *b, struct error *err)
{
	bool may_be_stale = b->connection;

	if (ping_once(b, err) == 0)
		return 0;
	drop(b);
	if (!may_be_stale || err->kind == ERROR_TIMEOUT)
		return -1;
	error_clear(err);
	if (ping_once(b, err) == 0)
		return 0;
	drop(b);
	return -1;
}

int broker_consume(struct broker *b, struct error *err)
{
	drop(b);
	if (connect_to(b, HEARTBEAT_S, err) < 0)
		return -1;
	(void)amqp_basic_qos(b->connection, CHANNEL, 0, (uint16_t)b->settings->prefetch, 0);
	if (take_reply(b, "set the prefetch", err) < 0)
		return -1;
	(void)amqp_basic_consume(b->connection, CHANNEL, amqp_cstring_bytes(b->settings->queue),
				 amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
	return take_reply(b, "consume", err);
}

static int64_t task_of(amqp_bytes_t body)
{
	json_t *message = json_loadb(body.bytes, body.len, JSON_REJECT_DUPLICATES, NULL);
	int64_t task = json_integer_value(json_object_get(message, "task_id"));

	json_decref(message);
	return task > 0 ? task : 0;
}

int broker_next(struct broker *b, struct delivery *out, struct error *err)
{
	amqp_envelope_t envelope;
	amqp_rpc_reply_t reply;

	amqp_maybe_release_buffers(b->connection);
	reply = amqp_consume_message(b->connection, &envelope, &short_wait, 0);
	if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION &&
	    reply.library_error == AMQP_STATUS_TIMEOUT)
		return 0;
	if (explain(reply, "wait for a message", err) < 0)
		return -1;
	*out = (struct delivery){ .task = task_of(envelope.message.body),
				  .tag = envelope.delivery_tag,
				  .redelivered = envelope.redelivered };
	amqp_destroy_envelope(&envelope);
	return 1;
}

int broker_ack(struct broker *b, const struct delivery *d, struct error *err)
{
	int status = amqp_basic_ack(b->connection, CHANNEL, d->tag, 0);

	return status == AMQP_STATUS_OK ? 0 :
					  error_set(err, ERROR_TARGET, "RabbitMQ: acknowledge: %s",
						    amqp_error_string2(status));
}

int broker_reject(struct broker *b, const struct delivery *d, struct error *err)
{
	int status = amqp_basic_reject(b->connection, CHANNEL, d->tag, 0);

	return status == AMQP_STATUS_OK ? 0 :
					  error_set(err, ERROR_TARGET, "RabbitMQ: reject: %s",
						    amqp_error_string2(status));
}

void broker_close(struct broker *b)
{
	if (b->connection)
		(void)amqp_connection_close(b->connection, AMQP_REPLY_SUCCESS);
	drop(b);
}
