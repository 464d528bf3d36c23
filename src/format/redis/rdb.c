/* SPDX-License-Identifier: Apache-2.0 */
/* The RDB reader: the stage, and the outer structure of a snapshot (header, opcodes, keys, checksum). */
#include "format/redis/rdb.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/error.h"
#include "format/redis/rdb_coverage.h"
#include "format/redis/rdb_memory.h"
#include "format/redis/rdb_parser.h"
#include "format/redis/rdb_take.h"

enum {
	/* from Redis 4.0 on, expired keys are written like all others (rdbSaveKeyValuePair) */
	FIRST_VERSION_WITH_EXACT_HINTS = 8
};

const char *const rdb_aux_names[RDB_AUX_COUNT] = { [RDB_AUX_REDIS_VER] = "redis-ver",
						   [RDB_AUX_VALKEY_VER] = "valkey-ver",
						   [RDB_AUX_CTIME] = "ctime",
						   [RDB_AUX_USED_MEM] = "used-mem",
						   [RDB_AUX_AOF_BASE] = "aof-base" };

__attribute__((format(printf, 3, 0))) static void add_finding(struct rdb *r, enum finding_code code,
							      const char *fmt, va_list ap)
{
	enum { SHOWN = 32 };
	char what[160], key[SHOWN + 1];
	bool in_value = r->state > RDB_STATE_KEY && r->state < RDB_STATE_CHECKSUM &&
			r->module.use == RDB_MODULE_VALUE;

	(void)vsnprintf(what, sizeof(what), fmt, ap);
	rdb_show_bytes(key, r->key_shown,
		       r->key_shown_length < SHOWN ? r->key_shown_length : SHOWN);
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

void rdb_no_memory(struct rdb *r)
{
	r->no_memory = true;
	r->state = RDB_STATE_BROKEN;
}

int64_t rdb_clock_ms(const char *ctime_text)
{
	char *end;
	long long seconds = strtoll(ctime_text, &end, 10);

	if (end == ctime_text || *end || seconds <= 0 || seconds > INT64_MAX / NS_PER_SECOND)
		return 0;
	return seconds * 1000;
}

void rdb_on_key(struct rdb *r)
{
	size_t shown = r->element.text.len < RDB_KEY_SHOWN ? r->element.text.len : RDB_KEY_SHOWN;

	r->key_shown_length = shown;
	r->key_hash = rdb_element_hash(&r->element);
	r->key_length = r->element.length;
	r->key_at = r->item_at;
	memcpy(r->key_shown, r->element.text.ptr, shown);
	rdb_value_begin(r);
}

/* Redis refuses to load a file in which one database holds a key twice. */
static void check_repeated(struct rdb *r, const struct rdb_database *db)
{
	switch (rdb_seen_add(&r->seen, r->key_hash.low ^ rdb_seen_salt(db->number))) {
	case RDB_MET_NEW:
		return;
	case RDB_MET_AGAIN:
		rdb_note(r, FINDING_DUPLICATE, "a key that database %" PRIu64 " already holds",
			 db->number);
		return;
	case RDB_MET_NO_MEMORY:
		rdb_no_memory(r);
	}
}

static void keep_largest(struct rdb *r, const struct rdb_database *db)
{
	uint64_t memory = r->value.memory + RDB_MEMORY_ENTRY + rdb_memory_string(r->key_length);
	struct rdb_largest_key key;

	if (r->expires)
		memory += RDB_MEMORY_ENTRY;
	if (!rdb_largest_wants(&r->largest, memory))
		return;
	key = (struct rdb_largest_key){ .kind = r->value.kind,
					.database = db->number,
					.elements = rdb_value_count(&r->value),
					.bytes = memory,
					.offset = r->key_at,
					.name_length = r->key_shown_length };
	memcpy(key.name, r->key_shown, r->key_shown_length);
	rdb_largest_add(&r->largest, &key);
}

static void note_expiry(struct rdb *r, struct rdb_database *db)
{
	struct rdb_expired *e = &r->expired_keys;
	struct rdb_expired_key *key;

	if (!r->expires)
		return;
	r->expired += r->clock_ms && r->expires_ms < r->clock_ms;
	if (!r->out->now_ns || r->expires_ms >= r->out->now_ns / (NS_PER_SECOND / 1000))
		return;
	db->expired++;
	if (e->count == READING_EXPIRED)
		return;
	key = &e->item[e->count++];
	*key = (struct rdb_expired_key){ .kind = r->value.kind,
					 .database = db->number,
					 .name_length = r->key_length };
	memcpy(key->name, r->key_shown, r->key_shown_length);
}

void rdb_key_done(struct rdb *r)
{
	struct rdb_database *db = rdb_database_current(r);
	struct rdb_tally *t;

	if (!db)
		return;
	t = &db->tally[r->value.kind];
	t->keys++;
	t->expires += r->expires;
	t->bytes += r->key_length + r->value.bytes;
	note_expiry(r, db);
	fingerprint_add(&t->fingerprint, rdb_value_fingerprint(r));
	keep_largest(r, db);
	check_repeated(r, db);
	if (rdb_broken(r))
		return;
	r->expires = false;
	r->expires_ms = 0;
	if (r->module.has_meta) {
		r->module.has_meta = false;
		r->module.meta = (struct fingerprint){ 0 };
	}
	rdb_enter(r, RDB_STATE_OPCODE);
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
	/* where there are several masters they count values, of which one key may have several */
	enum finding_code code = r->active_active ? FINDING_RISKY : FINDING_LENGTH_MISMATCH;

	for (size_t i = 0; i < r->databases.count; i++) {
		const struct rdb_database *db = &r->databases.item[i];
		uint64_t keys = rdb_database_keys(db), expires = rdb_database_expires(db);

		if (db->hinted && !hint_holds(r, db->hinted_keys, keys + db->left_out_keys))
			rdb_note(r, code,
				 "database %" PRIu64 " should hold %" PRIu64 " keys, %" PRIu64
				 " are there",
				 db->number, db->hinted_keys, keys);
		if (db->hinted &&
		    !hint_holds(r, db->hinted_expires, expires + db->left_out_expires))
			rdb_note(r, code,
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

static int add_counted(struct facts *f, const char *name, uint64_t count,
		       const struct fingerprint *sum)
{
	struct fact *fact = facts_add(f, FACT_SETTING, NULL, name);
	char number[24];

	(void)snprintf(number, sizeof(number), "%" PRIu64, count);
	if (!fact || fact_set_value(f, fact, number) < 0)
		return -1;
	if (sum) {
		fact->known |= MEASURE_FINGERPRINT;
		fact->fingerprint = *sum;
	}
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Those whose data is there, by name. */
static int add_modules(const struct rdb *r, struct facts *f)
{
	char names[RDB_MODULES_MAX][RDB_MODULE_NAME + 1];
	char text[RDB_MODULES_MAX * (RDB_MODULE_NAME + 1)], *end = text;
	size_t count = r->modules.count;

	if (!count)
		return 0;
	for (size_t i = 0; i < count; i++)
		memcpy(names[i], r->modules.item[i].name, sizeof(names[i]));
	qsort(names, count, sizeof(names[0]), compare_names);
	for (size_t i = 0; i < count; i++)
		end += sprintf(end, "%s%s", i ? "," : "", names[i]);
	if (add_setting(f, "modules", text) < 0)
		return -1;
	return r->modules.aux_count ?
		       add_counted(f, "module-data", r->modules.aux_count, &r->modules.aux) :
		       0;
}

static int add_facts(const struct rdb *r)
{
	struct facts *f = &r->out->facts;

	if (r->version && add_counted(f, "rdb-version", r->version, NULL) < 0)
		return -1;
	for (int i = 0; i < RDB_AUX_COUNT; i++) {
		if (add_setting(f, rdb_aux_names[i], r->aux_value[i]) < 0)
			return -1;
	}
	if ((r->functions && add_counted(f, "functions", r->functions, &r->functions_sum) < 0) ||
	    (r->clock_ms && add_counted(f, "expired", r->expired, NULL) < 0) ||
	    (r->field_expires && add_counted(f, "expiring-fields", r->field_expires, NULL) < 0) ||
	    (r->slots.count && add_counted(f, "slots", r->slots.count, NULL) < 0) ||
	    add_modules(r, f) < 0)
		return -1;
	return rdb_databases_facts(&r->databases, r->out->finished, f);
}

/* What is listed beside facts: function libraries were, as they were met. */
static int add_outlines(const struct rdb *r)
{
	for (size_t i = 0; r->out->list && i < r->modules.count; i++) {
		struct outline_entry *e = outline_add(&r->out->contents, "module", NULL,
						      r->modules.item[i].name, NULL);

		if (!e)
			return -1;
		e->known = MEASURE_COUNT;
		e->count = r->modules.item[i].keys;
	}
	if (rdb_expired_outline(&r->expired_keys, &r->databases, &r->out->expired) < 0)
		return -1;
	return rdb_largest_outline(&r->largest, &r->out->largest);
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
	r->out->content_time_ns = r->clock_ms * (NS_PER_SECOND / 1000);
	if (add_facts(r) < 0 || add_outlines(r) < 0)
		return no_memory(err);
	facts_sort(&r->out->facts);
	return 0;
}

static void rdb_free(struct stage *s)
{
	struct rdb *r = (struct rdb *)s;

	rdb_databases_release(&r->databases);
	rdb_templates_release(&r->templates);
	rdb_seen_release(&r->seen);
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
	if (rdb_element_init(&r->element) < 0) {
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

const struct reader rdb_reader = {
	.format = FORMAT_RDB, .matches = rdb_matches, .open = rdb_open, .coverage = &rdb_coverage
};
