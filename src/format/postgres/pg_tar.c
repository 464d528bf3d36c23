/* SPDX-License-Identifier: Apache-2.0 */
/* The sink that reads a tar of a dump: members by their names, joined with toc.dat at the end. */
#include "format/postgres/pg_tar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/postgres/pg_archive_contents.h"
#include "format/postgres/pg_archive_toc.h"
#include "format/postgres/pg_tar_name.h"
#include "format/postgres/pg_tar_objects.h"
#include "format/postgres/pg_tar_other.h"
#include "format/postgres/pg_tar_rows.h"
#include "format/postgres/pg_tar_unpack.h"
#include "format/tar.h"
#include "model/quote.h"

enum { LABEL_SIZE = 64, SCRIPT_TAIL = 1024 };

struct pg_tar {
	struct stage stage;
	struct reading *reading;
	struct tar tar;
	struct pg_archive_toc toc;
	struct pg_archive_contents contents;
	struct pg_tar_schema schema;
	struct pg_tar_rows rows;
	struct pg_tar_objects objects;
	struct pg_tar_other other;
	struct pg_tar_unpack *unpack;

	/* the current member */
	bool in_member, skipped;
	struct pg_tar_name name;
	char label[LABEL_SIZE]; /* its name, quoted */
	uint64_t content;       /* bytes of its content so far */

	bool dump; /* a member of a dump has come */
	char directory[TAR_NAME_SIZE];
	size_t directory_len;
	enum { TOC_NONE, TOC_READING, TOC_READ, TOC_LOST } toc_state;
	bool script, mixed;
	char tail[SCRIPT_TAIL + 1]; /* of restore.sql */
	size_t tail_len;
	uint64_t absolute, climbs; /* members named so */
};

static struct pg_tar *tar_of(struct stage *s)
{
	return (struct pg_tar *)(void *)s;
}

/* The name that pg_dump gives the data of an entry. */
static void check_file(struct pg_tar *p)
{
	const struct pg_archive_entry *e = &p->toc.entry;
	bool objects = strcmp(e->kind, "BLOBS") == 0;
	char rows[PG_ARCHIVE_FILE_SIZE], list[PG_ARCHIVE_FILE_SIZE], file[LABEL_SIZE];

	(void)snprintf(rows, sizeof(rows), "%" PRIu32 ".dat", e->dump_id);
	(void)snprintf(list, sizeof(list), "blobs_%" PRIu32 ".toc", e->dump_id);
	if (!e->has_data || strcmp(e->file, rows) == 0 ||
	    (objects && (strcmp(e->file, list) == 0 || strcmp(e->file, "blobs.toc") == 0)))
		return;
	findings_add(&p->reading->findings, FINDING_BAD_REFERENCE, e->offset,
		     "the table of contents names the file %s, not %s",
		     quote_text(e->file, file, sizeof(file)), rows);
}

static int push_toc(struct pg_tar *p, struct span block, struct error *err)
{
	struct findings *f = &p->reading->findings;
	const uint8_t *start = block.ptr;
	uint64_t offset = p->tar.member.data + p->content;

	while (p->toc_state == TOC_READING) {
		uint64_t at = offset + (uint64_t)(block.ptr - start);

		switch (pg_archive_toc_read(&p->toc, &block, at)) {
		case TOC_MORE:
			return 0;
		case TOC_HEADER:
			if (p->toc.header.format == PG_ARCHIVE_CUSTOM)
				findings_add(f, FINDING_BAD_STRUCTURE, p->tar.member.offset,
					     "%s is a custom archive: unpack and inspect it",
					     p->label);
			if (p->toc.header.format == PG_ARCHIVE_CUSTOM)
				p->toc_state = TOC_LOST;
			if (pg_archive_contents_header(&p->contents, &p->toc.header, err) < 0)
				return -1;
			break;
		case TOC_ENTRY:
			check_file(p);
			if (pg_archive_contents_entry(&p->contents, &p->toc.entry, err) < 0)
				return -1;
			p->schema.escapes = p->contents.definition.escapes;
			break;
		case TOC_DONE:
			if (pg_archive_contents_complete(&p->contents, err) < 0)
				return -1;
			p->toc_state = TOC_READ;
			break;
		case TOC_BAD:
			p->toc_state = TOC_LOST;
			break;
		}
	}
	if (p->toc_state == TOC_READ && block.len) {
		findings_add(f, FINDING_TRAILING_DATA, offset + (uint64_t)(block.ptr - start),
			     "bytes follow the table of contents");
		p->toc_state = TOC_LOST;
	}
	return 0;
}

