/* SPDX-License-Identifier: Apache-2.0 */
#include "report/readiness.h"

#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "model/json.h"
#include "report/document.h"
#include "report/readiness.intern.h"
#include "report/schedules.h"

static const char *age_text(int64_t then_ns, int64_t now_ns, char out[QUANTITY_TEXT_SIZE])
{
	return quantity_format_age(now_ns - then_ns, out);
}

static void field(struct paint *p, const char *label, const char *value)
{
	paint_format(p, "    %-12s ", label);
	paint_foreign(p, value);
}

static void newest_set(struct paint *p, const struct readiness_component *c, int64_t now_ns)
{
	char age[QUANTITY_TEXT_SIZE];

	if (!c->has_backups)
		return;
	if (!c->set_known) {
		field(p, "newest set", "not known");
		paint_format(p, "\n");
		return;
	}
	field(p, "newest set", *c->set ? c->set : "none");
	if (*c->set)
		paint_format(p, " (%s ago)", age_text(c->set_time_ns, now_ns, age));
	paint_format(p, "\n");
}

static void last_run(struct paint *p, const struct readiness_component *c, int64_t now_ns)
{
	char age[QUANTITY_TEXT_SIZE];

	if (!c->run[0])
		return;
	field(p, "verified", age_text(c->verified_ns, now_ns, age));
	paint_format(p, " ago: %s (%s)\n", verdict_name(c->verdict), c->run);
}

static void proof(struct paint *p, const struct readiness_component *c, int64_t now_ns)
{
	char age[QUANTITY_TEXT_SIZE], limit[QUANTITY_TEXT_SIZE];

	field(p, "proof", c->passed_ns ? age_text(c->passed_ns, now_ns, age) : "none");
	if (c->passed_ns)
		paint_format(p, " old");
	if (c->max_age_ns)
		paint_format(p, ", may be %s", quantity_format_duration(c->max_age_ns, limit));
	paint_format(p, "\n");
}

static void restored(struct paint *p, const struct readiness_component *c, int64_t now_ns)
{
	const struct readiness_restore *r = &c->restore;
	char text[QUANTITY_TEXT_SIZE];

	if (!r->proven_ns)
		return;
	field(p, "restored", r->set);
	paint_format(p, ", %s ago (%s)", age_text(r->proven_ns, now_ns, text), r->run);
	if (r->took_ns)
		paint_format(p, " in %s", quantity_format_duration(r->took_ns, text));
	paint_format(p, "\n");
}

static void objectives(struct paint *p, int64_t rto_ns, int64_t rpo_ns)
{
	char text[QUANTITY_TEXT_SIZE];

	if (rto_ns)
		paint_format(p, "RTO %s", quantity_format_duration(rto_ns, text));
	if (rpo_ns)
		paint_format(p, "%sRPO %s", rto_ns ? ", " : "",
			     quantity_format_duration(rpo_ns, text));
	paint_format(p, "\n");
}

static void component(struct paint *p, const struct readiness_component *c, int64_t now_ns)
{
	paint_verdict(p, c->state, verdict_name(c->state));
	paint_pad(p, strlen(verdict_name(c->state)), 8);
	paint_foreign(p, c->name);
	paint_format(p, " (%s): %s\n", c->engine, c->words);
	newest_set(p, c, now_ns);
	last_run(p, c, now_ns);
	proof(p, c, now_ns);
	restored(p, c, now_ns);
	if (c->rto_ns || c->rpo_ns) {
		field(p, "objectives", "");
		objectives(p, c->rto_ns, c->rpo_ns);
	}
}

static void emergency(struct paint *p, const struct readiness *r)
{
	const struct readiness_restore *s = &r->restore;
	char text[QUANTITY_TEXT_SIZE];

	if (!r->newest_set)
		return;
	if (!s->proven_ns) {
		paint_format(p, "In an emergency: no set is proven; a restore test proves one\n");
		return;
	}
	paint_format(p, "In an emergency use set ");
	paint_foreign(p, s->set);
	paint_format(p, ", proven %s ago by run %s", age_text(s->proven_ns, r->at_ns, text),
		     s->run);
	if (s->took_ns)
		paint_format(p, "; restoring took %s", quantity_format_duration(s->took_ns, text));
	paint_format(p, "\n");
	if (r->newest_unproven) {
		paint_format(p, "Warning: the newest set ");
		paint_foreign(p, r->newest_set);
		paint_format(p, " is not proven by a restore\n");
	}
	if (r->restore_stale)
		paint_format(p, "Warning: no restore was proven in the last %s\n",
			     quantity_format_duration(READINESS_RESTORE_MAX_AGE_NS, text));
}

