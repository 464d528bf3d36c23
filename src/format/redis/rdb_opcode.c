/* SPDX-License-Identifier: Apache-2.0 */
#include "format/redis/rdb_opcode.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/checksum.h"
#include "format/redis/rdb_parser.h"

enum {
	OPCODE_HASH_TEMPLATE = 242, /* Redis, from version 15 */
	OPCODE_KEY_META = 243,      /* Redis, from version 13 */
	OPCODE_SLOT_IMPORT = 243,   /* Valkey */
	OPCODE_SLOT_INFO = 244,
	OPCODE_FUNCTION2 = 245,
	OPCODE_FUNCTION_PRE_GA = 246,
	OPCODE_MODULE_AUX = 247,
	OPCODE_IDLE = 248,
	OPCODE_FREQ = 249,
	OPCODE_AUX = 250,
	OPCODE_RESIZEDB = 251,
	OPCODE_EXPIRETIME_MS = 252,
	OPCODE_EXPIRETIME = 253,
	OPCODE_SELECTDB = 254,
	OPCODE_EOF = 255
};

enum {
	FIRST_VERSION_WITH_CHECKSUM = 5,
	FIRST_VERSION_WITH_SLOTS = 12,
	FIRST_VERSION_WITH_META = 13,
	FIRST_VERSION_WITH_TEMPLATES = 15,
	/* the version numbers that Valkey leaves to others */
	FIRST_FOREIGN_VERSION = 12
};

/* Digits from the header, or nothing. */
static bool version_number(struct rdb *r, const char *digits, int count)
{
	for (int i = 0; i < count; i++) {
		if (!isdigit((unsigned char)digits[i])) {
			rdb_break(r, FINDING_BAD_MAGIC, "the version is not a number");
			return false;
		}
		r->version = r->version * 10 + (unsigned)(digits[i] - '0');
	}
	return true;
}

/* Valkey writes its own magic from version 80 on; below 12 it has none, between the numbers are foreign. */
static void valkey_header(struct rdb *r)
{
	r->valkey = true;
	if (!version_number(r, (const char *)r->bytes + 6, 3))
		return;
	if (r->version < FIRST_FOREIGN_VERSION)
		rdb_break(r, FINDING_BAD_STRUCTURE, "RDB version %u with Valkey's magic",
			  r->version);
	else if (r->version != RDB_VALKEY_VERSION)
		rdb_break(r, FINDING_UNSUPPORTED, "Valkey's RDB version %u; the one known is %d",
			  r->version, RDB_VALKEY_VERSION);
	else
		rdb_enter(r, RDB_STATE_OPCODE);
}

void rdb_on_header(struct rdb *r)
{
	if (memcmp(r->bytes, "VALKEY", 6) == 0) {
		valkey_header(r);
		return;
	}
	if (memcmp(r->bytes, "REDIS", 5) != 0) {
		rdb_break(r, FINDING_BAD_MAGIC, "the file does not begin with REDIS");
		return;
	}
	if (!version_number(r, (const char *)r->bytes + 5, 4))
		return;
	if (r->version > RDB_NEWEST_VERSION)
		rdb_break(r, FINDING_UNSUPPORTED, "RDB version %u; the newest known is %d",
			  r->version, RDB_NEWEST_VERSION);
	else if (r->version == 0)
		rdb_break(r, FINDING_BAD_STRUCTURE, "RDB version 0");
	else
		rdb_enter(r, RDB_STATE_OPCODE);
}

/* The snapshot ended where its format says. */
static void end_of_snapshot(struct rdb *r)
{
	rdb_enter(r, RDB_STATE_END);
	r->out->finished = true;
}

/* Redis tells how many keys a slot has and then leaves them out when it is deleting them, since it gave
 * the slot away (isSlotInTrimJob): all of them, or none. */
static bool left_out(const struct rdb_slots *s, uint64_t keys)
{
	return !keys && s->stated[0] && s->stated[1] <= s->stated[0];
}

