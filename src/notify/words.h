/* SPDX-License-Identifier: Apache-2.0 */
/* How notices are worded and which one weighs more. */
#ifndef NOTIFY_WORDS_H
#define NOTIFY_WORDS_H

#include "model/run.h"
#include "notify/changes.h"
#include "notify/notice.h"

/* Titles, in the arena; NULL: no memory. `kind` is a run's. */
char *words_of_change(struct arena *a, const char *kind, const struct change *c);
char *words_of_changes(struct arena *a, const char *kind, enum notice_event gravest, size_t bad,
		       size_t well);
char *words_of_run(struct arena *a, const struct run *run);

/* As which event a run with that verdict ends. */
enum notice_event words_event_of(enum verdict v);

/* The higher the graver. */
int words_gravity(enum notice_event event);

#endif
