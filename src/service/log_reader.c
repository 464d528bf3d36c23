/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log_reader.h"

#include "model/quote.h"

static void end_line(struct log_reader *r)
{
	struct log_found *f = r->found;

	f->lines++;
	r->line[r->length] = '\0';
	if (r->length && r->line[r->length - 1] == '\r')
		r->line[--r->length] = '\0';
	if (r->length) {
		f->last.line = f->lines;
		(void)quote_text(r->line, f->last.shown, sizeof(f->last.shown));
	}
	if (r->rules && log_rules_match(r->rules, r->line)) {
		if (f->errors < LOG_HITS_MAX)
			f->hit[f->errors] = f->last;
		f->errors++;
	}
	r->length = 0;
	r->begun = false;
}

void log_reader_take(struct log_reader *r, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == '\n') {
			end_line(r);
			continue;
		}
		r->begun = true;
		/* what stands behind a NUL is to be seen, too */
		if (r->length < LOG_LINE_MAX)
			r->line[r->length++] = bytes[i] ? bytes[i] : ' ';
	}
}

void log_reader_end(struct log_reader *r)
{
	if (r->begun)
		end_line(r);
}

bool log_reader_matches(struct log_reader *r)
{
	r->line[r->length] = '\0';
	return r->begun && log_rules_match(r->rules, r->line);
}