/* A slot's keys are those until the next slot, database or the end: its numbers are exact. */
static void close_slot(struct rdb *r)
{
	struct rdb_slots *s = &r->slots;
	struct rdb_database *db;
	uint64_t keys, expires;

	if (!s->open)
		return;
	s->open = false;
	db = rdb_databases_current(&r->databases);
	keys = rdb_database_keys(db) - s->before[0];
	expires = rdb_database_expires(db) - s->before[1];
	if (left_out(s, keys)) {
		s->left_out++;
		db->left_out_keys += s->stated[0];
		db->left_out_expires += s->stated[1];
	} else if (keys != s->stated[0] || expires != s->stated[1]) {
		rdb_note(r, FINDING_LENGTH_MISMATCH,
			 "slot %" PRIu64 " should hold %" PRIu64 " keys and %" PRIu64
			 " expiries, %" PRIu64 " and %" PRIu64 " are there",
			 s->number, s->stated[0], s->stated[1], keys, expires);
	}
}

/* What was said of the key to come was said of none. */
static void no_key_follows(struct rdb *r)
{
	if (r->expires || r->module.has_meta)
		rdb_note(r, FINDING_BAD_STRUCTURE, "an expiry or metadata without a key");
	r->expires = r->module.has_meta = false;
}

static void end_of_keys(struct rdb *r)
{
	close_slot(r);
	no_key_follows(r);
	if (r->slots.left_out)
		rdb_note(r, FINDING_RISKY,
			 "%" PRIu64 " cluster slots were given away: their keys are left out",
			 r->slots.left_out);
	if (r->version >= FIRST_VERSION_WITH_CHECKSUM) {
		rdb_enter(r, RDB_STATE_CHECKSUM);
		return;
	}
	rdb_note(r, FINDING_NO_CHECKSUM, "RDB version %u has no checksum", r->version);
	end_of_snapshot(r);
}

static void begin_key(struct rdb *r, uint8_t type)
{
	switch (rdb_value_known_type(r, type)) {
	case RDB_TYPE_READ:
		r->type = type;
		rdb_enter(r, RDB_STATE_KEY);
		return;
	case RDB_TYPE_UNSUPPORTED:
		rdb_break(r, FINDING_UNSUPPORTED, "a value of type %u, which no release writes",
			  type);
		return;
	case RDB_TYPE_UNKNOWN:
		rdb_break(r, FINDING_BAD_STRUCTURE, "unknown opcode or type %u", type);
	}
}

/* Those that only some writers know. */
static void newer_opcode(struct rdb *r, uint8_t opcode)
{
	if (opcode == OPCODE_SLOT_INFO && r->version >= FIRST_VERSION_WITH_SLOTS) {
		close_slot(r);
		rdb_enter(r, RDB_STATE_SLOT_ID);
	} else if (opcode == OPCODE_SLOT_IMPORT && r->valkey) {
		rdb_enter(r, RDB_STATE_IMPORT_JOB);
	} else if (opcode == OPCODE_KEY_META && !r->valkey &&
		   r->version >= FIRST_VERSION_WITH_META) {
		r->module.use = RDB_MODULE_META;
		rdb_enter(r, RDB_STATE_META_COUNT);
	} else if (opcode == OPCODE_HASH_TEMPLATE && !r->valkey &&
		   r->version >= FIRST_VERSION_WITH_TEMPLATES) {
		rdb_enter(r, RDB_STATE_TEMPLATE_ID);
	} else {
		begin_key(r, opcode);
	}
}

void rdb_on_opcode(struct rdb *r)
{
	static const enum rdb_state states[] = {
		[OPCODE_FUNCTION2] = RDB_STATE_FUNCTION,
		[OPCODE_MODULE_AUX] = RDB_STATE_MODULE_ID,
		[OPCODE_IDLE] = RDB_STATE_IDLE,
		[OPCODE_FREQ] = RDB_STATE_FREQUENCY,
		[OPCODE_AUX] = RDB_STATE_AUX_NAME,
		[OPCODE_RESIZEDB] = RDB_STATE_RESIZE_KEYS,
		[OPCODE_EXPIRETIME_MS] = RDB_STATE_EXPIRE_MS,
		[OPCODE_EXPIRETIME] = RDB_STATE_EXPIRE_SECONDS,
		[OPCODE_SELECTDB] = RDB_STATE_SELECT_DB,
	};
	uint8_t opcode = r->bytes[0];

	r->module.use = opcode == OPCODE_MODULE_AUX ? RDB_MODULE_AUX : RDB_MODULE_VALUE;
	if (opcode == OPCODE_EOF)
		end_of_keys(r);
	else if (opcode == OPCODE_FUNCTION_PRE_GA)
		rdb_break(r, FINDING_UNSUPPORTED, "functions as Redis 7.0 RC1 and RC2 wrote them");
	else if (opcode >= OPCODE_FUNCTION2)
		rdb_enter(r, states[opcode]);
	else if (opcode >= OPCODE_HASH_TEMPLATE)
		newer_opcode(r, opcode);
	else
		begin_key(r, opcode);
}

