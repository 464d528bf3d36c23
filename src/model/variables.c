/* SPDX-License-Identifier: Apache-2.0 */
#include "model/variables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t name_length(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				      "0123456789";
	size_t length = strspn(text, letters);

	return length <= VARIABLES_NAME_MAX && (*text < '0' || *text > '9') ? length : 0;
}

bool variables_is_name(const char *name)
{
	return *name && name_length(name) == strlen(name);
}

const char *variables_mistake(const char *text, size_t *at)
{
	for (const char *c = text; *c; c++) {
		size_t length;

		if (c[0] != '$' || (c[1] != '$' && c[1] != '{'))
			continue;
		*at = (size_t)(c - text);
		c++;
		if (*c == '$')
			continue;
		length = name_length(c + 1);
		if (!length || c[1 + length] != '}')
			return "after \"${\" come a variable's name and \"}\"; \"$$\" is a dollar "
			       "sign";
	}
	return NULL;
}

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void variables_release(struct variables *v)
{
	for (size_t i = 0; i < v->count; i++)
		wipe(v->item[i]);
	free(v->item);
	*v = (struct variables){ 0 };
}

/* Where NAME stands; `count` when it does not. */
static size_t find(const struct variables *v, const char *name, size_t length)
{
	for (size_t i = v->count; i-- > 0;) {
		if (strncmp(v->item[i], name, length) == 0 && v->item[i][length] == '=')
			return i;
	}
	return v->count;
}

int variables_set(struct variables *v, const char *name, const char *value, struct error *err)
{
	size_t at = find(v, name, strlen(name));
	char **grown = v->item, *item = NULL;

	if (at == v->count)
		grown = realloc(v->item, (v->count + 2) * sizeof(*grown));
	if (grown)
		v->item = grown;
	if (!grown || asprintf(&item, "%s=%s", name, value) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a variable");
	if (at < v->count)
		wipe(v->item[at]);
	else
		v->item[++v->count] = NULL;
	v->item[at] = item;
	return 0;
}

int variables_put(struct variables *v, const char *assignment, struct error *err)
{
	size_t length = name_length(assignment);
	char name[VARIABLES_NAME_MAX + 1];

	if (!length || assignment[length] != '=')
		return error_set(err, ERROR_CONFIG, "a variable is written NAME=value");
	(void)snprintf(name, sizeof(name), "%.*s", (int)length, assignment);
	return variables_set(v, name, assignment + length + 1, err);
}

static const char *value_of(const struct variables *v, const char *name, size_t length)
{
	size_t at = find(v, name, length);

	return at < v->count ? v->item[at] + length + 1 : NULL;
}

const char *variables_get(const struct variables *v, const char *name)
{
	return value_of(v, name, strlen(name));
}

static int unknown(const struct variables *v, const char *name, size_t length, struct error *err)
{
	char known[200] = "";
	size_t used = 0;

	(void)error_set(err, ERROR_CONFIG, "the variable %.*s is not known", (int)length, name);
	for (size_t i = 0; i < v->count && used < sizeof(known) / 2; i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%.*s",
					 i ? ", " : "", (int)name_length(v->item[i]), v->item[i]);
	return v->count ? error_hint(err, "there are %s", known) :
			  error_hint(err, "there are none");
}

int variables_expand(const struct variables *v, const char *text, struct buf *out,
		     struct error *err)
{
	size_t at = 0;

	if (variables_mistake(text, &at))
		return error_set(err, ERROR_CONFIG, "%s", variables_mistake(text, &at));
	while (*text) {
		size_t plain = strcspn(text, "$"), length;
		const char *value = "$";

		if (buf_append(out, text, plain) < 0)
			break;
		text += plain;
		if (!*text)
			return 0;
		length = text[1] == '{' ? name_length(text + 2) : 0;
		if (length)
			value = value_of(v, text + 2, length);
		if (!value)
			return unknown(v, text + 2, length, err);
		if (buf_puts(out, value) < 0)
			break;
		text += length ? length + 3 : text[1] == '$' ? 2 : 1;
	}
	return *text || buf_puts(out, "") < 0 ?
		       error_set(err, ERROR_NOMEM, "no memory to put values into a text") :
		       0;
}
