/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of backup formats: bytes in, facts and findings out. Pure: no file
 * descriptor, socket, clock or log. A reader is a sink stage (stream/stage.h)
 * that fills a `struct reading`; a new format is one file and one line in
 * reader.c's table.
 */
#ifndef FORMAT_READER_H
#define FORMAT_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "model/coverage.h"
#include "model/facts.h"
#include "model/finding.h"
#include "model/outline.h"
#include "stream/stage.h"

/* name, id shown to people and in JSON, description */
#define FORMAT_TABLE(X)                                                                            \
	X(UNKNOWN, "unknown", "not recognised")                                                    \
	X(PG_ARCHIVE, "pg-archive", "pg_dump custom archive")                                      \
	X(PG_TAR, "pg-tar", "pg_dump tar or directory archive")                                    \
	X(PG_SQL, "pg-sql", "plain SQL dump")                                                      \
	X(RDB, "rdb", "Redis snapshot")                                                            \
	X(DEFINITIONS, "definitions", "RabbitMQ definitions")                                      \
	X(MANIFEST, "manifest", "muster manifest")

enum format {
#define X(name, id, description) FORMAT_##name,
	FORMAT_TABLE(X)
#undef X
		FORMAT_COUNT
};

const char *format_id(enum format f);
const char *format_description(enum format f);
bool format_parse_id(const char *id, enum format *out);

/* What one pass over a file's content taught. */
struct reading {
	enum format format;
	struct findings findings;
	struct facts facts;     /* side FACTS_BACKUP; sorted by the reader when it finishes */
	uint64_t content_bytes; /* after unpacking */
	int64_t content_time_ns; /* when the content says it was made (wall clock); 0: it does not say */
	bool local_time; /* content_time_ns is a wall time of an unknown zone, read as if it were UTC */
	bool finished;    /* the reader saw the format's own end */
	unsigned threads; /* set by the caller: that may read at a time; 0: one per processor */
	bool list;        /* set by the caller: fill `contents` too */
	int64_t now_ns;   /* set by the caller: fill `expired`, by this wall clock; 0: do not */
	struct outline
		contents;       /* what the file lists, in its order: a table of contents, queues */
	struct outline largest; /* the largest keys, at most READING_LARGEST, falling */
	/*
	 * Keys whose time has passed: how many a database has (its kind is READING_EXPIRED_DATABASE,
	 * its name the number), then the first READING_EXPIRED of all, quoted, with their database
	 * as scope.
	 */
	struct outline expired;
};

enum { READING_LARGEST = 20, READING_EXPIRED = 10 };
#define READING_EXPIRED_DATABASE "database"

void reading_release(struct reading *r);

struct reader {
	enum format format;
	/*
	 * Do the leading bytes look like this format? `head` holds the first up to
	 * READER_HEAD bytes, fewer only when the content is that short.
	 */
	bool (*matches)(struct span head);
	/* A sink that fills `out` (borrowed until freed; its format and findings.layer are set). NULL: out of memory. */
	struct stage *(*open)(struct reading *out, struct error *err);
	const struct coverage *coverage;
};
enum { READER_HEAD = 512 };

/* The reader of that format; NULL for FORMAT_UNKNOWN. */
const struct reader *reader_of(enum format f);

/*
 * A sink that looks at the first bytes, opens the reader for them and passes
 * everything on; no reader: FINDING_UNKNOWN_FORMAT (encrypted and foreign formats
 * are named), nothing at all: FINDING_EMPTY.
 */
struct stage *detect_open(struct reading *out, struct error *err);

#endif
