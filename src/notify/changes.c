/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/changes.h"

#include <string.h>

void changes_release(struct changes *c)
{
	free(c->item);
	arena_release(&c->arena);
	*c = (struct changes){ 0 };
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for alerts");
}

char *change_key(struct arena *arena, const struct alert *of)
{
	return arena_printf(arena, "muster/%s/%s/%s/%s", of->platform, of->kind,
			    *of->component ? of->component : "-", of->name);
}

static struct change *add(struct changes *out, struct error *err)
{
	size_t wanted = out->capacity ? out->capacity * 2 : 16;
	struct change *grown;

	if (out->count == out->capacity) {
		grown = realloc(out->item, wanted * sizeof(*grown));
		if (!grown) {
			(void)no_memory(err);
			return NULL;
		}
		out->item = grown;
		out->capacity = wanted;
	}
	out->item[out->count] = (struct change){ .event = NOTICE_RECOVERED };
	return &out->item[out->count++];
}

/* The alert and its texts, in the arena. */
static bool keep(struct changes *out, const struct alert *a, struct alert *kept)
{
	*kept = *a;
	kept->key = arena_strdup(&out->arena, a->key);
	kept->platform = arena_strdup(&out->arena, a->platform);
	kept->kind = arena_strdup(&out->arena, a->kind);
	kept->component = arena_strdup(&out->arena, a->component);
	kept->name = arena_strdup(&out->arena, a->name);
	kept->event = arena_strdup(&out->arena, a->event);
	kept->message = arena_strdup(&out->arena, a->message);
	return kept->key && kept->platform && kept->kind && kept->component && kept->name &&
	       kept->event && kept->message;
}

/* What an alert was told as last is a word of the history, which may be another muster's. */
static bool is_graver(enum notice_event event, const char *before)
{
	enum notice_event was;

	return notice_event_parse(before, &was) &&
	       notice_event_gravity(event) > notice_event_gravity(was);
}

/* Runs do not take the same time every day: a reminder comes up to a 24th of its time early. */
static bool is_due(const struct alert *before, const struct change_times *times)
{
	int64_t age_ns = times->now_ns - before->told_ns;

	/* told while the clock was ahead: nobody waits until that time comes again */
	return age_ns < 0 || age_ns >= times->reminder_ns - times->reminder_ns / 24;
}

/* Fills event, is_told, reminder of a change whose alert is all known but since and told. */
static void judge(struct change *c, const struct alert *before, const struct change_times *times)
{
	const char *event = notice_event_name(c->event);
	bool graver;

	if (!before) {
		c->alert.event = event;
		c->alert.since_ns = times->now_ns;
		c->is_told = true;
		return;
	}
	graver = is_graver(c->event, before->event);
	c->alert.since_ns = before->since_ns;
	c->alert.told_ns = before->told_ns;
	c->is_told = !before->told_ns || graver || is_due(before, times);
	c->reminder = before->told_ns && !graver;
	/* what is milder now is told as that when it is told */
	c->alert.event = c->is_told ? event : before->event;
}

static int set_line(struct changes *out, struct change *c, enum verdict v, struct error *err)
{
	c->verdict = v;
	c->line = arena_alloc(&out->arena, sizeof(*c->line));
	if (!c->line)
		return no_memory(err);
	*c->line = (struct notice_line){ .component = c->alert.component,
					 .check = c->alert.name,
					 .subject = "",
					 .verdict = v,
					 .expected = "",
					 .found = "",
					 .message = c->alert.message,
					 .hint = "" };
	c->line_count = 1;
	return 0;
}

int changes_add_bad(const struct alert *now, enum notice_event event, const struct alerts *alerts,
		    const struct change_times *times, struct changes *out, struct error *err)
{
	struct change *c = add(out, err);

	if (!c)
		return -1;
	c->event = event;
	if (!keep(out, now, &c->alert))
		return no_memory(err);
	judge(c, alerts_find(alerts, now->key), times);
	return set_line(out, c, VERDICT_ERROR, err);
}

int changes_add_recovered(const struct alert *a, const char *how, struct changes *out,
			  struct error *err)
{
	struct change *c = add(out, err);

	if (!c)
		return -1;
	if (!keep(out, a, &c->alert))
		return no_memory(err);
	c->alert.message = arena_printf(&out->arena, "%s; it was: %s", how, a->message);
	if (!c->alert.message)
		return no_memory(err);
	/* of what nobody was told the end is no news either */
	c->is_told = a->told_ns != 0;
	return set_line(out, c, VERDICT_PASS, err);
}

