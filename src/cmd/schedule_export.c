/* SPDX-License-Identifier: Apache-2.0 */
/* muster schedule export: the schedules for systemd, cron, and people's calendars. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/schedule_rows.h"
#include "cmd/schedule_units.h"
#include "model/json.h"
#include "schedule/export.h"

struct options {
	const char *systemd;
	bool cron, ics;
};

static const struct option_row rows[] = {
	{ .name = "systemd",
	  .type = OPTION_PATH,
	  .metavar = "DIR",
	  .summary = "write a .service and a .timer for each schedule into DIR",
	  .help = "All of them or none. DIR must exist, such as /etc/systemd/system.",
	  .offset = offsetof(struct options, systemd) },
	{ .name = "cron",
	  .type = OPTION_FLAG,
	  .summary = "write a crontab",
	  .offset = offsetof(struct options, cron) },
	{ .name = "ics",
	  .type = OPTION_FLAG,
	  .summary = "write an iCalendar file of the next two years",
	  .offset = offsetof(struct options, ics) },
	{ 0 },
};

/* What an export needs, and owns. */
struct exporting {
	struct export_plan plan;
	struct export_schedule *schedule;
	char program[PATH_MAX], config[PATH_MAX];
	const char **writable;
};

static void exporting_release(struct exporting *e)
{
	free(e->schedule);
	free(e->writable);
}

static int find_paths(struct exporting *e, const struct config *config, struct error *err)
{
	if (!realpath("/proc/self/exe", e->program))
		return error_set_errno(err, ERROR_IO, "find the path of this program");
	if (!realpath(config->path, e->config))
		return error_set_errno(err, ERROR_IO, "%s", config->path);
	e->plan.program = e->program;
	e->plan.config = e->config;
	return 0;
}

/* The state directory, the repository, and where components' backups lie outside of it. */
static int find_writable(struct exporting *e, const struct config *config, struct error *err)
{
	size_t count = 0;

	e->writable = calloc(config->component_count + 3, sizeof(*e->writable));
	if (!e->writable)
		return error_set(err, ERROR_NOMEM, "no memory for an export");
	e->writable[count++] = config->state_dir;
	e->writable[count++] = config->repository;
	for (size_t i = 0; i < config->component_count; i++) {
		const char *path = config->component[i].backups.path;
		size_t len = strlen(config->repository);

		if (path && path[0] == '/' &&
		    (strncmp(path, config->repository, len) != 0 ||
		     (path[len] && path[len] != '/')))
			e->writable[count++] = path;
	}
	e->plan.writable = e->writable;
	return 0;
}

static int refuse_people(const struct schedule_config *s, struct error *err)
{
	(void)error_set(err, ERROR_REFUSED,
			"schedule %s: a run of kind %s is people's work, which no timer starts",
			s->name, s->run);
	return error_hint(err, "put it into people's calendars: muster schedule export --ics %s",
			  s->name);
}

/* Without names, all but those that are switched off or, unless `for_people`, theirs. */
static int prepare(struct exporting *e, const struct config *config,
		   const struct schedule_rows *found, bool named, bool for_people,
		   struct error *err)
{
	e->schedule = calloc(found->count + 1, sizeof(*e->schedule));
	if (!e->schedule)
		return error_set(err, ERROR_NOMEM, "no memory for an export");
	for (size_t i = 0; i < found->count; i++) {
		const struct schedule_row *row = &found->item[i];

		if (!for_people && !run_kind_is_automatic(row->config->run)) {
			if (named)
				return refuse_people(row->config, err);
			continue;
		}
		if (named || row->config->enabled)
			e->schedule[e->plan.count++] =
				(struct export_schedule){ row->config->name, row->config->run,
							  row->calendar };
	}
	e->plan.schedule = e->schedule;
	e->plan.platform = config->platform;
	return find_paths(e, config, err) < 0 ? -1 : find_writable(e, config, err);
}

static int write_text(const struct invocation *inv, const char *format, const struct buf *text,
		      struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = NULL;

	if (!inv->global.json) {
		if (fwrite(text->ptr, 1, text->len, inv->out) != text->len)
			return error_set_errno(err, ERROR_IO, "write the result");
		return 0;
	}
	document = document_new("schedule-export");
	if (!document || !member_put(document, "format", text_to_json(format)) ||
	    !member_put(document, "text", text_to_json(text->ptr)))
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	return document_print(inv->out, TAKE(document), err);
}

