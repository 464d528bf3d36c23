/* SPDX-License-Identifier: Apache-2.0 */
/* Errors in the broker's log since the restore began. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "component/rabbitmq/restore.intern.h"
#include "model/quote.h"

enum { NAMED_MAX = 5 };

/* Lines of one event have the same beginning, up to the process that it is of. */
struct event {
	char head[96];   /* "" : none is open */
	char words[400]; /* its lines, as far as there is room */
	bool benign;
};

struct tally {
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

static int end_event(struct broker_restore *r, struct event *e, struct tally *t, struct error *err)
{
	const struct check base = { .name = check_name(CHECK_SERVER_LOG),
				    .verdict = VERDICT_FAIL,
				    .hint = "the log tells of it in full" };

	if (!e->head[0])
		return 0;
	t->benign += e->benign;
	e->head[0] = '\0';
	if (e->benign || t->errors++ >= NAMED_MAX)
		return 0;
	return broker_check(r, &base, err, "RabbitMQ's log tells of an error: %s", e->words);
}

static int take_line(struct broker_restore *r, char *line, struct event *e, struct tally *t,
		     struct error *err)
{
	size_t len = head_length(line);
	const char *rest = line + len + strspn(line + len, " ");
	char *colour = strstr(line + len, "\033");

	if (!len || len >= sizeof(e->head))
		return 0;
	if (colour)
		*colour = '\0';
	if (strncmp(e->head, line, len) != 0 || e->head[len]) {
		if (end_event(r, e, t, err) < 0)
			return -1;
		if (!is_error(line))
			return 0;
		*e = (struct event){ 0 };
		memcpy(e->head, line, len);
	}
	e->benign |= is_benign(rest);
	say(e, rest);
	return 0;
}

static int conclude(struct broker_restore *r, const struct tally *t, struct error *err)
{
	struct check base = { .name = check_name(CHECK_SERVER_LOG), .verdict = VERDICT_FAIL };

	if (t->errors > NAMED_MAX)
		return broker_check(r, &base, err, "%zu more errors in RabbitMQ's log",
				    t->errors - NAMED_MAX);
	if (t->errors)
		return 0;
	base.verdict = VERDICT_PASS;
	if (!t->benign)
		return broker_check(r, &base, err, "RabbitMQ's log tells of no error");
	return broker_check(
		r, &base, err,
		"RabbitMQ's log tells of no error but %zu that are told otherwise, or of "
		"shovels and federation that reach nobody in here",
		t->benign);
}

int broker_log(struct broker_restore *r, struct error *err)
{
	CLEANUP(cleanup_fclose)
	FILE *file = fopen(r->server->log, "re");
	CLEANUP(cleanup_free)
	char *line = NULL;
	size_t capacity = 0;
	struct event event = { 0 };
	struct tally tally = { 0 };

	if (!file || fseeko(file, (off_t)r->log_start, SEEK_SET) < 0)
		return error_set_errno(err, ERROR_IO, "read %s", r->server->log);
	while (getline(&line, &capacity, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (take_line(r, line, &event, &tally, err) < 0)
			return -1;
	}
	/* a line too long for the memory ends it as well, and sets no error of the file's */
	if (!feof(file))
		return error_set_errno(err, ERROR_IO, "read %s", r->server->log);
	return end_event(r, &event, &tally, err) < 0 ? -1 : conclude(r, &tally, err);
}
