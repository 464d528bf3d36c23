/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_module.h"

#include <inttypes.h>
#include <string.h>

#include "format/redis/rdb_digest.h"
#include "format/redis/rdb_parser.h"

enum { MODULE_EOF, MODULE_SIGNED, MODULE_UNSIGNED, MODULE_FLOAT, MODULE_DOUBLE, MODULE_STRING };
enum { META_VERSION_BITS = 8 }; /* five of the version, three of flags: the name is above */

/* The name in a module's ID: nine characters of six bits above ten of its version. */
static void name_of(uint64_t id, char name[RDB_MODULE_NAME + 1])
{
	static const char set[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	id >>= 10;
	for (int i = RDB_MODULE_NAME - 1; i >= 0; i--, id >>= 6)
		name[i] = set[id & 63];
	name[RDB_MODULE_NAME] = '\0';
}

static void met(struct rdb_modules *m, uint64_t id, bool key)
{
	char name[RDB_MODULE_NAME + 1];
	size_t i = 0;

	name_of(id, name);
	while (i < m->count && strcmp(m->item[i].name, name) != 0)
		i++;
	if (i == RDB_MODULES_MAX)
		return;
	if (i == m->count) {
		memcpy(m->item[i].name, name, sizeof(name));
		m->count++;
	}
	m->item[i].keys += key;
}

static void begin(struct rdb *r, uint64_t id)
{
	struct rdb_module *m = &r->module;

	m->parts = m->bytes = 0;
	m->content = rdb_digest_tagged((struct fingerprint){ 0 }, id, m->use);
}

void rdb_on_module_id(struct rdb *r)
{
	bool key = r->module.use == RDB_MODULE_VALUE;

	met(&r->modules, r->length, key);
	begin(r, r->length);
	rdb_enter(r, key ? RDB_STATE_MODULE_OPCODE : RDB_STATE_MODULE_AUX_WHEN_OPCODE);
}

void rdb_on_module_aux_when_opcode(struct rdb *r)
{
	if (r->length == MODULE_UNSIGNED)
		rdb_enter(r, RDB_STATE_MODULE_AUX_WHEN);
	else
		rdb_break(r, FINDING_BAD_STRUCTURE, "module aux data without its time of loading");
}

static void add_part(struct rdb *r, struct fingerprint f, uint64_t bytes)
{
	struct rdb_module *m = &r->module;

	m->content = rdb_digest_fold(m->content, rdb_digest_tagged(f, m->part, bytes));
	m->parts++;
	m->bytes += bytes;
	rdb_enter(r, RDB_STATE_MODULE_OPCODE);
}

void rdb_on_module_aux_when(struct rdb *r)
{
	r->module.part = MODULE_UNSIGNED;
	add_part(r, (struct fingerprint){ .low = r->length }, sizeof(r->length));
}

void rdb_on_module_integer(struct rdb *r)
{
	add_part(r, (struct fingerprint){ .low = r->length }, sizeof(r->length));
}

void rdb_on_module_bytes(struct rdb *r)
{
	add_part(r, rdb_digest(r->bytes, r->have), r->have);
}

void rdb_on_module_string(struct rdb *r)
{
	add_part(r, rdb_element_hash(&r->element), r->element.length);
}

static void next_class(struct rdb *r)
{
	if (!r->module.classes) {
		rdb_enter(r, RDB_STATE_OPCODE);
		return;
	}
	r->module.classes--;
	rdb_enter(r, RDB_STATE_META_CLASS);
}

void rdb_on_meta_count(struct rdb *r)
{
	if (!r->length || r->length > RDB_CLASSES_MAX) {
		rdb_break(r, FINDING_BAD_LENGTH, "%" PRIu64 " metadata classes of a key",
			  r->length);
		return;
	}
	r->module.classes = r->length;
	next_class(r);
}

void rdb_on_meta_class(struct rdb *r)
{
	struct cursor c = { .rest = { r->bytes, 4 } };

	begin(r, cursor_le32(&c) >> META_VERSION_BITS);
	rdb_enter(r, RDB_STATE_MODULE_OPCODE);
}

/* The last part was met. */
static void parts_done(struct rdb *r)
{
	struct rdb_module *m = &r->module;

	switch (m->use) {
	case RDB_MODULE_VALUE:
		r->value.content = m->content;
		r->value.elements = m->parts;
		r->value.bytes = m->bytes;
		r->value.memory += m->bytes;
		rdb_key_done(r);
		return;
	case RDB_MODULE_AUX:
		fingerprint_add(&r->modules.aux, m->content);
		r->modules.aux_count++;
		rdb_enter(r, RDB_STATE_OPCODE);
		return;
	case RDB_MODULE_META:
		fingerprint_add(&m->meta, m->content);
		m->has_meta = true;
		next_class(r);
	}
}

void rdb_on_module_opcode(struct rdb *r)
{
	static const enum rdb_state parts[] = { [MODULE_SIGNED] = RDB_STATE_MODULE_INTEGER,
						[MODULE_UNSIGNED] = RDB_STATE_MODULE_INTEGER,
						[MODULE_FLOAT] = RDB_STATE_MODULE_FLOAT,
						[MODULE_DOUBLE] = RDB_STATE_MODULE_DOUBLE,
						[MODULE_STRING] = RDB_STATE_MODULE_STRING };

	r->module.part = r->length;
	if (r->length > MODULE_STRING)
		rdb_break(r, FINDING_BAD_STRUCTURE, "unknown part %" PRIu64 " of module data",
			  r->length);
	else if (r->length != MODULE_EOF)
		rdb_enter(r, parts[r->length]);
	else
		parts_done(r);
}
