/* SPDX-License-Identifier: Apache-2.0 */
/* Ways in which backups go bad, done to a copy of a backup set. */
#ifndef DEMO_DAMAGE_H
#define DEMO_DAMAGE_H

#include "base/cleanup.h"
#include "base/error.h"

struct damage {
	const char *id;    /* name of the copy's directory */
	const char *done;  /* what was done, for people */
	const char *check; /* name of the check that must fail because of it */
	int (*apply)(const char *repository, struct error *err);
};

enum { DAMAGE_COUNT = 5 };
extern const struct damage damage_list[DAMAGE_COUNT];

/*
 * Copy the backup files of repository `from` to the new directory `to`. They are
 * hard links: a damage replaces files and never writes into one.
 */
MUST_CHECK int damage_copy(const char *from, const char *to, struct error *err);

#endif
