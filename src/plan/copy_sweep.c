/* SPDX-License-Identifier: Apache-2.0 */
/* Removes uploads that a killed copy has begun and nobody will end. */
#include <string.h>

#include "base/clock.h"
#include "plan/copy.intern.h"
#include "plan/plan.h"

/* Somebody else's upload of another file may still be under way, but not for so long. */
enum { ABANDONED_DAYS = 7, DAY_S = 86400 };

struct left {
	const struct offsite *offsite;
	const struct copy_files *files;
	int64_t before_ns;
};

static bool is_left(const void *cookie, const char *key, int64_t begun_ns)
{
	const struct left *l = cookie;
	const char *relative = key + l->offsite->length + (l->offsite->length ? 1 : 0);

	/* a whole bucket may be others' as well */
	if (l->offsite->length && begun_ns < l->before_ns)
		return true;
	for (size_t i = 0; i < l->files->count; i++) {
		const char *file = l->files->file[i].relative;

		if (strcmp(file + strspn(file, "/"), relative) == 0)
			return true;
	}
	return false;
}

int copy_sweep(struct plan_run *run, const struct offsite *offsite, const struct copy_files *files,
	       struct error *err)
{
	CLEANUP(buf_release)
	struct buf prefix = { 0 };
	const struct left left = { .offsite = offsite,
				   .files = files,
				   .before_ns = clock_wall_ns() -
						ABANDONED_DAYS * DAY_S * NS_PER_SECOND };
	struct s3_sweep sweep = { .is_left = is_left, .cookie = &left };
	struct error why = ERROR_INIT;
	size_t count = 0;
	char text[80];

	if (offsite_key(offsite, "", &prefix, err) < 0)
		return -1;
	sweep.prefix = prefix.len ? prefix.ptr : "";
	if (s3_sweep_uploads(offsite->s3, &sweep, &count, &why) < 0 && copy_ends_run(&why)) {
		*err = why;
		return -1;
	}
	if (!count)
		return 0;
	(void)snprintf(text, sizeof(text), "%zu that had broken off, removed", count);
	return plan_note(run, NULL, "uploads", text, err);
}