static bool is_of(const struct check *c, const char *component, const char *name)
{
	return strcmp(c->component, component) == 0 && (!name || strcmp(c->name, name) == 0);
}

/* Was there an earlier check of this component and name? */
static bool came_before(const struct checks *checks, size_t i)
{
	const struct check *c = &checks->item[i];

	for (size_t k = 0; k < i; k++) {
		if (is_of(&checks->item[k], c->component, c->name))
			return true;
	}
	return false;
}

/* The worst weight of a component's checks, of one name or (NULL) of each. */
static enum verdict worst_of(const struct checks *checks, const char *component, const char *name)
{
	enum verdict worst = VERDICT_SKIPPED;

	for (size_t i = 0; i < checks->count; i++) {
		if (is_of(&checks->item[i], component, name))
			worst = verdict_worse(worst, check_weight(&checks->item[i]));
	}
	return worst;
}

static bool copy_line(struct changes *out, const struct check *c, struct notice_line *line)
{
	struct arena *a = &out->arena;

	*line = notice_line_of(c);
	line->component = arena_strdup(a, c->component);
	line->subject = arena_strdup(a, c->subject);
	line->expected = arena_strdup(a, c->expected);
	line->found = arena_strdup(a, c->found);
	line->message = arena_strdup(a, c->message);
	line->hint = arena_strdup(a, c->hint);
	return line->component && line->subject && line->expected && line->found && line->message &&
	       line->hint;
}

/* Every check of the alert's that did not hold. */
static int fill_lines(struct changes *out, const struct run *run, struct change *c,
		      struct error *err)
{
	const struct checks *all = &run->checks;

	c->line = arena_alloc(&out->arena, all->count * sizeof(*c->line));
	if (!c->line)
		return no_memory(err);
	for (size_t i = 0; i < all->count; i++) {
		const struct check *check = &all->item[i];

		if (!is_of(check, c->alert.component, c->alert.name) ||
		    check_weight(check) < VERDICT_WARN)
			continue;
		if (!copy_line(out, check, &c->line[c->line_count++]))
			return no_memory(err);
	}
	return 0;
}

static int add_check(struct changes *out, const struct run *run, const struct check *check,
		     const struct alerts *alerts, const struct change_times *times, enum verdict v,
		     struct error *err)
{
	struct alert now = { .key = "",
			     .platform = run->platform,
			     .kind = run->kind,
			     .component = check->component,
			     .name = check->name,
			     .event = "",
			     .message = check->message };
	struct change *c = add(out, err);

	if (!c)
		return -1;
	c->verdict = v;
	c->event = notice_event_of(v);
	if (!keep(out, &now, &c->alert))
		return no_memory(err);
	c->alert.key = change_key(&out->arena, &now);
	if (!c->alert.key || fill_lines(out, run, c, err) < 0)
		return no_memory(err);
	c->alert.message = c->line[0].message;
	judge(c, alerts_find(alerts, c->alert.key), times);
	return 0;
}

/* Something that concerns the whole could not be looked at: what is not spoken of may be as it was. */
static bool could_not_tell(const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		if (!*checks->item[i].component && check_weight(&checks->item[i]) == VERDICT_ERROR)
			return true;
	}
	return false;
}

/* Does the run say that what the alert is about is well? */
static bool is_well(const struct run *run, const struct alert *a)
{
	enum verdict check = worst_of(&run->checks, a->component, a->name);
	enum verdict component = worst_of(&run->checks, a->component, NULL);

	if (strcmp(a->name, "missed") == 0 || strcmp(a->name, "stale") == 0)
		return false; /* whoever knows the schedules tells */
	if (check != VERDICT_SKIPPED)
		return check == VERDICT_PASS;
	if (*a->component && could_not_tell(&run->checks))
		return false;
	if (*a->component)
		return component == VERDICT_PASS || component == VERDICT_WARN;
	/* a run of some components has no word on what else the platform has */
	return check_is_of_course(a->name) &&
	       (run->verdict == VERDICT_PASS || run->verdict == VERDICT_WARN);
}

int changes_of_run(const struct run *run, const struct alerts *alerts,
		   const struct change_times *times, struct changes *out, struct error *err)
{
	const struct checks *all = &run->checks;

	for (size_t i = 0; i < all->count; i++) {
		const struct check *c = &all->item[i];
		enum verdict v = worst_of(all, c->component, c->name);

		if (v >= VERDICT_WARN && !came_before(all, i) &&
		    add_check(out, run, c, alerts, times, v, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < alerts->count; i++) {
		if (is_well(run, &alerts->item[i]) &&
		    changes_add_recovered(&alerts->item[i], "well again", out, err) < 0)
			return -1;
	}
	return 0;
}
