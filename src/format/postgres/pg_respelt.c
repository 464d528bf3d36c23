/* SPDX-License-Identifier: Apache-2.0 */
/* Definitions that differ only in how PostgreSQL prints an expression. */
#include <ctype.h>
#include <string.h>

#include "format/postgres/pg_objects.h"

/* What stands at `p` and says nothing by itself: blanks, parentheses, and casts with their types. */
struct walk {
	const char *p;
	char quote; /* of the quoted text that it is in; 0: none */
};

static bool is_name_character(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || (unsigned char)c >= 0x80;
}

static const char *skip_word(const char *p, const char *word)
{
	size_t len = strlen(word);

	return strncmp(p, word, len) == 0 && !is_name_character(p[len]) ? p + len : p;
}

static const char *skip_quoted(const char *p)
{
	const char *end = strchr(p + 1, *p);

	return end ? end + 1 : p + strlen(p);
}

/* "public.mood", "character varying(5)[]", "timestamp(3) with time zone" */
static const char *skip_type(const char *p)
{
	static const char *const more[] = { " varying", " precision", " with time zone",
					    " without time zone" };

	while (is_name_character(*p) || *p == '"')
		p = *p == '"' ? skip_quoted(p) : p + 1;
	for (size_t round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++)
			p = skip_word(p, more[i]);
		if (*p == '(' && isdigit((unsigned char)p[1]) && p[strcspn(p, ")")])
			p += strcspn(p, ")") + 1;
	}
	while (p[0] == '[' && p[1] == ']')
		p += 2;
	return p;
}

/* The next character that counts; 0 at the end. */
static char next(struct walk *w)
{
	while (!w->quote) {
		const char *p = w->p;

		w->p += strspn(w->p, " \t\n()");
		if (w->p[0] == ':' && w->p[1] == ':')
			w->p = skip_type(w->p + 2);
		if (w->p == p)
			break;
	}
	if (!*w->p)
		return '\0';
	if (w->quote == *w->p)
		w->quote = 0;
	else if (!w->quote && (*w->p == '\'' || *w->p == '"'))
		w->quote = *w->p;
	return *w->p++;
}

bool pg_definition_is_respelt(const char *a, const char *b)
{
	struct walk x = { .p = a }, y = { .p = b };

	for (;;) {
		char c = next(&x), d = next(&y);

		if (c != d)
			return false;
		if (!c)
			return true;
	}
}
