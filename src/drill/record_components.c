/* SPDX-License-Identifier: Apache-2.0 */
/* What a drill restored: of each component its backup, its objective and its recovery point. */
#include <string.h>

#include "base/clock.h"
#include "drill/record.intern.h"

/* Services are started, not restored. */
static bool is_of_a_component(const struct drill_record *r, const struct run_note *n)
{
	if (!*n->component || strcmp(n->name, "engine") != 0 ||
	    strcmp(n->text, engine_kind_name(ENGINE_SERVICE)) == 0)
		return false;
	for (size_t i = 0; i < r->component_count; i++) {
		if (strcmp(r->component[i].name, n->component) == 0)
			return false;
	}
	return true;
}

/* The step that restores all components of an engine, when the plan has one. */
static const struct drill_record_step *restoring(const struct drill_record *r, const char *engine)
{
	for (size_t i = 0; i < r->plan.step_count; i++) {
		const struct drill_step *plan = r->step[i].plan;

		if (plan->kind != DRILL_AUTOMATIC || plan->work != DRILL_WORK_RESTORE)
			continue;
		if (plan->engine == ENGINE_COUNT ||
		    strcmp(engine_kind_name(plan->engine), engine) == 0)
			return &r->step[i];
	}
	return NULL;
}

/* "BYTES sha256:HEX" */
static int read_file(struct drill_record *r, const char *path, const char *text,
		     struct drill_record_file *out, struct error *err)
{
	static const char marker[] = "sha256:";
	const char *hash = strstr(text, marker);
	size_t size = strspn(text, "0123456789");

	*out = (struct drill_record_file){ .path = path,
					   .sha256 = hash ? hash + sizeof(marker) - 1 : "" };
	out->size = arena_strndup(&r->arena, text, size);
	return out->size ? 0 : drill_record_no_memory(err);
}

/* The place of the file of that path: it is noted again when it is read again. */
static struct drill_record_file *place_of(struct drill_record_component *c, const char *path)
{
	for (size_t i = 0; i < c->file_count; i++) {
		if (strcmp(c->file[i].path, path) == 0)
			return &c->file[i];
	}
	return &c->file[c->file_count++];
}

static int read_files(struct drill_record *r, struct drill_record_component *c, struct error *err)
{
	static const char prefix[] = "file ";
	const size_t length = sizeof(prefix) - 1;

	c->file = arena_alloc(&r->arena, (r->run->note_count + 1) * sizeof(*c->file));
	if (!c->file)
		return drill_record_no_memory(err);
	for (size_t i = 0; i < r->run->note_count; i++) {
		const struct run_note *n = &r->run->note[i];

		if (strcmp(n->component, c->name) == 0 && strncmp(n->name, prefix, length) == 0 &&
		    read_file(r, n->name + length, n->text, place_of(c, n->name + length), err) < 0)
			return -1;
	}
	return 0;
}

static void set_objective(const struct drill_record *r, struct drill_record_component *c)
{
	const struct drill_record_step *s = c->restore;
	struct drill_measure m = { .objective_ns = c->objective_ns, .actual_ns = -1 };

	if (s && s->state == DRILL_STEP_DONE)
		m.actual_ns = s->duration_ns;
	c->actual_ns = m.actual_ns;
	c->objective = drill_outcome_of(&m, r->over || (s && drill_step_has_ended(s)));
	/* what is not done by then is missed already */
	if (c->objective == DRILL_OUTCOME_OPEN && s && s->overrun_ns)
		c->objective = DRILL_OUTCOME_MISSED;
}

static int read_component(struct drill_record *r, const struct run_note *engine, struct error *err)
{
	struct drill_record_component *c = &r->component[r->component_count++];
	const char *point, *name = engine->component;

	*c = (struct drill_record_component){
		.name = name,
		.engine = engine->text,
		.set = drill_record_note(r, name, "set"),
		.version = drill_record_note(r, name, "server version"),
		.no_point = drill_record_note(r, name, "recovery point none"),
		.restore = restoring(r, engine->text)
	};
	c->objective_ns = drill_record_seconds(drill_record_note(r, name, "objective"));
	if (!c->objective_ns && c->restore)
		c->objective_ns = c->restore->plan->objective_ns;
	point = drill_record_note(r, name, "recovery point");
	if (*point && clock_parse_rfc3339(point, &c->point_ns) < 0)
		c->point_ns = 0;
	set_objective(r, c);
	return read_files(r, c, err);
}

int drill_record_components(struct drill_record *r, struct error *err)
{
	r->component = arena_alloc(&r->arena, (r->run->note_count + 1) * sizeof(*r->component));
	if (!r->component)
		return drill_record_no_memory(err);
	for (size_t i = 0; i < r->run->note_count; i++) {
		if (is_of_a_component(r, &r->run->note[i]) &&
		    read_component(r, &r->run->note[i], err) < 0)
			return -1;
	}
	return 0;
}