static json_t *files_to_json(const struct schedule_units *units)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < units->count; i++)
		if (json_array_append_new(list, text_to_json(units->item[i].name)) < 0)
			return NULL;
	return TAKE(list);
}

static int tell_units(const struct invocation *inv, const char *directory,
		      const struct schedule_units *units, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = NULL;

	if (!inv->global.json) {
		for (size_t i = 0; i < units->count; i++) {
			terminal_puts(&inv->screen, directory);
			(void)fprintf(inv->out, "/%s\n", units->item[i].name);
		}
		return 0;
	}
	document = document_new("schedule-export");
	if (!document || !member_put(document, "format", text_to_json("systemd")) ||
	    !member_put(document, "directory", text_to_json(directory)) ||
	    !member_put(document, "files", files_to_json(units)))
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	return document_print(inv->out, TAKE(document), err);
}

static int write_export(const struct invocation *inv, const struct export_plan *plan,
			struct error *err)
{
	const struct options *options = inv->options;
	CLEANUP(schedule_units_release)
	struct schedule_units units = { 0 };
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (options->systemd) {
		if (schedule_units_make(plan, &units, err) < 0 ||
		    schedule_units_write(&units, options->systemd, err) < 0)
			return -1;
		return tell_units(inv, options->systemd, &units, err);
	}
	if ((options->cron ? export_cron(plan, &text, err) : export_ics(plan, &text, err)) < 0)
		return -1;
	return write_text(inv, options->cron ? "cron" : "ics", &text, err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *options = inv->options;
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(schedule_rows_release)
	struct schedule_rows found = { 0 };
	CLEANUP(exporting_release)
	struct exporting e = { .plan.now_ns = clock_wall_ns() };
	struct schedule_question q = { .config = &config,
				       .names = inv->argument,
				       .now_ns = e.plan.now_ns };

	if ((options->systemd != NULL) + options->cron + options->ics != 1)
		return error_set(err, ERROR_USAGE,
				 "one of --systemd DIR, --cron and --ics is needed");
	if (configuration_load(inv, &config, err) < 0 || schedule_gather(&q, &found, err) < 0)
		return -1;
	e.plan.outbox = config.notify.receiver_count > 0;
	if (prepare(&e, &config, &found, inv->argument_count > 0, options->ics, err) < 0 ||
	    write_export(inv, &e.plan, err) < 0)
		return -1;
	return EXIT_CODE_PASS;
}

const struct command schedule_export_command = {
	.name = "export",
	.summary = "write the schedules for systemd, cron or people's calendars",
	.description =
		"Writes the schedules named, or all that are not switched off, for the program "
		"that "
		"shall start them: each runs \"muster schedule run NAME\" with the path of this "
		"program and of the configuration. Drills, assessments and exercises are people's "
		"work, which no timer starts: they stand in --ics only.\n\n"
		"--systemd makes muster-NAME.service and muster-NAME.timer, and where receivers "
		"are configured a pair muster-outbox that delivers every five minutes what "
		"notifications wait. Enable the timers: "
		"systemctl enable --now muster-NAME.timer. What a timer missed while "
		"the machine was down is made up for at its start (Persistent=), and since systemd "
		"leaves out a time that clocks skip, the shifted ones of the next ten years stand "
		"in the timer. The services have no rights but those that sandboxes of restore "
		"tests need: systemd-analyze security gives them an exposure level of 4.9, the "
		"outbox 2.6. They write into the state directory and the directories of backups, "
		"which must exist when they start; files of /tmp are hidden from them, those of "
		"/home can be read only.\n\n"
		"--cron makes a crontab for one user. What five fields cannot say, such as the "
		"first Thursday of a month, is asked by a guard before the command; what cannot be "
		"said at all is refused with exit code 5. cronie reads the zone in CRON_TZ; "
		"Debian's cron reads all times in the machine's own.\n\n"
		"--ics makes an iCalendar file (RFC 5545) in which each time of the next two years "
		"is an event of its own. A schedule of more than 1500 times is refused.\n\n"
		"With --json the document muster.schedule-export/v1 holds format, and text, or for "
		"systemd directory and files[].",
	.arguments = "[NAME...]",
	.arguments_max = ARGUMENTS_ANY,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster schedule export --systemd /etc/systemd/system\n"
		    "systemctl daemon-reload\n"
		    "systemctl enable --now muster-daily-verify.timer muster-outbox.timer\n"
		    "muster schedule export --ics monthly-drill >drills.ics",
	.run = run,
};
