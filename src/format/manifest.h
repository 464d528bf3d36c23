/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The manifest of a backup set: what the set should hold. JSON, schema
 * "muster.manifest/v1"; written last, so that a set without one is incomplete.
 * An unknown schema is refused, unknown fields are ignored.
 */
#ifndef FORMAT_MANIFEST_H
#define FORMAT_MANIFEST_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "format/reader.h"
#include "model/facts.h"

/* name, id in JSON and in file-name patterns */
#define PART_TABLE(X)                                                                              \
	X(DUMP, "dump")       /* PostgreSQL custom archive */                                      \
	X(SQL, "sql")         /* PostgreSQL plain SQL */                                           \
	X(GLOBALS, "globals") /* PostgreSQL roles and tablespaces */                               \
	X(MANIFEST, "manifest")                                                                    \
	X(RDB, "rdb")                 /* Redis snapshot */                                         \
	X(DEFINITIONS, "definitions") /* of RabbitMQ */

enum part_kind {
#define X(name, id) PART_##name,
	PART_TABLE(X)
#undef X
		PART_KIND_COUNT
};

const char *part_kind_id(enum part_kind kind);
bool part_kind_parse(const char *id, enum part_kind *out);

struct manifest_file {
	enum part_kind kind;
	const char *component; /* name in the configuration */
	const char *database;  /* "" unless DUMP or SQL */
	const char *path;      /* relative to the repository's root, '/' separated */
	uint64_t size;
	uint8_t sha256[32];
	int64_t started_ns, finished_ns; /* wall clock of its making */
	/*
	 * What it should hold; NULL when nothing is known. facts->side tells whose
	 * word it is: FACTS_SOURCE from the server in the same snapshot, FACTS_BACKUP
	 * when they were only read back from the file and prove nothing of the source.
	 */
	struct facts *facts; /* owned */
};

struct manifest_note {
	const char *component, *name,
		*value; /* "snapshot", "lsn", "server_version", "TimeZone", … */
};

struct manifest {
	struct arena arena;
	const char *set;      /* the set's time stamp as it stands in the names */
	const char *platform; /* name in the configuration */
	const char *host;
	const char *muster_version;
	int64_t started_ns, finished_ns; /* the set's time is started_ns */
	struct manifest_file *file;
	size_t file_count;
	struct manifest_note
		*note; /* host, server and tool versions, snapshot, LSN, pinned settings */
	size_t note_count;
};

/* Strings are copied into the arena, `facts` is taken. -1 when out of memory. */
MUST_CHECK int manifest_add_file(struct manifest *m, const struct manifest_file *file);
MUST_CHECK int manifest_add_note(struct manifest *m, const char *component, const char *name,
				 const char *value);

/* Append the JSON document, ending in a newline. */
MUST_CHECK int manifest_write(const struct manifest *m, struct buf *out, struct error *err);

/*
 * Parse a whole document into zeroed `m`. What is wrong with it is a finding;
 * then `m` holds what was understood. -1 only for our own errors.
 */
MUST_CHECK int manifest_parse(struct span json, struct manifest *m, struct findings *findings,
			      struct error *err);
void manifest_release(struct manifest *m);

const struct manifest_file *manifest_find(const struct manifest *m, const char *path);

/* What a changed byte can be without a check noticing: name, where, effect. */
#define MANIFEST_UNCOVERED_TABLE(X)                                                                \
	X(VALUE, "a letter or digit inside a value that stays legal",                              \
	  "another host, size, digest or fact; the check of the file it speaks of fails")          \
	X(NAME, "a letter of the name of a member that may be missing", "that member is missing")  \
	X(SPACE, "white space between tokens, and the newline after the last brace", "nothing")

extern const struct reader manifest_reader;

#endif
