/* SPDX-License-Identifier: Apache-2.0 */
#include "component/note.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int add(struct manifest *m, const struct backup_job *job, const char *name,
	       const char *value, struct error *err)
{
	if (manifest_add_note(m, job->component->name, name, value) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the manifest's notes");
	return 0;
}

int note_add(struct manifest *m, const struct backup_job *job, const char *value, struct error *err,
	     const char *name, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, name);
	(void)vsnprintf(text, sizeof(text), name, ap);
	va_end(ap);
	return add(m, job, text, value, err);
}

int note_lines(struct manifest *m, const struct backup_job *job, const char *name,
	       const struct buf *text, struct error *err)
{
	const char *line = text->ptr;

	while (line && *line) {
		char copy[512];
		size_t len = strcspn(line, "\n");

		(void)snprintf(copy, sizeof(copy), "%.*s", (int)len, line);
		if (len && add(m, job, name, copy, err) < 0)
			return -1;
		line += len + (line[len] == '\n');
	}
	return 0;
}