/* Forks with several masters (XRedis) may keep several values of one key, and count them. */
static bool tells_of_replicas(const struct rdb_element *name)
{
	static const char mark[] = "crdt";

	return name->length >= sizeof(mark) - 1 &&
	       memcmp(name->text.ptr, mark, sizeof(mark) - 1) == 0;
}

void rdb_on_aux_name(struct rdb *r)
{
	r->aux = -1;
	r->active_active |= tells_of_replicas(&r->element);
	for (int i = 0; i < RDB_AUX_COUNT; i++) {
		if (r->element.length == strlen(rdb_aux_names[i]) &&
		    memcmp(r->element.text.ptr, rdb_aux_names[i], strlen(rdb_aux_names[i])) == 0)
			r->aux = i;
	}
	rdb_enter(r, RDB_STATE_AUX_VALUE);
}

/* Only short printable text is worth showing; the first of a name counts. */
void rdb_on_aux_value(struct rdb *r)
{
	const struct rdb_element *e = &r->element;
	bool keep = r->aux >= 0 && e->length <= RDB_AUX_TEXT && !r->aux_value[r->aux][0];

	for (size_t i = 0; keep && i < e->text.len; i++)
		keep = e->text.ptr[i] >= ' ' && e->text.ptr[i] < 0x7f;
	if (keep)
		memcpy(r->aux_value[r->aux], e->text.ptr, e->text.len);
	if (keep && r->aux == RDB_AUX_CTIME)
		r->clock_ms = rdb_clock_ms(r->aux_value[RDB_AUX_CTIME]);
	rdb_enter(r, RDB_STATE_OPCODE);
}

static void select_database(struct rdb *r, uint64_t number)
{
	switch (rdb_databases_select(&r->databases, number)) {
	case RDB_TOO_MANY_DATABASES:
		rdb_break(r, FINDING_UNSUPPORTED, "more than %d databases", RDB_DATABASES_MAX);
		return;
	case RDB_SELECT_NO_MEMORY:
		rdb_no_memory(r);
		return;
	case RDB_SELECTED:
		return;
	}
}

void rdb_on_select_db(struct rdb *r)
{
	if (r->length > INT32_MAX) {
		rdb_break(r, FINDING_BAD_LENGTH, "database number %" PRIu64, r->length);
		return;
	}
	close_slot(r);
	no_key_follows(r);
	select_database(r, r->length);
	if (!rdb_broken(r))
		rdb_enter(r, RDB_STATE_OPCODE);
}

struct rdb_database *rdb_database_current(struct rdb *r)
{
	if (!r->databases.count)
		select_database(r, 0);
	return rdb_broken(r) ? NULL : rdb_databases_current(&r->databases);
}

void rdb_on_resize_keys(struct rdb *r)
{
	struct rdb_database *db = rdb_database_current(r);

	if (!db)
		return;
	db->hinted_keys += r->length;
	rdb_enter(r, RDB_STATE_RESIZE_EXPIRES);
}

void rdb_on_resize_expires(struct rdb *r)
{
	struct rdb_database *db = rdb_databases_current(&r->databases);

	db->hinted = true;
	db->hinted_expires += r->length;
	rdb_enter(r, RDB_STATE_OPCODE);
}

static void expire_at(struct rdb *r, int64_t ms)
{
	r->expires = true;
	r->expires_ms = ms;
	rdb_enter(r, RDB_STATE_OPCODE);
}

void rdb_on_expire_seconds(struct rdb *r)
{
	struct cursor c = { .rest = { r->bytes, 4 } };

	expire_at(r, (int64_t)(int32_t)cursor_le32(&c) * 1000);
}

void rdb_on_expire_ms(struct rdb *r)
{
	struct cursor c = { .rest = { r->bytes, 8 } };

	expire_at(r, (int64_t)cursor_le64(&c));
}

void rdb_on_ignored(struct rdb *r)
{
	rdb_enter(r, RDB_STATE_OPCODE);
}

void rdb_on_slot_id(struct rdb *r)
{
	struct rdb_slots *s = &r->slots;
	const struct rdb_database *db;

	if (r->length >= RDB_SLOTS) {
		rdb_break(r, FINDING_BAD_LENGTH, "cluster slot %" PRIu64, r->length);
		return;
	}
	db = rdb_database_current(r);
	if (!db)
		return;
	s->number = r->length;
	s->before[0] = rdb_database_keys(db);
	s->before[1] = rdb_database_expires(db);
	rdb_enter(r, RDB_STATE_SLOT_KEYS);
}

