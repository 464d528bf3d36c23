/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/drill_session.h"

#include <string.h>

#include "base/clock.h"
#include "cmd/configuration.h"
#include "history/entry.h"
#include "history/unfinished.h"

static void take_id(struct drill_session *s, const char *id)
{
	(void)snprintf(s->id, sizeof(s->id), "%s", id);
}

/* "": there is none. */
static int find_newest(struct history *h, char out[RUN_ID_SIZE], struct error *err)
{
	const struct history_filter filter = { .kind = "drill", .limit = 1, .has_come = true };
	struct run *runs = NULL;
	size_t count = 0;

	out[0] = '\0';
	if (history_list(h, &filter, &runs, &count, err) < 0)
		return -1;
	if (count)
		(void)snprintf(out, RUN_ID_SIZE, "%s", runs[0].id);
	history_free_runs(runs, count);
	return 0;
}

static int choose_newest(struct drill_session *s, struct error *err)
{
	if (find_newest(s->history, s->id, err) < 0)
		return -1;
	if (s->id[0])
		return 0;
	(void)error_set(err, ERROR_NOT_FOUND, "the history has no drill");
	return error_hint(err, "muster drill start begins one");
}

static int choose_lasting(struct drill_session *s, struct error *err)
{
	struct history_drill found;
	char newest[RUN_ID_SIZE];

	if (history_unfinished_drill(s->history, &found, err) < 0)
		return -1;
	if (found.run[0] && (found.alive || found.resumable)) {
		take_id(s, found.run);
		return 0;
	}
	if (find_newest(s->history, newest, err) < 0)
		return -1;
	(void)error_set(err, ERROR_NOT_FOUND, "no drill is under way");
	if (!newest[0])
		return error_hint(err, "muster drill start begins one");
	return error_hint(err, "muster drill start begins one; the newest is over: --drill %s",
			  newest);
}

/* 1: it is in `out`; 0: no drill begins with that; -1. */
static int find_drill(struct history *h, const char *prefix, char out[RUN_ID_SIZE],
		      struct error *err)
{
	const struct history_filter filter = { .kind = "drill" };
	struct run *runs = NULL;
	size_t count = 0, found = 0;
	bool whole = false;
	char other[RUN_ID_SIZE] = "";

	if (history_list(h, &filter, &runs, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count && !whole; i++) {
		if (strncmp(runs[i].id, prefix, strlen(prefix)) != 0)
			continue;
		whole = strcmp(runs[i].id, prefix) == 0;
		found = whole ? 0 : found;
		(void)snprintf(found ? other : out, RUN_ID_SIZE, "%s", runs[i].id);
		found++;
	}
	history_free_runs(runs, count);
	if (found < 2)
		return (int)found;
	(void)error_set(err, ERROR_NOT_FOUND, "%.60s could be drill %s, %s%s", prefix, out, other,
			found > 2 ? " or more" : "");
	return error_hint(err, "muster drill list shows the drills");
}

static int say_no_drill(struct history *h, const char *id, struct error *err)
{
	CLEANUP(run_release)
	struct run run = { .kind = NULL };
	struct error why = ERROR_INIT;

	if (history_load_brief(h, id, &run, &why) == 0)
		(void)error_set(err, ERROR_NOT_FOUND, "run %s is no drill, but of kind %s", run.id,
				run.kind);
	else if (why.kind == ERROR_NOT_FOUND)
		(void)error_set(err, ERROR_NOT_FOUND, "no drill %.60s in the history", id);
	else
		*err = why;
	return error_hint(err, "muster drill list shows the drills");
}

/* Of drills only: what else ran on their day makes nothing ambiguous. */
static int choose_named(struct drill_session *s, const char *id, struct error *err)
{
	int found = find_drill(s->history, id, s->id, err);

	if (found < 0)
		return -1;
	return found ? 0 : say_no_drill(s->history, id, err);
}

static int choose(struct drill_session *s, const struct drill_question *q, struct error *err)
{
	/* every drill begins with "", and the newest is not what was asked for */
	if (q->id && !*q->id)
		return error_set(err, ERROR_USAGE, "DRILL is empty");
	if (q->id && strcmp(q->id, "latest") != 0)
		return choose_named(s, q->id, err);
	if (q->choice == DRILL_NEWEST || q->id)
		return choose_newest(s, err);
	return choose_lasting(s, err);
}

int drill_session_begin(const struct invocation *inv, struct drill_session *s, struct error *err)
{
	if (configuration_load(inv, &s->config, err) < 0)
		return -1;
	return history_open_read(s->config.state_dir, &s->history, err);
}

int drill_session_open(const struct invocation *inv, const struct drill_question *q,
		       struct drill_session *s, struct error *err)
{
	if (drill_session_begin(inv, s, err) < 0 || choose(s, q, err) < 0)
		return -1;
	if (q->writes) {
		history_close(TAKE(s->history));
		if (history_open(s->config.state_dir, &s->history, err) < 0)
			return -1;
	}
	return drill_session_read(s, err);
}

static void forget(struct drill_session *s)
{
	drill_record_release(&s->record);
	entries_release(&s->entries);
	run_release(&s->run);
	s->run = (struct run){ .kind = NULL };
}

int drill_session_read(struct drill_session *s, struct error *err)
{
	forget(s);
	s->now_ns = clock_wall_ns();
	if (history_load_brief(s->history, s->id, &s->run, err) < 0 ||
	    history_entries(s->history, s->id, 0, &s->entries, err) < 0)
		return -1;
	return drill_record_build(&s->run, &s->entries, s->now_ns, &s->record, err);
}

int drill_session_need_end(const struct drill_session *s, struct error *err)
{
	if (s->record.over)
		return 0;
	(void)error_set(err, ERROR_USAGE, "drill %s is not over", s->id);
	return error_hint(err, "muster drill close ends it when only steps of people remain");
}

void drill_session_close(struct drill_session *s)
{
	forget(s);
	history_close(TAKE(s->history));
	config_release(&s->config);
}
