/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill list: the drills that the history holds. */
#include "base/quantity.h"
#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/drill_session.h"
#include "cmd/listing.h"
#include "model/json.h"

struct options {
	unsigned limit;
};

static const struct option_row rows[] = {
	{ .name = "limit",
	  .letter = 'n',
	  .type = OPTION_COUNT,
	  .metavar = "N",
	  .summary = "at most so many, the newest; 0 shows all",
	  .help = "Built-in: 20.",
	  .offset = offsetof(struct options, limit) },
	{ 0 },
};

static const struct listing_column columns[] = {
	{ .title = "DRILL" },
	{ .title = "BEGAN", .spare = 3 },
	{ .title = "PLAN", .spare = 2 },
	{ .title = "SCENARIO", .gives_width = true },
	{ .title = "MODE", .spare = 4 },
	{ .title = "RECOVERY", .right = true },
	{ .title = "OBJECTIVE", .right = true, .spare = 1 },
	{ .title = "VERDICT" },
};

/* Where a drill is told of. */
struct drill_telling {
	struct listing listing;
	json_t *array; /* NULL: as text */
};

static void cell_or_dash(struct listing *l, const char *text)
{
	listing_text(l, *text ? text : "-");
}

static void cell_duration(struct listing *l, bool known, int64_t ns)
{
	char text[QUANTITY_TEXT_SIZE];

	listing_text(l, known ? quantity_format_duration(ns, text) : "-");
}

static const char *plan_of(const struct drill_record *r)
{
	return r->plan.name ? r->plan.name : "";
}

static const char *verdict_of(const struct drill_record *r)
{
	return r->over ? verdict_name(r->verdict) : drill_state_words(r->state);
}

static void tell_row(struct listing *l, const struct drill_record *r)
{
	char began[DRILL_TIME_SIZE];

	listing_text(l, r->run->id);
	listing_text(l, drill_time_format(r, r->run->started_ns, began));
	cell_or_dash(l, plan_of(r));
	cell_or_dash(l, r->scenario);
	cell_or_dash(l, r->mode);
	cell_duration(l, r->rto.actual_ns >= 0, r->rto.actual_ns);
	cell_duration(l, r->rto.objective_ns > 0, r->rto.objective_ns);
	listing_text(l, verdict_of(r));
}

/* One whose record cannot be made; its run is there all the same. */
static void tell_bare_row(struct listing *l, const struct run *run)
{
	listing_text(l, run->id);
	for (size_t i = 1; i + 1 < sizeof(columns) / sizeof(*columns); i++)
		listing_text(l, "-");
	listing_text(l, verdict_name(run->verdict));
}

static json_t *seconds_or_null(bool known, int64_t ns)
{
	return known ? json_real((double)ns / 1e9) : json_null();
}

static bool put_record(json_t *o, const struct drill_record *r)
{
	return member_put(o, "state", text_to_json(drill_state_name(r->state))) &&
	       member_put(o, "plan", text_or_null_to_json(plan_of(r))) &&
	       member_put(o, "scenario", text_or_null_to_json(r->scenario)) &&
	       member_put(o, "mode", text_or_null_to_json(r->mode)) &&
	       member_put(o, "recovery_time",
			  seconds_or_null(r->rto.actual_ns >= 0, r->rto.actual_ns)) &&
	       member_put(o, "recovery_time_objective",
			  seconds_or_null(r->rto.objective_ns > 0, r->rto.objective_ns));
}

/* Of one that was killed before it told what it is. */
static bool put_nothing(json_t *o)
{
	static const char *const names[] = { "state", "plan",          "scenario",
					     "mode",  "recovery_time", "recovery_time_objective" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!member_put(o, names[i], json_null()))
			return false;
	}
	return true;
}

/* `r` NULL: only the run. */
static json_t *to_json(const struct run *run, const struct drill_record *r)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "drill", json_string(run->id)) &&
	    member_put(o, "started", time_to_json(run->started_ns)) &&
	    member_put(o, "finished", time_to_json(run->finished_ns)) &&
	    member_put(o, "verdict", text_to_json(verdict_name(r ? r->verdict : run->verdict))) &&
	    (r ? put_record(o, r) : put_nothing(o)))
		return TAKE(o);
	return NULL;
}

static int tell(struct drill_session *s, const struct run *run, struct drill_telling *t,
		struct error *err)
{
	const struct drill_record *r = &s->record;

	(void)snprintf(s->id, sizeof(s->id), "%s", run->id);
	if (drill_session_read(s, err) < 0) {
		if (err->kind == ERROR_NOMEM)
			return -1;
		error_clear(err);
		r = NULL;
	}
	if (t->array)
		return json_array_append_new(t->array, to_json(run, r)) < 0 ?
			       document_no_memory(err) :
			       0;
	if (r)
		tell_row(&t->listing, r);
	else
		tell_bare_row(&t->listing, run);
	return 0;
}

static int print(const struct invocation *inv, struct drill_telling *t, size_t count,
		 struct error *err)
{
	if (t->array)
		return document_print_list(inv->out, "drill-list", "drills", TAKE(t->array), err);
	if (count)
		return listing_print(&t->listing, err);
	(void)fputs("no drills yet\n", inv->out);
	return 0;
}

static int tell_all(const struct invocation *inv, struct drill_session *s, const struct run *runs,
		    size_t count, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *array = inv->global.json ? json_array() : NULL;
	struct drill_telling t = { .listing = { .terminal = &inv->screen,
						.column = columns,
						.columns = sizeof(columns) / sizeof(*columns) },
				   .array = array };
	int rc = inv->global.json && !array ? document_no_memory(err) : 0;

	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = tell(s, &runs[i], &t, err);
	if (rc == 0) {
		rc = print(inv, &t, count, err);
		array = t.array; /* given away when it was printed */
	}
	listing_release(&t.listing);
	return rc;
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	const struct history_filter filter = { .kind = "drill", .limit = o->limit };
	CLEANUP(drill_session_close)
	struct drill_session s = { .now_ns = 0 };
	struct run *runs = NULL;
	size_t count = 0;
	int rc;

	if (drill_session_begin(inv, &s, err) < 0 ||
	    history_list(s.history, &filter, &runs, &count, err) < 0)
		return -1;
	rc = tell_all(inv, &s, runs, count, err);
	history_free_runs(runs, count);
	return rc < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command drill_list_command = {
	.name = "list",
	.summary = "list the drills, newest first",
	.description =
		"Prints a line for each drill: its id, when it began on its clocks, plan, "
		"scenario, mode, recovery time beside its objective, and verdict, or how it stands "
		"while it has no end.\n\n"
		"With --json the document muster.drill-list/v1 holds drills[] of drill (its id), "
		"started, finished, verdict (so far), state (preparing, under-way, held, "
		"interrupted, over), plan, scenario, mode, recovery_time and "
		"recovery_time_objective (seconds); null where there is none.",
	.options = rows,
	.options_size = sizeof(struct options),
	.options_default = &(const struct options){ .limit = 20 },
	.examples = "muster drill list -n 12  # the drills of the last year",
	.run = run,
};
