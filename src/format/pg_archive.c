/* SPDX-License-Identifier: Apache-2.0 */
/* The sink that reads a custom archive: header and table of contents, then data blocks, then facts. */
#include "format/pg_archive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "format/pg_archive_blocks.h"
#include "format/pg_archive_contents.h"
#include "format/pg_archive_toc.h"

struct pg_archive {
	struct stage stage;
	struct reading *reading;
	enum { READING_TOC, READING_BLOCKS, LOST } phase;
	struct pg_archive_toc toc;
	struct pg_archive_contents contents;
	struct pg_archive_blocks blocks;
	bool escapes; /* standard_conforming_strings is off */
};

static struct pg_archive *archive_of(struct stage *s)
{
	return (struct pg_archive *)(void *)s;
}

static void refuse_format(struct pg_archive *a)
{
	findings_add(&a->reading->findings, FINDING_UNSUPPORTED, 0,
		     "this is toc.dat of an archive in tar or directory format, without the "
		     "archive's other files");
	a->phase = LOST;
}

/* Reads what `in` holds of header and table of contents; the rest of it is left. */
static int push_toc(struct pg_archive *a, struct span *in, uint64_t offset, struct error *err)
{
	const uint8_t *start = in->ptr;

	for (;;) {
		uint64_t at = offset + (uint64_t)(in->ptr - start);

		switch (pg_archive_toc_read(&a->toc, in, at)) {
		case TOC_MORE:
			return 0;
		case TOC_HEADER:
			if (a->toc.header.format != PG_ARCHIVE_CUSTOM) {
				refuse_format(a);
				return 0;
			}
			if (pg_archive_contents_header(&a->contents, &a->toc.header, err) < 0)
				return -1;
			break;
		case TOC_ENTRY:
			if (strcmp(a->toc.entry.kind, "STDSTRINGS") == 0)
				a->escapes = strstr(a->toc.entry.definition, "'off'") != NULL;
			if (pg_archive_contents_entry(&a->contents, &a->toc.entry, err) < 0)
				return -1;
			break;
		case TOC_DONE:
			a->contents.complete = true;
			a->phase = READING_BLOCKS;
			if (pg_archive_blocks_init(&a->blocks, &a->contents, &a->toc.header, err) <
			    0)
				return -1;
			a->blocks.item.escapes = a->escapes;
			return 0;
		case TOC_BAD:
			a->phase = LOST;
			return 0;
		}
	}
}

static int pg_archive_push(struct stage *s, struct span block, struct error *err)
{
	struct pg_archive *a = archive_of(s);
	const uint8_t *start = block.ptr;

	if (!block.len)
		return 0;
	if (a->phase == READING_TOC && push_toc(a, &block, s->offset, err) < 0)
		return -1;
	if (a->phase == READING_BLOCKS &&
	    !pg_archive_blocks_push(&a->blocks, block, s->offset + (uint64_t)(block.ptr - start)))
		a->phase = LOST;
	return 0;
}

static int pg_archive_finish(struct stage *s, struct error *err)
{
	struct pg_archive *a = archive_of(s);
	struct findings *f = &a->reading->findings;

	if (a->phase == READING_BLOCKS)
		a->reading->finished = pg_archive_blocks_end(&a->blocks, s->offset);
	else if (a->phase == READING_TOC && s->offset == 0)
		findings_add(f, FINDING_EMPTY, 0, "no bytes where an archive should be");
	else if (a->phase == READING_TOC)
		findings_add(f, FINDING_TRUNCATED, s->offset,
			     "the archive ends within its table of contents, after %" PRId64
			     " of %" PRId64 " entries",
			     a->toc.entries_read, a->toc.header.entries);
	return pg_archive_contents_facts(&a->contents, err);
}

static void pg_archive_free(struct stage *s)
{
	struct pg_archive *a = archive_of(s);

	pg_archive_blocks_release(&a->blocks);
	pg_archive_contents_release(&a->contents);
	free(a);
}

static const struct stage_ops pg_archive_ops = {
	.name = "pg-archive",
	.push = pg_archive_push,
	.finish = pg_archive_finish,
	.free = pg_archive_free,
};

static struct stage *pg_archive_open(struct reading *out, struct error *err)
{
	struct pg_archive *a = calloc(1, sizeof(*a));

	if (!a) {
		(void)error_set(err, ERROR_NOMEM, "out of memory for an archive's reader");
		return NULL;
	}
	a->stage.ops = &pg_archive_ops;
	a->reading = out;
	a->toc.findings = &out->findings;
	out->format = FORMAT_PG_ARCHIVE;
	out->findings.layer = "pg-archive";
	out->facts.side = FACTS_BACKUP;
	if (pg_archive_contents_init(&a->contents, out, err) < 0) {
		pg_archive_free(&a->stage);
		return NULL;
	}
	return &a->stage;
}

static bool pg_archive_matches(struct span head)
{
	static const char magic[] = "PGDMP";

	return head.len >= sizeof(magic) - 1 && memcmp(head.ptr, magic, sizeof(magic) - 1) == 0;
}

const struct reader pg_archive_reader = {
	.format = FORMAT_PG_ARCHIVE,
	.matches = pg_archive_matches,
	.open = pg_archive_open,
};
