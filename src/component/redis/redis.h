/* SPDX-License-Identifier: Apache-2.0 */
/* Redis: the functions behind its row in engine.c. */
#ifndef COMPONENT_REDIS_REDIS_H
#define COMPONENT_REDIS_REDIS_H

#include "component/engine.h"

MUST_CHECK int engine_redis_probe(const struct component_config *c, struct checks *out,
				  struct error *err);
MUST_CHECK int engine_redis_tools(const struct component_config *c, struct checks *out,
				  struct error *err);
MUST_CHECK int engine_redis_backup(const struct backup_job *job, struct manifest *manifest,
				   struct backup_parts *parts, struct error *err);
MUST_CHECK int engine_redis_start(const struct place *place, struct server *out, struct error *err);
MUST_CHECK int engine_redis_restore(struct server *s, const struct restore_job *job,
				    struct restored *out, struct error *err);
void engine_redis_stop(struct server *s);

#endif
