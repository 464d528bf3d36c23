/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of notifications that people name on the command line. */
#ifndef CMD_NOTIFY_CHANGE_H
#define CMD_NOTIFY_CHANGE_H

#include "cmd/command.h"
#include "history/outbox.h"

/* As outbox_retry(): of one, or with id 0 of all; `*count`: how many. */
typedef int notify_change_fn(struct history *h, int64_t id, int64_t now_ns, size_t *count,
			     struct error *err);

/*
 * Change all that the arguments name, or none of them; without arguments, what id 0 stands for.
 * ERROR_USAGE: one is no number from 1 on.
 */
MUST_CHECK int notify_change(const struct invocation *inv, notify_change_fn *change, size_t *count,
			     struct error *err);

/* The document muster.THING/v1 of a change. */
MUST_CHECK int notify_change_print(const struct invocation *inv, const char *thing, size_t count,
				   struct error *err);

#endif
