/* SPDX-License-Identifier: Apache-2.0 */
/* PostgreSQL: the functions behind its row in engine.c. */
#ifndef COMPONENT_POSTGRES_POSTGRES_H
#define COMPONENT_POSTGRES_POSTGRES_H

#include "component/engine.h"

MUST_CHECK int engine_postgres_probe(const struct component_config *c, struct checks *out,
				     struct error *err);
MUST_CHECK int engine_postgres_tools(const struct component_config *c, struct checks *out,
				     struct error *err);
MUST_CHECK int engine_postgres_backup(const struct backup_job *job, struct manifest *manifest,
				      struct backup_parts *parts, struct error *err);
MUST_CHECK int engine_postgres_canary(const struct component_config *c, struct canaries *out,
				      struct error *err);
MUST_CHECK int engine_postgres_start(const struct place *place, struct server *out,
				     struct error *err);
/*
 * Starts a server on the data that lies in the place, in its directory "data", with `count`
 * settings over those that engine_postgres_start() gives it.
 */
MUST_CHECK int engine_postgres_start_on_data(const struct place *place,
					     const struct restored_note *setting, size_t count,
					     struct server *out, struct error *err);
/*
 * Ends `s` and starts it on its data again, with `count` settings over those that
 * engine_postgres_start() gives it; its log goes on. On failure it stays ended.
 */
MUST_CHECK int engine_postgres_restart(struct server *s, const struct restored_note *setting,
				       size_t count, struct error *err);
MUST_CHECK int engine_postgres_restore(struct server *s, const struct restore_job *job,
				       struct restored *out, struct error *err);
void engine_postgres_stop(struct server *s);

#endif
