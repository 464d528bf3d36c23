/* SPDX-License-Identifier: Apache-2.0 */
/* The RDB reader: the stage, and the outer structure of a snapshot (header, opcodes, keys, checksum). */
#include "format/rdb.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/error.h"
#include "format/rdb_parser.h"
#include "format/rdb_take.h"

enum {
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
	/* from Redis 4.0 on, expired keys are written like all others (rdbSaveKeyValuePair) */
	FIRST_VERSION_WITH_EXACT_HINTS = 8
};

static const char *const aux_names[RDB_AUX_COUNT] = { [RDB_AUX_REDIS_VER] = "redis-ver",
						      [RDB_AUX_CTIME] = "ctime",
						      [RDB_AUX_USED_MEM] = "used-mem",
						      [RDB_AUX_AOF_BASE] = "aof-base" };

__attribute__((format(printf, 3, 0))) static void add_finding(struct rdb *r, enum finding_code code,
							      const char *fmt, va_list ap)
{
	char what[160], key[RDB_KEY_SHOWN + 1];
	size_t shown = r->key_shown_length;
	bool in_value = r->state > RDB_STATE_KEY && r->state < RDB_STATE_CHECKSUM && !r->module_aux;

	(void)vsnprintf(what, sizeof(what), fmt, ap);
	for (size_t i = 0; i < shown; i++)
		key[i] = (char)(r->key_shown[i] >= ' ' && r->key_shown[i] < 0x7f ? r->key_shown[i] :
										   '?');
	key[shown] = '\0';
	if (in_value)
		findings_add(&r->out->findings, code, r->item_at, "%s, in key '%s'", what, key);
	else
		findings_add(&r->out->findings, code, r->item_at, "%s", what);
}

void rdb_break(struct rdb *r, enum finding_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_finding(r, code, fmt, ap);
	va_end(ap);
	r->state = RDB_STATE_BROKEN;
}

void rdb_note(struct rdb *r, enum finding_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_finding(r, code, fmt, ap);
	va_end(ap);
}

