/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The phases of restoring a snapshot, shared by restore*.c. Each yields 0: go on; 1: no more
 * can be learnt, checks say why; -1: an error.
 */
#ifndef COMPONENT_REDIS_RESTORE_INTERN_H
#define COMPONENT_REDIS_RESTORE_INTERN_H

#include <hiredis/hiredis.h>

#include "component/engine.h"
#include "component/redis/launch.h"
#include "format/reader.h"

struct restoring {
	struct server *server;
	const struct restore_job *job;
	const struct restore_part *part;
	struct restored *out;
	redisContext *connection; /* NULL: none */
	struct launch launch;
	int held_port; /* descriptor that keeps launch.master_port from being served; -1: none */
	uint64_t log_from;      /* offset in the server's log where the restore begins */
	struct reading reading; /* of what the restored server saved */
};

/* restore_prepare.c: does this machine's server take the snapshot? */
MUST_CHECK int restoring_prepare(struct restoring *r, struct error *err);
/* restore_load.c: a server that has loaded it, as a replica that keeps expired keys. */
MUST_CHECK int restoring_load(struct restoring *r, struct error *err);
/* restore_read_back.c: what it saves, read by our reader. */
MUST_CHECK int restoring_read_back(struct restoring *r, struct error *err);
/* restore_check.c: expired keys, functions; a master that persists what it has. */
MUST_CHECK int restoring_check(struct restoring *r, struct error *err);

/* restore_promote.c: the second half of the last phase. */
MUST_CHECK int restoring_promote(struct restoring *r, struct error *err);

struct server_log;
/* Of the restore's begin on. */
MUST_CHECK int restoring_log(const struct restoring *r, struct server_log *log, struct error *err);

/*
 * The server ended by itself, or was killed: a check `id` that fails, with what its log says.
 * 1; or -1 when this machine is to blame.
 */
MUST_CHECK int restoring_ended(struct restoring *r, enum check_id id, struct error *err);

/* BGSAVE, with progress. 0: it saved; 1: it could not, a check says so. */
MUST_CHECK int restoring_save(struct restoring *r, enum restore_phase phase, struct error *err);

/* Connect anew. */
MUST_CHECK int restoring_connect(struct restoring *r, struct error *err);
void restoring_disconnect(struct restoring *r);

/* The answer to a command, for freeReplyObject(); NULL: an error, also when the server answers with one. */
__attribute__((format(printf, 3, 4))) redisReply *restoring_ask(struct restoring *r,
								struct error *err,
								const char *format, ...);
/* When only success counts. */
MUST_CHECK int restoring_command(struct restoring *r, const char *command, struct error *err);

/* A number of INFO's; 0 when it is not there. */
uint64_t restoring_number(const char *info, const char *key);

/*
 * 0 once all of the named numbers of INFO persistence are 0, telling the progress of saving;
 * -1 when the server ends before.
 */
MUST_CHECK int restoring_await_save(struct restoring *r, enum restore_phase phase,
				    const char *const *keys, size_t count, struct error *err);

/* Add a check without a component; its message is printf-style. 0, or -1: no memory. */
__attribute__((format(printf, 4, 5))) MUST_CHECK int restoring_add(struct restoring *r,
								   const struct check *base,
								   struct error *err,
								   const char *format, ...);
MUST_CHECK int restoring_note(struct restoring *r, const char *name, const char *value,
			      struct error *err);
MUST_CHECK int restoring_note_number(struct restoring *r, const char *name, uint64_t value,
				     struct error *err);
void restoring_tell(const struct restoring *r, enum restore_phase phase, const char *what,
		    uint64_t done, uint64_t total, bool of_bytes);

#endif
