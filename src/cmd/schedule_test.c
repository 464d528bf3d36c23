/* SPDX-License-Identifier: Apache-2.0 */
/* muster schedule test: what a calendar expression means, and its next times. */
#include <string.h>

#include "base/clock.h"
#include "base/timezone.h"
#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/schedule_times.h"
#include "model/json.h"

struct options {
	const char *zone, *after;
	unsigned count;
};

static const struct options defaults = { .zone = "UTC", .count = 5 };

static const struct option_row rows[] = {
	{ .name = "zone",
	  .letter = 'z',
	  .type = OPTION_STRING,
	  .metavar = "ZONE",
	  .summary = "time zone of an expression that names none",
	  .help = "An IANA name such as Europe/London; else UTC.",
	  .offset = offsetof(struct options, zone) },
	{ .name = "count",
	  .letter = 'n',
	  .type = OPTION_COUNT,
	  .metavar = "N",
	  .summary = "how many times to show",
	  .help = "5, unless given; 10000 at most.",
	  .offset = offsetof(struct options, count) },
	SCHEDULE_AFTER_OPTION(struct options, after),
	{ 0 },
};

/* What is told of an expression. */
struct answer {
	const struct calendar *calendar;
	struct buf form, meaning;
	int64_t after_ns;
	unsigned count;
};

static void answer_release(struct answer *a)
{
	buf_release(&a->form);
	buf_release(&a->meaning);
}

/* Of the next two years. */
static bool first_surprise(const struct answer *a, struct calendar_time *out)
{
	const int64_t two_years = INT64_C(2) * 366 * 86400 * NS_PER_SECOND;

	return calendar_next_surprise(a->calendar, a->after_ns, a->after_ns + two_years, out);
}

static int print_json(const struct invocation *inv, const struct answer *a, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = document_new("schedule-test");
	const char *warning = calendar_warning(a->calendar);

	if (!document || !member_put(document, "expression", text_to_json(inv->argument[0])) ||
	    !member_put(document, "normal_form", text_to_json(a->form.ptr)) ||
	    !member_put(document, "meaning", text_to_json(a->meaning.ptr)) ||
	    !member_put(document, "zone", text_to_json(calendar_zone(a->calendar))) ||
	    !member_put(document, "warning", warning ? text_to_json(warning) : json_null()) ||
	    !member_put(document, "times",
			schedule_times_to_json(a->calendar, a->after_ns, a->count)))
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	return document_print(inv->out, TAKE(document), err);
}

static void print(const struct invocation *inv, const struct answer *a)
{
	const char *warning = calendar_warning(a->calendar);
	char local[SCHEDULE_LOCAL_SIZE], note[SCHEDULE_NOTE_SIZE];
	struct calendar_time t;
	int64_t last;

	(void)fprintf(inv->out, "%s\n%s (%s)\n", a->form.ptr, a->meaning.ptr,
		      calendar_zone(a->calendar));
	last = schedule_print_times(inv->out, a->calendar, a->after_ns, a->count);
	if (first_surprise(a, &t) && t.at_ns > last)
		(void)fprintf(inv->out, "note: %s  %s\n",
			      schedule_local(a->calendar, t.at_ns, local), schedule_note(&t, note));
	if (warning)
		(void)fprintf(inv->out, "warning: %s\n", warning);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *options = inv->options;
	CLEANUP(cleanup_calendar)
	struct calendar *calendar = NULL;
	CLEANUP(answer_release)
	struct answer a = { .count = options->count };

	if (schedule_read_times(options->count, options->after, &a.after_ns, err) < 0)
		return -1;
	if (calendar_parse(inv->argument[0], options->zone, &calendar, err) < 0) {
		/* the words are the operator's here, no file's */
		if (err->kind == ERROR_CONFIG)
			err->kind = ERROR_USAGE;
		return -1;
	}
	a.calendar = calendar;
	if (calendar_normal_form(calendar, &a.form, err) < 0 ||
	    calendar_describe(calendar, &a.meaning, err) < 0)
		return -1;
	if (!inv->global.json)
		print(inv, &a);
	else if (print_json(inv, &a, err) < 0)
		return -1;
	return EXIT_CODE_PASS;
}

const struct command schedule_test_command = {
	.name = "test",
	.summary = "tell what a calendar expression means, and its next times",
	.description =
		"Shows the normal form of EXPR, as systemd-analyze calendar does, what it means in "
		"words, the next times in its zone and in UTC, and in how long they are. Times "
		"that "
		"clocks skip are marked as shifted, those that clocks show twice as the first of "
		"both; the first of either kind within two years is told in any case. A cron line "
		"is taken as well, with a warning where it means something else than one would "
		"think. Reads no configuration.\n\n"
		"With --json the document muster.schedule-test/v1 holds expression, normal_form, "
		"meaning, zone, warning (or null) and times[] of time (UTC), local, abbreviation, "
		"meant (the local time that stands in the expression), shifted and ambiguous.",
	.arguments = "EXPR",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.options_default = &defaults,
	.examples = "muster schedule test 'Thu *-*-1..7 10:00' --zone Europe/London\n"
		    "muster schedule test '30 4 1-7 * 4'  # a cron line",
	.run = run,
};
