/* SPDX-License-Identifier: Apache-2.0 */
/* muster schedule list: what is to happen when, and how it went last. */
#include "base/clock.h"
#include "base/quantity.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/listing.h"
#include "cmd/report_format.h"
#include "cmd/schedule_rows.h"
#include "cmd/schedule_state.h"
#include "cmd/schedule_times.h"
#include "model/json.h"
#include "report/schedules.h"

static const struct listing_column columns[] = {
	{ .title = "NAME", .gives_width = true },
	{ .title = "RUNS" },
	{ .title = "WHEN", .spare = 3 },
	{ .title = "NEXT" },
	{ .title = "IN", .spare = 1 },
	{ .title = "LAST RUN", .spare = 2 },
	{ .title = "VERDICT" },
};

static const char *state_of(const struct schedule_row *row)
{
	return row->config->enabled ? "never" : "switched off";
}

static void add_row(struct listing *l, const struct schedule_row *row, int64_t now_ns)
{
	char local[SCHEDULE_LOCAL_SIZE], age[QUANTITY_TEXT_SIZE];

	listing_text(l, row->config->name);
	listing_text(l, row->config->run);
	listing_text(l, row->config->when);
	listing_text(l, row->comes ? schedule_local(row->calendar, row->next.at_ns, local) :
				     state_of(row));
	listing_text(l, row->comes ? quantity_format_age(row->next.at_ns - now_ns, age) : "-");
	listing_text(l, *row->last ? schedule_local(row->calendar, row->last_ns, local) : "none");
	if (!*row->last)
		listing_text(l, "-");
	else
		listing_text(l, row->last_runs ? "running" : verdict_name(row->verdict));
}

/* What the schedules are, and how they stand: one of each, in the same order. */
struct listed {
	struct schedule_rows rows;
	struct schedule_states states;
	struct readiness_schedule *stand;
	int64_t now_ns;
};

static void listed_release(struct listed *l)
{
	schedule_rows_release(&l->rows);
	schedule_states_release(&l->states);
	free(l->stand);
}

/* Below the list: what does not run as it should, or does not run now. */
static int print_notes(const struct invocation *inv, const struct listed *listed, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct paint p = { .out = &text, .style = report_style_of(&inv->screen) };
	bool any;

	paint_format(&p, "\n");
	any = schedules_text(&p, listed->stand, listed->states.count, listed->now_ns);
	if (p.failed)
		return error_set(err, ERROR_NOMEM, "no memory for the list");
	if (any)
		(void)fwrite(text.ptr, 1, text.len, inv->out);
	return 0;
}

static int print(const struct invocation *inv, const struct listed *listed, struct error *err)
{
	const struct schedule_rows *rows = &listed->rows;
	struct listing l = { .terminal = &inv->screen,
			     .column = columns,
			     .columns = sizeof(columns) / sizeof(*columns) };
	int rc;

	if (!rows->count) {
		(void)fputs("there are no schedules\n", inv->out);
		return 0;
	}
	for (size_t i = 0; i < rows->count; i++)
		add_row(&l, &rows->item[i], listed->now_ns);
	rc = listing_print(&l, err);
	listing_release(&l);
	return rc < 0 ? -1 : print_notes(inv, listed, err);
}

static json_t *last_to_json(const struct schedule_row *row)
{
	CLEANUP(cleanup_json)
	json_t *o = NULL;

	if (!*row->last)
		return json_null();
	o = json_object();
	if (o && member_put(o, "run", text_to_json(row->last)) &&
	    member_put(o, "started", time_to_json(row->last_ns)) &&
	    member_put(o, "verdict",
		       row->last_runs ? json_null() : text_to_json(verdict_name(row->verdict))))
		return TAKE(o);
	return NULL;
}

static json_t *row_to_json(const struct schedule_row *row, const struct readiness_schedule *stands)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "name", text_to_json(row->config->name)) &&
	    member_put(o, "run", text_to_json(row->config->run)) &&
	    member_put(o, "when", text_to_json(row->config->when)) &&
	    member_put(o, "zone", text_to_json(calendar_zone(row->calendar))) &&
	    member_put(o, "enabled", json_boolean(row->config->enabled)) &&
	    member_put(o, "next",
		       row->comes ? schedule_time_to_json(row->calendar, &row->next) :
				    json_null()) &&
	    member_put(o, "last", last_to_json(row)) && schedule_members(o, stands) == 0)
		return TAKE(o);
	return NULL;
}

static int print_json(const struct invocation *inv, const struct listed *listed, struct error *err)
{
	const struct schedule_rows *rows = &listed->rows;
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < rows->count; i++)
		if (json_array_append_new(list, row_to_json(&rows->item[i], &listed->stand[i])) < 0)
			return document_no_memory(err);
	return document_print_list(inv->out, "schedule-list", "schedules", TAKE(list), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	CLEANUP(listed_release)
	struct listed listed = { .now_ns = clock_wall_ns() };
	struct schedule_question q = { .config = &config, .now_ns = listed.now_ns };
	int rc;

	if (configuration_load(inv, &config, err) < 0 ||
	    history_open_read(config.state_dir, &h, err) < 0)
		return -1;
	q.history = h;
	if (schedule_gather(&q, &listed.rows, err) < 0 ||
	    schedule_states_learn(&config, h, listed.now_ns, &listed.states, err) < 0)
		return -1;
	listed.stand = schedule_states_readiness(&listed.states);
	if (!listed.stand)
		return error_set(err, ERROR_NOMEM, "no memory for the schedules");
	rc = inv->global.json ? print_json(inv, &listed, err) : print(inv, &listed, err);
	return rc < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command schedule_list_command = {
	.name = "list",
	.summary = "list the schedules: what they run, when next, and how it went last",
	.description =
		"Lists the schedules of the configuration, or the five built in when it has none: "
		"what each runs, its calendar expression, the next time on the clocks of its zone "
		"and in how long that is, and the newest run of its kind with its verdict. Below "
		"stand those of which a time passed with no run since (missed), with no success as "
		"new as it should be (stale), or that are paused: until when, by whom and why.\n\n"
		"With --json the document muster.schedule-list/v1 holds schedules[] of name, run, "
		"when, zone, enabled, next (null, or as in muster.schedule-test/v1), last (null, "
		"or "
		"run, started, verdict; that is null while it is under way), and how it stands: "
		"expected, missed, stale, stale_after, success, paused, as in muster.status/v1.",
	.examples = "muster schedule list --json",
	.run = run,
};
