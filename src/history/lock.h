/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the locks, as those who take them and those who ask see them. */
#ifndef HISTORY_LOCK_H
#define HISTORY_LOCK_H

#include "history/store.h"

/*
 * Below <state_dir>/locks: COMPONENT.lock, and KIND.kind by which runs of a kind keep each other
 * out. In each: run, command, pid, since, one a line.
 */
#define LOCK_OF_COMPONENT ".lock"
#define LOCK_OF_KIND      ".kind"
enum { LOCK_NAME_SIZE = 256 };

/* The directory of the locks; its length. */
int lock_directory(const struct history *h, char out[STORE_PATH_SIZE]);

/* The one who holds a component; NULL: nobody. */
const struct history_holder *holders_of_component(const struct history_holders *holders,
						  const char *component);
/* The one who keeps the runs of a kind out; NULL: nobody. */
const struct history_holder *holders_of_kind(const struct history_holders *holders,
					     const char *kind);
/* Is some lock held for that run? Then it is under way. */
bool holders_know_run(const struct history_holders *holders, const char *run);

#endif