static void keep_tail(struct pg_tar *p, struct span block)
{
	if (block.len > SCRIPT_TAIL) {
		block.ptr += block.len - SCRIPT_TAIL;
		block.len = SCRIPT_TAIL;
	}
	if (p->tail_len + block.len > SCRIPT_TAIL) {
		size_t kept = SCRIPT_TAIL - block.len;

		memmove(p->tail, p->tail + p->tail_len - kept, kept);
		p->tail_len = kept;
	}
	memcpy(p->tail + p->tail_len, block.ptr, block.len);
	p->tail_len += block.len;
}

/* Content of the current member, unpacked. */
static int take(void *owner, struct span block, struct error *err)
{
	struct pg_tar *p = owner;
	int rc = 0;

	if (!block.len)
		return 0;
	switch (p->name.role) {
	case ROLE_TOC:
		rc = push_toc(p, block, err);
		break;
	case ROLE_ROWS:
		pg_tar_rows_push(&p->rows, block);
		break;
	case ROLE_OBJECT:
		pg_tar_objects_push(&p->objects, block);
		break;
	case ROLE_OBJECTS:
		pg_tar_objects_list_push(&p->objects, block);
		break;
	case ROLE_SCRIPT:
		keep_tail(p, block);
		break;
	case ROLE_OTHER:
		pg_tar_other_push(&p->other, block);
		break;
	}
	p->content += block.len;
	return rc;
}

static void repeated(struct pg_tar *p)
{
	findings_add(&p->reading->findings, FINDING_REPEATED_BLOCK, p->tar.member.offset,
		     "a second %s", p->label);
	p->skipped = true;
}

static int begin_role(struct pg_tar *p, struct error *err)
{
	uint64_t offset = p->tar.member.offset;

	switch (p->name.role) {
	case ROLE_TOC:
		if (p->toc_state != TOC_NONE)
			repeated(p);
		else
			p->toc_state = TOC_READING;
		break;
	case ROLE_ROWS:
		pg_tar_rows_begin(&p->rows, &p->schema, p->name.id, offset);
		break;
	case ROLE_OBJECT:
		pg_tar_objects_begin(&p->objects, p->name.id, offset);
		break;
	case ROLE_OBJECTS:
		switch (pg_tar_objects_list_begin(&p->objects, p->name.id, offset)) {
		case PUT_NEW:
			break;
		case PUT_THERE:
			repeated(p);
			break;
		case PUT_NO_MEMORY:
			return error_set(err, ERROR_NOMEM, "out of memory for large objects");
		}
		break;
	case ROLE_SCRIPT:
		if (p->script)
			repeated(p);
		p->script = true;
		break;
	case ROLE_OTHER:
		break;
	}
	return 0;
}

/* The first of them tells which directory it is that was packed. */
static void check_directory(struct pg_tar *p)
{
	const struct pg_tar_name *n = &p->name;

	if (!p->dump) {
		p->dump = true;
		memcpy(p->directory, n->directory, n->directory_len);
		p->directory_len = n->directory_len;
	} else if (n->directory_len != p->directory_len ||
		   memcmp(n->directory, p->directory, n->directory_len) != 0) {
		if (!p->mixed)
			findings_add(&p->reading->findings, FINDING_UNSUPPORTED,
				     p->tar.member.offset,
				     "%s is of a second dump in this tar: unpack it and inspect "
				     "each",
				     p->label);
		p->mixed = p->skipped = true;
	}
}

