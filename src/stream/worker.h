/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that work for a pipeline: how many there should be, and how they start. */
#ifndef STREAM_WORKER_H
#define STREAM_WORKER_H

#include <pthread.h>

#include "base/cleanup.h"
#include "base/error.h"

enum { WORKER_MAX = 16 };

/* `wanted`, or with 0 one per processor this process may run on or worker_limit() left; 1 to WORKER_MAX. */
unsigned worker_count(unsigned wanted);

/* From now on worker_count(0) is at most `most` in this process; 0: no limit. Call it before any thread runs. */
void worker_limit(unsigned most);

/* Start a thread in which every signal is blocked: signals are for the thread that asked. */
MUST_CHECK int worker_start(pthread_t *thread, void *(*run)(void *), void *arg, struct error *err);

#endif
