/* SPDX-License-Identifier: Apache-2.0 */
/* A PostgreSQL database dumped, read by our reader, restored by the engine, and held against its source. */
#ifndef TESTS_SERVICE_ROUND_TRIP_H
#define TESTS_SERVICE_ROUND_TRIP_H

#include "component/postgres/snapshot.h"
#include "contents.h"
#include "format/reader.h"
#include "platform.h"

/* All of these fail the test when something fails. */

/* Where dumps lie: readable for the account of servers. Below platform_directory. */
void round_trip_open(void);
void round_trip_close(void);

/* What a database holds, in a transaction that lasts until it is released. */
struct described {
	PGconn *session;
	struct facts facts; /* side FACTS_SOURCE */
	struct snapshot snapshot;
};
void describe(const struct server *s, const char *database, struct described *out);
void described_release(struct described *d);

/* A dump in a file, read to its end. */
struct dump_file {
	char path[128], label[32];
	struct reading reading;
	struct facts *source; /* muster's own: the manifest's word; else NULL. Owned */
};
void dump_file_release(struct dump_file *f);

/*
 * pg_dump with `options` (NULL-terminated), under the settings that the database has, into a
 * file called `label`; of `snapshot` unless that is NULL.
 */
void dump_by_pg_dump(const struct server *s, const char *database, const char *snapshot,
		     const char *const *options, const char *label, struct contents *random,
		     struct dump_file *out);
/* By the engine's backup, settings pinned. */
void dump_by_muster(const struct server *s, const char *database, struct contents *random,
		    struct dump_file *out);

/* All of them into one new server, which is gone when this returns. No check may fail. */
void restore_dumps(const struct dump_file *file, size_t count, struct restored *out);

/* Of `kinds` (bit per fact_kind); every difference is printed and fails the test. */
void expect_equal(struct facts *expected, struct facts *found, enum facts_mode mode, unsigned kinds,
		  const char *how);

/* Kinds that a server and an archive both tell, and those that plain SQL tells. */
#define ROUND_TRIP_KINDS                                                                           \
	(1U << FACT_TABLE | 1U << FACT_SEQUENCE | 1U << FACT_LARGE_OBJECTS | 1U << FACT_EXTENSION)
#define ROUND_TRIP_SQL_KINDS (ROUND_TRIP_KINDS & ~(1U << FACT_EXTENSION))

#endif
