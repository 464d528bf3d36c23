/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, written and read as units; nothing half-written is ever seen under a final name. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"

/*
 * Append a file of at most `max` bytes to `out`; larger is ERROR_CONFIG. What is no file (a FIFO, a
 * device) is ERROR_IO, but for what a shell hands over by "<(…)", and /dev/null, which is empty.
 */
MUST_CHECK int file_read(const char *path, size_t max, struct buf *out, struct error *err);

/*
 * Write `len` bytes under a temporary name in the same directory, sync, rename
 * to `path`, sync the directory. On failure nothing is left behind.
 */
MUST_CHECK int file_write_atomic(const char *path, mode_t mode, const void *bytes, size_t len,
				 struct error *err);

/* Create a directory and its missing parents, each with `mode`; existing ones are left alone. */
MUST_CHECK int file_make_directories(const char *path, mode_t mode, struct error *err);
/* The same; `made` is called with each that was not there before, from the outermost on. NULL: nobody is. */
MUST_CHECK int file_make_directories_told(const char *path, mode_t mode,
					  int (*made)(const char *path, struct error *err),
					  struct error *err);

/* Make renames and creations in directory `path` durable. */
MUST_CHECK int file_sync_directory(const char *path, struct error *err);

/* Remove a directory tree; does not follow symbolic links and stays on one filesystem. A missing path is success. */
MUST_CHECK int file_remove_tree(const char *path, struct error *err);

/* All of `len` bytes to `fd`, however many calls it takes. `name` is for the message. */
MUST_CHECK int file_write_all(int fd, const char *name, const void *bytes, size_t len,
			      struct error *err);

/* Up to `len` bytes; retried on EINTR. 0 at the end, -1 on error. */
MUST_CHECK ssize_t file_read_some(int fd, const char *name, void *bytes, size_t len,
				  struct error *err);

#endif
