/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/drill_review_show.h"

#include <inttypes.h>
#include <string.h>

#include "cmd/action_entry.h"
#include "cmd/document.h"
#include "drill/entry_rules.h"
#include "model/json.h"
#include "model/json_entry.h"

/* What is shown of entries, in this order. */
static const struct {
	enum entry_kind kind;
	const char *title, *member;
} parts[] = {
	{ ENTRY_WENT_WELL, "What went well", "went_well" },
	{ ENTRY_IMPROVEMENT, "What can be done better", "improvements" },
	{ ENTRY_LESSON, "What was learned", "lessons" },
	{ ENTRY_ISSUE, "Issues", "issues" },
};
enum { PARTS = sizeof(parts) / sizeof(*parts) };

/* A step of the review counts only by somebody's word. */
static bool is_ticked(const struct drill_record_step *step)
{
	return step->entry && step->entry->kind == ENTRY_TICK;
}

static void print_step(const struct terminal *t, const struct drill_record *r,
		       const struct drill_record_step *step)
{
	char at[DRILL_TIME_SIZE];

	(void)fprintf(t->stream, "  [%c] %s  ", is_ticked(step) ? 'x' : ' ', step->plan->id);
	terminal_puts(t, step->plan->title);
	if (is_ticked(step)) {
		(void)fputs(": ", t->stream);
		terminal_puts(t, step->entry->author);
		(void)fprintf(t->stream, ", %s", drill_time_of_day(r, step->entry->at_ns, at));
	}
	(void)fputc('\n', t->stream);
}

static void print_steps(const struct terminal *t, const struct drill_record *r)
{
	const struct drill_record_step *open = NULL;

	for (size_t p = 0; p < r->plan.phase_count; p++) {
		const struct drill_phase *phase = &r->plan.phase[p];

		if (!phase->after_end)
			continue;
		(void)fputc('\n', t->stream);
		terminal_puts(t, phase->title);
		(void)fputc('\n', t->stream);
		for (size_t i = 0; i < phase->step_count; i++) {
			print_step(t, r, &r->step[phase->step + i]);
			if (!open && !is_ticked(&r->step[phase->step + i]))
				open = &r->step[phase->step + i];
		}
	}
	if (open)
		(void)fprintf(t->stream, "\n  muster drill tick %s --drill %s\n", open->plan->id,
			      r->run->id);
}

static void print_entry(const struct terminal *t, const struct entry *e)
{
	(void)fprintf(t->stream, "%4" PRId64 "  ", e->number);
	if (e->severity != ENTRY_SEVERITY_NONE)
		(void)fprintf(t->stream, "%s: ", entry_severity_name(e->severity));
	terminal_puts(t, e->text);
	if (*e->resolution) {
		(void)fputs("; resolved: ", t->stream);
		terminal_puts(t, e->resolution);
	}
	if (e->action)
		(void)fprintf(t->stream, "; action item %" PRId64, e->action);
	(void)fputs(" (", t->stream);
	terminal_puts(t, e->author);
	(void)fputs(")\n", t->stream);
}

static void print_entries(const struct terminal *t, const struct drill_record *r)
{
	for (size_t p = 0; p < PARTS; p++) {
		size_t at = 0;
		const struct entry *e = drill_record_entry(r, parts[p].kind, &at);

		if (e)
			(void)fprintf(t->stream, "\n%s\n", parts[p].title);
		for (; e; e = drill_record_entry(r, parts[p].kind, &at))
			print_entry(t, e);
	}
}

static void print_actions(const struct terminal *t, const struct drill_session *s,
			  const struct actions *actions)
{
	const char *title = "\nAction items\n";

	for (size_t i = 0; i < actions->count; i++) {
		const struct action *a = &actions->item[i];

		if (strcmp(a->run, s->id) != 0)
			continue;
		(void)fprintf(t->stream, "%s%4" PRId64 "  ", title, a->number);
		title = "";
		terminal_puts(t, a->title);
		(void)fputs(" (", t->stream);
		terminal_puts(t, a->owner);
		(void)fprintf(t->stream, a->done ? "): done\n" : "), due %s\n", a->due);
	}
}

