/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Restoring a component into an empty server that muster started, and what is learnt from
 * it. A backup is a program: this runs inside a sandbox, and what it yields is told outside
 * as data (plan/restore_inside.h).
 */
#ifndef COMPONENT_RESTORE_H
#define COMPONENT_RESTORE_H

#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "format/manifest.h"
#include "model/check.h"
#include "model/facts.h"

/* In this order. Each begins with the first progress that is told of it. */
#define RESTORE_PHASE_TABLE(X)                                                                     \
	X(PREPARE, "prepare")     /* look whether this machine can; roles, databases */            \
	X(LOAD, "load")           /* pg_restore, psql; the snapshot's loading; the import */       \
	X(READ_BACK, "read-back") /* the facts of what is there now */                             \
	X(CHECK, "check")         /* constraints, indexes, definitions, queries, messages */       \
	X(REPLICATE, "replicate") /* a standby of the restored postgresql: job.standby */

enum restore_phase {
#define X(id, name) RESTORE_##id,
	RESTORE_PHASE_TABLE(X)
#undef X
		RESTORE_PHASE_COUNT
};
const char *restore_phase_name(enum restore_phase phase);

/* A file of the backup; our own reader accepted it to its last byte. */
struct restore_part {
	enum part_kind kind;       /* DUMP, SQL, GLOBALS, RDB or DEFINITIONS */
	enum format format;        /* a DUMP may be an archive, a tar or plain SQL */
	const char *database;      /* "" unless DUMP or SQL, or when nobody knows */
	const char *path;          /* its content, unpacked and read-only */
	const struct facts *facts; /* what it holds */
	int64_t taken_ns;          /* when it was made, wall clock; 0: unknown */
	bool pinned; /* muster made it: the settings on which the text of rows depends are known */
};

/*
 * Beginnings of the names of notes whose values are times, of the newest data of a database: known
 * from a canary or the user's own query, or the newest time in an indexed column.
 */
#define RESTORED_NEWEST         "newest data"
#define RESTORED_NEWEST_GUESSED "newest time found"

struct restored_note {
	const char *name, *value; /* a setting of the server's, a version; for reports */
};

struct restore_job {
	const struct restore_part *part;
	size_t part_count;
	const struct restore_config *config; /* the user's wishes; never NULL */
	unsigned jobs;                       /* sessions at a time; 0: one per processor */
	bool realistic; /* with settings of production's, not of a throw-away load */
	bool standby; /* postgresql: a standby shall stream from the restored server, and stays up */
	int64_t standby_patience_ns; /* with which nothing of it moves until it is given up; 0: a minute */
	/* what the backup notes of its source: "setting.NAME", "DATABASE.collation_version", … */
	const struct restored_note *production;
	size_t production_count;
	int64_t rpo_ns; /* recovery point objective; 0: none */
	/*
	 * So many of `total` (0: unknown) bytes or objects of `phase` are done; `what` (borrowed,
	 * may be from the backup) names the present one. Cheap: call it often.
	 */
	void (*progress)(void *cookie, enum restore_phase phase, const char *what, uint64_t done,
			 uint64_t total, bool of_bytes);
	void *cookie;
};

/* What a part came back as: empty unless it is a DUMP, SQL, RDB or DEFINITIONS. */
struct restored_part {
	struct facts facts; /* side FACTS_RESTORED */
	/*
	 * Facts of which a fingerprint that differs proves nothing, such as tables whose text
	 * depends on settings that an archive does not tell, and of plain SQL those that inherit.
	 */
	struct facts doubtful;
};

struct restored {
	struct checks checks; /* without a component */
	struct restored_part *part;
	size_t part_count;
	struct restored_note *note;
	size_t note_count, note_capacity;
	char server_version[64], program_version[64]; /* program: pg_restore, psql; "" = none */
	struct buf complaints;                /* what failed, a line each, as the program said it */
	int64_t took_ns[RESTORE_PHASE_COUNT]; /* of each phase that came to its end */
	struct arena arena;                   /* of notes */
};
void restored_release(struct restored *r);
/* Zeroed parts for `job`. The caller of an engine's restore does it; a second time it does nothing. */
MUST_CHECK int restored_begin(struct restored *r, const struct restore_job *job, struct error *err);
/* Copies both. -1: no memory. */
MUST_CHECK int restored_note_add(struct restored *r, const char *name, const char *value);

#endif
