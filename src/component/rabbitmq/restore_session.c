/* SPDX-License-Identifier: Apache-2.0 */
/* One message through one queue, by AMQP. */
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/time.h>

#include "base/clock.h"
#include "component/rabbitmq/restore.intern.h"
#include "model/quote.h"

enum { CHANNEL = 1, FRAME_MAX = 131072, PREFETCH = 10, BODY_SIZE = 64 };
static const int64_t answer_timeout_ns = 10 * NS_PER_SECOND;

struct broker_session {
	amqp_connection_state_t connection;
	uint64_t random; /* in every body: what others sent is not ours */
	unsigned sent;
	char body[BODY_SIZE]; /* of the message under way */
	bool confirmed, received, refused, closed;
	char reason[200]; /* why the broker closed the channel */
};

void broker_session_close(struct broker_session *s)
{
	if (!s)
		return;
	/* cut off, it would be an error in the broker's log */
	(void)amqp_connection_close(s->connection, AMQP_REPLY_SUCCESS);
	(void)amqp_destroy_connection(s->connection);
	free(s);
}

static int explain(amqp_rpc_reply_t reply, const char *doing, struct error *err)
{
	char text[200];

	if (reply.reply_type == AMQP_RESPONSE_NORMAL)
		return 0;
	if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION)
		return error_set(err, ERROR_TARGET, "%s: %s", doing,
				 amqp_error_string2(reply.library_error));
	if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION &&
	    reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
		const amqp_connection_close_t *close = reply.reply.decoded;

		return error_set(
			err, ERROR_TARGET, "%s: %s", doing,
			quote_bytes((struct span){ close->reply_text.bytes, close->reply_text.len },
				    text, sizeof(text)));
	}
	return error_set(err, ERROR_TARGET, "%s: the broker closed the channel", doing);
}

static int log_in(struct broker_session *s, const struct connect_config *c, const char *vhost,
		  struct error *err)
{
	struct timeval timeout = { .tv_sec = answer_timeout_ns / NS_PER_SECOND };
	amqp_socket_t *socket = amqp_tcp_socket_new(s->connection);
	char doing[160], quoted[96];
	int status;

	if (!socket)
		return broker_no_memory(err);
	(void)snprintf(doing, sizeof(doing), "log in to vhost \"%s\"",
		       quote_text(vhost, quoted, sizeof(quoted)));
	(void)amqp_set_handshake_timeout(s->connection, &timeout);
	(void)amqp_set_rpc_timeout(s->connection, &timeout);
	status = amqp_socket_open_noblock(socket, rabbitmq_host(c), c->port, &timeout);
	if (status != AMQP_STATUS_OK)
		return error_set(err, ERROR_TARGET, "%s: %s", doing, amqp_error_string2(status));
	return explain(amqp_login(s->connection, vhost, 0, FRAME_MAX, 0, AMQP_SASL_METHOD_PLAIN,
				  rabbitmq_user(c), c->password.text),
		       doing, err);
}

struct broker_session *broker_session_open(const struct connect_config *c, const char *vhost,
					   struct error *err)
{
	struct broker_session *s = calloc(1, sizeof(*s));

	if (s)
		s->connection = amqp_new_connection();
	if (!s || !s->connection) {
		free(s);
		(void)broker_no_memory(err);
		return NULL;
	}
	if (getrandom(&s->random, sizeof(s->random), 0) != (ssize_t)sizeof(s->random))
		(void)error_set_errno(err, ERROR_IO, "random numbers");
	else if (log_in(s, c, vhost, err) == 0)
		return s;
	broker_session_close(s);
	return NULL;
}

static amqp_bytes_t bytes_of(const char *text)
{
	return amqp_cstring_bytes(text);
}

