/* SPDX-License-Identifier: Apache-2.0 */
/* A muster.yaml for the example platform, as an operator would write it. */
#ifndef DEMO_SETTINGS_H
#define DEMO_SETTINGS_H

#include "base/cleanup.h"
#include "base/error.h"
#include "component/engine.h"
#include "demo/platform.h"

struct settings {
	const char *path;          /* of the file to write */
	const char *repository;    /* directory of the backups */
	const char *state;         /* directory of history, lock and reports */
	const char *mail;          /* directory that mails are kept in; it must be there */
	const char *password_file; /* of RabbitMQ's administrator */
	const struct platform_offsite *offsite; /* NULL: backups have no copy elsewhere */
	const char *application; /* directory of the example's programs; NULL: no drill has them */
	const struct server *server; /* by engine_kind: postgresql, redis, rabbitmq */
};

MUST_CHECK int settings_write(const struct settings *s, struct error *err);

#endif
