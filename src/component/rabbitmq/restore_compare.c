/* SPDX-License-Identifier: Apache-2.0 */
/* What an import lost, added or changed, each object by name: RabbitMQ says nothing of it. */
#include <stdio.h>
#include <string.h>

#include "component/rabbitmq/restore.intern.h"
#include "model/json.h"
#include "model/quote.h"

enum { NAMED_MAX = 20 };

/* Of these only the names of what differs are told: values may hold passwords. */
static bool is_secret(const struct broker_object *o, const char *member)
{
	if (o->type == DEFINITION_USERS)
		return strncmp(member, "password", strlen("password")) == 0;
	return o->type == DEFINITION_GLOBAL_PARAMETERS ||
	       (o->type == DEFINITION_PARAMETERS && strcmp(o->name[0], "operator_policy") != 0 &&
		strcmp(o->name[0], "vhost-limits") != 0);
}

static int say_value(struct buf *out, const json_t *value)
{
	CLEANUP(cleanup_free)
	char *text = NULL;
	char quoted[80];

	if (!value)
		return buf_puts(out, "nothing");
	text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	return text ? buf_puts(out, quote_text(text, quoted, sizeof(quoted))) : -1;
}

/* Both sides of an object, or of an object that is a member `within` it ("": itself). */
struct sides {
	const struct broker_object *object;
	const char *within;
	const json_t *its, *mine;
};

/* "definition.max-length: 5 became 6" */
static int say_difference(struct buf *out, const struct sides *s, const char *key)
{
	char quoted[64];

	if (buf_printf(out, "%s%s%s%s", out->len ? "; " : "", s->within, s->within[0] ? "." : "",
		       quote_text(key, quoted, sizeof(quoted))) < 0)
		return -1;
	if (is_secret(s->object, key))
		return buf_puts(out, " differs");
	if (buf_puts(out, ": ") < 0 || say_value(out, json_object_get(s->its, key)) < 0 ||
	    buf_puts(out, " became ") < 0)
		return -1;
	return say_value(out, json_object_get(s->mine, key));
}

static int say_differences(struct buf *out, const struct sides *s);

static int compare_member(struct buf *out, const struct sides *s, const char *key)
{
	const struct sides deeper = { s->object, key, json_object_get(s->its, key),
				      json_object_get(s->mine, key) };

	if (deeper.its && deeper.mine && json_equal(deeper.its, deeper.mine))
		return 0;
	return json_is_object(deeper.its) && json_is_object(deeper.mine) && !s->within[0] ?
		       say_differences(out, &deeper) :
		       say_difference(out, s, key);
}

static int say_differences(struct buf *out, const struct sides *s)
{
	const json_t *const sides[] = { s->its, s->mine };

	for (size_t side = 0; side < 2; side++) {
		json_t *o = (json_t *)(uintptr_t)sides[side];

		for (void *at = json_object_iter(o); at; at = json_object_iter_next(o, at)) {
			const char *key = json_object_iter_key(at);

			/* a member of both was told with the first */
			if (side == 1 && json_object_get(s->its, key))
				continue;
			if (compare_member(out, s, key) < 0)
				return -1;
		}
	}
	return 0;
}

static int describe_change(const struct broker_restore *r, const struct broker_pair *p,
			   struct buf *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *its = json_loads(p->backup->text, 0, NULL);
	CLEANUP(cleanup_json)
	json_t *mine = json_loads(p->restored->text, 0, NULL);
	const struct sides sides = { p->backup, "", its, mine };

	if (!its || !mine || !broker_object_complete(mine, p->restored->type, r->vhosts) ||
	    !broker_object_normalise(its, p->backup->type, r->one_vhost) ||
	    !broker_object_normalise(mine, p->restored->type, r->one_vhost) ||
	    buf_puts(out, "") < 0 || say_differences(out, &sides) < 0)
		return broker_no_memory(err);
	return 0;
}

/* Why a binding may have been dropped. */
static const char *missing_end(const struct broker_restore *r, const struct broker_object *o)
{
	enum definition_type_index to =
		o->type == DEFINITION_BINDINGS && strcmp(o->name[2], "queue") == 0 ?
			DEFINITION_QUEUES :
			DEFINITION_EXCHANGES;

	if (o->type != DEFINITION_BINDINGS)
		return "";
	if (o->name[0][0] && strncmp(o->name[0], "amq.", 4) != 0 &&
	    !broker_objects_named(&r->restored, DEFINITION_EXCHANGES, o->vhost, o->name[0]))
		return ": its source is not there";
	if (strncmp(o->name[1], "amq.", 4) != 0 &&
	    !broker_objects_named(&r->restored, to, o->vhost, o->name[1]))
		return ": its destination is not there";
	return "";
}

