/* SPDX-License-Identifier: Apache-2.0 */
/* A backup's list of contents, and all its facts, one a line. */
#include <inttypes.h>

#include "cmd/inspect_show.h"
#include "cmd/listing.h"

static void entry_row(struct listing *l, const struct outline_entry *e)
{
	char *name = e->scope[0] ? arena_printf(&l->arena, "%s.%s", e->scope, e->name) : NULL;

	if (e->id)
		listing_format(l, "%" PRIu64, e->id);
	else
		listing_text(l, "");
	listing_text(l, e->kind);
	listing_text(l, name ? name : e->name);
	listing_text(l, e->owner);
	if (e->known & MEASURE_COUNT)
		listing_number(l, true, e->count);
	else
		listing_text(l, "");
	if (e->known & MEASURE_BYTES)
		listing_size(l, true, e->bytes);
	else
		listing_text(l, "");
	if (e->offset != OUTLINE_NO_OFFSET)
		listing_format(l, "%" PRIu64, e->offset);
	else
		listing_text(l, "");
}

int inspect_show_toc(const struct inspect_show *show, const struct reading *r, struct error *err)
{
	bool is_broker = r->format == FORMAT_DEFINITIONS;
	const struct listing_column columns[] = {
		{ .title = "id", .right = true },
		{ .title = "kind" },
		{ .title = "name", .gives_width = true },
		{ .title = is_broker ? "type" : "owner", .spare = 2 },
		{ .title = is_broker               ? "matches" :
			   r->format == FORMAT_RDB ? "keys" :
						     "rows",
		  .right = true },
		{ .title = "bytes", .right = true },
		{ .title = "offset", .right = true, .spare = 1 },
	};
	struct listing l = { .terminal = &show->inv->screen,
			     .column = columns,
			     .columns = sizeof(columns) / sizeof(columns[0]),
			     .indent = 2 };
	int rc;

	if (!r->contents.count) {
		inspect_field(show, "contents",
			      r->format == FORMAT_RDB ? "no modules, no function libraries" :
							"nothing to list");
		return inspect_show_holds(show, r, err);
	}
	(void)fputc('\n', show->inv->out);
	for (size_t k = 0; k < r->contents.count; k++)
		entry_row(&l, &r->contents.item[k]);
	rc = listing_print(&l, err);
	listing_release(&l);
	return rc;
}

static void show_fact(const struct inspect_show *show, const struct fact *f)
{
	const struct fact_words *w = fact_kind_words(f->kind);
	const struct terminal *t = &show->inv->screen;
	char text[FINGERPRINT_TEXT_SIZE];

	(void)fprintf(t->stream, "  %s ", w->noun);
	terminal_puts(t, f->scope);
	if (f->scope[0] && f->name[0])
		(void)fputc('.', t->stream);
	terminal_puts(t, f->name);
	if (f->known & MEASURE_COUNT)
		(void)fprintf(t->stream, "  %" PRIu64 " %s", f->count,
			      w->count_key ? w->count_key : "");
	if (f->known & MEASURE_EXPIRES)
		(void)fprintf(t->stream, ", %" PRIu64 " expire", f->expires);
	if (f->known & MEASURE_BYTES)
		(void)fprintf(t->stream, ", %" PRIu64 " bytes", f->bytes);
	if (f->known & MEASURE_FINGERPRINT)
		(void)fprintf(t->stream, "  %s", fingerprint_format(f->fingerprint, text));
	if (f->known & MEASURE_VALUE) {
		(void)fputs("  ", t->stream);
		terminal_puts(t, f->value);
	}
	(void)fputc('\n', t->stream);
}

void inspect_show_facts(const struct inspect_show *show, const struct facts *facts)
{
	if (facts->count)
		(void)fputc('\n', show->inv->out);
	for (size_t k = 0; k < facts->count; k++)
		show_fact(show, &facts->item[k]);
}
