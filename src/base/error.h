/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What went wrong with muster itself or with its surroundings. A bad backup is
 * a finding (model/finding.h), never an error.
 *
 * Fallible functions return 0 or -1, take the caller's `struct error *` last,
 * and fill it with operands (path, offset, value). The first error wins;
 * callers add context on the way out.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum error_kind {
	ERROR_NONE = 0,
	ERROR_USAGE,       /* the operator asked for something we do not do: exit 2 */
	ERROR_CONFIG,      /* a setting is missing or contradictory: exit 7 */
	ERROR_IO,          /* the system refused a read, write or exec: exit 4 */
	ERROR_TARGET,      /* a server or tool answered with an error: exit 4 */
	ERROR_TIMEOUT,     /* our own deadline passed: exit 124 */
	ERROR_REFUSED,     /* a guard said no: exit 5 */
	ERROR_BUSY,        /* another run holds the lock: exit 6 */
	ERROR_NOT_FOUND,   /* no such run, set, component or file: exit 8 */
	ERROR_PERMISSION,  /* the system or a server denied access: exit 9 */
	ERROR_INTERRUPTED, /* a signal asked us to stop: exit 130 or 143 */
	ERROR_NOMEM,       /* exit 4 */
	ERROR_INTERNAL,    /* our bug: exit 4 */
};

struct error {
	enum error_kind kind;
	int sys_errno;     /* 0 when the cause was not a system call */
	char message[640]; /* what and where, with operands; no full stop, no newline */
	char hint[256];    /* what to do about it; "" when there is nothing to say */
};

#define ERROR_INIT                                                                                 \
	{                                                                                          \
		.kind = ERROR_NONE                                                                 \
	}

/* "usage", "configuration", "io", …; "none" */
const char *error_kind_name(enum error_kind kind);
/* The inverse; ERROR_INTERNAL for any other word. */
enum error_kind error_kind_parse(const char *name);

/* Fill `err` unless it already holds an earlier error; always returns -1. */
__attribute__((format(printf, 3, 4))) int error_set(struct error *err, enum error_kind kind,
						    const char *fmt, ...);

/*
 * As error_set(), and appends ": " and the text of the current errno. EACCES and
 * EPERM make the kind ERROR_PERMISSION and ENOENT makes it ERROR_NOT_FOUND when
 * `kind` is ERROR_IO; ENOMEM makes it ERROR_NOMEM.
 */
__attribute__((format(printf, 3, 4))) int error_set_errno(struct error *err, enum error_kind kind,
							  const char *fmt, ...);

/* Put what the caller was doing in front of the message; always returns -1. */
__attribute__((format(printf, 2, 3))) int error_context(struct error *err, const char *fmt, ...);

/* Say what to do about the error; the first hint wins; always returns -1. */
__attribute__((format(printf, 2, 3))) int error_hint(struct error *err, const char *fmt, ...);

/* Forget an error that was dealt with. */
void error_clear(struct error *err);

#endif
