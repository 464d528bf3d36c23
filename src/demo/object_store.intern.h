/* SPDX-License-Identifier: Apache-2.0 */
/* What both kinds of private S3 servers are made with. */
#ifndef DEMO_OBJECT_STORE_INTERN_H
#define DEMO_OBJECT_STORE_INTERN_H

#include "demo/object_store.h"

extern const struct object_store_kind object_store_ceph, object_store_swift;

/* A program of theirs, to its end. */
MUST_CHECK int object_store_run(const struct place *place, const char *const *argv,
				struct error *err);

/* `digits` of them, at most 64, and a NUL. */
MUST_CHECK int object_store_random_hex(char *out, size_t digits, struct error *err);

/* Until `server` listens at `port`. That it ends before, or takes minutes, is an error. */
MUST_CHECK int object_store_await(const char *name, struct process *server, uint16_t port,
				  struct error *err);

#endif
