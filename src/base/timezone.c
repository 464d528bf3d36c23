/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timezone.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/timezone_rule.h"

enum { FILE_MAX = 1 << 20, DAY = 86400, HEADER = 44 };

struct transition {
	int64_t at;     /* from this moment on */
	int32_t offset; /* seconds east */
	uint8_t name;   /* where it begins among the zone's characters */
};

enum { CHARACTERS_MAX = 256 };

struct zone {
	struct transition first; /* before those of the file; its moment means nothing */
	char characters[CHARACTERS_MAX + 1];
	struct transition *transition;
	size_t count;
	bool has_rule; /* for moments from the last transition on */
	struct timezone_rule rule;
};

/* Big-endian numbers of a cursor. */
static uint32_t be32(struct cursor *c)
{
	struct span s = cursor_bytes(c, 4);

	if (!s.ptr)
		return 0;
	return (uint32_t)s.ptr[0] << 24 | (uint32_t)s.ptr[1] << 16 | (uint32_t)s.ptr[2] << 8 |
	       s.ptr[3];
}

static int64_t be64(struct cursor *c)
{
	uint64_t high = be32(c);

	return (int64_t)(high << 32 | be32(c));
}

/* RFC 8536 section 3.1 */
struct header {
	uint8_t version;
	uint32_t utc_marks, standard_marks, leaps, times, types, characters;
};

static bool read_header(struct cursor *c, struct header *h)
{
	struct span magic = cursor_bytes(c, 4);

	h->version = cursor_u8(c);
	(void)cursor_bytes(c, 15);
	h->utc_marks = be32(c);
	h->standard_marks = be32(c);
	h->leaps = be32(c);
	h->times = be32(c);
	h->types = be32(c);
	h->characters = be32(c);
	return !c->short_read && memcmp(magic.ptr, "TZif", 4) == 0 && h->types > 0 &&
	       h->types <= 256 && h->times < FILE_MAX && h->leaps < FILE_MAX &&
	       h->characters < FILE_MAX && h->utc_marks < FILE_MAX && h->standard_marks < FILE_MAX;
}

static size_t rest_of_block(const struct header *h, size_t leap_size)
{
	return h->characters + (size_t)h->leaps * leap_size + h->standard_marks + h->utc_marks;
}

/* Local time types: an offset and a name each. */
static bool read_types(struct cursor *types, const struct header *h, struct transition *out)
{
	for (uint32_t i = 0; i < h->types; i++) {
		out[i] = (struct transition){ .offset = (int32_t)be32(types) };
		(void)cursor_u8(types); /* whether it is summer time */
		out[i].name = cursor_u8(types);
		if (out[i].offset < -2 * DAY || out[i].offset > 2 * DAY ||
		    out[i].name >= h->characters)
			return false;
	}
	return true;
}

/* RFC 8536 section 3.2, with 64-bit times. */
static bool read_block(struct cursor *c, const struct header *h, struct zone *z)
{
	struct cursor times = { .rest = cursor_bytes(c, (size_t)h->times * 8) };
	struct span indices = cursor_bytes(c, h->times);
	struct cursor types = { .rest = cursor_bytes(c, (size_t)h->types * 6) };
	struct span characters = cursor_bytes(c, h->characters);
	struct transition type[256] = { 0 };

	(void)cursor_bytes(c, rest_of_block(h, 12) - h->characters);
	if (c->short_read || characters.len > CHARACTERS_MAX || !read_types(&types, h, type))
		return false;
	memcpy(z->characters, characters.ptr, characters.len);
	z->first = type[0];
	z->transition = calloc(h->times ? h->times : 1, sizeof(*z->transition));
	for (uint32_t i = 0; z->transition && i < h->times; i++) {
		if (indices.ptr[i] >= h->types)
			return false;
		z->transition[i] = type[indices.ptr[i]];
		z->transition[i].at = be64(&times);
		if (i && z->transition[i].at <= z->transition[i - 1].at)
			return false;
	}
	z->count = h->times;
	return z->transition != NULL;
}

/* RFC 8536 section 3.3: the rule between two newlines. */
static bool read_footer(struct cursor *c, struct zone *z)
{
	char rule[128];
	size_t len = 0;

	if (cursor_u8(c) != '\n')
		return false;
	while (len < c->rest.len && c->rest.ptr[len] != '\n')
		len++;
	if (len == c->rest.len || len >= sizeof(rule))
		return false;
	memcpy(rule, c->rest.ptr, len);
	rule[len] = '\0';
	z->has_rule = len > 0;
	return !z->has_rule || timezone_rule_parse(rule, &z->rule);
}

/* Files of version 1, whose times end in 2038, are not made any more. */
static bool parse(struct span bytes, struct zone *z)
{
	struct cursor c = { .rest = bytes };
	struct header h;

	if (!read_header(&c, &h) || h.version < '2')
		return false;
	(void)cursor_bytes(&c, (size_t)h.times * 5 + (size_t)h.types * 6 + rest_of_block(&h, 8));
	return read_header(&c, &h) && read_block(&c, &h, z) && read_footer(&c, z);
}

