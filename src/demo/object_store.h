/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private S3 server for the example platform: Ceph's radosgw, over one monitor and one
 * store that keeps objects in memory. On loopback, ended with the thread that started it.
 */
#ifndef DEMO_OBJECT_STORE_H
#define DEMO_OBJECT_STORE_H

#include <stdint.h>

#include "base/error.h"
#include "base/place.h"
#include "base/process.h"

enum { OBJECT_STORE_PROCESSES = 3 };

struct object_store {
	char endpoint[64];                   /* "http://127.0.0.1:PORT" */
	char access_key[24], secret_key[44]; /* of the only user, who owns what is made */
	struct process process[OBJECT_STORE_PROCESSES];
};

/* The first program that it needs and that is not installed; NULL: all are. */
const char *object_store_missing(void);

MUST_CHECK int object_store_start(const struct place *place, struct object_store *out,
				  struct error *err);
void object_store_stop(struct object_store *s);

#endif