static int tell_pair(struct broker_restore *r, const struct broker_pair *p, struct error *err)
{
	const struct broker_object *o = p->backup ? p->backup : p->restored;
	char title[BROKER_TITLE_SIZE];
	CLEANUP(buf_release)
	struct buf change = { 0 };
	struct check base = { .name = check_name(CHECK_SCHEMA),
			      .subject = broker_object_title(o, title),
			      .verdict = VERDICT_FAIL };

	switch (p->outcome) {
	case BROKER_LOST:
		base.expected = "restored";
		base.found = "missing";
		return broker_check(r, &base, err, "the import dropped %s%s", title,
				    missing_end(r, o));
	case BROKER_ADDED:
		base.expected = "nothing";
		base.found = "an object";
		return broker_check(r, &base, err, "the broker has %s, which the backup has not",
				    title);
	default:
		if (describe_change(r, p, &change, err) < 0)
			return -1;
		base.verdict = r->newer ? VERDICT_WARN : VERDICT_FAIL;
		return broker_check(r, &base, err, "%s came back changed: %.600s", title,
				    change.ptr);
	}
}

/*
 * An older broker may not know a member: then a fingerprint that differs proves nothing, and
 * the restored side tells none.
 */
static int doubt(struct broker_restore *r, const struct broker_object *o, struct error *err)
{
	struct restored_part *part = &r->out->part[0];
	const char *type = definition_types[o->type].key;

	for (size_t i = 0; i < part->facts.count; i++) {
		struct fact *f = &part->facts.item[i];

		if (f->kind != FACT_BROKER_OBJECTS || strcmp(f->name, type) != 0 ||
		    (!r->one_vhost && strcmp(f->scope, o->vhost) != 0))
			continue;
		f->known &= ~(unsigned)MEASURE_FINGERPRINT;
		if (!facts_find(&part->doubtful, f->kind, f->scope, f->name) &&
		    !facts_add(&part->doubtful, f->kind, f->scope, f->name))
			return broker_no_memory(err);
	}
	return 0;
}

struct tally {
	size_t same, excused, differing;
	const struct broker_object *first_excused;
};

static int take_pair(struct broker_restore *r, const struct broker_pair *p, struct tally *t,
		     struct error *err)
{
	switch (p->outcome) {
	case BROKER_SAME:
		t->same++;
		return 0;
	case BROKER_EXCUSED:
		if (!t->excused++)
			t->first_excused = p->backup;
		return 0;
	default:
		if (p->outcome == BROKER_CHANGED && r->newer && doubt(r, p->backup, err) < 0)
			return -1;
		return t->differing++ < NAMED_MAX ? tell_pair(r, p, err) : 0;
	}
}

static int conclude(struct broker_restore *r, const struct tally *t, struct error *err)
{
	struct check base = { .name = check_name(CHECK_SCHEMA) };
	char title[BROKER_TITLE_SIZE];

	base.verdict = VERDICT_FAIL;
	if (t->differing > NAMED_MAX &&
	    broker_check(r, &base, err, "%zu more objects were dropped, added or changed",
			 t->differing - NAMED_MAX) < 0)
		return -1;
	base.verdict = VERDICT_WARN;
	if (t->excused && broker_check(r, &base, err,
				       "%zu objects are not there, as was to be expected; the "
				       "first is %s: %s",
				       t->excused, broker_object_title(t->first_excused, title),
				       broker_excuse(r, t->first_excused)) < 0)
		return -1;
	base.verdict = VERDICT_PASS;
	return t->differing ?
		       0 :
		       broker_check(r, &base, err, "%zu objects came back as they were", t->same);
}

int broker_compare(struct broker_restore *r, struct error *err)
{
	const struct check stopped = { .name = check_name(CHECK_SCHEMA),
				       .verdict = VERDICT_SKIPPED };
	struct tally tally = { 0 };

	if (r->refused)
		return broker_check(r, &stopped, err,
				    "not compared object by object: the import stopped");
	for (size_t i = 0; i < r->pair_count; i++) {
		if (take_pair(r, &r->pair[i], &tally, err) < 0)
			return -1;
	}
	return conclude(r, &tally, err);
}
