/* SPDX-License-Identifier: Apache-2.0 */
/* Services that hold no backups: the function behind their row in engine.c. */
#ifndef COMPONENT_SERVICE_SERVICE_H
#define COMPONENT_SERVICE_SERVICE_H

#include "component/engine.h"

/* One check for each of health.http, health.tcp and health.command that is set. */
MUST_CHECK int engine_service_probe(const struct component_config *c, struct checks *out,
				    struct error *err);

#endif
