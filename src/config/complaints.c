/* SPDX-License-Identifier: Apache-2.0 */
#include "config/complaints.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A source line is shown up to this many bytes. */
enum { LINE_SHOWN_MAX = 500 };

/* A key that has a secret for its value, also where its name is mistyped. */
static bool names_secret(const char *key, size_t len)
{
	static const char *const parts[] = { "passw", "secret", "token", "key", "url" };
	char name[64];

	(void)snprintf(name, sizeof(name), "%.*s", (int)len, key);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (strcasestr(name, parts[i]))
			return true;
	}
	return false;
}

/* The value of the key that `colon` ends, when nobody may see it: no reference, no bucket. */
static char *secret_behind(char *line, char *colon)
{
	char *value = colon + 1 + strspn(colon + 1, " "), *end = colon, *key;
	bool is_reference = *value == '{';

	value += strspn(value, "\"'");
	while (end > line && strchr("\"' ", end[-1]))
		end--;
	for (key = end; key > line && (isalnum((unsigned char)key[-1]) || strchr("_-", key[-1]));)
		key--;
	return names_secret(key, (size_t)(end - key)) && !is_reference &&
			       strncmp(value, "s3://", 5) != 0 ?
		       value :
		       NULL;
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
	char *host = strstr(line, "http"), *end;

	host = host ? strstr(host, "://") : NULL;
	if (!host)
		return NULL;
	host += 3;
	end = host + strcspn(host, "/?# \"'");
	if (memchr(host, '@', (size_t)(end - host)))
		return host;
	return *end == '/' || *end == '?' ? end + 1 : NULL;
}

/* What a secret's key is followed by is not shown, whatever the complaint is about. */
static void mask_secrets(char *line)
{
	static const char masked[] = "********";
	char *value = NULL;

	for (char *at = line; !value && (at = strpbrk(at, ":="));)
		value = secret_behind(line, at++);
	if (!value)
		value = secret_without_colon(line);
	if (!value)
		value = secret_of_url(line);
	if (value)
		(void)snprintf(value, strlen(value) + 1, "%s", masked);
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
	if (len > LINE_SHOWN_MAX)
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
