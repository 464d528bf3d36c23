/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the locks, as those who take them and those who ask see them. */
#ifndef HISTORY_LOCK_H
#define HISTORY_LOCK_H

#include "history/store.h"

/* <state_dir>/locks/COMPONENT.lock: run, command, pid, since, one a line. */
#define LOCK_SUFFIX ".lock"
enum { LOCK_NAME_SIZE = 256 };

/* The directory of the locks; its length. */
int lock_directory(const struct history *h, char out[STORE_PATH_SIZE]);

bool history_holds(const struct history *h, const char *component);

/* The one who holds a component; NULL: nobody. */
const struct history_holder *holders_of_component(const struct history_holders *holders,
						  const char *component);
/* Is some lock held for that run? Then it is under way. */
bool holders_know_run(const struct history_holders *holders, const char *run);

#endif
