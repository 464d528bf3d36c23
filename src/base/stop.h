/* SPDX-License-Identifier: Apache-2.0 */
/* How whatever waits for long learns that somebody wants it to end. */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <stdbool.h>
#include <stddef.h>

struct stop {
	/* A few times a second, from any thread; NULL: nobody will ask for the end. */
	bool (*asked)(const void *cookie);
	const void *cookie;
};

static inline bool stop_is_asked(const struct stop *s)
{
	return s && s->asked && s->asked(s->cookie);
}

#endif
