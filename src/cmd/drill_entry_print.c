/* SPDX-License-Identifier: Apache-2.0 */
/* An entry as people and programs are told of it. */
#include <inttypes.h>

#include "cmd/document.h"
#include "cmd/drill_entry.h"
#include "model/json.h"
#include "model/json_entry.h"

void drill_entry_put_kind(const struct terminal *t, const struct entry *e)
{
	(void)fputs(entry_kind_name(e->kind), t->stream);
	if (*e->step || *e->role) {
		(void)fputc(' ', t->stream);
		terminal_puts(t, *e->step ? e->step : e->role);
	}
	if (e->severity != ENTRY_SEVERITY_NONE)
		(void)fprintf(t->stream, ", %s", entry_severity_name(e->severity));
}

static int tell_json(const struct invocation *inv, const struct drill_session *s,
		     const struct entry *e, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = document_new("drill-entry");
	CLEANUP(cleanup_json)
	json_t *entry = entry_to_json(e, &s->entries);

	if (!document || !entry || !member_put(document, "drill", json_string(s->id)) ||
	    json_object_update(document, entry) < 0)
		return document_no_memory(err);
	return document_print(inv->out, TAKE(document), err);
}

static void tell_line(const struct invocation *inv, const struct drill_session *s,
		      const struct entry *e)
{
	char at[DRILL_TIME_SIZE];

	(void)fprintf(inv->out, "entry %" PRId64 ": ", e->number);
	drill_entry_put_kind(&inv->screen, e);
	(void)fprintf(inv->out, ", %s, by ", drill_time_of_day(&s->record, e->at_ns, at));
	terminal_puts(&inv->screen, e->author);
	if (e->supersedes)
		(void)fprintf(inv->out, ", replaces %" PRId64, e->supersedes);
	if (*e->text) {
		(void)fputs(": ", inv->out);
		terminal_puts(&inv->screen, e->text);
	}
	if (e->action)
		(void)fprintf(inv->out, "; action item %" PRId64, e->action);
	(void)fputc('\n', inv->out);
}

int drill_entry_tell(const struct invocation *inv, const struct drill_session *s, int64_t number,
		     struct error *err)
{
	const struct entry *e = entries_find(&s->entries, number);

	if (!e)
		return error_set(err, ERROR_INTERNAL, "entry %" PRId64 " is not there", number);
	if (inv->global.json)
		return tell_json(inv, s, e, err);
	tell_line(inv, s, e);
	return 0;
}