void rdb_on_slot_keys(struct rdb *r)
{
	r->slots.stated[0] = r->length;
	rdb_enter(r, RDB_STATE_SLOT_EXPIRES);
}

void rdb_on_slot_expires(struct rdb *r)
{
	r->slots.stated[1] = r->length;
	r->slots.open = true;
	r->slots.count++;
	rdb_enter(r, RDB_STATE_OPCODE);
}

void rdb_on_import_job(struct rdb *r)
{
	if (r->element.length != RDB_JOB_NAME)
		rdb_break(r, FINDING_BAD_LENGTH, "a slot import's name of %" PRIu64 " bytes",
			  r->element.length);
	else
		rdb_enter(r, RDB_STATE_IMPORT_RANGES);
}

static void next_range(struct rdb *r)
{
	struct rdb_slots *s = &r->slots;

	if (!s->ranges) {
		rdb_note(r, FINDING_RISKY,
			 "cluster slots were being imported: some keys are not owned");
		rdb_enter(r, RDB_STATE_OPCODE);
		return;
	}
	s->ranges--;
	s->second = false;
	rdb_enter(r, RDB_STATE_IMPORT_SLOT);
}

void rdb_on_import_ranges(struct rdb *r)
{
	r->slots.ranges = r->length;
	next_range(r);
}

void rdb_on_import_slot(struct rdb *r)
{
	struct rdb_slots *s = &r->slots;

	if (r->length >= RDB_SLOTS || (s->second && r->length < s->first)) {
		rdb_break(r, FINDING_BAD_LENGTH, "an imported range ends in slot %" PRIu64,
			  r->length);
		return;
	}
	if (s->second) {
		next_range(r);
		return;
	}
	s->first = r->length;
	s->second = true;
	rdb_enter(r, RDB_STATE_IMPORT_SLOT);
}

/* The library's name stands in its first line: #!lua name=NAME. */
static void function_name(const struct rdb_element *e, struct span *name)
{
	static const char mark[] = "name=";
	struct span rest = e->text;
	const uint8_t *end, *at;

	*name = (struct span){ rest.ptr, 0 };
	/* of a string that came in pieces there is no more */
	if (rest.len > RDB_ELEMENT_TEXT)
		rest.len = RDB_ELEMENT_TEXT;
	end = memchr(rest.ptr, '\n', rest.len);
	if (end)
		rest.len = (size_t)(end - rest.ptr);
	at = rest.len ? memmem(rest.ptr, rest.len, mark, sizeof(mark) - 1) : NULL;
	if (!at)
		return;
	name->ptr = at + sizeof(mark) - 1;
	while (name->ptr + name->len < rest.ptr + rest.len && isgraph(name->ptr[name->len]))
		name->len++;
}

void rdb_on_function(struct rdb *r)
{
	struct span name;

	r->functions++;
	fingerprint_add(&r->functions_sum, rdb_element_hash(&r->element));
	function_name(&r->element, &name);
	if (r->out->list) {
		char shown[RDB_ELEMENT_TEXT + 1];
		struct outline_entry *e;

		name.len = name.len < RDB_ELEMENT_TEXT ? name.len : RDB_ELEMENT_TEXT;
		rdb_show_bytes(shown, name.ptr, name.len);
		e = outline_add(&r->out->contents, "function library", NULL, shown, NULL);
		if (!e) {
			rdb_no_memory(r);
			return;
		}
		e->known = MEASURE_BYTES;
		e->bytes = r->element.length;
		e->offset = r->item_at;
	}
	rdb_enter(r, RDB_STATE_OPCODE);
}

void rdb_on_checksum(struct rdb *r)
{
	struct cursor c = { .rest = { r->bytes, 8 } };
	uint64_t stored = cursor_le64(&c);

	if (stored == 0)
		rdb_note(r, FINDING_NO_CHECKSUM, "the checksum is switched off (rdbchecksum no)");
	else if (stored != r->crc)
		rdb_note(r, FINDING_CHECKSUM_MISMATCH,
			 "CRC-64 stored %016" PRIx64 ", computed %016" PRIx64, stored, r->crc);
	end_of_snapshot(r);
}
