/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Restores an archive into an empty server that muster started, and reads back what is
 * there. A dump is a program: this belongs inside a sandbox.
 */
#ifndef COMPONENT_POSTGRES_RESTORE_H
#define COMPONENT_POSTGRES_RESTORE_H

#include <stdint.h>

#include "base/buf.h"
#include "component/engine.h"
#include "model/facts.h"

struct postgres_archive {
	const char *path;           /* of the archive, unpacked: pg_restore needs a seekable file */
	const struct facts *backup; /* what it says of encoding, roles and tablespaces */
	unsigned jobs;              /* sessions of pg_restore; 0: one per processor */
};

struct postgres_restored {
	struct facts facts; /* side FACTS_RESTORED: tables, sequences, large objects, extensions */
	/*
	 * Tables whose rows read as text by settings that an archive does not tell (TimeZone,
	 * bytea_output, lc_monetary): a fingerprint that differs proves nothing.
	 */
	struct facts doubtful;
	/* what pg_restore said: lines that are known to do no harm, and all others */
	struct buf harmless, complaints;
	uint64_t complaint_count;
	char server_version[64], program_version[64];
	int64_t restore_ns, facts_ns;
};
void postgres_restored_release(struct postgres_restored *r);

/*
 * Into a new database of `server`. A complaint of pg_restore is a result; -1 is for what
 * kept us from restoring or from reading back (the environment, not the backup).
 */
MUST_CHECK int postgres_restore(const struct server *server, const struct postgres_archive *archive,
				struct postgres_restored *out, struct error *err);

#endif
