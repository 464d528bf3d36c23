/* SPDX-License-Identifier: Apache-2.0 */
/* What muster doctor looks at: servers, programs, directories, disks. */
#ifndef CMD_DOCTOR_CHECKS_H
#define CMD_DOCTOR_CHECKS_H

#include "base/error.h"
#include "config/config.h"
#include "model/check.h"

/* One component: its endpoints, programs and directory. What cannot be told is a check too. */
MUST_CHECK int doctor_check_component(const struct component_config *c, struct checks *out,
				      struct error *err);

/* What all share: repository, state directory, disk, whether a sandbox can be made. */
MUST_CHECK int doctor_check_platform(const struct config *config, struct checks *out,
				     struct error *err);

/* Is a missing permission or a refused login what this check failed of? */
bool doctor_was_denied(const struct check *c);

#endif
