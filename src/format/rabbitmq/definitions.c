/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Definitions are read object by object: the document is split (splitter.c), each
 * object is parsed by itself, checked, hashed in its canonical form and let go.
 * What stays is a hash per object, against which references are looked up.
 */
#include "format/rabbitmq/definitions.h"

#include <stdlib.h>
#include <string.h>

#include "format/rabbitmq/definitions.intern.h"
#include "model/json.h"
#include "model/quote.h"

int definitions_no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to read definitions");
}

static unsigned bit_of(enum definition_type_index type)
{
	return 1U << type;
}

void definitions_complain(struct definitions *d, enum finding_code code, struct splitter_place at,
			  const char *fmt, ...)
{
	char text[176];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	findings_add(&d->out->findings, code, at.offset, "line %llu: %s",
		     (unsigned long long)at.line, text);
}

void definitions_risk(struct definitions *d, enum definition_risk risk, struct splitter_place at,
		      const char *fmt, ...)
{
	struct definition_risk_seen *seen = &d->risk[risk];
	va_list ap;

	if (seen->count++)
		return;
	seen->at = at;
	va_start(ap, fmt);
	(void)vsnprintf(seen->text, sizeof(seen->text), fmt, ap);
	va_end(ap);
}

static void tell_risks(struct definitions *d)
{
	for (size_t i = 0; i < RISK_COUNT; i++) {
		const struct definition_risk_seen *seen = &d->risk[i];

		if (seen->count == 1)
			definitions_complain(d, FINDING_RISKY, seen->at, "%s", seen->text);
		else if (seen->count)
			definitions_complain(d, FINDING_RISKY, seen->at, "%s (the first of %llu)",
					     seen->text, (unsigned long long)seen->count);
	}
}

/*
 * NULL after a finding or error. Jansson's own words quote the text, which may hold
 * password hashes: only the kind of mistake is told.
 */
static json_t *parse(struct definitions *d, struct span text, struct splitter_place at,
		     struct error *err)
{
	json_error_t problem;
	json_t *json = model_json_load_value(text, &problem, err);
	struct splitter_place where = { at.offset, at.line };

	if (json || err->kind != ERROR_NONE)
		return json;
	if (problem.position > 0)
		where.offset += (uint64_t)problem.position;
	if (problem.line > 1)
		where.line += (uint64_t)problem.line - 1;
	switch (json_error_code(&problem)) {
	case json_error_invalid_utf8:
		definitions_complain(d, FINDING_BAD_ENCODING, where, "not valid UTF-8");
		break;
	case json_error_duplicate_key:
		definitions_complain(d, FINDING_DUPLICATE, where,
				     "a member stands twice in one object");
		break;
	case json_error_numeric_overflow:
		definitions_complain(d, FINDING_BAD_SYNTAX, where, "a number too large to be read");
		break;
	default:
		definitions_complain(d, FINDING_BAD_SYNTAX, where, "not JSON");
		break;
	}
	return NULL;
}

static int take_setting(struct definitions *d, const json_t *value, struct splitter_place at,
			struct error *err)
{
	struct fact *fact;

	if (!json_is_string(value)) {
		definitions_complain(d, FINDING_BAD_STRUCTURE, at, "\"%s\" is not a string",
				     d->setting);
		return 0;
	}
	fact = facts_add(&d->out->facts, FACT_SETTING, NULL, d->setting);
	if (!fact || fact_set_value(&d->out->facts, fact, json_string_value(value)) < 0)
		return definitions_no_memory(err);
	return 0;
}

static int take_value(void *owner, struct span text, struct splitter_place at, struct error *err)
{
	struct definitions *d = owner;
	CLEANUP(cleanup_json)
	json_t *value = parse(d, text, at, err);

	if (!value)
		return err->kind == ERROR_NONE ? 0 : -1;
	if (d->type && d->in_array)
		return definitions_take_object(d, value, at, err);
	return d->setting && !d->in_array ? take_setting(d, value, at, err) : 0;
}

static void recognise(struct definitions *d, const char *name, struct splitter_place at)
{
	char quoted[DEFINITION_QUOTED];
	const char *key = NULL;

	d->setting = NULL;
	switch (definition_member_of(name, &d->type, &key)) {
	case DEFINITION_MEMBER_LIST:
		if (d->in_array)
			d->seen |= bit_of((enum definition_type_index)(d->type - definition_types));
		else
			definitions_complain(d, FINDING_BAD_STRUCTURE, at, "\"%s\" is not an array",
					     key);
		break;
	case DEFINITION_MEMBER_SETTING:
		d->setting = key;
		break;
	case DEFINITION_MEMBER_UNKNOWN:
		definitions_risk(
			d, RISK_UNKNOWN_MEMBER, at,
			"\"%s\" is nothing that RabbitMQ up to 4.3 exports, and not looked at",
			quote_text(name, quoted, sizeof(quoted)));
		break;
	default:
		break;
	}
}

static int take_member(void *owner, struct span key, bool is_array, struct splitter_place at,
		       struct error *err)
{
	struct definitions *d = owner;
	CLEANUP(cleanup_json)
	json_t *name = parse(d, key, at, err);
	struct definition_name member = { .type = "member", .vhost = "" };
	uint32_t kept;
	bool found;

