/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the records of this user's environments lie: NAME.json, locked by its keeper as long
 * as that lives, and NAME.sock, where the keeper listens. The directory is locked while
 * somebody makes, reads or removes records, and is there only while it holds some.
 */
#ifndef ENVIRONMENT_REGISTRY_H
#define ENVIRONMENT_REGISTRY_H

#include <sys/un.h>

#include "base/buf.h"
#include "environment/environment.h"

struct registry {
	int fd; /* of the directory */
	char path[PATH_MAX];
};

/* Lock it. 1; 0: there is none, and `make` does not want one. */
MUST_CHECK int registry_open(struct registry *r, bool make, struct error *err);
/* Unlock it, and remove it when it is empty. Safe on a zeroed one. */
void registry_close(struct registry *r);

enum registry_file { REGISTRY_RECORD, REGISTRY_SOCKET };
enum { REGISTRY_FILE_SIZE = ENVIRONMENT_NAME_SIZE + 8 };
/* Its name in the directory. Returns `out`. */
char *registry_file_name(const char *name, enum registry_file file, char out[REGISTRY_FILE_SIZE]);

/* The address of NAME's socket, valid while the registry is open: paths of users may be too long. */
struct sockaddr_un registry_address(const struct registry *r, const char *name);

/* Both files of NAME. */
void registry_remove(const struct registry *r, const char *name);

/* A new record of NAME, empty and locked: its descriptor. -1 with ERROR_BUSY: there is one. */
MUST_CHECK int registry_create(const struct registry *r, const char *name, struct error *err);

/* 1: `out` is what FILE says; 0: its keeper is gone, and so is it now. */
MUST_CHECK int registry_read(const struct registry *r, const char *file, struct environment *out,
			     struct error *err);

/* The record as it is written; appends. */
MUST_CHECK int record_write(const struct environment *e, struct buf *out, struct error *err);
/* Into zeroed `out`. */
MUST_CHECK int record_parse(struct span text, struct environment *out, struct error *err);

#endif