static void notifications(struct paint *p, const struct readiness *r)
{
	if (!r->undelivered)
		return;
	paint_format(p, "Warning: %zu notification%s could not be delivered; muster notify list\n",
		     r->undelivered, r->undelivered == 1 ? "" : "s");
}

static void under_way(struct paint *p, const struct readiness_run *run)
{
	char since[CLOCK_RFC3339_SIZE];

	paint_format(p, "Under way: ");
	if (*run->run) {
		paint_foreign(p, run->command);
		paint_format(p, " %s", run->run);
	} else {
		paint_format(p, "a run that just begins");
	}
	for (size_t i = 0; i < run->component_count; i++) {
		paint_format(p, i ? ", " : " of ");
		paint_foreign(p, run->component[i]);
	}
	if (*run->run)
		paint_format(p, ", pid %ld, since %s", run->pid,
			     clock_format_rfc3339(run->since_ns, since));
	paint_format(p, "\n");
}

static const char *state_words(enum verdict state)
{
	static const char *const words[VERDICT_COUNT] = {
		[VERDICT_SKIPPED] = "nothing to tell",
		[VERDICT_PASS] = "READY",
		[VERDICT_WARN] = "READY, WITH WARNINGS",
		[VERDICT_ERROR] = "NOT KNOWN TO BE READY",
		[VERDICT_FAIL] = "NOT READY",
	};

	return words[state];
}

int readiness_text(const struct readiness *r, const struct report_style *style, struct buf *out)
{
	struct paint p = { .out = out, .style = *style };
	char now[CLOCK_RFC3339_SIZE];

	paint_format(&p, "Readiness");
	if (r->platform && *r->platform) {
		paint_format(&p, " of ");
		paint_foreign(&p, r->platform);
	}
	paint_format(&p, ", %s\n", clock_format_rfc3339(r->at_ns, now));
	if (r->rto_ns || r->rpo_ns) {
		paint_format(&p, "Objectives: ");
		objectives(&p, r->rto_ns, r->rpo_ns);
	}
	paint_format(&p, "\n");
	for (size_t i = 0; i < r->count; i++)
		component(&p, &r->component[i], r->at_ns);
	if (!r->count)
		paint_format(&p, "no component is configured\n");
	(void)schedules_text(&p, r->schedule, r->schedule_count, r->at_ns);
	paint_format(&p, "\n");
	emergency(&p, r);
	notifications(&p, r);
	readiness_drill_text(&p, &r->drill);
	for (size_t i = 0; i < r->running_count; i++)
		under_way(&p, &r->running[i]);
	paint_format(&p, "Status: ");
	paint_verdict(&p, r->state, state_words(r->state));
	paint_format(&p, "\n");
	return p.failed ? -1 : 0;
}

static json_t *optional_seconds(int64_t ns)
{
	return ns ? seconds_to_json(ns) : json_null();
}

static json_t *optional_text(const char *text)
{
	return *text ? text_to_json(text) : json_null();
}

/* Sets members one by one and remembers a failure, so that none is leaked. */
static void member(json_t *o, const char *key, json_t *value, bool *failed)
{
	*failed |= json_object_set_new(o, key, value) < 0;
}

/* {"set", "run", "time", "age", "restore"}; null when there is none. */
static json_t *restore_to_json(const struct readiness_restore *s, int64_t now_ns)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	bool failed = !o;

	if (!s->proven_ns)
		return json_null();
	member(o, "set", text_to_json(s->set), &failed);
	member(o, "run", text_to_json(s->run), &failed);
	member(o, "time", time_to_json(s->proven_ns), &failed);
	member(o, "age", seconds_to_json(now_ns - s->proven_ns), &failed);
	member(o, "restore", optional_seconds(s->took_ns), &failed);
	return failed ? NULL : TAKE(o);
}

