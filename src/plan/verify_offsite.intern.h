/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of the off-site copy share. */
#ifndef PLAN_VERIFY_OFFSITE_INTERN_H
#define PLAN_VERIFY_OFFSITE_INTERN_H

#include "plan/verify.intern.h"
#include "repository/offsite.h"

/* A file that the copy should have: one that lies here, or that the set's manifest lists. */
struct offsite_item {
	const struct verify_target *target;
	const char *relative, *key;
	unsigned turn; /* the same for the same part of every set */
	/* What it should be; its `path` only when what lies here is that. */
	struct offsite_file file;
	uint8_t sha256[SHA256_SIZE];
	bool there;
	struct s3_stat stat; /* when it is there */
};

struct offsite_verification {
	const struct verification *v;
	struct plan_run *run;
	struct arena *arena;
	struct offsite offsite;
	struct offsite_item *item;
	size_t count;
	bool doubted; /* the target at hand: its copy was found to differ, and not yet to be well */
};

/* What the copy of each target should hold. */
MUST_CHECK int verify_offsite_list(struct offsite_verification *o, struct error *err);

/* CHECK_OFFSITE_CONTENT of the target's files. */
MUST_CHECK int verify_offsite_content(struct offsite_verification *o, const struct verify_target *t,
				      struct error *err);

/* Is the item the target's, there, and of the right size? */
static inline bool offsite_item_is_whole(const struct offsite_item *i,
					 const struct verify_target *t)
{
	return i->target == t && i->there && i->stat.size == i->file.size;
}

#endif
