/* SPDX-License-Identifier: Apache-2.0 */
/* Errors in the broker's log since the restore began. */
#include <stdio.h>
#include <string.h>

#include "component/rabbitmq/restore.intern.h"
#include "component/start.h"
#include "model/quote.h"

enum { NAMED_MAX = 5 };

/* Lines of one event have the same beginning, up to the process that it is of. */
struct event {
	char head[96];   /* "" : none is open */
	char words[400]; /* its lines, as far as there is room */
	bool benign;
};

struct log {
	struct broker_restore *r;
	struct event event; /* the one that its next line may belong to */
	size_t errors, benign;
};

static bool is_error(const char *line)
{
	static const char *const levels[] = { " [error] ", " [critical] ", " [alert] ",
					      " [emergency] " };

	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		if (strstr(line, levels[i]))
			return true;
	}
	return false;
}

/*
 * What shovels and federation say that find nobody to talk to in a sealed sandbox (only they
 * connect from inside the node), and the errors of the import and of round trips, which are
 * checks of their own.
 */
static bool is_benign(const char *line)
{
	static const char *const words[] = {
		"Shovel '",
		"rabbit_shovel",
		"Federation ",
		"rabbit_federation",
		"Error on Direct connection",
		/* processes of the client that only they use */
		"amqp_connection_sup",
		"amqp_direct_connection",
		"amqp_gen_connection",
		"amqp_network_connection",
		/* a channel inside the node that is ended while it opens, by either end */
		"{amqp_channel,",
		"amqp_channel:",
		">,amqp_channel_sup",
		"{amqp_params_direct,",
		"{rabbit_auth_backend_dummy,",
		"rabbit_direct_client_sup",
		"Encountered an error when importing definitions",
		"Channel error on connection",
		/* a channel that was closed a moment before its connection */
		"rabbit_channel_sup_sup}",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strstr(line, words[i]))
			return true;
	}
	return false;
}

/*
 * A line of a channel's state: who reads for it and who writes. They are one process, whoever
 * it logs in as, only inside the node.
 */
static bool is_of_channel_inside(const char *line)
{
	size_t len = strcspn(line, ",") + 1;

	return line[0] == '<' && line[1] != '<' && line[len - 1] == ',' &&
	       strncmp(line, line + len, len) == 0;
}

/* The length of "2026-01-02 03:04:05.678901+00:00 [error] <0.123.0>"; 0: it has no such head. */
static size_t head_length(const char *line)
{
	const char *level = strstr(line, "] <");
	const char *end = level ? strchr(level, '>') : NULL;

	return end ? (size_t)(end + 1 - line) : 0;
}

static void say(struct event *e, const char *words)
{
	size_t used = strlen(e->words);

	if (used && *words && used + 16 < sizeof(e->words))
		used += (size_t)snprintf(e->words + used, sizeof(e->words) - used, "; ");
	if (used + 8 < sizeof(e->words))
		(void)quote_text(words, e->words + used, sizeof(e->words) - used);
}

/*
 * A channel's supervisor that ends with its connection and finds that the channel has
 * ended before it. Whatever else ends a channel is told by the channel itself.
 */
static bool is_late_shutdown(const struct event *e)
{
	return strstr(e->words, ",rabbit_channel_sup}") &&
	       strstr(e->words, "errorContext: shutdown_error") &&
	       strstr(e->words, "reason: noproc");
}

static int end_event(struct log *l, struct error *err)
{
	struct event *e = &l->event;
	const struct check base = { .name = check_name(CHECK_SERVER_LOG),
				    .verdict = VERDICT_FAIL,
				    .hint = "the log tells of it in full" };

	if (!e->head[0])
		return 0;
	e->benign |= is_late_shutdown(e);
	l->benign += e->benign;
	e->head[0] = '\0';
	if (e->benign || l->errors++ >= NAMED_MAX)
		return 0;
	return broker_check(l->r, &base, err, "RabbitMQ's log tells of an error: %s", e->words);
}

static int take_line(void *cookie, char *line, struct error *err)
{
	struct log *l = cookie;
	struct event *e = &l->event;
	size_t len = head_length(line);
	const char *rest = line + len + strspn(line + len, " ");
	char *colour = strstr(line + len, "\033");

	if (!len || len >= sizeof(e->head))
		return 0;
	if (colour)
		*colour = '\0';
	if (strncmp(e->head, line, len) != 0 || e->head[len]) {
		if (end_event(l, err) < 0)
			return -1;
		if (!is_error(line))
			return 0;
		*e = (struct event){ 0 };
		memcpy(e->head, line, len);
	}
	e->benign |= is_benign(rest) || is_of_channel_inside(rest);
	say(e, rest);
	return 0;
}

static int conclude(const struct log *l, struct error *err)
{
	struct check base = { .name = check_name(CHECK_SERVER_LOG), .verdict = VERDICT_FAIL };

	if (l->errors > NAMED_MAX)
		return broker_check(l->r, &base, err, "%zu more errors in RabbitMQ's log",
				    l->errors - NAMED_MAX);
	if (l->errors)
		return 0;
	base.verdict = VERDICT_PASS;
	if (!l->benign)
		return broker_check(l->r, &base, err, "RabbitMQ's log tells of no error");
	return broker_check(
		l->r, &base, err,
		"RabbitMQ's log tells of no error but %zu that are told otherwise, or of "
		"shovels and federation that reach nobody in here",
		l->benign);
}

int broker_log(struct broker_restore *r, struct error *err)
{
	struct log l = { .r = r };

	if (server_read_log(r->server->log, r->log_start, take_line, &l, err) < 0 ||
	    end_event(&l, err) < 0)
		return -1;
	return conclude(&l, err);
}