static json_t *component_to_json(const struct readiness_component *c, int64_t now_ns)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	bool failed = !o;
	bool has_set = c->set_known && *c->set;

	member(o, "name", text_to_json(c->name), &failed);
	member(o, "engine", json_string(c->engine), &failed);
	member(o, "state", json_string(verdict_name(c->state)), &failed);
	member(o, "words", json_string(c->words), &failed);
	member(o, "newest_set", has_set ? text_to_json(c->set) : json_null(), &failed);
	member(o, "newest_set_time", has_set ? time_to_json(c->set_time_ns) : json_null(), &failed);
	member(o, "last_run", optional_text(c->run), &failed);
	member(o, "last_verified", time_to_json(c->verified_ns), &failed);
	member(o, "last_verdict", c->run[0] ? json_string(verdict_name(c->verdict)) : json_null(),
	       &failed);
	member(o, "proven", time_to_json(c->passed_ns), &failed);
	member(o, "proven_set", optional_text(c->passed_set), &failed);
	member(o, "proof_age", c->passed_ns ? seconds_to_json(now_ns - c->passed_ns) : json_null(),
	       &failed);
	member(o, "max_age", optional_seconds(c->max_age_ns), &failed);
	member(o, "restored", restore_to_json(&c->restore, now_ns), &failed);
	member(o, "rto", optional_seconds(c->rto_ns), &failed);
	member(o, "rpo", optional_seconds(c->rpo_ns), &failed);
	return failed ? NULL : TAKE(o);
}

static json_t *run_to_json(const struct readiness_run *run)
{
	return json_pack("{s:o, s:o, s:o, s:I, s:o}", "run", text_to_json(run->run), "command",
			 text_to_json(run->command), "components",
			 texts_to_json(run->component, run->component_count), "pid",
			 (json_int_t)run->pid, "since", time_to_json(run->since_ns));
}

static json_t *under_way_to_json(const struct readiness *r)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < r->running_count; i++)
		if (json_array_append_new(list, run_to_json(&r->running[i])) < 0)
			return NULL;
	return TAKE(list);
}

int readiness_json(const struct readiness *r, struct buf *out)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	json_t *components = json_array();
	bool failed = !o;

	member(o, "schema", json_string("muster.status/v1"), &failed);
	member(o, "platform", optional_text(r->platform ? r->platform : ""), &failed);
	member(o, "time", time_to_json(r->at_ns), &failed);
	member(o, "state", json_string(verdict_name(r->state)), &failed);
	member(o, "rto", optional_seconds(r->rto_ns), &failed);
	member(o, "rpo", optional_seconds(r->rpo_ns), &failed);
	member(o, "newest_set", optional_text(r->newest_set ? r->newest_set : ""), &failed);
	member(o, "newest_set_unproven", json_boolean(r->newest_unproven), &failed);
	member(o, "restore_test_overdue", json_boolean(r->restore_stale), &failed);
	member(o, "emergency", restore_to_json(&r->restore, r->at_ns), &failed);
	member(o, "undelivered", json_integer((json_int_t)r->undelivered), &failed);
	member(o, "under_way", under_way_to_json(r), &failed);
	member(o, "schedules", schedules_to_json(r->schedule, r->schedule_count), &failed);
	member(o, "components", components, &failed);
	failed |= !readiness_drill_put(o, &r->drill);
	for (size_t i = 0; !failed && i < r->count; i++)
		failed = json_array_append_new(components,
					       component_to_json(&r->component[i], r->at_ns)) < 0;
	return failed ? -1 : model_json_write(o, out);
}

static const struct readiness_component *gravest(const struct readiness *r)
{
	const struct readiness_component *worst = NULL;

	for (size_t i = 0; i < r->count; i++) {
		enum verdict least = worst ? worst->state : VERDICT_PASS;

		if (r->component[i].state > least)
			worst = &r->component[i];
	}
	return worst;
}

static void proof_ages(struct paint *p, const struct readiness *r)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct readiness_component *c = &r->component[i];
		long long max = c->max_age_ns / NS_PER_SECOND;

		if (!c->passed_ns)
			continue;
		paint_format(p, " '");
		paint_one_line(p, c->name);
		paint_format(p, "_proof_age'=%llds",
			     (long long)(r->at_ns - c->passed_ns) / (long long)NS_PER_SECOND);
		if (max)
			paint_format(p, ";;%lld", max);
	}
}

int readiness_nagios(const struct readiness *r, struct buf *out)
{
	struct paint p = { .out = out, .style = { .utf8 = true } };
	const struct readiness_component *worst = gravest(r);
	size_t good = 0;

	for (size_t i = 0; i < r->count; i++)
		good += r->component[i].state == VERDICT_PASS;
	paint_format(&p, "MUSTER %s - %zu of %zu components verified", report_nagios_word(r->state),
		     good, r->count);
	if (worst) {
		paint_format(&p, "; ");
		paint_one_line(&p, worst->name);
		paint_format(&p, ": %s", worst->words);
	}
	schedules_nagios(&p, r->schedule, r->schedule_count);
	paint_format(&p, " | verified=%zu;;;0;%zu", good, r->count);
	schedules_performance(&p, r->schedule, r->schedule_count);
	proof_ages(&p, r);
	paint_format(&p, "\n");
	return p.failed ? -1 : 0;
}