static void report_not_plain(struct pg_tar *p)
{
	findings_add(&p->reading->findings, FINDING_BAD_STRUCTURE, p->tar.member.offset,
		     "%s is no plain file (type %c), and not followed", p->label,
		     p->tar.member.type >= '0' && p->tar.member.type <= 'z' ? p->tar.member.type :
									      '?');
}

static int begin_member(struct pg_tar *p, struct error *err)
{
	const struct tar_member *m = &p->tar.member;

	p->in_member = true;
	p->content = 0;
	pg_tar_name_parse(m->name, &p->name);
	(void)quote_text(m->name, p->label, sizeof(p->label));
	p->absolute += p->name.absolute;
	p->climbs += p->name.climbs;
	p->skipped = m->type == '5' || !p->name.base[0] || strchr("VDgN", m->type) != NULL;
	if (p->skipped)
		return 0;
	if (m->name_cut)
		p->name.role = ROLE_OTHER;
	if (m->type != '0' && m->type != '7') {
		report_not_plain(p);
		p->skipped = true;
		return 0;
	}
	if (p->name.role == ROLE_OTHER)
		pg_tar_other_begin(&p->other, &p->name);
	else
		check_directory(p);
	if (p->skipped)
		return 0;
	if (begin_role(p, err) < 0)
		return -1;
	return pg_tar_unpack_begin(p->unpack, p->name.codec, m->data, p->label, err);
}

static int end_put(struct pg_tar *p, enum pg_archive_put put, struct error *err)
{
	if (put == PUT_NO_MEMORY)
		return error_set(err, ERROR_NOMEM, "out of memory for a tar's members");
	if (put == PUT_THERE)
		repeated(p);
	return 0;
}

static void end_script(struct pg_tar *p)
{
	static const char end[] = "\n-- PostgreSQL database dump complete\n";

	p->tail[p->tail_len] = '\0';
	if (!strstr(p->tail, end))
		findings_add(&p->reading->findings, FINDING_TRUNCATED, p->tar.member.offset,
			     "%s does not end as pg_dump ends it", p->label);
}

/* `whole`: the tar did not end within it. */
static int end_member(struct pg_tar *p, bool whole, struct error *err)
{
	bool sound;

	p->in_member = false;
	if (p->skipped)
		return 0;
	sound = pg_tar_unpack_end(p->unpack) && whole;
	switch (p->name.role) {
	case ROLE_TOC:
		if (p->toc_state == TOC_READING && whole)
			findings_add(&p->reading->findings, FINDING_TRUNCATED, p->tar.member.offset,
				     "%s ends after %" PRId64 " of %" PRId64 " entries", p->label,
				     p->toc.entries_read, p->toc.header.entries);
		return 0;
	case ROLE_ROWS:
		return end_put(p, pg_tar_rows_end(&p->rows, sound), err);
	case ROLE_OBJECT:
		return end_put(p, pg_tar_objects_end(&p->objects, sound), err);
	case ROLE_OBJECTS:
		p->objects.unsound |= !sound;
		return pg_tar_objects_list_end(&p->objects, err);
	case ROLE_SCRIPT:
		if (sound)
			end_script(p);
		return 0;
	case ROLE_OTHER:
		break;
	}
	return 0;
}

static int pg_tar_push(struct stage *s, struct span block, struct error *err)
{
	struct pg_tar *p = tar_of(s);
	const uint8_t *start = block.ptr;
	struct span data;
	int rc = 0;

	while (rc == 0) {
		uint64_t at = s->offset + (uint64_t)(block.ptr - start);

		switch (tar_read(&p->tar, &block, at, &data)) {
		case TAR_MORE:
			return 0;
		case TAR_MEMBER:
			rc = begin_member(p, err);
			break;
		case TAR_DATA:
			if (!p->skipped)
				rc = pg_tar_unpack_push(p->unpack, data, err);
			break;
		case TAR_MEMBER_END:
			rc = end_member(p, true, err);
			break;
		}
	}
	return rc;
}

