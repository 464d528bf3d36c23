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

static int choose_named(struct drill_session *s, const char *id, struct error *err)
{
	CLEANUP(run_release)
	struct run run = { .kind = NULL };

	if (history_load_brief(s->history, id, &run, err) < 0)
		return error_hint(err, "muster drill list shows the drills");
	take_id(s, run.id);
	if (strcmp(run.kind, "drill") == 0)
		return 0;
	(void)error_set(err, ERROR_NOT_FOUND, "run %s is no drill, but of kind %s", run.id,
			run.kind);
	return error_hint(err, "muster drill list shows the drills");
}

static int choose(struct drill_session *s, const struct drill_question *q, struct error *err)
{
	if (q->id && *q->id && strcmp(q->id, "latest") != 0)
		return choose_named(s, q->id, err);
	if (q->choice == DRILL_NEWEST || (q->id && *q->id))
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
