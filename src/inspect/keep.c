/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/keep.h"

#include <stdlib.h>

#include "base/file.h"

struct keep {
	struct stage stage;
	const char *path;
	int fd;
};

static int push(struct stage *s, struct span block, struct error *err)
{
	const struct keep *k = (const struct keep *)s;

	if (file_write_all(k->fd, k->path, block.ptr, block.len, err) < 0)
		return -1;
	return stage_push(s->next, block, err);
}

static void release(struct stage *s)
{
	free(s);
}

static const struct stage_ops ops = { .name = "keep", .push = push, .free = release };

struct stage *keep_open(int fd, const char *path, struct stage *next, struct error *err)
{
	struct keep *k = calloc(1, sizeof(*k));

	if (!k) {
		(void)error_set(err, ERROR_NOMEM, "no memory to keep %s", path);
		return NULL;
	}
	*k = (struct keep){ .stage = { .ops = &ops, .next = next }, .path = path, .fd = fd };
	return &k->stage;
}
