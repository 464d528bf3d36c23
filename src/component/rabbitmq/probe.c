/* SPDX-License-Identifier: Apache-2.0 */
/* RabbitMQ has two doors: AMQP for its users, the management API for us. */
#include <errno.h>
#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "base/clock.h"
#include "component/rabbitmq/management.h"
#include "component/rabbitmq/rabbitmq.h"

enum { AMQP_PORT = 5672, AMQPS_PORT = 5671, FRAME_MAX = 131072 };

static uint16_t broker_port(const struct connect_config *c)
{
	if (c->port)
		return c->port;
	return c->tls ? AMQPS_PORT : AMQP_PORT;
}

static enum reach reach_of_status(int status)
{
	switch (status) {
	case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED:
		return REACH_UNRESOLVED;
	case AMQP_STATUS_TIMEOUT:
		return REACH_TIMEOUT;
	case AMQP_STATUS_SSL_ERROR:
	case AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED:
	case AMQP_STATUS_SSL_PEER_VERIFY_FAILED:
	case AMQP_STATUS_SSL_CONNECTION_FAILED:
		return REACH_TLS;
	case AMQP_STATUS_SOCKET_ERROR:
	case AMQP_STATUS_TCP_ERROR:
		return REACH_REFUSED;
	default:
		return REACH_PROTOCOL;
	}
}

static amqp_socket_t *new_socket(amqp_connection_state_t connection, const struct connect_config *c)
{
	amqp_socket_t *socket;

	if (!c->tls)
		return amqp_tcp_socket_new(connection);
	socket = amqp_ssl_socket_new(connection);
	if (socket && c->ca_file && *c->ca_file &&
	    amqp_ssl_socket_set_cacert(socket, c->ca_file) != AMQP_STATUS_OK)
		return NULL;
	return socket;
}

/* "PLAIN" refused comes as a 403 by connection.close, an unknown vhost as 530. */
static int explain_login(amqp_rpc_reply_t reply, const struct connect_config *c,
			 struct reached *reached)
{
	if (reply.reply_type == AMQP_RESPONSE_NORMAL)
		return 0;
	if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION &&
	    reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
		const amqp_connection_close_t *close = reply.reply.decoded;
		bool denied = close->reply_code == AMQP_ACCESS_REFUSED ||
			      close->reply_code == AMQP_NOT_ALLOWED;

		return reached_fail(reached, denied ? REACH_DENIED : REACH_PROTOCOL,
				    "user %s, vhost %s: %u %.*s", rabbitmq_user(c), c->vhost,
				    (unsigned)close->reply_code, (int)close->reply_text.len,
				    (const char *)close->reply_text.bytes);
	}
	if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION)
		return reached_fail(reached, reach_of_status(reply.library_error), "%s",
				    amqp_error_string2(reply.library_error));
	return reached_fail(reached, REACH_PROTOCOL, "an unexpected answer to the login");
}

static void take_version(amqp_connection_state_t connection, struct reached *reached)
{
	const amqp_table_t *server = amqp_get_server_properties(connection);

	for (int i = 0; i < server->num_entries; i++) {
		const amqp_table_entry_t *e = &server->entries[i];

		if (e->key.len == 7 && memcmp(e->key.bytes, "version", 7) == 0 &&
		    e->value.kind == AMQP_FIELD_KIND_UTF8)
			(void)snprintf(reached->version, sizeof(reached->version), "%.*s",
				       (int)e->value.value.bytes.len,
				       (const char *)e->value.value.bytes.bytes);
	}
}

static int try_amqp(amqp_connection_state_t connection, const struct connect_config *c,
		    const char *password, struct reached *reached)
{
	int64_t ns = reach_timeout_ns(c);
	struct timeval timeout = { .tv_sec = ns / NS_PER_SECOND,
				   .tv_usec = (ns % NS_PER_SECOND) / 1000 };
	amqp_socket_t *socket = new_socket(connection, c);
	const char *vhost = c->vhost && *c->vhost ? c->vhost : "/";
	int status;

	if (!socket)
		return reached_fail(reached, REACH_TLS,
				    "cannot prepare a connection with ca_file %s", c->ca_file);
	(void)amqp_set_handshake_timeout(connection, &timeout);
	(void)amqp_set_rpc_timeout(connection, &timeout);
	status = amqp_socket_open_noblock(socket, rabbitmq_host(c), broker_port(c), &timeout);
	if (status != AMQP_STATUS_OK)
		return reached_fail(reached, reach_of_status(status), "%s:%u: %s", rabbitmq_host(c),
				    (unsigned)broker_port(c), amqp_error_string2(status));
	if (explain_login(amqp_login(connection, vhost, 0, FRAME_MAX, 0, AMQP_SASL_METHOD_PLAIN,
				     rabbitmq_user(c), password),
			  c, reached) < 0)
		return -1;
	take_version(connection, reached);
	(void)snprintf(reached->message, sizeof(reached->message),
		       "RabbitMQ %s accepts user %s on vhost %s", reached->version,
		       rabbitmq_user(c), vhost);
	(void)amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
	return 0;
}

static int probe_amqp(const struct component_config *c, struct checks *out, struct error *err)
{
	CLEANUP(secret_wipe)
	struct buf password = { 0 };
	struct reached reached = { 0 };
	amqp_connection_state_t connection;
	char subject[300];

	if (buf_puts(&password, "") < 0)
		return error_set(err, ERROR_NOMEM, "no memory to talk to RabbitMQ");
	if (secret_fetch(&c->connect.password, &password, err) < 0)
		return -1;
	connection = amqp_new_connection();
	if (!connection)
		return error_set(err, ERROR_NOMEM, "no memory to talk to RabbitMQ");
	(void)!try_amqp(connection, &c->connect, password.ptr, &reached);
	(void)amqp_destroy_connection(connection);
	(void)snprintf(subject, sizeof(subject), "amqp at %s:%u", rabbitmq_host(&c->connect),
		       (unsigned)broker_port(&c->connect));
	return reach_check(c, subject, &reached, out, err);
}

static void take_overview(const struct buf *body, const struct connect_config *c,
			  struct reached *reached)
{
	json_error_t where;
	json_t *overview = json_loadb(body->ptr ? body->ptr : "", body->len, 0, &where);
	const char *version = json_string_value(json_object_get(overview, "rabbitmq_version"));

	if (!version) {
		(void)reached_fail(reached, REACH_PROTOCOL, "/api/overview names no version");
	} else {
		(void)snprintf(reached->version, sizeof(reached->version), "%s", version);
		(void)snprintf(reached->message, sizeof(reached->message),
			       "the management API of RabbitMQ %s accepts user %s", version,
			       rabbitmq_user(c));
	}
	json_decref(overview);
}

static int probe_management(const struct component_config *c, struct checks *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf body = { 0 };
	struct reached reached = { 0 };
	struct error failure = ERROR_INIT;
	char base[300], subject[340];

	if (management_get(&c->connect, "/api/overview", http_receive_to_buf, &body, &reached,
			   &failure) == 0) {
		take_overview(&body, &c->connect, &reached);
	} else if (reached.how == REACH_OK) {
		*err = failure;
		return -1;
	}
	(void)snprintf(subject, sizeof(subject), "management at %s",
		       management_base(&c->connect, base, sizeof(base)));
	return reach_check(c, subject, &reached, out, err);
}

int engine_rabbitmq_probe(const struct component_config *c, struct checks *out, struct error *err)
{
	if (probe_amqp(c, out, err) < 0)
		return -1;
	return probe_management(c, out, err);
}
