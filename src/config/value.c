/* SPDX-License-Identifier: Apache-2.0 */
#include "config/value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/nearest.h"
#include "base/quantity.h"
#include "config/zone.h"
#include "model/expect.h"
#include "schedule/calendar.h"

/* Everything a decoder of one type needs. */
struct value {
	const struct key_row *row;
	const struct node *node;
	void *field;
	struct arena *arena;
	struct config_complaints *complaints;
};

__attribute__((format(printf, 2, 3))) static int reject(const struct value *v, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	complain(v->complaints, v->node->source, v->node->mark, "%s: %s", v->node->key, text);
	return 0;
}

static bool in_range(const struct value *v, double number)
{
	const struct key_row *row = v->row;

	return (row->minimum == 0 && row->maximum == 0) ||
	       (number >= row->minimum && (row->maximum == 0 || number <= row->maximum));
}

/* "between 1s and 1h": the range in the words of the type. */
static void describe_range(const struct key_row *row, char *out, size_t size)
{
	char low[QUANTITY_TEXT_SIZE], high[QUANTITY_TEXT_SIZE];

	if (row->type == KEY_DURATION) {
		(void)quantity_format_duration((int64_t)row->minimum * NS_PER_SECOND, low);
		(void)quantity_format_duration((int64_t)row->maximum * NS_PER_SECOND, high);
	} else if (row->type == KEY_SHARE) {
		(void)quantity_format_share(row->minimum, low);
		(void)quantity_format_share(row->maximum, high);
	} else {
		(void)snprintf(low, sizeof(low), "%.0f", row->minimum);
		(void)snprintf(high, sizeof(high), "%.0f", row->maximum);
	}
	if (row->maximum == 0)
		(void)snprintf(out, size, "at least %s", low);
	else
		(void)snprintf(out, size, "between %s and %s", low, high);
}

static int out_of_range(const struct value *v)
{
	char range[100];

	describe_range(v->row, range, sizeof(range));
	return reject(v, "\"%s\" is out of range; it must be %s", v->node->text, range);
}

bool value_holds_password(const char *text)
{
	const char *authority = strstr(text, "://");
	const char *host, *colon;

	if (!authority)
		return false;
	authority += strlen("://");
	host = memrchr(authority, '@', strcspn(authority, "/?#"));
	colon = host ? memchr(authority, ':', (size_t)(host - authority)) : NULL;
	if (!colon)
		return false;
	return strncmp(colon + 1, "${", 2) != 0 || strchr(colon, '}') + 1 != host;
}

static int decode_text(const struct value *v)
{
	const char *copy = arena_strdup(v->arena, v->node->text);

	if (value_holds_password(v->node->text)) {
		complain(v->complaints, v->node->source, v->node->key_mark,
			 "%s: a password in a URL is shown wherever the URL is; use the key for "
			 "it, or for a service's health a command",
			 v->node->key);
		return 0;
	}
	if (!copy)
		return -1;
	*(const char **)v->field = copy;
	return 0;
}

static int decode_path(const struct value *v)
{
	const char *path;

	/* an empty built-in value means that there is none */
	if (!v->node->text[0])
		return decode_text(v);
	path = value_absolute_path(v->node, v->arena, v->complaints);
	if (!path)
		return -1;
	*(const char **)v->field = path;
	return 0;
}

static int decode_zone(const struct value *v)
{
	char nearest[ZONE_NAME_SIZE];

	if (zone_exists(v->node->text))
		return decode_text(v);
	return reject(v, "unknown time zone \"%s\"%s", v->node->text,
		      did_you_mean(zone_nearest(v->node->text, nearest)));
}

/* The index among the choices, or -1 with a complaint. */
static int find_choice(const struct value *v)
{
	struct nearest near = { .word = v->node->text };
	char known[200] = "";
	size_t used = 0;

	for (int i = 0; v->row->choices[i]; i++) {
		if (strcmp(v->row->choices[i], v->node->text) == 0)
			return i;
		nearest_offer(&near, v->row->choices[i]);
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
					 v->row->choices[i]);
	}
	if (near.best)
		(void)reject(v, "\"%s\" is not known%s", v->node->text, did_you_mean(near.best));
	else
		(void)reject(v, "\"%s\" is not known; it is one of: %s", v->node->text, known);
	return -1;
}

static int decode_choice(const struct value *v)
{
	/* an empty built-in value means that there is none */
	if (!v->node->source->is_file && !v->node->text[0])
		return decode_text(v);
	return find_choice(v) < 0 ? 0 : decode_text(v);
}

/* The choices stand in the order of the enumeration. */
static int decode_kind(const struct value *v)
{
	int i = find_choice(v);

	if (i >= 0)
		*(unsigned *)v->field = (unsigned)i;
	return 0;
}

static int decode_severity(const struct value *v)
{
	int i = find_choice(v);
	enum verdict verdict = VERDICT_SKIPPED;

	if (i < 0)
		return 0;
	/* the remaining word is "ignore" */
	if (!verdict_parse(v->row->choices[i], &verdict))
		verdict = VERDICT_SKIPPED;
	*(enum verdict *)v->field = verdict;
	return 0;
}

static int decode_duration(const struct value *v)
{
	int64_t ns;

	if (quantity_parse_duration(v->node->text, &ns) < 0)
		return reject(v, "\"%s\" is not a duration such as 36h, 1h30m or 90s",
			      v->node->text);
	if (!in_range(v, (double)ns / (double)NS_PER_SECOND))
		return out_of_range(v);
	*(int64_t *)v->field = ns;
	return 0;
}