/* Names are joined to a directory: each step is plain, none leads out of it. */
static bool name_is_plain(const char *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/.";
	size_t len = strlen(name);

	if (len == 0 || len > 100 || strspn(name, allowed) != len || name[len - 1] == '/')
		return false;
	for (const char *p = name; p; p = strchr(p + 1, '/')) {
		char first = p == name ? p[0] : p[1];

		if (first == '.' || first == '/')
			return false;
	}
	return true;
}

static int unknown(const char *name, struct error *err)
{
	(void)error_set(err, ERROR_CONFIG, "time zone \"%.60s\": not known here", name);
	return error_hint(err,
			  "an IANA name such as Europe/Berlin, or UTC; "
			  "the names are the files below /usr/share/zoneinfo (package tzdata)");
}

static int load(const char *name, struct zone *z, struct error *err)
{
	CLEANUP(buf_release)
	struct buf bytes = { 0 };
	struct error cause = ERROR_INIT;
	const char *directory = getenv("TZDIR");
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%s",
			 directory && directory[0] == '/' ? directory : "/usr/share/zoneinfo",
			 name);

	if (n < 0 || (size_t)n >= sizeof(path) || file_read(path, FILE_MAX, &bytes, &cause) < 0) {
		if (cause.kind == ERROR_NOMEM)
			return error_set(err, ERROR_NOMEM, "%s", cause.message);
		return unknown(name, err);
	}
	if (!parse(buf_span(&bytes), z))
		return error_set(err, ERROR_CONFIG, "%s: not a sound TZif file", path);
	return 0;
}

int timezone_open(const char *name, struct zone **out, struct error *err)
{
	CLEANUP(cleanup_zone)
	struct zone *z = calloc(1, sizeof(*z));

	if (!z)
		return error_set(err, ERROR_NOMEM, "no memory for a time zone");
	if (strcmp(name, "UTC") != 0) {
		if (!name_is_plain(name))
			return unknown(name, err);
		if (load(name, z, err) < 0)
			return -1;
	}
	*out = TAKE(z);
	return 0;
}

void timezone_close(struct zone *z)
{
	if (z)
		free(z->transition);
	free(z);
}

/* How many transitions are past. */
static size_t transitions_until(const struct zone *z, int64_t utc)
{
	size_t low = 0,
	       high = z->count; /* transitions before `low` are past, those from `high` on to come */

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (z->transition[middle].at <= utc)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int32_t timezone_offset(const struct zone *z, int64_t utc)
{
	size_t past = transitions_until(z, utc);

	if (past == z->count && z->has_rule)
		return timezone_rule_offset(&z->rule, utc);
	return past ? z->transition[past - 1].offset : z->first.offset;
}

char *timezone_abbreviation(const struct zone *z, int64_t utc, char out[TIMEZONE_NAME_SIZE])
{
	size_t past = transitions_until(z, utc);
	const struct transition *last = past ? &z->transition[past - 1] : &z->first;
	const char *name = z->characters + last->name;

	if (past == z->count && z->has_rule)
		name = timezone_rule_is_summer(&z->rule, utc) ? z->rule.summer_name :
								z->rule.standard_name;
	(void)snprintf(out, TIMEZONE_NAME_SIZE, "%s", *name ? name : "UTC");
	return out;
}

/* Some transitions change the name of the time alone. */
bool timezone_next_change(const struct zone *z, int64_t after, int64_t *at)
{
	for (size_t i = transitions_until(z, after); i < z->count; i++) {
		after = z->transition[i].at;
		if (timezone_offset(z, after - 1) != timezone_offset(z, after)) {
			*at = after;
			return true;
		}
	}
	return z->has_rule && timezone_rule_next_change(&z->rule, after, at);
}

int64_t timezone_to_utc(const struct zone *z, int64_t local)
{
	/* offsets are below a day, so these were and will be in force around the moment */
	int32_t before = timezone_offset(z, local - DAY), after = timezone_offset(z, local + DAY);
	const int32_t candidates[] = { before, timezone_offset(z, local - before),
				       timezone_offset(z, local - after), after };
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < sizeof(candidates) / sizeof(*candidates); i++) {
		int64_t utc = local - candidates[i];

		if (utc < first && timezone_offset(z, utc) == candidates[i])
			first = utc;
	}
	return first == INT64_MAX ? local - before : first;
}

void timezone_resolve(const struct zone *z, int64_t local, struct timezone_local *out)
{
	int64_t at = local - DAY - 1;

	*out = (struct timezone_local){ .utc = timezone_to_utc(z, local) };
	while (timezone_next_change(z, at, &at) && at <= local + DAY) {
		int64_t before = at + timezone_offset(z, at - 1),
			after = at + timezone_offset(z, at);

		if (local >= before && local < after)
			*out = (struct timezone_local){ out->utc, LOCAL_SKIPPED, before, after };
		else if (local >= after && local < before)
			*out = (struct timezone_local){ out->utc, LOCAL_TWICE, after, before };
	}
}

char *timezone_stamp(const struct zone *z, int64_t wall_ns, char out[TIMEZONE_STAMP_SIZE])
{
	int64_t utc = wall_ns / NS_PER_SECOND - (wall_ns % NS_PER_SECOND < 0);
	time_t local = (time_t)(utc + timezone_offset(z, utc));
	struct tm tm = { 0 };

	(void)gmtime_r(&local, &tm);
	(void)strftime(out, TIMEZONE_STAMP_SIZE, "%Y%m%d_%H%M%S", &tm);
	return out;
}
