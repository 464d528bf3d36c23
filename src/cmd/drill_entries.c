/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill entries: what people have entered in a drill. */
#include <inttypes.h>

#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/drill_entry.h"
#include "model/json.h"
#include "model/json_entry.h"

static void print_replaced(const struct invocation *inv, const struct drill_session *s,
			   const struct entry *e)
{
	const struct entry *successor = entries_successor(&s->entries, e->number);

	if (e->supersedes)
		(void)fprintf(inv->out, ", replaces %" PRId64, e->supersedes);
	if (successor)
		(void)fprintf(inv->out, ", superseded by %" PRId64, successor->number);
}

static void print_more(const struct invocation *inv, const char *what, const char *text)
{
	if (!*text)
		return;
	(void)fprintf(inv->out, "      %s", what);
	terminal_puts(&inv->screen, text);
	(void)fputc('\n', inv->out);
}

static void print_entry(const struct invocation *inv, const struct drill_session *s,
			const struct entry *e)
{
	const struct terminal *t = &inv->screen;
	const bool replaced = entries_successor(&s->entries, e->number) != NULL;
	char at[DRILL_TIME_SIZE], recorded[DRILL_TIME_SIZE];

	(void)fprintf(inv->out, "%s%4" PRId64 "  %s  ",
		      replaced ? terminal_begin(t, TONE_FAINT) : "", e->number,
		      drill_time_of_day(&s->record, e->at_ns, at));
	drill_entry_put_kind(t, e);
	(void)fputs(", by ", inv->out);
	terminal_puts(t, e->author);
	if (entry_is_late(e))
		(void)fprintf(inv->out, ", written %s",
			      drill_time_of_day(&s->record, e->recorded_ns, recorded));
	print_replaced(inv, s, e);
	(void)fputc('\n', inv->out);
	print_more(inv, "", e->text);
	print_more(inv, "resolution: ", e->resolution);
	print_more(inv, "reason: ", e->reason);
	if (e->action)
		(void)fprintf(inv->out, "      action item %" PRId64 "\n", e->action);
	if (replaced)
		(void)fputs(terminal_end(t), inv->out);
}

static int print(const struct invocation *inv, const struct drill_session *s, struct error *err)
{
	(void)err;
	if (!s->entries.count)
		(void)fprintf(inv->out, "nobody has entered anything in drill %s\n", s->id);
	else
		(void)fprintf(inv->out, "drill %s, times of %s\n", s->id, s->record.zone_name);
	for (size_t i = 0; i < s->entries.count; i++)
		print_entry(inv, s, &s->entries.item[i]);
	return 0;
}

static int print_json(const struct invocation *inv, const struct drill_session *s,
		      struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = document_new("drill-entries");
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < s->entries.count; i++)
		if (json_array_append_new(list, entry_to_json(&s->entries.item[i], &s->entries)) <
		    0)
			return document_no_memory(err);
	if (!document || !member_put(document, "drill", json_string(s->id)) ||
	    !member_put(document, "entries", TAKE(list)))
		return document_no_memory(err);
	return document_print(inv->out, TAKE(document), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(drill_session_close)
	struct drill_session s = { .now_ns = 0 };
	const struct drill_question q = { .id = inv->argument_count ? inv->argument[0] : NULL,
					  .choice = DRILL_NEWEST };
	int rc;

	if (drill_session_open(inv, &q, &s, err) < 0)
		return -1;
	rc = inv->global.json ? print_json(inv, &s, err) : print(inv, &s, err);
	return rc < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command drill_entries_command = {
	.name = "entries",
	.summary = "what people have entered in a drill",
	.description =
		"Lists what people entered in the newest drill, or in DRILL (an id, or the "
		"beginning of one), in the order in which it was written: number, time on the "
		"drill's clocks, what, by whom. Of late entries both times are shown, with the "
		"reason; those that were superseded stay, and say by which.\n\n"
		"With --json the document muster.drill-entries/v1 holds drill and entries[], with "
		"the members of muster.drill-entry/v1.",
	.arguments = "[DRILL]",
	.arguments_max = 1,
	.examples = "muster drill entries\n"
		    "muster drill entries 20261203 --json",
	.run = run,
};
