/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/coming_drill.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/drill_plans.h"
#include "cmd/schedule_state.h"
#include "drill/announcement.h"
#include "history/told.h"
#include "schedule/ics.h"

enum { TEXT_MAX = 64 << 10 };

static const int64_t day_ns = INT64_C(86400) * NS_PER_SECOND;

void coming_drill_release(struct coming_drill *d)
{
	buf_release(&d->when);
	buf_release(&d->text);
}

/* The text that is to be filled in. */
static int read_template(const struct config *config, struct buf *out, struct error *err)
{
	const char *path = config->drill_announcement;

	if (path && *path)
		return file_read(path, TEXT_MAX, out, err);
	return buf_puts(out, drill_announcement_built_in()) < 0 ?
		       error_set(err, ERROR_NOMEM, "no memory for an announcement") :
		       0;
}

static int describe(const struct config *config, struct coming_drill *d,
		    struct config_complaints *complaints, struct error *err)
{
	CLEANUP(drill_plan_release)
	struct drill_plan plan = { 0 };
	CLEANUP(buf_release)
	struct buf text = { 0 };
	const struct drill_announcement a = { .plan = &plan,
					      .platform = config->platform,
					      .contact = config->owner,
					      .zone = calendar_timezone(d->calendar),
					      .at_ns = d->begins_ns };

	if (drill_plan_load(config->drill_plans, d->schedule->plan, &plan, complaints, err) < 0 ||
	    read_template(config, &text, err) < 0)
		return -1;
	d->ends_ns = d->begins_ns + drill_plan_duration(&plan);
	if (drill_announcement_write(&a, text.ptr ? text.ptr : "", &d->text) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for an announcement");
	return 0;
}

int coming_drill_describe(const struct config *config, bool strict, struct coming_drill *d,
			  struct config_complaints *complaints, struct error *err)
{
	const struct drill_announcement a = { .zone = calendar_timezone(d->calendar),
					      .at_ns = d->begins_ns };

	if (drill_announcement_when(&a, &d->when) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for an announcement");
	if (describe(config, d, complaints, err) == 0)
		return 0;
	if (strict || err->kind == ERROR_NOMEM)
		return -1;
	/* that it comes is worth more than what is told of it */
	d->ends_ns = d->begins_ns;
	buf_clear(&d->text);
	if (buf_printf(&d->text, "What it consists of cannot be told: %s\n", err->message) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for an announcement");
	error_clear(err);
	return 0;
}

/* By which it is known whether it was told; in the arena. */
static const char *id_of(struct arena *arena, const struct coming_drill *d, const char *notice)
{
	char at[ICS_STAMP_SIZE];

	return arena_printf(arena, "announced-%s-%s-%s", d->schedule->name,
			    ics_stamp(d->begins_ns, at), notice);
}

static int announce(const struct notify_scope *scope, const struct coming_drill *d,
		    const char *notice, size_t *queued, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	const struct notify_announcement a = { .kind = d->schedule->run,
					       .title = d->when.ptr,
					       .body = d->text.ptr,
					       .next = arena_printf(&arena, "muster drill plan %s",
								    d->schedule->plan),
					       .begins_ns = d->begins_ns,
					       .ends_ns = d->ends_ns,
					       .id = id_of(&arena, d, notice) };

	if (!a.id || !a.next)
		return error_set(err, ERROR_NOMEM, "no memory for an announcement");
	return notify_announce(scope, &a, queued, err);
}

/* Which notice is due of it now; NULL: none. */
static const char *due(int64_t ahead_ns)
{
	if (ahead_ns <= day_ns)
		return "day";
	return ahead_ns <= 7 * day_ns ? "week" : NULL;
}

int coming_drill_announce(const struct notify_scope *scope, const struct coming_drill *d,
			  size_t *queued, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	char now[32]; /* two may be in one second */
	const char *notice = due(d->begins_ns - scope->now_ns), *id;

	(void)snprintf(now, sizeof(now), "%lld", (long long)scope->now_ns);
	if (announce(scope, d, now, queued, err) < 0)
		return -1;
	if (!notice || !*queued)
		return 0;
	id = id_of(&arena, d, notice);
	return id ? told_mark(scope->history, id, err) :
		    error_set(err, ERROR_NOMEM, "no memory for an announcement");
}

static int announce_one(const struct notify_scope *scope, const struct schedule_state *s,
			size_t *queued, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	CLEANUP(config_complaints_release)
	struct config_complaints complaints = { 0 };
	CLEANUP(coming_drill_release)
	struct coming_drill d = { .schedule = s->config, .calendar = s->calendar };
	struct calendar_time t;
	const char *notice, *id;
	bool told = false;

	if (!calendar_next(s->calendar, scope->now_ns, &t))
		return 0;
	d.begins_ns = t.at_ns;
	notice = due(t.at_ns - scope->now_ns);
	if (!notice)
		return 0;
	id = id_of(&arena, &d, notice);
	if (!id)
		return error_set(err, ERROR_NOMEM, "no memory for an announcement");
	if (told_is(scope->history, id, &told, err) < 0)
		return -1;
	if (told)
		return 0;
	if (coming_drill_describe(scope->config, false, &d, &complaints, err) < 0)
		return -1;
	return announce(scope, &d, notice, queued, err);
}

int coming_drills_announce(const struct notify_scope *scope, const struct schedule_states *states,
			   size_t *queued, struct error *err)
{
	for (size_t i = 0; i < states->count; i++) {
		const struct schedule_state *s = &states->item[i];

		if (strcmp(s->config->run, "drill") != 0 || !s->config->enabled || s->pause ||
		    strcmp(s->config->origin, "built-in") == 0)
			continue;
		if (announce_one(scope, s, queued, err) < 0)
			return -1;
	}
	return 0;
}
