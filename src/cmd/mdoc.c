/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/mdoc.h"

#include <ctype.h>
#include <string.h>

/* The day of the manual's last change, fixed so that builds are reproducible. */
#define MANUAL_DATE "November 22, 2026"

enum { LINE_WIDTH = 78 };

void mdoc_begin(FILE *out, const char *title, int section, const char *summary)
{
	(void)fprintf(out, ".\\\" Written by \"muster help --man\"; change the tables instead.\n"
			   ".Dd " MANUAL_DATE "\n.Dt ");
	for (const char *c = title; *c; c++)
		(void)fputc(toupper((unsigned char)*c), out);
	(void)fprintf(out, " %d\n.Os\n.Sh NAME\n.Nm %s\n.Nd ", section, title);
	mdoc_word(out, summary);
	(void)fputc('\n', out);
}

/* One character of text, as roff reads it. Returns its length in bytes. */
static size_t put_character(FILE *out, const char *s)
{
	static const char ellipsis[] = "…";

	if (*s == '\\') {
		(void)fputs("\\e", out);
		return 1;
	}
	if (strncmp(s, ellipsis, strlen(ellipsis)) == 0) {
		(void)fputs("...", out);
		return strlen(ellipsis);
	}
	(void)fputc(*s, out);
	return 1;
}

void mdoc_word(FILE *out, const char *word)
{
	while (*word)
		word += put_character(out, word);
}

static bool ends_sentence(const char *word, size_t len)
{
	return len > 1 && strchr(".?!", word[len - 1]) && isalnum((unsigned char)word[len - 2]);
}

void mdoc_text(FILE *out, const char *text)
{
	size_t column = 0;
	bool sentence_ended = false;

	while (*text) {
		size_t len = strcspn(text, " \n"), gap;

		if (column && (column + 1 + len > LINE_WIDTH || sentence_ended)) {
			(void)fputc('\n', out);
			column = 0;
		}
		if (column)
			(void)fputc(' ', out);
		else if (strchr(".'", *text))
			(void)fputs("\\&", out);
		column += len + (column > 0);
		sentence_ended = ends_sentence(text, len);
		for (const char *end = text + len; text < end;)
			text += put_character(out, text);
		gap = strspn(text, " \n");
		if (text[gap] && strncmp(text, "\n\n", 2) == 0) {
			(void)fputs("\n.Pp\n", out);
			column = 0;
		}
		text += gap;
	}
	(void)fputc('\n', out);
}

void mdoc_option_synopsis(FILE *out, const struct option_row *rows)
{
	char choices[128];

	for (; rows && rows->name; rows++) {
		const char *operand = option_operand(rows, choices, sizeof(choices));

		(void)fprintf(out, ".Op Fl -%s", rows->name);
		if (operand)
			(void)fprintf(out, " Ar %s", operand);
		(void)fputc('\n', out);
	}
}

void mdoc_option_list(FILE *out, const struct option_row *rows)
{
	char choices[128];

	if (!rows || !rows->name)
		return;
	(void)fputs(".Bl -tag -width Ds\n", out);
	for (; rows->name; rows++) {
		const char *operand = option_operand(rows, choices, sizeof(choices));

		(void)fputs(".It", out);
		if (rows->letter)
			(void)fprintf(out, " Fl %c ,", rows->letter);
		(void)fprintf(out, " Fl -%s", rows->name);
		if (operand)
			(void)fprintf(out, " Ar %s", operand);
		(void)fprintf(out, "\n%c", toupper((unsigned char)rows->summary[0]));
		mdoc_word(out, rows->summary + 1);
		(void)fputs(".\n", out);
		if (rows->help)
			mdoc_text(out, rows->help);
	}
	(void)fputs(".El\n", out);
}

void mdoc_examples(FILE *out, const char *examples)
{
	if (!examples)
		return;
	(void)fputs(".Sh EXAMPLES\n.Bd -literal -offset indent -compact\n", out);
	for (; *examples; examples += *examples == '\n') {
		for (const char *end = examples + strcspn(examples, "\n"); examples < end;)
			examples += put_character(out, examples);
		(void)fputc('\n', out);
	}
	(void)fputs(".Ed\n", out);
}
