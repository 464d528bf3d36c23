/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private S3 server for the example platform: Ceph's radosgw, over one monitor and one
 * store that keeps objects in memory; or Swift with its s3api, which keeps them in its
 * directory. On loopback, ended with the thread that started it.
 */
#ifndef DEMO_OBJECT_STORE_H
#define DEMO_OBJECT_STORE_H

#include <stdint.h>

#include "base/error.h"
#include "base/place.h"
#include "base/process.h"

enum { OBJECT_STORE_PROCESSES = 4 };

struct object_store {
	char endpoint[64];                   /* "http://127.0.0.1:PORT" */
	char access_key[24], secret_key[44]; /* of the only user, who owns what is made */
	struct process process[OBJECT_STORE_PROCESSES];
};

struct object_store_kind {
	const char *name;            /* for people */
	const char *account;         /* that its package makes for it */
	const char *packages;        /* Debian's, that bring all of it */
	const char *const *programs; /* that it needs, NULL-terminated */
	/* After -1 what has been started is still to be stopped. */
	int (*start)(const struct place *place, struct object_store *out, struct error *err);
};

enum { OBJECT_STORE_KINDS = 2 };
extern const struct object_store_kind *const object_store_kinds[OBJECT_STORE_KINDS];

/* The first program that it needs and that is not installed; NULL: all are. */
const char *object_store_missing(const struct object_store_kind *kind);

/* The first kind of which nothing is missing; NULL: none. */
const struct object_store_kind *object_store_choose(void);

/* Afterwards it answers; after -1 nothing of it is left running. */
MUST_CHECK int object_store_start(const struct object_store_kind *kind, const struct place *place,
				  struct object_store *out, struct error *err);
void object_store_stop(struct object_store *s);

#endif
