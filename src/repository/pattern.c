/* SPDX-License-Identifier: Apache-2.0 */
#include "repository/pattern.h"

#include <string.h>

#include "config/keys.h"
#include "repository/stamp.h"

const struct name_pattern pattern_root_manifest = { PART_MANIFEST, "manifest_{time}.json" };

bool pattern_built_in(const struct component_config *component)
{
	const char *const *built_in = key_built_in_files(component->engine);
	const struct string_list *files = &component->backups.files;
	size_t i = 0;

	while (i < files->count && built_in[i] && strcmp(files->item[i], built_in[i]) == 0)
		i++;
	return files->count == 0 || (i == files->count && !built_in[i]);
}

static int add_pattern(const struct component_config *component, const char *entry, struct arena *a,
		       struct name_patterns *out, struct error *err)
{
	const char *colon = strchr(entry, ':');
	char *part = arena_strndup(a, entry, colon ? (size_t)(colon - entry) : 0);
	struct name_pattern *slot = &out->item[out->count++];

	if (!part)
		return error_set(err, ERROR_NOMEM, "no memory for file names");
	if (!colon || !part_kind_parse(part, &slot->kind))
		return error_set(err, ERROR_CONFIG,
				 "components.%s.backups.files: \"%.80s\" is not PART:PATTERN",
				 component->name, entry);
	slot->text = colon + 1;
	return 0;
}

int pattern_list(const struct component_config *component, struct arena *a,
		 struct name_patterns *out, struct error *err)
{
	const struct string_list *files = &component->backups.files;
	const char *const *built_in = key_built_in_files(component->engine);
	size_t count = files->count;

	while (files->count == 0 && built_in[count])
		count++;
	*out = (struct name_patterns){ .item = arena_alloc(a, (count + 1) * sizeof(*out->item)) };
	if (!out->item)
		return error_set(err, ERROR_NOMEM, "no memory for file names");
	for (size_t i = 0; i < count; i++) {
		const char *entry = files->count ? files->item[i] : built_in[i];

		if (add_pattern(component, entry, a, out, err) < 0)
			return -1;
	}
	return 0;
}

/* A name being compared with a pattern. */
struct attempt {
	const struct name_rules *rules;
	struct name_match *out;
	unsigned steps; /* that are left: patterns with many stars are cut off */
};

static bool starts(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static bool match_rest(struct attempt *a, const char *pattern, struct span name);

/* {database} takes at least one byte, * any number; the fewest first, so that a time keeps all of its digits. */
static bool match_any(struct attempt *a, const char *after, struct span name, bool database)
{
	for (size_t n = database; n <= name.len; n++) {
		struct span rest = { name.ptr + n, name.len - n };

		if (!match_rest(a, after, rest))
			continue;
		if (database)
			a->out->database = (struct span){ name.ptr, n };
		return true;
	}
	return false;
}

static bool match_time(struct attempt *a, const char *after, struct span name)
{
	struct stamp_reading readings[2];
	size_t count = stamp_read(a->rules->time_pattern, name, readings);

	for (size_t i = 0; i < count; i++) {
		const struct stamp_reading *r = &readings[i];
		struct span rest = { name.ptr + r->length, name.len - r->length };

		if (!match_rest(a, after, rest))
			continue;
		a->out->stamp = (struct span){ name.ptr, r->length };
		a->out->local = r->local;
		a->out->date_only = r->date_only;
		a->out->utc = r->utc;
		return true;
	}
	return false;
}

static bool match_rest(struct attempt *a, const char *pattern, struct span name)
{
	if (a->steps == 0)
		return false;
	a->steps--;
	for (; *pattern; pattern++, name.ptr++, name.len--) {
		if (*pattern == '*')
			return match_any(a, pattern + 1, name, false);
		if (starts(pattern, "{database}"))
			return match_any(a, pattern + sizeof("{database}") - 1, name, true);
		if (starts(pattern, "{time}"))
			return match_time(a, pattern + sizeof("{time}") - 1, name);
		if (name.len == 0 || name.ptr[0] != (uint8_t)*pattern)
			return false;
	}
	return name.len == 0;
}

static bool match_text(const char *pattern, const struct name_rules *rules, const char *name,
		       size_t len, struct name_match *out)
{
	struct attempt a = { .rules = rules, .out = out, .steps = 100000 };

	*out = (struct name_match){ 0 };
	return match_rest(&a, pattern, (struct span){ (const uint8_t *)name, len });
}

/* As it stands, and for built-in names with another compression's ending, or none, for ".gz". */
static bool match_compressed(const struct name_pattern *pattern, const struct name_rules *rules,
			     const char *name, size_t len, struct name_match *out)
{
	static const char *const endings[] = { "", ".zst", ".lz4", ".xz", ".bz2" };
	size_t text_len = strlen(pattern->text);
	char other[256];

	if (match_text(pattern->text, rules, name, len, out))
		return true;
	if (!rules->built_in || text_len <= 3 || text_len + 2 > sizeof(other) ||
	    strcmp(pattern->text + text_len - 3, ".gz") != 0)
		return false;
	memcpy(other, pattern->text, text_len - 3);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		memcpy(other + text_len - 3, endings[i], strlen(endings[i]) + 1);
		if (match_text(other, rules, name, len, out))
			return true;
	}
	return false;
}

