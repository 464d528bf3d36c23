/* SPDX-License-Identifier: Apache-2.0 */
#include "model/json_entry.h"

#include "model/json.h"

static json_t *number_or_null(int64_t number)
{
	return number ? json_integer(number) : json_null();
}

static bool put_words(json_t *o, const struct entry *e)
{
	return member_put(o, "kind", text_to_json(entry_kind_name(e->kind))) &&
	       member_put(o, "step", text_or_null_to_json(e->step)) &&
	       member_put(o, "role", text_or_null_to_json(e->role)) &&
	       member_put(o, "text", text_or_null_to_json(e->text)) &&
	       member_put(o, "reason", text_or_null_to_json(e->reason)) &&
	       member_put(o, "severity", text_or_null_to_json(entry_severity_name(e->severity))) &&
	       member_put(o, "resolution", text_or_null_to_json(e->resolution));
}

json_t *entry_to_json(const struct entry *e, const struct entries *all)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	const struct entry *successor = entries_successor(all, e->number);

	if (o && member_put(o, "number", json_integer(e->number)) &&
	    member_put(o, "author", text_to_json(e->author)) &&
	    member_put(o, "at", time_to_json(e->at_ns)) &&
	    member_put(o, "recorded", time_to_json(e->recorded_ns)) &&
	    member_put(o, "late", json_boolean(entry_is_late(e))) && put_words(o, e) &&
	    member_put(o, "action", number_or_null(e->action)) &&
	    member_put(o, "supersedes", number_or_null(e->supersedes)) &&
	    member_put(o, "superseded_by", number_or_null(successor ? successor->number : 0)))
		return TAKE(o);
	return NULL;
}
