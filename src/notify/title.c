/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/title.h"

static const char *what_happened(enum notice_event event)
{
	switch (event) {
	case NOTICE_PASSED:
		return "passed";
	case NOTICE_WARNED:
		return "passed with warnings";
	case NOTICE_ERROR:
		return "could not tell";
	case NOTICE_RECOVERED:
		return "is well again";
	default:
		return "failed";
	}
}

/* These tell the whole story in their message. */
static bool speaks_for_itself(const struct change *c)
{
	return c->event == NOTICE_MISSED || c->event == NOTICE_STALE;
}

char *title_of_change(struct arena *a, const char *kind, const struct change *c)
{
	const char *component = c->alert.component;

	if (speaks_for_itself(c))
		return arena_strdup(a, c->alert.message);
	return arena_printf(a, "%s %s: %s%s%s", kind, what_happened(c->event), component,
			    *component ? ": " : "",
			    c->event == NOTICE_RECOVERED ? c->alert.name : c->alert.message);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

char *title_of_changes(struct arena *a, const char *kind, enum notice_event gravest, size_t bad,
		       size_t well)
{
	const char *happened = what_happened(gravest);

	if (!bad)
		return arena_printf(a, "%s %s: %zu check%s", kind, happened, well, plural(well));
	if (!well)
		return arena_printf(a, "%s %s: %zu checks do not hold", kind, happened, bad);
	return arena_printf(a, "%s %s: %zu check%s not well, %zu well again", kind, happened, bad,
			    plural(bad), well);
}

char *title_of_run(struct arena *a, const struct run *run)
{
	size_t held = checks_count(&run->checks, VERDICT_PASS);
	size_t all = run->checks.count - checks_count(&run->checks, VERDICT_SKIPPED);

	return arena_printf(a, "%s %s: %zu of %zu checks hold", run->kind,
			    what_happened(notice_event_of(run->verdict)), held, all);
}
