/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/action_entry.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/timezone.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/schedule_state.h"
#include "cmd/text_limit.h"
#include "model/json.h"

enum { TEXT_MAX = 500 };

int action_today(const struct config *config, int64_t now_ns, char out[ACTION_DAY_SIZE],
		 struct error *err)
{
	CLEANUP(cleanup_zone)
	struct zone *zone = NULL;
	char stamp[TIMEZONE_STAMP_SIZE];

	if (timezone_open(config->timezone, &zone, err) < 0)
		return -1;
	(void)timezone_stamp(zone, now_ns, stamp);
	(void)snprintf(out, ACTION_DAY_SIZE, "%.4s-%.2s-%.2s", stamp, stamp + 4, stamp + 6);
	return 0;
}

int action_session_open(const struct invocation *inv, bool writes, struct action_session *s,
			struct error *err)
{
	s->now_ns = clock_wall_ns();
	if (configuration_load(inv, &s->config, err) < 0 ||
	    action_today(&s->config, s->now_ns, s->today, err) < 0)
		return -1;
	if (!writes)
		return history_open_read(s->config.state_dir, &s->history, err);
	if (history_open(s->config.state_dir, &s->history, err) < 0)
		return -1;
	return schedule_settle(&s->config, s->history, s->now_ns, err);
}

void action_session_close(struct action_session *s)
{
	history_close(TAKE(s->history));
	config_release(&s->config);
}

static bool is_day(const char *text)
{
	char time[sizeof("2026-12-10T00:00:00Z")];
	int64_t ns;

	if (strlen(text) != ACTION_DAY_SIZE - 1)
		return false;
	(void)snprintf(time, sizeof(time), "%sT00:00:00Z", text);
	return clock_parse_rfc3339(time, &ns) == 0;
}

int action_check_due(const char *today, const char *due, struct error *err)
{
	if (!due) {
		(void)error_set(err, ERROR_USAGE, "--due is missing");
		return error_hint(err, "what is due at no time is never done");
	}
	if (!is_day(due))
		return error_set(err, ERROR_USAGE,
				 "--due %.40s: a day such as 2027-03-01 was expected", due);
	if (strcmp(due, today) < 0)
		return error_set(err, ERROR_USAGE, "--due %s is over; today is %s", due, today);
	return 0;
}

int action_check_text(const char *what, const char *text, bool needed, struct error *err)
{
	return text_limit_check(what, text, needed, TEXT_MAX, err);
}

int action_read_number(const char *text, int64_t *out, struct error *err)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	if (errno == 0 && *end == '\0' && *text >= '0' && *text <= '9' && *out > 0)
		return 0;
	(void)error_set(err, ERROR_USAGE, "\"%.40s\" is no number of an action item", text);
	return error_hint(err, "muster action list shows them");
}

bool action_is_overdue(const struct action *a, const char *today)
{
	return !a->done && strcmp(a->due, today) < 0;
}

json_t *action_to_json(const struct action *a, const char *today)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();

	if (o && member_put(o, "number", json_integer(a->number)) &&
	    member_put(o, "title", text_to_json(a->title)) &&
	    member_put(o, "owner", text_to_json(a->owner)) &&
	    member_put(o, "due", text_to_json(a->due)) &&
	    member_put(o, "overdue", json_boolean(action_is_overdue(a, today))) &&
	    member_put(o, "run", text_or_null_to_json(a->run)) &&
	    member_put(o, "author", text_to_json(a->author)) &&
	    member_put(o, "added", time_to_json(a->added_ns)) &&
	    member_put(o, "deferrals", json_integer((json_int_t)a->deferrals)) &&
	    member_put(o, "reason", text_or_null_to_json(a->reason)) &&
	    member_put(o, "done", a->done ? time_to_json(a->done_ns) : json_null()) &&
	    member_put(o, "done_by", text_or_null_to_json(a->done_by)) &&
	    member_put(o, "note", text_or_null_to_json(a->note)))
		return TAKE(o);
	return NULL;
}

static int tell_json(const struct invocation *inv, const struct action *a, const char *today,
		     struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = document_new("action");
	CLEANUP(cleanup_json)
	json_t *item = action_to_json(a, today);

	if (!document || !item || json_object_update(document, item) < 0)
		return document_no_memory(err);
	return document_print(inv->out, TAKE(document), err);
}

static void tell_line(const struct invocation *inv, const struct action *a)
{
	(void)fprintf(inv->out, "action item %" PRId64 ": ", a->number);
	terminal_puts(&inv->screen, a->title);
	(void)fputs(" (", inv->out);
	terminal_puts(&inv->screen, a->owner);
	if (a->done)
		(void)fputs("): done\n", inv->out);
	else
		(void)fprintf(inv->out, "), due %s\n", a->due);
}

int action_tell(const struct invocation *inv, const struct action_session *s, int64_t number,
		struct error *err)
{
	CLEANUP(actions_release)
	struct actions list = { 0 };

	if (history_actions(s->history, true, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		if (list.item[i].number != number)
			continue;
		if (inv->global.json)
			return tell_json(inv, &list.item[i], s->today, err);
		tell_line(inv, &list.item[i]);
	}
	return 0;
}