static void report_names(struct pg_tar *p)
{
	struct findings *f = &p->reading->findings;

	if (p->absolute)
		findings_add(f, FINDING_RISKY, 0, "%" PRIu64 " members have absolute names",
			     p->absolute);
	if (p->climbs)
		findings_add(f, FINDING_RISKY, 0,
			     "%" PRIu64 " members have names that leave their directory (..)",
			     p->climbs);
	if (p->dump && p->other.members)
		findings_add(f, FINDING_RISKY, 0,
			     "%" PRIu64 " files are no part of the dump, the first is %s",
			     p->other.members, p->other.first);
}

static int join(struct pg_tar *p, bool whole, struct error *err)
{
	struct findings *f = &p->reading->findings;

	if (p->toc_state == TOC_NONE && whole)
		findings_add(f, FINDING_MISSING_BLOCK, 0,
			     "toc.dat is missing: nothing says whose the data is");
	pg_tar_rows_join(&p->rows, &p->schema);
	pg_tar_objects_join(&p->objects, &p->contents, p->toc.header.minor,
			    whole && p->contents.complete);
	if (whole && p->contents.complete)
		pg_archive_contents_check(&p->contents, p->stage.offset);
	p->reading->finished = whole && p->contents.complete;
	return pg_archive_contents_facts(&p->contents, err);
}

static int pg_tar_finish(struct stage *s, struct error *err)
{
	struct pg_tar *p = tar_of(s);
	bool whole = tar_end(&p->tar, s->offset);

	if (p->in_member && end_member(p, false, err) < 0)
		return -1;
	report_names(p);
	if (p->dump)
		return join(p, whole, err);
	p->reading->format = FORMAT_UNKNOWN;
	p->reading->findings.layer = format_id(FORMAT_UNKNOWN);
	pg_tar_other_report(&p->other, &p->reading->findings);
	return 0;
}

static void pg_tar_free(struct stage *s)
{
	struct pg_tar *p = tar_of(s);

	pg_archive_contents_release(&p->contents);
	pg_tar_rows_release(&p->rows);
	pg_tar_objects_release(&p->objects);
	pg_tar_unpack_free(p->unpack);
	free(p);
}

static const struct stage_ops pg_tar_ops = {
	.name = "pg-tar",
	.push = pg_tar_push,
	.finish = pg_tar_finish,
	.free = pg_tar_free,
};

static struct stage *pg_tar_open(struct reading *out, struct error *err)
{
	struct pg_tar *p = calloc(1, sizeof(*p));

	if (!p) {
		(void)error_set(err, ERROR_NOMEM, "out of memory for a tar's reader");
		return NULL;
	}
	p->stage.ops = &pg_tar_ops;
	p->reading = out;
	p->schema.contents = &p->contents;
	p->tar.findings = p->toc.findings = &out->findings;
	out->format = FORMAT_PG_TAR;
	out->findings.layer = "pg-tar";
	out->facts.side = FACTS_BACKUP;
	p->unpack = pg_tar_unpack_new((struct pg_tar_sink){ take, p }, &out->findings, err);
	if (!p->unpack || pg_archive_contents_init(&p->contents, out, err) < 0 ||
	    pg_tar_rows_init(&p->rows, err) < 0 ||
	    pg_tar_objects_init(&p->objects, &out->findings, err) < 0) {
		pg_tar_free(&p->stage);
		return NULL;
	}
	pg_archive_contents_watch(&p->contents, &p->toc);
	return &p->stage;
}

static const struct uncovered uncovered[] = {
#define X(id, where, effect) { where, effect },
	PG_TAR_UNCOVERED_TABLE(X)
#undef X
};

static const struct coverage coverage = {
	.id = "pg-tar",
	.versions = "1.12 to 1.16 (PostgreSQL 9.0 to 18), -Ft and -Fd",
	.checked = "Every member's header (checksum), size and padding, and the archive's end; "
		   "toc.dat; every row; UTF-8; every large object against the list of them; gzip, "
		   "lz4 and "
		   "zstd members with their checksums; members missing, repeated or not named.",
	.row = uncovered,
	.count = PG_TAR_UNCOVERED_COUNT,
};

const struct reader pg_tar_reader = {
	.format = FORMAT_PG_TAR,
	.matches = tar_matches,
	.open = pg_tar_open,
	.coverage = &coverage,
};
