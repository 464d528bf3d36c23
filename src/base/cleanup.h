/* SPDX-License-Identifier: Apache-2.0 */
/* Scope-bound release for locals: the only use of the cleanup attribute. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The function gets the local's address and must accept a zeroed or NULL one. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* On every function whose 0/-1 must not be ignored. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Hand an owned pointer to someone else: yields it and leaves NULL behind. */
#define TAKE(p)                                                                                    \
	__extension__({                                                                            \
		__typeof__(p) taken_ = (p);                                                        \
		(p) = NULL;                                                                        \
		taken_;                                                                            \
	})

/* Hand an owned file descriptor to someone else: yields it and leaves -1 behind. */
#define TAKE_FD(fd)                                                                                \
	__extension__({                                                                            \
		int taken_ = (fd);                                                                 \
		(fd) = -1;                                                                         \
		taken_;                                                                            \
	})

static inline void cleanup_free(void *pp)
{
	free(*(void **)pp);
}

/* For an `int fd` local that starts as -1. */
static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		(void)fclose(*f);
}

#endif
