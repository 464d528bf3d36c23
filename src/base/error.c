/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const kind_names[] = {
	[ERROR_NONE] = "none",
	[ERROR_USAGE] = "usage",
	[ERROR_CONFIG] = "configuration",
	[ERROR_IO] = "io",
	[ERROR_TARGET] = "target",
	[ERROR_TIMEOUT] = "timeout",
	[ERROR_REFUSED] = "refused",
	[ERROR_BUSY] = "busy",
	[ERROR_NOT_FOUND] = "not-found",
	[ERROR_PERMISSION] = "permission",
	[ERROR_INTERRUPTED] = "interrupted",
	[ERROR_NOMEM] = "memory",
	[ERROR_INTERNAL] = "internal",
};

const char *error_kind_name(enum error_kind kind)
{
	return kind_names[kind];
}

enum error_kind error_kind_parse(const char *name)
{
	for (size_t i = 0; i < sizeof(kind_names) / sizeof(*kind_names); i++) {
		if (strcmp(kind_names[i], name) == 0)
			return (enum error_kind)i;
	}
	return ERROR_INTERNAL;
}

__attribute__((format(printf, 3, 0))) static void error_vset(struct error *err,
							     enum error_kind kind, const char *fmt,
							     va_list ap)
{
	err->kind = kind;
	err->sys_errno = 0;
	err->hint[0] = '\0';
	(void)vsnprintf(err->message, sizeof(err->message), fmt, ap);
}

int error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (err->kind != ERROR_NONE)
		return -1;
	va_start(ap, fmt);
	error_vset(err, kind, fmt, ap);
	va_end(ap);
	return -1;
}

static enum error_kind kind_of_errno(enum error_kind kind, int cause)
{
	if (cause == ENOMEM)
		return ERROR_NOMEM;
	if (kind != ERROR_IO)
		return kind;
	if (cause == EACCES || cause == EPERM)
		return ERROR_PERMISSION;
	return cause == ENOENT ? ERROR_NOT_FOUND : kind;
}

int error_set_errno(struct error *err, enum error_kind kind, const char *fmt, ...)
{
	int cause = errno;
	size_t used;
	va_list ap;

	if (err->kind != ERROR_NONE)
		return -1;
	va_start(ap, fmt);
	error_vset(err, kind_of_errno(kind, cause), fmt, ap);
	va_end(ap);
	err->sys_errno = cause;
	used = strlen(err->message);
	(void)snprintf(err->message + used, sizeof(err->message) - used, ": %s", strerror(cause));
	return -1;
}

int error_context(struct error *err, const char *fmt, ...)
{
	char inner[sizeof(err->message)];
	size_t used;
	va_list ap;

	memcpy(inner, err->message, sizeof(inner));
	va_start(ap, fmt);
	(void)vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	used = strlen(err->message);
	(void)snprintf(err->message + used, sizeof(err->message) - used, ": %.*s",
		       (int)(sizeof(err->message) - used), inner);
	return -1;
}

int error_hint(struct error *err, const char *fmt, ...)
{
	va_list ap;

	if (err->hint[0])
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
	return -1;
}

void error_clear(struct error *err)
{
	*err = (struct error)ERROR_INIT;
}
