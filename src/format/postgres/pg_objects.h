/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of a schema with their whole definitions, as the table of contents of an archive
 * in custom or tar format tells them, to be held against those of another.
 */
#ifndef FORMAT_PG_OBJECTS_H
#define FORMAT_PG_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"

/* Texts are "" when there is none; all are hostile, and owned by the objects' arena. */
struct pg_object {
	const char *kind; /* "TABLE" */
	const char *schema, *tag, *owner;
	const char *tablespace, *access_method;
	const char *definition; /* of rights, whose order says nothing: lines in order */
	bool paired;            /* its like was found in the other archive */
};

struct pg_objects {
	struct arena arena;
	struct pg_object *item;
	size_t count, capacity;
	uint64_t bytes; /* of all texts */
	char server_version[64], dump_version[64];
};
void pg_objects_release(struct pg_objects *o);

/* Texts of more than so many bytes in all are refused. */
enum { PG_OBJECTS_BYTES_MAX = 512 << 20 };

enum pg_objects_result {
	PG_OBJECTS_MORE,      /* push the next block */
	PG_OBJECTS_DONE,      /* the table of contents has ended */
	PG_OBJECTS_NOT_READ,  /* it is damaged, or of no format that is read here */
	PG_OBJECTS_TOO_LARGE, /* past PG_OBJECTS_BYTES_MAX */
};

/*
 * Reads the objects of a schema: no data, no large objects, not the database itself. `is_tar`:
 * toc.dat is looked for among the members. NULL: no memory.
 */
struct pg_objects_reader;
struct pg_objects_reader *pg_objects_reader_new(struct pg_objects *out, bool is_tar,
						struct error *err);
void pg_objects_reader_free(struct pg_objects_reader *r);
/* Before the first block: instead, the tables whose rows are COPY text; their definition is the COPY statement. */
void pg_objects_reader_wants_copies(struct pg_objects_reader *r);
/* -1: no memory. Blocks may be of any size. */
MUST_CHECK int pg_objects_push(struct pg_objects_reader *r, struct span block,
			       enum pg_objects_result *result, struct error *err);

static inline void cleanup_pg_objects_reader(struct pg_objects_reader **r)
{
	pg_objects_reader_free(*r);
}

enum pg_object_change {
	PG_OBJECT_MISSING, /* expected only */
	PG_OBJECT_ADDED,   /* found only */
	PG_OBJECT_CHANGED, /* another definition, tablespace or access method */
	PG_OBJECT_OWNER,   /* all else is equal */
	PG_OBJECT_RESPELT, /* the same but for casts and parentheses: see pg_definition_is_respelt() */
};

struct pg_object_difference {
	enum pg_object_change change;
	const struct pg_object *expected, *found; /* NULL: there is none */
};

/*
 * Sorts both and tells each difference; what `report` returns when it is not 0 ends it and is
 * returned. Objects are the same by kind, schema and tag; where several are, such as operators
 * of one name, by definition.
 */
MUST_CHECK int pg_objects_compare(struct pg_objects *expected, struct pg_objects *found,
				  int (*report)(void *cookie, const struct pg_object_difference *d),
				  void *cookie);

/*
 * PostgreSQL prints the expression that it has read back with other casts and parentheses:
 * ('a'::text) for 'a'::text, (ARRAY['a'::varchar])::text[] for ARRAY[('a'::varchar)::text]. Are
 * the two equal without any, and without blanks? Quoted text counts as it is.
 */
bool pg_definition_is_respelt(const char *a, const char *b);

#endif
