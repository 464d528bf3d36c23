/* SPDX-License-Identifier: Apache-2.0 */
#include "config/keys.intern.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* In the order of muster.yaml(5). */
static const struct key_table *const tables[] = { &keys_platform, &keys_component, &keys_deploy,
						  &keys_run,      &keys_offsite,   &keys_schedule,
						  &keys_drill,    &keys_notify };

const struct key_row *key_next(const struct key_row *row)
{
	size_t i = 0;

	if (!row)
		return tables[0]->row;
	while (row < tables[i]->row || row >= tables[i]->row + tables[i]->count)
		i++;
	if (++row < tables[i]->row + tables[i]->count)
		return row;
	return ++i < sizeof(tables) / sizeof(*tables) ? tables[i]->row : NULL;
}

size_t key_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		count += tables[i]->count;
	return count;
}

const struct key_row *key_find(const char *path)
{
	for (const struct key_row *row = key_next(NULL); row; row = key_next(row)) {
		if (strcmp(row->path, path) == 0)
			return row;
	}
	return NULL;
}

static bool is_below(const char *path, const char *map)
{
	size_t len = strlen(map);

	return strncmp(path, map, len) == 0 && path[len] == '.';
}

enum key_scope key_scope(const struct key_row *row)
{
	if (is_below(row->path, KEY_SQL_CHECK))
		return KEY_OF_SQL_CHECK;
	if (is_below(row->path, KEY_REQUEST))
		return KEY_OF_REQUEST;
	for (const struct key_section *s = key_sections; s->path; s++) {
		if (is_below(row->path, s->item_path))
			return s->scope;
	}
	return is_below(row->path, "components.*") ? KEY_OF_COMPONENT : KEY_OF_ALL;
}

bool key_environment_name(const struct key_row *row, char *out, size_t size)
{
	int len;

	if (row->type == KEY_MAP || row->type == KEY_VERSION || strchr(row->path, '*'))
		return false;
	len = snprintf(out, size, "MUSTER_%s", row->path);
	for (char *c = out; *c; c++)
		*c = *c == '.' ? '_' : (char)toupper((unsigned char)*c);
	return len > 0 && (size_t)len < size;
}

/* Of a key against the path of a secret, or of a map of them. */
static enum key_secrecy secrecy_by(const char *key, const char *path, bool is_map)
{
	for (;;) {
		size_t name = strcspn(key, ".="), wanted = strcspn(path, ".");
		bool any = wanted == 1 && *path == '*';

		if (!any && (name != wanted || strncmp(key, path, name) != 0))
			return KEY_IS_OPEN;
		key += name;
		path += wanted;
		if (*key != '.')
			return *path || is_map ? KEY_MAY_HOLD_SECRETS : KEY_IS_SECRET;
		if (!*path)
			return is_map ? KEY_IS_SECRET : KEY_IS_OPEN;
		key++;
		path++;
	}
}

static enum key_secrecy secrecy_by_row(const char *key, const struct key_row *row)
{
	bool is_map = row->type == KEY_VARIABLES;
	enum key_secrecy found = KEY_IS_OPEN;

	if (row->type != KEY_SECRET && !is_map)
		return KEY_IS_OPEN;
	found = secrecy_by(key, row->path, is_map);
	/* sections that share their items' rows */
	for (const struct key_section *s = key_sections; s->path; s++) {
		char path[128];

		if (found != KEY_IS_OPEN || !is_below(row->path, s->item_path))
			continue;
		(void)snprintf(path, sizeof(path), "%s.*%s", s->path,
			       row->path + strlen(s->item_path));
		found = secrecy_by(key, path, is_map);
	}
	return found;
}

enum key_secrecy key_secrecy(const char *key)
{
	enum key_secrecy found = KEY_IS_OPEN;

	for (const struct key_row *row = key_next(NULL); row; row = key_next(row)) {
		enum key_secrecy here = secrecy_by_row(key, row);

		if (here > found)
			found = here;
	}
	return found;
}

const char *key_type_name(enum key_type type)
{
	static const char *const names[] = {
		[KEY_MAP] = "map",
		[KEY_VERSION] = "number",
		[KEY_TEXT] = "text",
		[KEY_PATH] = "path",
		[KEY_ZONE] = "time zone",
		[KEY_CHOICE] = "word",
		[KEY_KIND] = "word",
		[KEY_DURATION] = "duration",
		[KEY_SIZE] = "size",
		[KEY_SHARE] = "share",
		[KEY_COUNT] = "whole number",
		[KEY_NUMBER16] = "whole number",
		[KEY_SWITCH] = "true or false",
		[KEY_WORDS] = "list of words",
		[KEY_SECRET] = "secret",
		[KEY_SEVERITY] = "word",
		[KEY_EXPECT] = "condition",
		[KEY_CALENDAR] = "calendar expression",
		[KEY_PATHS] = "list of paths",
		[KEY_PATTERN] = "regular expression",
		[KEY_PATTERNS] = "list of regular expressions",
		[KEY_TEMPLATE] = "text with variables",
		[KEY_ARGV] = "list of words with variables",
		[KEY_CONTENT] = "text or condition",
		[KEY_TEMPLATES] = "map of texts with variables",
		[KEY_CONTENTS] = "map of texts or conditions",
		[KEY_FIELDS] = "map of texts or conditions",
		[KEY_SAVED] = "map of names of members",
		[KEY_VARIABLES] = "map of texts with variables, or secrets",
		[KEY_REQUESTS] = "list of requests",
	};

	return names[type];
}

const char *const *key_built_in_files(enum engine_kind engine)
{
	static const char *const none[] = { NULL };
	static const char *const postgresql[] = {
		"dump:backup_{database}_{time}.dump.gz",
		"sql:backup_{database}_{time}.sql.gz",
		"globals:globals_{time}.sql.gz",
		"manifest:backup_{database}_{time}.json",
		NULL,
	};
	static const char *const redis[] = { "rdb:snapshot_{time}.rdb.gz", NULL };
	static const char *const broker[] = { "definitions:definitions_{time}.json.gz", NULL };
	static const char *const *const files[ENGINE_COUNT] = {
		[ENGINE_POSTGRESQL] = postgresql,
		[ENGINE_REDIS] = redis,
		[ENGINE_RABBITMQ] = broker,
		[ENGINE_SERVICE] = none,
	};

	return files[engine];
}

const char *key_built_in_directory(enum engine_kind engine)
{
	static const char *const directories[ENGINE_COUNT] = {
		[ENGINE_POSTGRESQL] = "postgres",
		[ENGINE_REDIS] = "redis",
		[ENGINE_RABBITMQ] = "rabbitmq",
		[ENGINE_SERVICE] = NULL,
	};

	return directories[engine];
}
