/* SPDX-License-Identifier: Apache-2.0 */
/* bytea's text: byteain() of src/backend/utils/adt/varlena.c, "\x" and digits or the older escapes. */
#include "format/postgres/pg_sql_objects.h"

#include <inttypes.h>
#include <xxhash.h>

enum { OUT_SIZE = 4096 };

enum state { AT_START, START_BACKSLASH, HEX_HIGH, HEX_LOW, RAW, RAW_BACKSLASH, OCTAL_2, OCTAL_3 };

/* Decoded bytes on their way to the hash. */
struct out {
	struct row_hash *hash;
	size_t len;
	uint8_t bytes[OUT_SIZE];
};

int pg_sql_objects_init(struct pg_sql_objects *o, struct findings *findings)
{
	*o = (struct pg_sql_objects){ .hash = row_hash_new(), .findings = findings };
	return o->hash ? 0 : -1;
}

void pg_sql_objects_release(struct pg_sql_objects *o)
{
	row_hash_free(o->hash);
	*o = (struct pg_sql_objects){ 0 };
}

static uint64_t hash_oid(uint32_t oid)
{
	return XXH3_64bits(&oid, sizeof(oid));
}

void pg_sql_objects_create(struct pg_sql_objects *o, uint32_t oid)
{
	o->created++;
	o->created_sum += hash_oid(oid);
}

static void report(struct pg_sql_objects *o, uint64_t offset, const char *what)
{
	o->wrong = true;
	findings_add(o->findings, FINDING_BAD_STRUCTURE, offset, "%s", what);
}

void pg_sql_objects_open(struct pg_sql_objects *o, uint32_t oid, uint64_t offset)
{
	if (o->open)
		report(o, offset, "a large object is opened before the last one was closed");
	row_hash_begin_large_object(o->hash, oid);
	o->oid = oid;
	o->open = true;
}

void pg_sql_objects_close(struct pg_sql_objects *o, uint64_t offset)
{
	if (!o->open) {
		report(o, offset, "a large object is closed that was not opened");
		return;
	}
	row_hash_end(o->hash, &o->sum);
	o->open = false;
	o->written++;
	o->written_sum += hash_oid(o->oid);
}

void pg_sql_objects_begin_write(struct pg_sql_objects *o, uint64_t offset)
{
	if (!o->open)
		report(o, offset, "a large object is written that was not opened");
	o->state = AT_START;
}

static void put(struct out *out, uint8_t byte)
{
	if (out->len == sizeof(out->bytes)) {
		row_hash_update(out->hash, (struct span){ out->bytes, out->len });
		out->len = 0;
	}
	out->bytes[out->len++] = byte;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* White space may stand between two digits' pairs. */
static void take_hex(struct pg_sql_objects *o, struct out *out, uint8_t c)
{
	int value = hex_value(c);

	if (value < 0) {
		o->wrong |=
			o->state == HEX_LOW || (c != ' ' && c != '\n' && c != '\t' && c != '\r');
	} else if (o->state == HEX_HIGH) {
		o->byte = (uint8_t)(value << 4);
		o->state = HEX_LOW;
	} else {
		put(out, (uint8_t)(o->byte | value));
		o->state = HEX_HIGH;
	}
}

static void take_octal(struct pg_sql_objects *o, struct out *out, uint8_t c)
{
	if (c < '0' || c > '7') {
		o->wrong = true;
		o->state = RAW;
		return;
	}
	o->byte = (uint8_t)(o->byte << 3 | (c - '0'));
	if (o->state == OCTAL_3)
		put(out, o->byte);
	o->state = o->state == OCTAL_2 ? OCTAL_3 : RAW;
}

static void take_escape(struct pg_sql_objects *o, struct out *out, uint8_t c)
{
	if (c == 'x' && o->state == START_BACKSLASH) {
		o->state = HEX_HIGH;
	} else if (c == '\\') {
		put(out, c);
		o->state = RAW;
	} else {
		o->wrong |= c < '0' || c > '3';
		o->byte = (uint8_t)(c - '0') & 7;
		o->state = OCTAL_2;
	}
}

static void take(struct pg_sql_objects *o, struct out *out, uint8_t c)
{
	switch ((enum state)o->state) {
	case HEX_HIGH:
	case HEX_LOW:
		take_hex(o, out, c);
		return;
	case START_BACKSLASH:
	case RAW_BACKSLASH:
		take_escape(o, out, c);
		return;
	case OCTAL_2:
	case OCTAL_3:
		take_octal(o, out, c);
		return;
	case AT_START:
	case RAW:
		break;
	}
	if (c == '\\') {
		o->state = o->state == AT_START ? START_BACKSLASH : RAW_BACKSLASH;
		return;
	}
	put(out, c);
	o->state = RAW;
}

/* The hot loop: pairs of digits. */
static size_t take_pairs(const struct pg_sql_objects *o, struct out *out, struct span text)
{
	size_t at = 0;

	while (o->state == HEX_HIGH && at + 2 <= text.len) {
		int high = hex_value(text.ptr[at]), low = hex_value(text.ptr[at + 1]);

		if (high < 0 || low < 0)
			break;
		put(out, (uint8_t)(high << 4 | low));
		at += 2;
	}
	return at;
}

void pg_sql_objects_write(struct pg_sql_objects *o, struct span text)
{
	struct out out = { .hash = o->hash };

	if (!o->open)
		return;
	for (size_t at = 0; at < text.len;) {
		at += take_pairs(o, &out, (struct span){ text.ptr + at, text.len - at });
		if (at < text.len)
			take(o, &out, text.ptr[at++]);
	}
	row_hash_update(o->hash, (struct span){ out.bytes, out.len });
}

void pg_sql_objects_end_write(struct pg_sql_objects *o, uint64_t offset)
{
	bool wrong = o->wrong;

	o->wrong |= o->state != AT_START && o->state != HEX_HIGH && o->state != RAW;
	if (o->wrong && o->open)
		findings_add(o->findings, FINDING_BAD_STRUCTURE, offset,
			     "what is written to large object %" PRIu32 " is no bytea%s", o->oid,
			     wrong ? "" : ": it ends too early");
}

bool pg_sql_objects_end(struct pg_sql_objects *o, uint64_t offset)
{
	if (o->open)
		report(o, offset, "the last large object is not closed");
	if (o->created && o->written &&
	    (o->created != o->written || o->created_sum != o->written_sum)) {
		o->wrong = true;
		findings_add(o->findings, FINDING_BAD_REFERENCE, offset,
			     "%" PRIu64 " large objects are created, %" PRIu64
			     " are written, or others than these",
			     o->created, o->written);
	}
	return !o->wrong && (o->written || !o->created);
}