/* A close of the channel is about the queue; one of the connection ends the session. */
static int take_close(struct broker_session *s, const amqp_method_t *method, struct error *err)
{
	const amqp_channel_close_t *close = method->decoded;
	amqp_channel_close_ok_t ok = { 0 };

	if (method->id == AMQP_CONNECTION_CLOSE_METHOD)
		return error_set(err, ERROR_TARGET, "RabbitMQ closed the connection");
	(void)quote_bytes((struct span){ close->reply_text.bytes, close->reply_text.len },
			  s->reason, sizeof(s->reason));
	s->closed = true;
	return amqp_send_method(s->connection, CHANNEL, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok) < 0 ?
		       error_set(err, ERROR_TARGET, "RabbitMQ closed the connection") :
		       0;
}

/* The reply to a method: 0, also when the broker closed the channel over it. */
static int take_reply(struct broker_session *s, const char *doing, struct error *err)
{
	amqp_rpc_reply_t reply = amqp_get_rpc_reply(s->connection);

	if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION &&
	    reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD)
		return take_close(s, &reply.reply, err);
	return explain(reply, doing, err);
}

static bool is_ours(const struct broker_session *s, const amqp_message_t *message)
{
	return message->body.len == strlen(s->body) &&
	       memcmp(message->body.bytes, s->body, message->body.len) == 0;
}

/* Acknowledged whoever sent it: the queue is left empty. */
static int take_message(struct broker_session *s, uint64_t tag, struct error *err)
{
	amqp_message_t message;

	if (explain(amqp_read_message(s->connection, CHANNEL, &message, 0), "receive a message",
		    err) < 0)
		return -1;
	s->received |= is_ours(s, &message);
	amqp_destroy_message(&message);
	return amqp_basic_ack(s->connection, CHANNEL, tag, 0) == AMQP_STATUS_OK ?
		       0 :
		       error_set(err, ERROR_TARGET,
				 "acknowledge a message: RabbitMQ closed the "
				 "connection");
}

static int take_method(struct broker_session *s, const amqp_method_t *method, struct error *err)
{
	switch (method->id) {
	case AMQP_BASIC_ACK_METHOD:
		s->confirmed = true;
		return 0;
	case AMQP_BASIC_NACK_METHOD:
		s->refused = true;
		return 0;
	case AMQP_BASIC_CANCEL_METHOD:
		s->closed = true;
		(void)snprintf(s->reason, sizeof(s->reason), "the queue went away");
		return 0;
	case AMQP_BASIC_DELIVER_METHOD:
		return take_message(
			s, ((const amqp_basic_deliver_t *)method->decoded)->delivery_tag, err);
	case AMQP_CHANNEL_CLOSE_METHOD:
	case AMQP_CONNECTION_CLOSE_METHOD:
		return take_close(s, method, err);
	default:
		return 0;
	}
}

/* Until the broker has told what is waited for, or for long enough nothing. 0: time is up. */
static int await(struct broker_session *s, bool delivery, struct error *err)
{
	int64_t deadline = clock_monotonic_ns() + answer_timeout_ns;

	while (!s->closed && !s->refused && !(s->confirmed && (s->received || !delivery))) {
		int64_t left = deadline - clock_monotonic_ns();
		struct timeval timeout = { .tv_sec = left / NS_PER_SECOND,
					   .tv_usec = left % NS_PER_SECOND / 1000 };
		amqp_frame_t frame;
		int status;

		if (left <= 0)
			return 0;
		status = amqp_simple_wait_frame_noblock(s->connection, &frame, &timeout);
		if (status == AMQP_STATUS_TIMEOUT)
			return 0;
		if (status != AMQP_STATUS_OK)
			return error_set(err, ERROR_TARGET, "wait for a message: %s",
					 amqp_error_string2(status));
		if (frame.frame_type == AMQP_FRAME_METHOD &&
		    take_method(s, &frame.payload.method, err) < 0)
			return -1;
	}
	return 1;
}

/*
 * Before the message is sent, so that one that would expire at once, or is too many for the
 * queue, still has where to go. A stream is read from its beginning.
 */
