/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill announce: people are told of the next drill. */
#include <string.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/coming_drill.h"
#include "cmd/schedule_rows.h"
#include "cmd/schedule_times.h"
#include "cmd/sender.h"
#include "model/json.h"

struct options {
	const char *after;
	bool dry_run;
};

static const struct option_row rows[] = {
	{ .name = "dry-run",
	  .letter = 'n',
	  .type = OPTION_FLAG,
	  .summary = "show it, and tell nobody",
	  .offset = offsetof(struct options, dry_run) },
	{ .name = "after",
	  .type = OPTION_STRING,
	  .metavar = "TIME",
	  .summary = "the first drill after this time, not after now",
	  .help = "As RFC 3339 writes it: \"2027-03-01T00:00:00Z\".",
	  .offset = offsetof(struct options, after) },
	{ 0 },
};

static bool is_of_drills(const struct schedule_row *row)
{
	return strcmp(row->config->run, "drill") == 0 && row->config->enabled;
}

/* The one that was named, or the only one of drills. */
static const struct schedule_row *choose(const struct invocation *inv,
					 const struct schedule_rows *list, struct error *err)
{
	const struct schedule_row *found = NULL;

	for (size_t i = 0; i < list->count; i++) {
		if (!is_of_drills(&list->item[i]))
			continue;
		if (found) {
			(void)error_set(err, ERROR_USAGE, "drills have several schedules: %s, %s",
					found->config->name, list->item[i].config->name);
			(void)error_hint(err, "name the one whose drill is to be announced");
			return NULL;
		}
		found = &list->item[i];
	}
	if (found && found->comes)
		return found;
	if (found)
		(void)error_set(err, ERROR_CONFIG, "schedule %s: its time never comes",
				found->config->name);
	else if (inv->argument_count)
		(void)error_set(err, ERROR_USAGE, "schedule %s is not of drills, or switched off",
				inv->argument[0]);
	else
		(void)error_set(err, ERROR_CONFIG, "no schedule is of drills");
	(void)error_hint(err, "muster schedule list shows them");
	return NULL;
}

static int tell_json(const struct invocation *inv, const struct coming_drill *d, size_t queued,
		     struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = document_new("drill-announce");

	if (!document || !member_put(document, "schedule", text_to_json(d->schedule->name)) ||
	    !member_put(document, "plan", text_to_json(d->schedule->plan)) ||
	    !member_put(document, "begins", time_to_json(d->begins_ns)) ||
	    !member_put(document, "ends", time_to_json(d->ends_ns)) ||
	    !member_put(document, "when", text_to_json(d->when.ptr)) ||
	    !member_put(document, "text", text_to_json(d->text.ptr ? d->text.ptr : "")) ||
	    !member_put(document, "queued", json_integer((json_int_t)queued)))
		return document_no_memory(err);
	return document_print(inv->out, TAKE(document), err);
}

static void tell_text(const struct invocation *inv, const struct coming_drill *d, size_t queued)
{
	const struct options *o = inv->options;

	(void)fprintf(inv->out, "DR DRILL SCHEDULED - %s\n\n", d->when.ptr);
	for (const char *line = d->text.ptr; line && *line;) {
		int length = (int)strcspn(line, "\n");
		char text[1000];

		(void)snprintf(text, sizeof(text), "%.*s", length, line);
		terminal_puts(&inv->screen, text);
		(void)fputc('\n', inv->out);
		line += length + (line[length] == '\n');
	}
	if (o->dry_run)
		(void)fputs("\nnobody was told\n", inv->out);
	else
		(void)fprintf(inv->out, "\ntold to %zu receiver%s\n", queued,
			      queued == 1 ? "" : "s");
}

static int queue(const struct config *config, const struct coming_drill *d, size_t *queued,
		 struct error *err)
{
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	struct notify_scope scope = { .config = config, .now_ns = clock_wall_ns() };

	if (history_open(config->state_dir, &h, err) < 0)
		return -1;
	scope.history = h;
	if (coming_drill_announce(&scope, d, queued, err) < 0)
		return -1;
	if (*queued)
		return 0;
	(void)error_set(err, ERROR_CONFIG, "no receiver wants to know of announced drills");
	return error_hint(err, "muster notify routes --kind drill shows who is told of what");
}

static int announce(const struct invocation *inv, const struct config *config,
		    struct coming_drill *d, struct error *err)
{
	const struct options *o = inv->options;
	CLEANUP(config_complaints_release)
	struct config_complaints complaints = { 0 };
	size_t queued = 0;
	int rc = coming_drill_describe(config, true, d, &complaints, err);

	configuration_complain(&inv->message, &complaints);
	if (rc < 0 || (!o->dry_run && queue(config, d, &queued, err) < 0))
		return -1;
	if (queued)
		sender_start(inv, config);
	if (inv->global.json)
		return tell_json(inv, d, queued, err);
	tell_text(inv, d, queued);
	return 0;
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(schedule_rows_release)
	struct schedule_rows list = { 0 };
	CLEANUP(coming_drill_release)
	struct coming_drill d = { .schedule = NULL };
	struct schedule_question q = { .config = &config, .names = inv->argument };
	const struct schedule_row *row;

	if (schedule_read_times(1, o->after, &q.now_ns, err) < 0 ||
	    configuration_load(inv, &config, err) < 0 || schedule_gather(&q, &list, err) < 0)
		return -1;
	row = choose(inv, &list, err);
	if (!row)
		return -1;
	d.schedule = row->config;
	d.calendar = row->calendar;
	d.begins_ns = row->next.at_ns;
	return announce(inv, &config, &d, err) < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command drill_announce_command = {
	.name = "announce",
	.summary = "tell people of the next drill",
	.description =
		"Tells the receivers that want to know of announced drills (muster notify routes "
		"--kind drill) when the next one of SCHEDULE is, or of the only schedule of "
		"drills, "
		"and what will happen; a mail has an event for calendars with it. Schedules that "
		"the configuration's files have are announced by themselves, a week and a day "
		"before, by whatever command next delivers notifications (muster notify deliver, "
		"or "
		"the end of a run); the one that is built in only by this command.\n\n"
		"The text is that of the file drill.announcement, or a built-in one, with these "
		"filled in: {when}, {plan}, {platform}, {duration}, {zone}, {timeline} (the "
		"milestones of the schedule's plan, in its time zone) and {contact} "
		"(platform.owner).\n\n"
		"With --json the document muster.drill-announce/v1 holds schedule, plan, begins, "
		"ends, when, text and queued, how many were told.",
	.arguments = "[SCHEDULE]",
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill announce --dry-run\n"
		    "muster drill announce monthly-drill",
	.run = run,
};
