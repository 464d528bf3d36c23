/* SPDX-License-Identifier: Apache-2.0 */
#include "report/exposition.h"

#include <string.h>

#include "model/utf8.h"

static void put(struct exposition *x, const void *bytes, size_t len)
{
	x->failed |= buf_append(x->out, bytes, len) < 0;
}

static void put_text(struct exposition *x, const char *text)
{
	put(x, text, strlen(text));
}

void exposition_family(struct exposition *x, const char *name, const char *type, const char *help)
{
	x->name = name;
	x->type = type;
	x->help = help;
	x->headed = false;
}

static void put_head(struct exposition *x)
{
	if (x->headed)
		return;
	x->headed = true;
	x->failed |= buf_printf(x->out, "# HELP %s %s\n# TYPE %s %s\n", x->name, x->help, x->name,
				x->type) < 0;
}

static void put_character(struct exposition *x, const uint8_t *s, size_t len)
{
	if (!len)
		put_text(x, "\xef\xbf\xbd");
	else if (*s == '\n')
		put_text(x, "\\n");
	else if (*s == '\\' || *s == '"') {
		put_text(x, "\\");
		put(x, s, 1);
	} else
		put(x, s, len);
}

static void put_value_of_label(struct exposition *x, const char *text)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t rest = strlen(text);

	while (rest) {
		size_t len = *s < 0x80 ? 1 : utf8_length((struct span){ s, rest });

		put_character(x, s, len);
		s += len ? len : 1;
		rest -= len ? len : 1;
	}
}

static void put_labels(struct exposition *x, const struct exposition_label *labels)
{
	if (!labels->name)
		return;
	for (size_t i = 0; labels[i].name; i++) {
		put_text(x, i ? "," : "{");
		put_text(x, labels[i].name);
		put_text(x, "=\"");
		put_value_of_label(x, labels[i].value ? labels[i].value : "");
		put_text(x, "\"");
	}
	put_text(x, "}");
}

static void put_number(struct exposition *x, double value)
{
	/* beyond it every double is whole */
	bool whole = value > 9e15 || value < -9e15 || value == (double)(int64_t)value;
	char text[64];

	if (whole)
		(void)snprintf(text, sizeof(text), "%.0f", value);
	else
		(void)snprintf(text, sizeof(text), "%.3f", value);
	put_text(x, text);
}

void exposition_sample(struct exposition *x, const char *suffix,
		       const struct exposition_label *labels, double value)
{
	put_head(x);
	put_text(x, x->name);
	put_text(x, suffix);
	put_labels(x, labels);
	put_text(x, " ");
	put_number(x, value);
	put_text(x, "\n");
}
