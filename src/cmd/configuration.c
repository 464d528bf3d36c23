/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/configuration.h"

#include <string.h>

enum { LINE_NUMBER_WIDTH = 5 };

int configuration_read(const struct invocation *inv, const char *path, struct config *out,
		       struct config_complaints *complaints, struct error *err)
{
	const struct config_source source = {
		.path = path ? path : inv->global.config,
		.flags = inv->global.settings.item,
	};

	return config_load(&source, out, complaints, err);
}

int configuration_load(const struct invocation *inv, struct config *out, struct error *err)
{
	CLEANUP(config_complaints_release)
	struct config_complaints complaints = { 0 };
	int rc = configuration_read(inv, NULL, out, &complaints, err);

	configuration_complain(&inv->message, &complaints);
	return rc;
}

static void show_source(const struct terminal *t, const struct config_complaint *c)
{
	(void)fprintf(t->stream, "%*u | ", LINE_NUMBER_WIDTH, c->line);
	terminal_puts(t, c->source_line);
	if (!c->column) {
		(void)fputc('\n', t->stream);
		return;
	}
	(void)fprintf(t->stream, "\n%*s | %*s%s^", LINE_NUMBER_WIDTH, "", (int)c->column - 1, "",
		      terminal_begin(t, TONE_GOOD));
	for (unsigned i = 1; i < c->width; i++)
		(void)fputc('~', t->stream);
	(void)fprintf(t->stream, "%s\n", terminal_end(t));
}

static void show(const struct terminal *t, const struct config_complaint *c)
{
	enum tone tone = c->is_error ? TONE_BAD : TONE_CAUTION;

	terminal_puts(t, c->file);
	if (c->line)
		(void)fprintf(t->stream, ":%u", c->line);
	if (c->line && c->column)
		(void)fprintf(t->stream, ":%u", c->column);
	(void)fprintf(t->stream, ": %s%s:%s ", terminal_begin(t, tone),
		      c->is_error ? "error" : "warning", terminal_end(t));
	terminal_puts(t, c->message);
	(void)fputc('\n', t->stream);
	if (c->source_line)
		show_source(t, c);
}

void configuration_complain(const struct terminal *t, const struct config_complaints *complaints)
{
	size_t warnings = 0, errors = 0;

	for (size_t i = 0; i < complaints->count; i++) {
		show(t, &complaints->item[i]);
		if (complaints->item[i].is_error)
			errors++;
		else
			warnings++;
	}
	if (complaints->errors > errors)
		(void)fprintf(t->stream, "and %zu more errors\n", complaints->errors - errors);
	if (complaints->errors || warnings)
		(void)fprintf(t->stream, "%zu error%s, %zu warning%s\n", complaints->errors,
			      complaints->errors == 1 ? "" : "s", warnings,
			      warnings == 1 ? "" : "s");
}
