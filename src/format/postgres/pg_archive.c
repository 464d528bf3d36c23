/* SPDX-License-Identifier: Apache-2.0 */
/* The sink that reads a custom archive: header and table of contents, then data blocks, then facts. */
#include "format/postgres/pg_archive.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "format/postgres/pg_archive_blocks.h"
#include "format/postgres/pg_archive_contents.h"
#include "format/postgres/pg_archive_toc.h"

struct pg_archive {
	struct stage stage;
	struct reading *reading;
	enum { READING_TOC, READING_BLOCKS, LOST } phase;
	struct pg_archive_toc toc;
	struct pg_archive_contents contents;
	struct pg_archive_blocks blocks;
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

static int begin_blocks(struct pg_archive *a, struct error *err)
{
	a->phase = READING_BLOCKS;
	if (pg_archive_contents_complete(&a->contents, err) < 0 ||
	    pg_archive_blocks_init(&a->blocks, &a->contents, &a->toc.header, err) < 0)
		return -1;
	a->blocks.item.escapes = a->contents.definition.escapes;
	return 0;
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
			if (pg_archive_contents_entry(&a->contents, &a->toc.entry, err) < 0)
				return -1;
			break;
		case TOC_DONE:
			return begin_blocks(a, err);
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
	pg_archive_contents_watch(&a->contents, &a->toc);
	return &a->stage;
}

static bool pg_archive_matches(struct span head)
{
	static const char magic[] = "PGDMP";

	return head.len >= sizeof(magic) - 1 && memcmp(head.ptr, magic, sizeof(magic) - 1) == 0;
}

static const struct uncovered uncovered[] = {
#define X(id, where, effect) { where, effect },
	PG_ARCHIVE_UNCOVERED_TABLE(X)
#undef X
};

static const struct coverage coverage = {
	.id = "pg-archive",
	.versions = "1.12 to 1.16 (PostgreSQL 9.0 to 18), -Fc",
	.checked = "The header's fields; every length, number and flag of the table of contents, "
		   "that its dump ids are unique and its dependencies have no cycle; the place, "
		   "order, number and end of every data block; every compressed stream with its "
		   "checksum; the columns of every row and what COPY FROM refuses in it; UTF-8; "
		   "large objects against their entries.",
	.row = uncovered,
	.count = PG_ARCHIVE_UNCOVERED_COUNT,
};

const struct reader pg_archive_reader = {
	.format = FORMAT_PG_ARCHIVE,
	.matches = pg_archive_matches,
	.open = pg_archive_open,
	.coverage = &coverage,
};
