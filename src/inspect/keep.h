/* SPDX-License-Identifier: Apache-2.0 */
/* A stage that writes the content to a file while another reads it. */
#ifndef INSPECT_KEEP_H
#define INSPECT_KEEP_H

#include "stream/stage.h"

/* Writes to `fd` (borrowed; `path` for messages, kept) what it hands on to `next`, which it then owns. NULL: out of memory. */
struct stage *keep_open(int fd, const char *path, struct stage *next, struct error *err);

#endif
