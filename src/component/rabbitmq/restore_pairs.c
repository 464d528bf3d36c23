/* SPDX-License-Identifier: Apache-2.0 */
/* The file's objects beside the broker's, and which of those that are missing had to be. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "component/rabbitmq/restore.intern.h"
#include "model/json.h"

static bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* A member of "arguments", or of a parameter's "value"; NULL: none. Borrows from `*json`. */
static const json_t *look_up(const struct broker_object *o, const char *member, const char *name,
			     json_t **json)
{
	*json = json_loads(o->text, 0, NULL);
	return json_object_get(json_object_get(*json, member), name);
}

/* Long enough unused since the import began? */
static bool expired(const struct broker_restore *r, const struct broker_object *queue)
{
	CLEANUP(cleanup_json)
	json_t *json = NULL;
	const json_t *ms = look_up(queue, "arguments", "x-expires", &json);

	return json_is_integer(ms) &&
	       json_integer_value(ms) <= (clock_monotonic_ns() - r->load_began_ns) / 1000000;
}

static bool ends_by_itself(const struct broker_object *shovel)
{
	CLEANUP(cleanup_json)
	json_t *json = NULL;
	const json_t *after = look_up(shovel, "value", "src-delete-after", &json);

	return after && !(json_is_string(after) && strcmp(json_string_value(after), "never") == 0);
}

static const char *excuse_queue(const struct broker_restore *r, const struct broker_object *queue)
{
	if (starts_with(queue->name[0], "amq."))
		return "an import skips queues with names of the broker's own";
	return expired(r, queue) ? "it expired, as nobody used it" : NULL;
}

static const char *excuse_binding(const struct broker_restore *r, const struct broker_object *o)
{
	const struct broker_object *queue;

	if (!o->name[0][0])
		return "every queue is bound to the default exchange, which is not exported";
	if (starts_with(o->name[0], "federation: ") || starts_with(o->name[1], "federation: "))
		return "federation makes it again";
	if (strcmp(o->name[2], "queue") != 0)
		return NULL;
	if (starts_with(o->name[1], "amq."))
		return "it is of a queue that the broker named for one connection";
	queue = broker_objects_named(&r->backup, DEFINITION_QUEUES, o->vhost, o->name[1]);
	return queue && !broker_objects_find(&r->restored, queue) ? excuse_queue(r, queue) : NULL;
}

const char *broker_excuse(const struct broker_restore *r, const struct broker_object *lost)
{
	switch (lost->type) {
	case DEFINITION_QUEUES:
		return excuse_queue(r, lost);
	case DEFINITION_BINDINGS:
		return excuse_binding(r, lost);
	case DEFINITION_PARAMETERS:
		return strcmp(lost->name[0], "shovel") == 0 && ends_by_itself(lost) ?
			       "the shovel ends by itself" :
			       NULL;
	default:
		return NULL;
	}
}

/* A password itself comes back hashed, with a salt of the broker's. */
static bool agree_but_for_the_hash(const struct broker_object *backup,
				   const struct broker_object *restored)
{
	static const char *const members[] = { "password", "password_hash", "hashing_algorithm" };
	CLEANUP(cleanup_json)
	json_t *its = json_loads(backup->text, 0, NULL);
	CLEANUP(cleanup_json)
	json_t *mine = json_loads(restored->text, 0, NULL);

	if (!json_object_get(its, "password") || !json_object_get(mine, "password_hash") ||
	    !broker_object_normalise(its, backup->type, false) ||
	    !broker_object_normalise(mine, restored->type, false))
		return false;
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		(void)json_object_del(its, members[i]);
		(void)json_object_del(mine, members[i]);
	}
	return json_equal(its, mine);
}

static enum broker_outcome judge(const struct broker_restore *r, const struct broker_object *backup,
				 const struct broker_object *restored)
{
	if (!backup)
		return BROKER_ADDED;
	if (!restored)
		return broker_excuse(r, backup) ? BROKER_EXCUSED : BROKER_LOST;
	if (memcmp(&backup->content, &restored->content, sizeof(backup->content)) == 0 ||
	    (backup->type == DEFINITION_USERS && agree_but_for_the_hash(backup, restored)))
		return BROKER_SAME;
	return BROKER_CHANGED;
}

/* Both are sorted, so this is a merge; the second of two of one key finds no partner. */
int broker_pair_up(struct broker_restore *r, struct error *err)
{
	const struct broker_objects *backup = &r->backup, *restored = &r->restored;
	size_t b = 0, m = 0;

	r->pair = calloc(backup->count + restored->count + 1, sizeof(*r->pair));
	if (!r->pair)
		return broker_no_memory(err);
	while (b < backup->count || m < restored->count) {
		struct broker_pair *p = &r->pair[r->pair_count++];
		int order = b == backup->count ?
				    1 :
			    m == restored->count ?
				    -1 :
				    broker_object_compare(&backup->item[b], &restored->item[m]);

		p->backup = order <= 0 ? &backup->item[b++] : NULL;
		p->restored = order >= 0 ? &restored->item[m++] : NULL;
		p->outcome = judge(r, p->backup, p->restored);
	}
	return 0;
}