static bool put_tick(json_t *o, const struct drill_record_step *step)
{
	const struct entry *e = is_ticked(step) ? step->entry : NULL;

	return member_put(o, "ticked", json_boolean(e != NULL)) &&
	       member_put(o, "by", e ? text_to_json(e->author) : json_null()) &&
	       member_put(o, "at", e ? time_to_json(e->at_ns) : json_null());
}

static json_t *steps_to_json(const struct drill_record *r)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < r->plan.step_count; i++) {
		CLEANUP(cleanup_json)
		json_t *o = json_object();

		if (!drill_step_is_of_review(r, &r->step[i]))
			continue;
		if (!o || !member_put(o, "id", text_to_json(r->plan.step[i].id)) ||
		    !member_put(o, "title", text_to_json(r->plan.step[i].title)) ||
		    !member_put(o, "role", text_or_null_to_json(r->plan.step[i].role)) ||
		    !put_tick(o, &r->step[i]) || json_array_append_new(list, TAKE(o)) < 0)
			return NULL;
	}
	return TAKE(list);
}

static json_t *entries_to_json(const struct drill_record *r, enum entry_kind kind)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();
	size_t at = 0;

	for (const struct entry *e; list && (e = drill_record_entry(r, kind, &at)) != NULL;)
		if (json_array_append_new(list, entry_to_json(e, r->entries)) < 0)
			return NULL;
	return TAKE(list);
}

static json_t *actions_to_json(const struct drill_session *s, const struct actions *actions,
			       const char *today)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < actions->count; i++)
		if (strcmp(actions->item[i].run, s->id) == 0 &&
		    json_array_append_new(list, action_to_json(&actions->item[i], today)) < 0)
			return NULL;
	return TAKE(list);
}

static int print_json(const struct invocation *inv, const struct drill_session *s,
		      const struct actions *actions, struct error *err)
{
	const struct drill_record *r = &s->record;
	CLEANUP(cleanup_json)
	json_t *o = document_new("drill-review");
	char today[ACTION_DAY_SIZE];
	bool done;

	if (action_today(&s->config, s->now_ns, today, err) < 0)
		return -1;
	done = o && member_put(o, "drill", json_string(s->id)) &&
	       member_put(o, "verdict", text_to_json(verdict_name(r->verdict))) &&
	       member_put(o, "sentence", text_to_json(r->sentence)) &&
	       member_put(o, "steps", steps_to_json(r));
	for (size_t p = 0; done && p < PARTS; p++)
		done = member_put(o, parts[p].member, entries_to_json(r, parts[p].kind));
	if (!done || !member_put(o, "actions", actions_to_json(s, actions, today)))
		return document_no_memory(err);
	return document_print(inv->out, TAKE(o), err);
}

static void print(const struct invocation *inv, const struct drill_session *s,
		  const struct actions *actions)
{
	const struct terminal *t = &inv->screen;
	const struct drill_record *r = &s->record;

	(void)fprintf(t->stream, "%s%s%s drill %s: %s\n",
		      terminal_begin(t, terminal_verdict_tone(r->verdict)),
		      terminal_symbol(t, r->verdict), terminal_end(t), s->id,
		      verdict_name(r->verdict));
	terminal_puts(t, r->sentence);
	(void)fputc('\n', t->stream);
	print_steps(t, r);
	print_entries(t, r);
	print_actions(t, s, actions);
}

int drill_review_show(const struct invocation *inv, const struct drill_session *s,
		      struct error *err)
{
	CLEANUP(actions_release)
	struct actions actions = { 0 };

	if (history_actions(s->history, true, &actions, err) < 0)
		return -1;
	if (inv->global.json)
		return print_json(inv, s, &actions, err);
	print(inv, s, &actions);
	return 0;
}
