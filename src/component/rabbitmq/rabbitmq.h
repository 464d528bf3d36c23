/* SPDX-License-Identifier: Apache-2.0 */
/* RabbitMQ: the functions behind its row in engine.c. */
#ifndef COMPONENT_RABBITMQ_RABBITMQ_H
#define COMPONENT_RABBITMQ_RABBITMQ_H

#include "component/engine.h"

MUST_CHECK int engine_rabbitmq_probe(const struct component_config *c, struct checks *out,
				     struct error *err);
MUST_CHECK int engine_rabbitmq_backup(const struct backup_job *job, struct manifest *manifest,
				      struct backup_parts *parts, struct error *err);
MUST_CHECK int engine_rabbitmq_start(const struct place *place, struct server *out,
				     struct error *err);
void engine_rabbitmq_stop(struct server *s);
MUST_CHECK int engine_rabbitmq_restore(struct server *s, const struct restore_job *job,
				       struct restored *out, struct error *err);

/*
 * The path of a program of RabbitMQ itself, such as "rabbitmq-server": those in
 * /usr/sbin change to user rabbitmq's home and account.
 */
MUST_CHECK int rabbitmq_find_script(const char *name, char *out, size_t size, struct error *err);

#endif
