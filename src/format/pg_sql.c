/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts are those of pg_backup_archiver.c (RestoreArchive) and pg_dumpall.c.
 * A dump of a whole cluster holds the end markers of its databases too, so its
 * own is the one that counts.
 */
#include "format/pg_sql.h"

#include <stdlib.h>
#include <string.h>

enum { TAIL_SIZE = 4096, HEADER_MAX = 48 };

static const struct kind {
	const char *begins, *ends;
} kinds[] = {
	{ "-- PostgreSQL database dump", "-- PostgreSQL database dump complete" },
	{ "-- PostgreSQL database cluster dump", "-- PostgreSQL database cluster dump complete" },
};

/* `tail` holds the last bytes seen, up to twice TAIL_SIZE before it is cut back. */
struct pg_sql {
	struct stage stage;
	struct reading *out;
	bool nul_seen;
	size_t head_len, tail_len;
	uint8_t head[HEADER_MAX];
	uint8_t tail[2 * TAIL_SIZE];
};

/* A leading empty comment, which may end as Windows ends lines; then the title. */
static const struct kind *kind_of(struct span head)
{
	struct cursor c = { .rest = head };
	struct span dashes = cursor_bytes(&c, 2);
	uint8_t end = cursor_u8(&c);

	if (c.short_read || memcmp(dashes.ptr, "--", 2) != 0)
		return NULL;
	if (end == '\r')
		end = cursor_u8(&c);
	if (c.short_read || end != '\n')
		return NULL;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].begins);

		if (c.rest.len >= len && memcmp(c.rest.ptr, kinds[i].begins, len) == 0)
			return &kinds[i];
	}
	return NULL;
}

static bool pg_sql_matches(struct span head)
{
	return kind_of(head) != NULL;
}

static void keep_head(struct pg_sql *p, struct span block)
{
	size_t n = HEADER_MAX - p->head_len;

	n = n < block.len ? n : block.len;
	if (n)
		memcpy(p->head + p->head_len, block.ptr, n);
	p->head_len += n;
}

static void keep_tail(struct pg_sql *p, struct span block)
{
	if (block.len > TAIL_SIZE) {
		block.ptr += block.len - TAIL_SIZE;
		block.len = TAIL_SIZE;
	}
	if (p->tail_len + block.len > sizeof(p->tail)) {
		memmove(p->tail, p->tail + p->tail_len - TAIL_SIZE, TAIL_SIZE);
		p->tail_len = TAIL_SIZE;
	}
	memcpy(p->tail + p->tail_len, block.ptr, block.len);
	p->tail_len += block.len;
}

static int pg_sql_push(struct stage *s, struct span block, struct error *err)
{
	struct pg_sql *p = (struct pg_sql *)s;
	const uint8_t *nul;

	(void)err;
	if (!block.len)
		return 0;
	keep_head(p, block);
	keep_tail(p, block);
	nul = p->nul_seen ? NULL : memchr(block.ptr, 0, block.len);
	if (nul) {
		p->nul_seen = true;
		findings_add(&p->out->findings, FINDING_BAD_SYNTAX,
			     s->offset + (uint64_t)(nul - block.ptr),
			     "a zero byte, which SQL text cannot hold");
	}
	return 0;
}

/* The marker stands on a line of its own. */
static bool ends_with_marker(struct span tail, const char *marker)
{
	size_t len = strlen(marker);
	struct span rest = tail;
	const uint8_t *hit;

	while ((hit = memmem(rest.ptr, rest.len, marker, len)) != NULL) {
		const uint8_t *end = tail.ptr + tail.len;

		if (hit > tail.ptr && hit[-1] == '\n' &&
		    (hit + len == end || hit[len] == '\n' || hit[len] == '\r'))
			return true;
		rest = (struct span){ hit + 1, (size_t)(end - hit - 1) };
	}
	return false;
}

static int pg_sql_finish(struct stage *s, struct error *err)
{
	struct pg_sql *p = (struct pg_sql *)s;
	size_t keep = p->tail_len < TAIL_SIZE ? p->tail_len : TAIL_SIZE;
	struct span tail = { p->tail + p->tail_len - keep, keep };
	const struct kind *kind = kind_of((struct span){ p->head, p->head_len });

	(void)err;
	if (!kind)
		findings_add(&p->out->findings, FINDING_BAD_MAGIC, 0,
			     "it does not begin as a PostgreSQL dump does");
	else if (ends_with_marker(tail, kind->ends))
		p->out->finished = true;
	else
		findings_add(&p->out->findings, FINDING_TRUNCATED, s->offset,
			     "the last lines lack \"%s\"", kind->ends);
	return 0;
}

static void pg_sql_free(struct stage *s)
{
	free(s);
}

static const struct stage_ops pg_sql_ops = {
	.name = "pg-sql",
	.push = pg_sql_push,
	.finish = pg_sql_finish,
	.free = pg_sql_free,
};

static struct stage *pg_sql_open(struct reading *out, struct error *err)
{
	struct pg_sql *p = calloc(1, sizeof(*p));

	if (!p) {
		(void)error_set(err, ERROR_NOMEM, "no memory to read SQL");
		return NULL;
	}
	p->stage.ops = &pg_sql_ops;
	p->out = out;
	return &p->stage;
}

const struct reader pg_sql_reader = {
	.format = FORMAT_PG_SQL,
	.matches = pg_sql_matches,
	.open = pg_sql_open,
};