static int decode_size(const struct value *v)
{
	uint64_t bytes;

	if (quantity_parse_size(v->node->text, &bytes) < 0)
		return reject(v, "\"%s\" is not a size such as 10 MiB, 1500kB or 4096",
			      v->node->text);
	*(uint64_t *)v->field = bytes;
	return 0;
}

static int decode_share(const struct value *v)
{
	double share;

	if (quantity_parse_share(v->node->text, &share) < 0)
		return reject(v, "\"%s\" is not a share such as 20%% or 0.2", v->node->text);
	if (!in_range(v, share))
		return out_of_range(v);
	*(double *)v->field = share;
	return 0;
}

/* A whole number of at most nine digits: every count and port has room for it. */
static int decode_number(const struct value *v)
{
	const char *text = v->node->text;
	unsigned number;

	if (!text[0] || text[strspn(text, "0123456789")])
		return reject(v, "\"%s\" is not a whole number", text);
	number = strlen(text) > 9 ? 1000000000 : (unsigned)strtoul(text, NULL, 10);
	if (!in_range(v, number))
		return out_of_range(v);
	if (v->row->type == KEY_NUMBER16)
		*(uint16_t *)v->field = (uint16_t)number;
	else
		*(unsigned *)v->field = number;
	return 0;
}

static int decode_version(const struct value *v)
{
	if (strcmp(v->node->text, "1") == 0)
		return 0;
	return reject(v, "\"%s\" is not a format that this muster reads; it reads 1",
		      v->node->text);
}

static int decode_switch(const struct value *v)
{
	bool on = strcmp(v->node->text, "true") == 0;

	if (!on && strcmp(v->node->text, "false") != 0)
		return reject(v, "\"%s\" is neither true nor false", v->node->text);
	*(bool *)v->field = on;
	return 0;
}

/* The place of what is wrong, as far as the text stands in the file as it reads. */
static int decode_expect(const struct value *v)
{
	const struct node *node = v->node;
	struct mark mark = node->mark;
	struct expect_mistake mistake;
	struct expect expect;

	if (expect_parse(node->text, &expect, &mistake) == 0)
		return decode_text(v);
	if (mark.line && mark.width >= strlen(node->text)) {
		mark.column += (unsigned)mistake.at + (node->quoted ? 1 : 0);
		mark.width = 1;
	}
	complain(v->complaints, node->source, mark, "%s: %s", node->key, mistake.message);
	return 0;
}

/* Its zone may be another key's; here it matters whether it can be read at all. */
static int decode_calendar(const struct value *v)
{
	CLEANUP(cleanup_calendar)
	struct calendar *calendar = NULL;
	const struct node *node = v->node;
	struct error err = ERROR_INIT;

	if (calendar_parse(node->text, "UTC", &calendar, &err) < 0)
		return err.kind == ERROR_NOMEM ? -1 : reject(v, "%s", err.message);
	if (calendar_warning(calendar))
		warn_about(v->complaints, node->source, node->mark, "%s: %s", node->key,
			   calendar_warning(calendar));
	return decode_text(v);
}

typedef int (*scalar_decoder)(const struct value *v);

static scalar_decoder decoder_of(enum key_type type)
{
	static const scalar_decoder decoders[] = {
		[KEY_VERSION] = decode_version,
		[KEY_TEXT] = decode_text,
		[KEY_PATH] = decode_path,
		[KEY_ZONE] = decode_zone,
		[KEY_CHOICE] = decode_choice,
		[KEY_KIND] = decode_kind,
		[KEY_DURATION] = decode_duration,
		[KEY_SIZE] = decode_size,
		[KEY_SHARE] = decode_share,
		[KEY_COUNT] = decode_number,
		[KEY_NUMBER16] = decode_number,
		[KEY_SWITCH] = decode_switch,
		[KEY_WORDS] = NULL,
		[KEY_SECRET] = NULL,
		[KEY_SEVERITY] = decode_severity,
		[KEY_EXPECT] = decode_expect,
		[KEY_CALENDAR] = decode_calendar,
		[KEY_REQUESTS] = NULL,
	};

	return decoders[type];
}

/* With choices, each word must be one of them. */
static int decode_words(const struct value *v, struct error *err)
{
	if (value_decode_words(v->node, v->field, v->arena, v->complaints, err) < 0)
		return -1;
	if (!v->row->choices || v->node->kind != NODE_LIST)
		return 0;
	for (const struct node *child = v->node->first; child; child = child->next) {
		struct node named = *child;
		const struct value word = { v->row, &named, NULL, v->arena, v->complaints };

		named.key = v->node->key;
		if (child->kind == NODE_SCALAR && !node_is_empty(child))
			(void)find_choice(&word);
	}
	return 0;
}

int value_decode(const struct key_row *row, const struct node *node, void *field,
		 struct arena *arena, struct config_complaints *complaints, struct error *err)
{
	const struct value v = { row, node, field, arena, complaints };
	int rc = value_decode_texts(row, node, field, arena, complaints, err);

	if (rc <= 0)
		return rc;
	if (row->type == KEY_WORDS)
		return decode_words(&v, err);
	if (row->type == KEY_SECRET)
		return value_decode_secret(node, field, arena, complaints, err);
	if (node->kind != NODE_SCALAR)
		return reject(&v, "must be a %s, not a %s", key_type_name(row->type),
			      node->kind == NODE_MAP ? "map" : "list");
	if (node_is_empty(node))
		return reject(&v, "has no value; it takes a %s", key_type_name(row->type));
	if (decoder_of(row->type)(&v) < 0)
		return error_set(err, ERROR_NOMEM, "out of memory");
	return 0;
}
