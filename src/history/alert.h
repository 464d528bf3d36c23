/* SPDX-License-Identifier: Apache-2.0 */
/* What is not well, since when, and when that was last told. */
#ifndef HISTORY_ALERT_H
#define HISTORY_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "history/history.h"

/* One that lasts. Texts are never NULL. */
struct alert {
	const char *key; /* "muster/PLATFORM/KIND/COMPONENT/CHECK" */
	const char *platform, *kind;
	const char *component; /* "" = the platform's */
	const char *name;      /* of the check, or "missed", "stale", "given-up" */
	int64_t since_ns;      /* wall clock */
	int64_t told_ns;       /* 0: there was nobody to be told yet */
	const char *event;     /* as which it was told last */
	const char *message;   /* the newest there is of it */
};

struct alerts {
	struct alert *item; /* by key */
	size_t count;
	struct arena arena;
};
void alerts_release(struct alerts *a);
/* NULL: there is none. */
const struct alert *alerts_find(const struct alerts *a, const char *key);

/* Those of a platform, of one kind or (NULL) of each; into zeroed `out`. */
MUST_CHECK int alert_list(struct history *h, const char *platform, const char *kind,
			  struct alerts *out, struct error *err);
/* New, or in the place of that with its key. */
MUST_CHECK int alert_put(struct history *h, const struct alert *a, struct error *err);
MUST_CHECK int alert_remove(struct history *h, const char *key, struct error *err);

#endif