static int consume(struct broker_session *s, const struct broker_queue *q, struct error *err)
{
	amqp_table_entry_t entry = { .key = bytes_of("x-stream-offset"),
				     .value = { .kind = AMQP_FIELD_KIND_UTF8,
						.value.bytes = bytes_of("first") } };
	amqp_table_t arguments = { .num_entries = q->is_stream, .entries = &entry };

	(void)amqp_basic_qos(s->connection, CHANNEL, 0, PREFETCH, 0);
	if (take_reply(s, "set the prefetch", err) < 0 || s->closed)
		return s->closed ? 0 : -1;
	(void)amqp_basic_consume(s->connection, CHANNEL, bytes_of(q->name), amqp_empty_bytes, 0, 0,
				 0, arguments);
	return take_reply(s, "consume", err);
}

static int publish(struct broker_session *s, const struct broker_queue *q, struct error *err)
{
	const amqp_basic_properties_t properties = { ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG,
						     .delivery_mode = 2 };
	int status;

	(void)snprintf(s->body, sizeof(s->body), "muster %016llx %u", (unsigned long long)s->random,
		       s->sent++);
	status = amqp_basic_publish(s->connection, CHANNEL, amqp_empty_bytes, bytes_of(q->name), 0,
				    0, &properties, bytes_of(s->body));
	return status == AMQP_STATUS_OK ? 0 :
					  error_set(err, ERROR_TARGET, "publish a message: %s",
						    amqp_error_string2(status));
}

/* Without a consumer, whose end would delete the queue. */
static int get(struct broker_session *s, const struct broker_queue *q, struct error *err)
{
	while (!s->received && !s->closed) {
		amqp_rpc_reply_t reply =
			amqp_basic_get(s->connection, CHANNEL, bytes_of(q->name), 0);

		if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION &&
		    reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD)
			return take_close(s, &reply.reply, err);
		if (explain(reply, "get a message", err) < 0)
			return -1;
		if (reply.reply.id != AMQP_BASIC_GET_OK_METHOD)
			return 0;
		if (take_message(s,
				 ((const amqp_basic_get_ok_t *)reply.reply.decoded)->delivery_tag,
				 err) < 0)
			return -1;
	}
	return 0;
}

static int send_and_receive(struct broker_session *s, const struct broker_queue *q,
			    struct error *err)
{
	if (!q->auto_delete && consume(s, q, err) < 0)
		return -1;
	if (s->closed)
		return 0;
	if (publish(s, q, err) < 0 || await(s, !q->auto_delete, err) < 0)
		return -1;
	return q->auto_delete && s->confirmed ? get(s, q, err) : 0;
}

static enum round_trip outcome_of(const struct broker_session *s, char *why, size_t size)
{
	if (s->closed)
		(void)snprintf(why, size, "%s", s->reason);
	else if (s->refused)
		(void)snprintf(why, size, "the queue refuses messages");
	else if (!s->confirmed)
		(void)snprintf(why, size, "no confirm came");
	else if (!s->received)
		(void)snprintf(why, size, "confirmed, and not delivered");
	else
		return ROUND_TRIP_PASSED;
	return s->closed || s->refused ? ROUND_TRIP_LOST : ROUND_TRIP_NO_ANSWER;
}

int broker_session_round_trip(struct broker_session *s, const struct broker_queue *q,
			      enum round_trip *outcome, char *why, size_t size, struct error *err)
{
	s->confirmed = s->received = s->refused = s->closed = false;
	(void)amqp_channel_open(s->connection, CHANNEL);
	if (take_reply(s, "open a channel", err) < 0)
		return -1;
	(void)amqp_confirm_select(s->connection, CHANNEL);
	if (take_reply(s, "ask for confirms", err) < 0 || send_and_receive(s, q, err) < 0)
		return -1;
	*outcome = outcome_of(s, why, size);
	if (!s->closed && explain(amqp_channel_close(s->connection, CHANNEL, AMQP_REPLY_SUCCESS),
				  "close a channel", err) < 0)
		return -1;
	amqp_maybe_release_buffers_on_channel(s->connection, CHANNEL);
	return 0;
}
