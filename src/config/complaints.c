/* SPDX-License-Identifier: Apache-2.0 */
#include "config/complaints.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A source line is shown up to this many bytes. */
enum { LINE_SHOWN_MAX = 500 };

/* Of which keys are made. */
#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"

/* A key that has a secret for its value, also where its name is mistyped. */
static bool is_secrets_name(const char *key, size_t length)
{
	static const char *const parts[] = { "passw", "secret", "token", "key", "url" };
	char name[64];

	(void)snprintf(name, sizeof(name), "%.*s", (int)length, key);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (strcasestr(name, parts[i]))
			return true;
	}
	return false;
}

/* {file: …}, {env: …} or {command: …} */
static bool is_reference(const char *value)
{
	static const char *const kinds[] = { "file:", "env:", "command:" };

	value += strspn(value, "{ ");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strncmp(value, kinds[i], strlen(kinds[i])) == 0)
			return true;
	}
	return false;
}

/* Has no user and no token, and people have to see which it is. */
static bool is_bucket(const char *value)
{
	return strncmp(value, "s3://", 5) == 0;
}

/* "{kind: tick, role: boss}" of a drill's plan: what it stands behind is a name. */
static bool is_step(const char *value)
{
	static const char *const keys[] = { "kind:", "role:", "title:" };

	for (size_t i = 0; *value == '{' && i < sizeof(keys) / sizeof(*keys); i++) {
		if (strstr(value, keys[i]))
			return true;
	}
	return false;
}

/* The value of a secret's key that is no reference; NULL: there is none. */
static char *find_literal(char *line)
{
	size_t length;

	for (char *name = strpbrk(line, NAME_LETTERS); name;
	     name = strpbrk(name + length, NAME_LETTERS)) {
		char *value;

		length = strspn(name, NAME_LETTERS);
		value = name + length + strspn(name + length, "\"' ");
		if ((*value != ':' && *value != '=') || !is_secrets_name(name, length))
			continue;
		if (is_step(value + strspn(value, ":= ")))
			continue;
		value += strspn(value, "\"':= ");
		if (*value && !is_reference(value) && !is_bucket(value))
			return value;
	}
	return NULL;
}

/* "password hunter2", whose colon was forgotten. */
static char *secret_without_colon(char *line)
{
	char *at = strcasestr(line, "password");

	return at && at[8] == ' ' && at[8 + strspn(at + 8, " ")] != '{' ?
		       at + 8 + strspn(at + 8, " ") :
		       NULL;
}

/* Of a URL below any other key, such as "ulr", what stands behind the host; all, when it names a user. */
static char *secret_of_url(char *line)
{
	char *host = strstr(line, "://"), *end;
	bool is_http = strstr(line, "http") != NULL;

	if (!host)
		return NULL;
	host += 3;
	end = host + strcspn(host, "/?# \"'");
	if (memchr(host, '@', (size_t)(end - host)))
		return host;
	return is_http && (*end == '/' || *end == '?') ? end + 1 : NULL;
}

/* What may be a secret is not shown, whatever the complaint is about. */
static void mask_secrets(char *line)
{
	static const char masked[] = "********";
	char *at = find_literal(line);

	if (!at)
		at = secret_without_colon(line);
	if (!at)
		at = secret_of_url(line);
	if (at)
		(void)snprintf(at, strlen(at) + 1, "%s", masked);
}

/* Does the line of that end tell a secret's key, and nothing more? */
static bool ends_with_secrets_key(const char *text, const char *end)
{
	const char *begin;
	bool colon = false;

	for (; end > text && strchr(" \t\r\"':|>-+[{", end[-1]); end--)
		colon |= end[-1] == ':';
	for (begin = end; begin > text && strchr(NAME_LETTERS, begin[-1]); begin--)
		;
	return colon && is_secrets_name(begin, (size_t)(end - begin));
}

/* Is what stands at `at`, where a line begins, the value of a key on a line above? */
static bool is_below_secret(const char *text, const char *at)
{
	while (at > text) {
		const char *end = at - 1;
		const char *begin = memrchr(text, '\n', (size_t)(end - text));

		at = begin ? begin + 1 : text;
		if (memchr(at, ':', (size_t)(end - at)))
			return ends_with_secrets_key(at, end);
	}
	return false;
}

static const char *shown_line(struct config_complaints *c, const char *at, size_t len)
{
	char *line = arena_strndup(&c->arena, at, len);

	if (!line)
		return NULL;
	for (char *tab = line; (tab = strchr(tab, '\t'));)
		*tab = ' ';
	mask_secrets(line);
	return line;
}

static const char *source_line(struct config_complaints *c, const struct node_source *source,
			       unsigned line)
{
	const char *at = source->text, *end = source->text + source->len;
	const char *newline;
	size_t len;

	if (!source->is_file || !line)
		return NULL;
	for (unsigned i = 1; i < line; i++) {
		at = memchr(at, '\n', (size_t)(end - at));
		if (!at)
			return NULL;
		at++;
	}
	newline = memchr(at, '\n', (size_t)(end - at));
	len = (size_t)((newline ? newline : end) - at);
	if (len && at[len - 1] == '\r')
		len--;
	if (len > LINE_SHOWN_MAX || is_below_secret(source->text, at))
		return NULL;
	return shown_line(c, at, len);
}

static struct config_complaint *append(struct config_complaints *c)
{
	if (c->count == c->capacity) {
		size_t capacity = c->capacity ? 2 * c->capacity : 8;
		struct config_complaint *grown = reallocarray(c->item, capacity, sizeof(*c->item));

		if (!grown)
			return NULL;
		c->item = grown;
		c->capacity = capacity;
	}
	return &c->item[c->count];
}

__attribute__((format(printf, 4, 0))) static void store(struct config_complaints *c,
							const struct node_source *source,
							struct mark mark, const char *fmt,
							va_list ap, bool is_error)
{
	struct config_complaint *item;

	c->errors += is_error;
	if (complaints_are_full(c))
		return;
	item = append(c);
	if (!item)
		return;
	if (!source->is_file)
		mark = (struct mark){ 0 };
	*item = (struct config_complaint){
		.is_error = is_error,
		.file = arena_strdup(&c->arena, source->name),
		.line = mark.line,
		.column = mark.column,
		.width = mark.width,
		.message = arena_vprintf(&c->arena, fmt, ap),
		.source_line = source_line(c, source, mark.line),
	};
	if (item->file && item->message)
		c->count++;
}

void complain(struct config_complaints *c, const struct node_source *source, struct mark mark,
	      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	store(c, source, mark, fmt, ap, true);
	va_end(ap);
}

void warn_about(struct config_complaints *c, const struct node_source *source, struct mark mark,
		const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	store(c, source, mark, fmt, ap, false);
	va_end(ap);
}

bool complaints_are_full(const struct config_complaints *c)
{
	return c->count >= COMPLAINTS_MAX;
}

const char *did_you_mean(const char *word)
{
	static _Thread_local char text[128];

	if (!word)
		return "";
	(void)snprintf(text, sizeof(text), "; did you mean \"%s\"?", word);
	return text;
}

void config_complaints_release(struct config_complaints *c)
{
	arena_release(&c->arena);
	free(c->item);
	*c = (struct config_complaints){ 0 };
}
