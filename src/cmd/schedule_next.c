/* SPDX-License-Identifier: Apache-2.0 */
/* muster schedule next: the next times of schedules. */
#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/schedule_rows.h"
#include "cmd/schedule_times.h"
#include "history/pause.h"
#include "model/json.h"
#include "report/schedules.h"

struct options {
	unsigned count;
	const char *after;
};

static const struct options defaults = { .count = 5 };

static const struct option_row option_rows[] = {
	{ .name = "count",
	  .letter = 'n',
	  .type = OPTION_COUNT,
	  .metavar = "N",
	  .summary = "how many times to show of each",
	  .help = "5, unless given; 10000 at most.",
	  .offset = offsetof(struct options, count) },
	SCHEDULE_AFTER_OPTION(struct options, after),
	{ 0 },
};

/* Schedules with the times after one, and the pauses that are in force now. */
struct shown {
	struct schedule_rows rows;
	struct pauses pauses;
	int64_t after_ns, now_ns;
};

static void shown_release(struct shown *s)
{
	schedule_rows_release(&s->rows);
	pauses_release(&s->pauses);
}

static const struct pause *pause_of(const struct shown *s, const struct schedule_row *row)
{
	return pauses_find(&s->pauses, row->config->name, s->now_ns);
}

static void print_pause(const struct invocation *inv, const struct pause *p)
{
	char until[CLOCK_RFC3339_SIZE];

	(void)fprintf(inv->out, "  paused until %s, by ", clock_format_rfc3339(p->ends_ns, until));
	terminal_puts(&inv->screen, p->author);
	(void)fputs(": ", inv->out);
	terminal_puts(&inv->screen, p->reason);
	(void)fputc('\n', inv->out);
}

static void print(const struct invocation *inv, const struct shown *s, unsigned count)
{
	for (size_t i = 0; i < s->rows.count; i++) {
		const struct schedule_row *row = &s->rows.item[i];
		const struct pause *pause = pause_of(s, row);

		(void)fprintf(inv->out, "%s%s: %s, %s (%s)\n", i ? "\n" : "", row->config->name,
			      row->config->run, row->config->when, calendar_zone(row->calendar));
		if (pause)
			print_pause(inv, pause);
		if (row->config->enabled)
			(void)schedule_print_times(inv->out, row->calendar, s->after_ns, count);
		else
			(void)fputs("  switched off\n", inv->out);
	}
}

static json_t *row_to_json(const struct shown *s, const struct schedule_row *row, unsigned count)
{
	const struct pause *p = pause_of(s, row);
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "name", text_to_json(row->config->name)) &&
	    member_put(o, "run", text_to_json(row->config->run)) &&
	    member_put(o, "when", text_to_json(row->config->when)) &&
	    member_put(o, "zone", text_to_json(calendar_zone(row->calendar))) &&
	    member_put(o, "enabled", json_boolean(row->config->enabled)) &&
	    member_put(o, "paused",
		       p ? schedule_pause_to_json(p->ends_ns, p->author, p->reason) :
			   json_null()) &&
	    member_put(o, "times",
		       schedule_times_to_json(row->calendar, s->after_ns,
					      row->config->enabled ? count : 0)))
		return TAKE(o);
	return NULL;
}

static int print_json(const struct invocation *inv, const struct shown *s, struct error *err)
{
	const struct options *options = inv->options;
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < s->rows.count; i++)
		if (json_array_append_new(list, row_to_json(s, &s->rows.item[i], options->count)) <
		    0)
			return document_no_memory(err);
	return document_print_list(inv->out, "schedule-next", "schedules", TAKE(list), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *options = inv->options;
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	CLEANUP(shown_release)
	struct shown s = { .now_ns = clock_wall_ns() };
	struct schedule_question q = { .config = &config, .names = inv->argument };

	if (schedule_read_times(options->count, options->after, &s.after_ns, err) < 0 ||
	    configuration_load(inv, &config, err) < 0)
		return -1;
	q.now_ns = s.after_ns;
	if (schedule_gather(&q, &s.rows, err) < 0 ||
	    history_open_read(config.state_dir, &h, err) < 0 ||
	    history_pauses(h, s.now_ns, &s.pauses, err) < 0)
		return -1;
	if (!inv->global.json)
		print(inv, &s, options->count);
	else if (print_json(inv, &s, err) < 0)
		return -1;
	return EXIT_CODE_PASS;
}

const struct command schedule_next_command = {
	.name = "next",
	.summary = "show the next times of schedules",
	.description =
		"Shows the next times of the schedules named, or of all: on the clocks of the "
		"schedule's zone with their abbreviation, in UTC, and in how long. A time that "
		"clocks skip is marked as shifted, one that they show twice as the first of "
		"both. A pause in force now is told of.\n\n"
		"With --json the document muster.schedule-next/v1 holds schedules[] of name, run, "
		"when, zone, enabled, paused (null, or until, author, reason) and times[] as in "
		"muster.schedule-test/v1.",
	.arguments = "[NAME...]",
	.arguments_max = ARGUMENTS_ANY,
	.options = option_rows,
	.options_size = sizeof(struct options),
	.options_default = &defaults,
	.examples = "muster schedule next weekly-restore-test --count 60  # a year and more",
	.run = run,
};