void rdb_on_header(struct rdb *r)
{
	const char *digits = (const char *)r->bytes + 5;

	if (memcmp(r->bytes, "VALKEY", 6) == 0) {
		rdb_break(r, FINDING_UNSUPPORTED, "a snapshot in Valkey's own format, version %.3s",
			  digits + 1);
		return;
	}
	if (memcmp(r->bytes, "REDIS", 5) != 0) {
		rdb_break(r, FINDING_BAD_MAGIC, "the file does not begin with REDIS");
		return;
	}
	for (int i = 0; i < 4; i++) {
		if (!isdigit((unsigned char)digits[i])) {
			rdb_break(r, FINDING_BAD_MAGIC, "the version is not a number");
			return;
		}
		r->version = r->version * 10 + (unsigned)(digits[i] - '0');
	}
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

static void end_of_keys(struct rdb *r)
{
	if (r->version >= FIRST_VERSION_WITH_CHECKSUM) {
		rdb_enter(r, RDB_STATE_CHECKSUM);
		return;
	}
	rdb_note(r, FINDING_NO_CHECKSUM, "RDB version %u has no checksum", r->version);
	end_of_snapshot(r);
}

static void begin_key(struct rdb *r, uint8_t type)
{
	if (!rdb_value_known_type(type)) {
		rdb_break(r, FINDING_BAD_STRUCTURE, "unknown opcode or type %u", type);
		return;
	}
	r->type = type;
	rdb_enter(r, RDB_STATE_KEY);
}

void rdb_on_opcode(struct rdb *r)
{
	uint8_t opcode = r->bytes[0];

	r->module_aux = opcode == OPCODE_MODULE_AUX;
	switch (opcode) {
	case OPCODE_AUX:
		rdb_enter(r, RDB_STATE_AUX_NAME);
		return;
	case OPCODE_SELECTDB:
		rdb_enter(r, RDB_STATE_SELECT_DB);
		return;
	case OPCODE_RESIZEDB:
		rdb_enter(r, RDB_STATE_RESIZE_KEYS);
		return;
	case OPCODE_EXPIRETIME:
		rdb_enter(r, RDB_STATE_EXPIRE_SECONDS);
		return;
	case OPCODE_EXPIRETIME_MS:
		rdb_enter(r, RDB_STATE_EXPIRE_MS);
		return;
	case OPCODE_FREQ:
		rdb_enter(r, RDB_STATE_FREQUENCY);
		return;
	case OPCODE_IDLE:
		rdb_enter(r, RDB_STATE_IDLE);
		return;
	case OPCODE_FUNCTION2:
		rdb_enter(r, RDB_STATE_FUNCTION);
		return;
	case OPCODE_FUNCTION_PRE_GA:
		rdb_break(r, FINDING_UNSUPPORTED, "functions as Redis 7.0 RC1 and RC2 wrote them");
		return;
	case OPCODE_MODULE_AUX:
		rdb_enter(r, RDB_STATE_MODULE_ID);
		return;
	case OPCODE_EOF:
		end_of_keys(r);
		return;
	default:
		begin_key(r, opcode);
	}
}

void rdb_on_aux_name(struct rdb *r)
{
	r->aux = -1;
	for (int i = 0; i < RDB_AUX_COUNT; i++) {
		if (r->element.length == strlen(aux_names[i]) &&
		    memcmp(r->element.text.ptr, aux_names[i], strlen(aux_names[i])) == 0)
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
	rdb_enter(r, RDB_STATE_OPCODE);
}

static void select_database(struct rdb *r, uint64_t number)
{
	switch (rdb_databases_select(&r->databases, number)) {
	case RDB_TOO_MANY_DATABASES:
		rdb_break(r, FINDING_UNSUPPORTED, "more than %d databases", RDB_DATABASES_MAX);
		return;
	case RDB_SELECT_NO_MEMORY:
		r->no_memory = true;
		r->state = RDB_STATE_BROKEN;
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
	select_database(r, r->length);
	if (!rdb_broken(r))
		rdb_enter(r, RDB_STATE_OPCODE);
}

/* Without a SELECTDB keys go to database 0. */
static struct rdb_database *database(struct rdb *r)
{
	if (!r->databases.count)
		select_database(r, 0);
	return rdb_broken(r) ? NULL : rdb_databases_current(&r->databases);
}

void rdb_on_resize_keys(struct rdb *r)
{
	struct rdb_database *db = database(r);

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

void rdb_on_function(struct rdb *r)
{
	r->functions++;
	fingerprint_add(&r->functions_sum, rdb_element_hash(&r->element));
	rdb_enter(r, RDB_STATE_OPCODE);
}

void rdb_on_key(struct rdb *r)
{
	size_t shown = r->element.text.len < RDB_KEY_SHOWN ? r->element.text.len : RDB_KEY_SHOWN;

	r->key_shown_length = shown;
	r->key_hash = rdb_element_hash(&r->element);
	r->key_length = r->element.length;
	memcpy(r->key_shown, r->element.text.ptr, shown);
	rdb_value_begin(r);
}

void rdb_key_done(struct rdb *r)
{
	struct rdb_database *db = database(r);
	struct rdb_tally *t;

	if (!db)
		return;
	t = &db->tally[r->value.kind];
	t->keys++;
	t->expires += r->expires;
	t->bytes += r->key_length + r->value.bytes;
	fingerprint_add(&t->fingerprint, rdb_value_fingerprint(r));
	r->expires = false;
	r->expires_ms = 0;
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

/* Hints past 32 bits were cut by Redis before 5.0. */
static bool hint_holds(const struct rdb *r, uint64_t hint, uint64_t counted)
{
	if (hint == UINT32_MAX || r->version < FIRST_VERSION_WITH_EXACT_HINTS)
		return true;
	return hint == counted;
}

static void check_hints(struct rdb *r)
{
	for (size_t i = 0; i < r->databases.count; i++) {
		const struct rdb_database *db = &r->databases.item[i];
		uint64_t keys = rdb_database_keys(db), expires = rdb_database_expires(db);

		if (db->hinted && !hint_holds(r, db->hinted_keys, keys))
			rdb_note(r, FINDING_LENGTH_MISMATCH,
				 "database %" PRIu64 " should hold %" PRIu64 " keys, %" PRIu64
				 " are there",
				 db->number, db->hinted_keys, keys);
		if (db->hinted && !hint_holds(r, db->hinted_expires, expires))
			rdb_note(r, FINDING_LENGTH_MISMATCH,
				 "database %" PRIu64 " should hold %" PRIu64 " expiries, %" PRIu64
				 " are there",
				 db->number, db->hinted_expires, expires);
	}
}

/* Everything before the checksum is under it. */
static void run(struct rdb *r, struct span *in)
{
	while (in->len && r->state != RDB_STATE_END && !rdb_broken(r)) {
		bool covered = r->state != RDB_STATE_CHECKSUM;
		const uint8_t *from = in->ptr;

		rdb_take_push(r, in);
		if (covered)
			r->crc = checksum_crc64(r->crc,
						(struct span){ from, (size_t)(in->ptr - from) });
	}
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "out of memory reading a Redis snapshot");
}

static int rdb_push(struct stage *s, struct span block, struct error *err)
{
	struct rdb *r = (struct rdb *)s;

	run(r, &block);
	if (r->state == RDB_STATE_END && block.len) {
		if (!r->trailing)
			r->item_at = r->at;
		r->trailing += block.len;
	}
	return r->no_memory ? no_memory(err) : 0;
}

static int add_setting(struct facts *f, const char *name, const char *value)
{
	struct fact *fact;

	if (!value[0])
		return 0;
	fact = facts_add(f, FACT_SETTING, NULL, name);
	return fact ? fact_set_value(f, fact, value) : -1;
}

static int add_functions(const struct rdb *r, struct facts *f)
{
	struct fact *fact = facts_add(f, FACT_SETTING, NULL, "functions");
	char number[24];

	(void)snprintf(number, sizeof(number), "%" PRIu64, r->functions);
	if (!fact || fact_set_value(f, fact, number) < 0)
		return -1;
	fact->known |= MEASURE_FINGERPRINT;
	fact->fingerprint = r->functions_sum;
	return 0;
}

static int add_facts(const struct rdb *r)
{
	struct facts *f = &r->out->facts;
	char version[24];

	(void)snprintf(version, sizeof(version), "%u", r->version);
	if (r->version && add_setting(f, "rdb-version", version) < 0)
		return -1;
	for (int i = 0; i < RDB_AUX_COUNT; i++) {
		if (add_setting(f, aux_names[i], r->aux_value[i]) < 0)
			return -1;
	}
	if (r->functions && add_functions(r, f) < 0)
		return -1;
	return rdb_databases_facts(&r->databases, r->out->finished, f);
}

static int64_t content_time(const char *ctime_text)
{
	char *end;
	long long seconds = strtoll(ctime_text, &end, 10);

	if (end == ctime_text || *end || seconds <= 0 || seconds > INT64_MAX / NS_PER_SECOND)
		return 0;
	return seconds * NS_PER_SECOND;
}

static int rdb_finish(struct stage *s, struct error *err)
{
	struct rdb *r = (struct rdb *)s;

	if (!r->at)
		rdb_note(r, FINDING_EMPTY, "no snapshot at all");
	else if (r->state == RDB_STATE_END)
		check_hints(r);
	else if (!rdb_broken(r))
		findings_add(&r->out->findings, FINDING_TRUNCATED, r->at,
			     "the snapshot ends inside %s", rdb_take_words(r));
	if (r->trailing)
		rdb_note(r, FINDING_TRAILING_DATA, "%" PRIu64 " bytes follow the snapshot",
			 r->trailing);
	r->out->content_time_ns = content_time(r->aux_value[RDB_AUX_CTIME]);
	if (add_facts(r) < 0)
		return no_memory(err);
	facts_sort(&r->out->facts);
	return 0;
}

static void rdb_free(struct stage *s)
{
	struct rdb *r = (struct rdb *)s;

	rdb_databases_release(&r->databases);
	rdb_value_release(&r->value);
	rdb_element_release(&r->element);
	free(r);
}

static const struct stage_ops ops = {
	.name = "rdb", .push = rdb_push, .finish = rdb_finish, .free = rdb_free
};

static struct stage *rdb_open(struct reading *out, struct error *err)
{
	struct rdb *r = calloc(1, sizeof(*r));

	if (!r) {
		(void)no_memory(err);
		return NULL;
	}
	r->stage.ops = &ops;
	if (rdb_element_init(&r->element) < 0 || rdb_value_init(&r->value) < 0) {
		(void)no_memory(err);
		rdb_free(&r->stage);
		return NULL;
	}
	r->out = out;
	out->format = FORMAT_RDB;
	out->findings.layer = format_id(FORMAT_RDB);
	rdb_enter(r, RDB_STATE_HEADER);
	return &r->stage;
}

static bool rdb_matches(struct span head)
{
	static const char *const magics[] = { "REDIS", "VALKEY" };

	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
		size_t len = strlen(magics[i]);

		if (head.len > len && memcmp(head.ptr, magics[i], len) == 0 &&
		    isdigit(head.ptr[len]))
			return true;
	}
	return false;
}

const struct reader rdb_reader = { .format = FORMAT_RDB, .matches = rdb_matches, .open = rdb_open };
