/* SPDX-License-Identifier: Apache-2.0 */
#include "format/reader.h"

#include <stdlib.h>
#include <string.h>

#include "format/rabbitmq/definitions.h"
#include "format/foreign.h"
#include "format/manifest.h"
#include "format/postgres/pg_archive.h"
#include "format/postgres/pg_sql.h"
#include "format/postgres/pg_tar.h"
#include "format/redis/rdb.h"

/* Tried in this order. */
static const struct reader *const readers[] = {
	&pg_archive_reader, &pg_tar_reader,   &pg_sql_reader,
	&rdb_reader,        &manifest_reader, &definitions_reader,
};

static const struct {
	const char *id, *description;
} formats[FORMAT_COUNT] = {
#define X(name, id, description) [FORMAT_##name] = { id, description },
	FORMAT_TABLE(X)
#undef X
};

/* Holds back the first bytes until they suffice to know the format. */
struct detect {
	struct stage stage;
	struct reading *out;
	struct stage *reader; /* NULL before the format is known, and when none is */
	bool decided;
	size_t held;
	uint8_t head[READER_HEAD];
};

const char *format_id(enum format f)
{
	return formats[f].id;
}

const char *format_description(enum format f)
{
	return formats[f].description;
}

bool format_parse_id(const char *id, enum format *out)
{
	for (int i = 0; i < FORMAT_COUNT; i++) {
		if (strcmp(formats[i].id, id) == 0) {
			*out = (enum format)i;
			return true;
		}
	}
	return false;
}

void reading_release(struct reading *r)
{
	findings_release(&r->findings);
	facts_release(&r->facts);
	outline_release(&r->contents);
	outline_release(&r->largest);
	outline_release(&r->expired);
	*r = (struct reading){ .format = FORMAT_UNKNOWN };
}

const struct reader *reader_of(enum format f)
{
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (readers[i]->format == f)
			return readers[i];
	}
	return NULL;
}

/* The reader whose format the leading bytes are, or NULL. */
static const struct reader *reader_for(struct span head)
{
	if (foreign_claims(head))
		return NULL;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (readers[i]->matches(head))
			return readers[i];
	}
	return NULL;
}

/* Open the reader for the bytes held back and give it those. */
static int decide(struct detect *d, struct error *err)
{
	struct span head = { d->head, d->held };
	const struct reader *reader = reader_for(head);

	d->decided = true;
	d->out->format = reader ? reader->format : FORMAT_UNKNOWN;
	d->out->findings.layer = format_id(d->out->format);
	if (!reader) {
		if (head.len)
			foreign_report(head, &d->out->findings);
		else
			findings_add(&d->out->findings, FINDING_EMPTY, 0, "there is no content");
		return 0;
	}
	d->reader = reader->open(d->out, err);
	return d->reader ? stage_push(d->reader, head, err) : -1;
}

static int detect_push(struct stage *s, struct span block, struct error *err)
{
	struct detect *d = (struct detect *)s;

	d->out->content_bytes += block.len;
	if (!d->decided) {
		size_t n = READER_HEAD - d->held;

		n = n < block.len ? n : block.len;
		if (n)
			memcpy(d->head + d->held, block.ptr, n);
		d->held += n;
		block.ptr += n;
		block.len -= n;
		if (d->held < READER_HEAD)
			return 0;
		if (decide(d, err) < 0)
			return -1;
	}
	return d->reader && block.len ? stage_push(d->reader, block, err) : 0;
}

static int detect_finish(struct stage *s, struct error *err)
{
	struct detect *d = (struct detect *)s;

	if (!d->decided && decide(d, err) < 0)
		return -1;
	return d->reader ? stage_finish(d->reader, err) : 0;
}

static void detect_free(struct stage *s)
{
	struct detect *d = (struct detect *)s;

	stage_free_chain(d->reader);
	free(d);
}

static const struct stage_ops detect_ops = {
	.name = "detect",
	.push = detect_push,
	.finish = detect_finish,
	.free = detect_free,
};

struct stage *detect_open(struct reading *out, struct error *err)
{
	struct detect *d = calloc(1, sizeof(*d));

	if (!d) {
		(void)error_set(err, ERROR_NOMEM, "no memory to detect a format");
		return NULL;
	}
	d->stage.ops = &detect_ops;
	out->facts.side = FACTS_BACKUP;
	d->out = out;
	return &d->stage;
}