/* Length of `name` without a suffix of one to five small letters or digits (our own temporaries have six); 0: none. */
static size_t without_suffix(const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t len = dot ? strlen(dot + 1) : 0;

	if (len == 0 || len > 5 || strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz0123456789") != len)
		return 0;
	return (size_t)(dot - name);
}

bool pattern_match(const struct name_pattern *pattern, const struct name_rules *rules,
		   const char *name, struct name_match *out)
{
	size_t shorter;

	if (match_compressed(pattern, rules, name, strlen(name), out))
		return true;
	shorter = rules->decoded ? without_suffix(name) : 0;
	return shorter && match_compressed(pattern, rules, name, shorter, out);
}

char *pattern_fill(const struct name_pattern *pattern, const char *stamp, const char *database,
		   struct arena *a)
{
	char *quoted = pattern_quote_database(database, a);
	char *out =
		quoted ? arena_alloc(a, strlen(pattern->text) * (strlen(stamp) + 1) +
						strlen(pattern->text) * (strlen(quoted) + 1) + 1) :
			 NULL;
	char *to = out;

	for (const char *p = pattern->text; out && *p;) {
		const char *filled = starts(p, "{time}")     ? stamp :
				     starts(p, "{database}") ? quoted :
							       NULL;
		size_t len = filled ? strlen(filled) : 1;

		memcpy(to, filled ? filled : p, len);
		to += len;
		p = filled ? strchr(p, '}') + 1 : p + 1;
	}
	return out;
}

char *pattern_quote_database(const char *database, struct arena *a)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = arena_alloc(a, strlen(database) * 3 + 1);
	char *to = out;

	for (const uint8_t *s = (const uint8_t *)database; out && *s; s++) {
		if (*s > ' ' && *s != '/' && *s != '%' && *s != 0x7f) {
			*to++ = (char)*s;
			continue;
		}
		*to++ = '%';
		*to++ = hex[*s >> 4];
		*to++ = hex[*s & 15];
	}
	return out;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

char *pattern_unquote_database(struct span quoted, struct arena *a)
{
	char *out = arena_alloc(a, quoted.len + 1);
	char *to = out;

	for (size_t i = 0; out && i < quoted.len; i++) {
		int high = -1, low = -1;

		if (quoted.ptr[i] == '%' && i + 2 < quoted.len) {
			high = hex_value(quoted.ptr[i + 1]);
			low = hex_value(quoted.ptr[i + 2]);
		}
		if (high >= 0 && low >= 0 && (high || low)) {
			*to++ = (char)(high << 4 | low);
			i += 2;
		} else {
			*to++ = (char)quoted.ptr[i];
		}
	}
	return out;
}
