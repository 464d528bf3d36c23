/* SPDX-License-Identifier: Apache-2.0 */
/* Where plans of drills come from: the built-in ones, and the directory of the user's own. */
#ifndef CMD_DRILL_PLANS_H
#define CMD_DRILL_PLANS_H

#include "config/config.h"
#include "drill/drill_plan.h"

/* The directory's names, without ".yaml", and those built in, each once, sorted. */
struct drill_plan_names {
	struct arena arena;
	char **item;
	size_t count;
};
void drill_plan_names_release(struct drill_plan_names *l);

/* `directory`: config.drill_plans; NULL or "": none. One that cannot be listed is an error. */
MUST_CHECK int drill_plan_names(const char *directory, struct drill_plan_names *out,
				struct error *err);

/*
 * The plan NAME of `directory`, else the built-in one; a NAME with a "/" or that ends in
 * ".yaml" is a file. What is wrong with it, also that it makes no sense, is gathered.
 * ERROR_NOT_FOUND tells the nearest.
 */
MUST_CHECK int drill_plan_load(const char *directory, const char *name, struct drill_plan *out,
			       struct config_complaints *complaints, struct error *err);

/* Every plan of the directory is read; what is wrong with any is gathered. */
MUST_CHECK int drill_plans_check(const char *directory, struct config_complaints *complaints,
				 struct error *err);

/* Is the plan that one of the directory, or a file? Else it is built in. */
static inline bool drill_plan_is_own(const struct drill_plan *p)
{
	return p->source.name[0] != '(';
}

#endif
