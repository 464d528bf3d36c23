/* SPDX-License-Identifier: Apache-2.0 */
#include "model/member_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 255, INDEX_DIGITS = 9 };

bool member_path_is_sound(const char *path)
{
	for (;;) {
		size_t length = strcspn(path, ".");

		if (!length || length > NAME_MAX_LENGTH)
			return false;
		path += length;
		if (!*path)
			return true;
		path++;
	}
}

static const json_t *child(const json_t *value, const char *name)
{
	size_t digits = strspn(name, "0123456789");

	if (!json_is_array(value))
		return json_object_get(value, name);
	if (name[digits] || digits > INDEX_DIGITS)
		return NULL;
	return json_array_get(value, strtoul(name, NULL, 10));
}

const json_t *member_path_find(const json_t *document, const char *path)
{
	const json_t *value = document;

	if (!member_path_is_sound(path))
		return NULL;
	while (value && *path) {
		char name[NAME_MAX_LENGTH + 1];
		size_t length = strcspn(path, ".");

		(void)snprintf(name, sizeof(name), "%.*s", (int)length, path);
		value = child(value, name);
		path += length + (path[length] == '.');
	}
	return value;
}

int member_path_text(const json_t *value, struct buf *out)
{
	CLEANUP(cleanup_free)
	char *text = NULL;

	if (json_is_string(value))
		return buf_puts(out, json_string_value(value));
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	return text ? buf_puts(out, text) : -1;
}