	d->any_member = true;
	d->in_array = is_array;
	if (!name) {
		splitter_give_up(&d->splitter);
		return err->kind == ERROR_NONE ? 0 : -1;
	}
	member.part[0] = json_string_value(name);
	if (definition_names_put(&d->names, &member, 0, &found, &kept) < 0)
		return definitions_no_memory(err);
	if (found)
		definitions_complain(d, FINDING_DUPLICATE, at,
				     "a member stands twice in the document");
	recognise(d, member.part[0], at);
	return 0;
}

static const struct splitter_ops splitter_ops = { take_member, take_value };

/* Every export has its lists, also when they are empty: one that lacks them is not all of it. */
static void check_presence(struct definitions *d)
{
	bool whole = false;

	for (size_t i = 0; i < DEFINITION_TYPE_COUNT; i++)
		whole |= definition_types[i].presence == WHOLE_BROKER && d->seen & 1U << i;
	if (!d->any_member) {
		findings_add(&d->out->findings, FINDING_EMPTY, 0, "an object without members");
		return;
	}
	for (size_t i = 0; i < DEFINITION_TYPE_COUNT; i++) {
		enum definition_presence presence = definition_types[i].presence;

		if (d->seen & 1U << i || presence == OPTIONAL ||
		    (presence == WHOLE_BROKER && !whole))
			continue;
		findings_add(&d->out->findings, FINDING_BAD_STRUCTURE, 0, "no \"%s\"",
			     definition_types[i].key);
	}
	if (whole && d->no_vhost.line)
		definitions_complain(d, FINDING_BAD_STRUCTURE, d->no_vhost,
				     "an object without \"vhost\"");
}

/*
 * An export of one vhost says nothing of users and vhosts, and one by a user with few
 * rights nothing of parameters: those references are unknown. Until 3.10 its policies
 * name their vhost and its exchanges do not.
 */
static bool can_be_told(const struct definitions *d, const struct definition_reference *r)
{
	static const enum definition_type_index unsure[] = { DEFINITION_USERS, DEFINITION_VHOSTS,
							     DEFINITION_PARAMETERS };

	for (size_t i = 0; i < sizeof(unsure) / sizeof(*unsure); i++) {
		if (r->type == definition_types[unsure[i]].key && !(d->seen & bit_of(unsure[i])))
			return false;
	}
	return !r->from_policy || d->seen & bit_of(DEFINITION_VHOSTS);
}

static void resolve(struct definitions *d)
{
	for (size_t i = 0; i < d->references.count; i++) {
		const struct definition_reference *r = &d->references.item[i];

		if (can_be_told(d, r) && !definition_reference_holds(r, &d->names))
			definitions_complain(d, r->code, r->at, "%s, which is not there", r->text);
	}
}

static int push(struct stage *s, struct span block, struct error *err)
{
	struct definitions *d = (struct definitions *)s;

	d->out->content_bytes += block.len;
	return splitter_push(&d->splitter, block, err);
}

static int finish(struct stage *s, struct error *err)
{
	struct definitions *d = (struct definitions *)s;

	d->out->finished = splitter_finish(&d->splitter);
	if (d->out->finished) {
		check_presence(d);
		resolve(d);
		tell_risks(d);
	}
	facts_sort(&d->out->facts);
	return definitions_count_matches(d, err);
}

static void free_stage(struct stage *s)
{
	struct definitions *d = (struct definitions *)s;

	splitter_release(&d->splitter);
	definition_names_release(&d->names);
	definition_names_release(&d->sums);
	definition_names_release(&d->asked);
	definition_references_release(&d->references);
	arena_release(&d->arena);
	free(d->policy);
	(void)XXH3_freeState(d->hash);
	free(d);
}

static struct stage *open_definitions(struct reading *out, struct error *err)
{
	static const struct stage_ops ops = {
		.name = "definitions", .push = push, .finish = finish, .free = free_stage
	};
	struct definitions *d = calloc(1, sizeof(*d));

	if (d)
		d->hash = XXH3_createState();
	if (!d || !d->hash) {
		free(d);
		(void)definitions_no_memory(err);
		return NULL;
	}
	d->stage.ops = &ops;
	d->out = out;
	out->format = FORMAT_DEFINITIONS;
	out->findings.layer = "definitions";
	out->facts.side = FACTS_BACKUP;
	splitter_init(&d->splitter, &splitter_ops, d, &out->findings);
	return &d->stage;
}

/* Any JSON object; the manifest's reader is asked first. */
static bool matches(struct span head)
{
	bool open = false;

	for (size_t i = 0; i < head.len; i++) {
		uint8_t c = head.ptr[i];

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
			continue;
		if (open)
			return c == '"' || c == '}';
		if (c != '{')
			return false;
		open = true;
	}
	return open;
}

static const struct uncovered uncovered[DEFINITIONS_UNCOVERED_COUNT] = {
#define X(id, where, effect) { where, effect },
	DEFINITIONS_UNCOVERED_TABLE(X)
#undef X
};

static const struct coverage coverage = {
	.id = "definitions",
	.versions = "RabbitMQ 3.6 to 4.3, of a whole broker or one vhost",
	.checked = "The grammar of every value, every object's members and every reference between "
		   "objects. Definitions hold no messages.",
	.row = uncovered,
	.count = DEFINITIONS_UNCOVERED_COUNT,
};

const struct reader definitions_reader = { .format = FORMAT_DEFINITIONS,
					   .matches = matches,
					   .open = open_definitions,
					   .coverage = &coverage };
