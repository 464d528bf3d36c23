/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets by reference: {file: PATH}, {env: NAME}, {command: [ARGV…]}. Fetched when
 * needed, handed to children by environment or 0600 file, never in argv, never shown.
 */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

enum secret_kind { SECRET_NONE, SECRET_LITERAL, SECRET_FILE, SECRET_ENV, SECRET_COMMAND };

struct secret {
	enum secret_kind kind;
	const char *text;        /* path, variable or literal */
	const char *const *argv; /* SECRET_COMMAND, NULL-terminated */
	const char *origin;      /* "muster.yaml:12:5", for messages */
};

/*
 * Append the secret's bytes (one trailing newline removed). SECRET_NONE appends
 * nothing. A file that group or others may read is ERROR_REFUSED.
 */
MUST_CHECK int secret_fetch(const struct secret *s, struct buf *out, struct error *err);

/* Overwrite and free. */
void secret_wipe(struct buf *b);

#endif
