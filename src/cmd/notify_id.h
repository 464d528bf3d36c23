/* SPDX-License-Identifier: Apache-2.0 */
/* Notifications as people name them on the command line. */
#ifndef CMD_NOTIFY_ID_H
#define CMD_NOTIFY_ID_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"

/* ERROR_USAGE unless it is a number from 1 on. */
MUST_CHECK int notify_id_parse(const char *text, int64_t *out, struct error *err);

#endif
