/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One server of the platform and the thread that starts, fills and keeps it. The
 * thread lives as long as its server, which dies with the thread that started it.
 */
#ifndef DEMO_KEEPER_H
#define DEMO_KEEPER_H

#include <pthread.h>
#include <stdbool.h>

#include "base/error.h"
#include "component/engine.h"
#include "demo/fill.h"
#include "demo/object_store.h"

enum keeper_state { KEEPER_STARTING, KEEPER_READY, KEEPER_ENDED };

/* What the keepers of a platform share with whoever started them. */
struct keeper_gate {
	pthread_mutex_t mutex;
	pthread_cond_t changed; /* a keeper's state, or `end` */
	bool end;               /* keepers are to stop their servers */
};

struct keeper {
	enum engine_kind kind;
	const char *directory; /* of the platform; keeps */
	const struct fill *fill;
	struct object_store
		*store; /* it keeps this and no server; filled when READY; NULL: a server */
	const struct object_store_kind *store_kind;
	struct keeper_gate *gate;
	struct server server; /* readable when READY */
	struct error error;   /* why it ENDED, unless it was told to */
	enum keeper_state state;
	pthread_t thread;
	bool running;
};

/* Interrupt system calls of threads by SIGUSR1 from here on; once per process. */
void keeper_prepare(void);

/* Set kind, directory, fill and gate first. */
MUST_CHECK int keeper_start(struct keeper *k, struct error *err);

/* End all of them, also in the middle of starting, and join their threads. */
void keeper_end(struct keeper *keepers, size_t count);

#endif
