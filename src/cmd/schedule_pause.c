/* SPDX-License-Identifier: Apache-2.0 */
/* muster schedule pause: until a time, for a reason, by somebody. */
#include <string.h>

#include "base/clock.h"
#include "cmd/author.h"
#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/schedule_state.h"
#include "model/json.h"

struct pause_options {
	const char *until, *reason, *author;
	int64_t for_ns;
};

static const struct option_row pause_rows[] = {
	{ .name = "until",
	  .type = OPTION_STRING,
	  .metavar = "TIME",
	  .summary = "when the pause ends",
	  .help = "As RFC 3339 writes it: \"2027-03-01T09:00:00Z\".",
	  .offset = offsetof(struct pause_options, until) },
	{ .name = "for",
	  .type = OPTION_DURATION,
	  .metavar = "DURATION",
	  .summary = "how long the pause lasts, from now on, instead of --until",
	  .offset = offsetof(struct pause_options, for_ns) },
	{ .name = "reason",
	  .type = OPTION_STRING,
	  .metavar = "TEXT",
	  .summary = "why, for everybody who sees it",
	  .offset = offsetof(struct pause_options, reason) },
	AUTHOR_OPTION(struct pause_options, author),
	{ 0 },
};

/* Longer is no pause: what is not to run belongs switched off in the configuration. */
#define PAUSE_MAX_NS (INT64_C(366) * 86400 * NS_PER_SECOND)
enum { TEXT_MAX = 500 };

static int read_end(const struct pause_options *o, int64_t now_ns, int64_t *ends_ns,
		    struct error *err)
{
	if (!o->until == !o->for_ns) {
		(void)error_set(err, ERROR_USAGE, "a pause needs one end: --until or --for");
		return error_hint(err, "for instance --for 2h; what shall never run is switched "
				       "off by `enabled: false`");
	}
	*ends_ns = clock_add(now_ns, o->for_ns);
	if (o->until && clock_parse_rfc3339(o->until, ends_ns) < 0)
		return error_set(err, ERROR_USAGE,
				 "--until %.60s: a time such as 2027-03-01T09:00:00Z was expected",
				 o->until);
	if (*ends_ns <= now_ns)
		return error_set(err, ERROR_USAGE, "the pause would be over already");
	if (*ends_ns - now_ns <= PAUSE_MAX_NS)
		return 0;
	(void)error_set(err, ERROR_USAGE, "a pause lasts a year at most");
	return error_hint(err, "what shall not run is switched off by `enabled: false`");
}

static int check_texts(const struct pause_options *o, struct error *err)
{
	if (!o->reason || !o->reason[strspn(o->reason, " \t")]) {
		(void)error_set(err, ERROR_USAGE, "a pause needs a reason: --reason TEXT");
		return error_hint(err, "whoever sees the pause wants to know why");
	}
	if (strlen(o->reason) > TEXT_MAX)
		return error_set(err, ERROR_USAGE, "--reason: at most %d bytes", TEXT_MAX);
	return author_check(o->author, err);
}

/* The names, all of which there are; none: one pause, of all schedules. */
static int record_pauses(const struct invocation *inv, struct history *h, struct pause *p,
			 struct error *err)
{
	if (!inv->argument_count)
		return history_add_pause(h, p, err);
	for (size_t i = 0; i < inv->argument_count; i++) {
		int rc;

		p->schedule = strdup(inv->argument[i]);
		if (!p->schedule)
			return error_set(err, ERROR_NOMEM, "no memory for a pause");
		rc = history_add_pause(h, p, err);
		free(TAKE(p->schedule));
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int tell_json(const struct invocation *inv, const struct pause *p, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = document_new("schedule-pause");

	if (document &&
	    member_put(document, "schedules", texts_to_json(inv->argument, inv->argument_count)) &&
	    member_put(document, "began", time_to_json(p->began_ns)) &&
	    member_put(document, "until", time_to_json(p->ends_ns)) &&
	    member_put(document, "author", text_to_json(p->author)) &&
	    member_put(document, "reason", text_to_json(p->reason)))
		return document_print(inv->out, TAKE(document), err);
	return document_no_memory(err);
}

static int tell(const struct invocation *inv, const struct pause *p, struct error *err)
{
	char until[CLOCK_RFC3339_SIZE];

	if (inv->global.json)
		return tell_json(inv, p, err);
	if (!inv->argument_count)
		(void)fputs("all schedules", inv->out);
	for (size_t i = 0; i < inv->argument_count; i++)
		(void)fprintf(inv->out, "%s%s", i ? ", " : "", inv->argument[i]);
	(void)fprintf(inv->out, ": paused until %s, by ", clock_format_rfc3339(p->ends_ns, until));
	terminal_puts(&inv->screen, p->author);
	(void)fputc('\n', inv->out);
	return 0;
}

static int add_pauses(const struct invocation *inv, struct history *h, int64_t ends_ns,
		      struct error *err)
{
	const struct pause_options *o = inv->options;
	CLEANUP(cleanup_free)
	char *reason = strdup(o->reason);
	CLEANUP(cleanup_free)
	char *author = NULL;
	char name[AUTHOR_SIZE];
	struct pause p = { .began_ns = clock_wall_ns(), .ends_ns = ends_ns };

	author = strdup(author_name(o->author, name));
	if (!reason || !author)
		return error_set(err, ERROR_NOMEM, "no memory for a pause");
	p.reason = reason;
	p.author = author;
	if (history_begin(h, err) < 0)
		return -1;
	if (history_end(h, record_pauses(inv, h, &p, err), err) < 0)
		return -1;
	return tell(inv, &p, err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct pause_options *o = inv->options;
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	int64_t ends_ns;

	if (check_texts(o, err) < 0 || read_end(o, clock_wall_ns(), &ends_ns, err) < 0 ||
	    schedule_open(inv, &config, &h, err) < 0 || add_pauses(inv, h, ends_ns, err) < 0)
		return -1;
	return EXIT_CODE_PASS;
}

const struct command schedule_pause_command = {
	.name = "pause",
	.summary = "let schedules rest until a time, for a reason",
	.description =
		"Until the pause is over, schedule run refuses to carry out the schedules named, "
		"or any, and their times count as paused, not as missed. Both an end and a reason "
		"are needed, and are shown with the author by schedule list, status and whoever is "
		"refused. A proof grows stale all the same. Commands that are typed, such as "
		"muster verify, run as ever.\n\n"
		"A pause that lasts longer takes the place of a shorter one; resume ends it.\n\n"
		"With --json the document muster.schedule-pause/v1 holds schedules[] (none: all), "
		"began, until, author and reason.",
	.arguments = "[NAME...]",
	.arguments_max = ARGUMENTS_ANY,
	.options = pause_rows,
	.options_size = sizeof(struct pause_options),
	.examples = "muster schedule pause --for 4h --reason \"the storage moves, CHG-1234\"\n"
		    "muster schedule pause weekly-restore-test --until 2027-03-01T09:00:00Z "
		    "--reason \"no room until the new disks are in\"",
	.run = run,
};
