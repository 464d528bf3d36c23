/* SPDX-License-Identifier: Apache-2.0 */
/* A whole file, serially and in parallel: both must find the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/file.h"
#include "stream/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int ignore_push(struct stage *s, struct span block, struct error *err)
{
	(void)s;
	(void)block;
	(void)err;
	return 0;
}

static void ignore_free(struct stage *s)
{
	(void)s;
}

static const struct stage_ops ignore_ops = {
	.name = "ignore",
	.push = ignore_push,
	.free = ignore_free,
};

/* What the content amounts to is known from the members' CRCs; here only findings count. */
static void read_all(int fd, unsigned threads, struct findings *findings, struct envelope *out)
{
	struct envelope_options options = { .fd = fd, .path = "input", .threads = threads };
	struct stage content = { .ops = &ignore_ops };
	struct error err = ERROR_INIT;

	if (lseek(fd, 0, SEEK_SET) != 0 ||
	    envelope_read(&options, &content, findings, out, &err) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(cleanup_close)
	int fd = memfd_create("input", MFD_CLOEXEC);
	struct findings one = { 0 }, many = { 0 };
	struct envelope a, b;
	struct error err = ERROR_INIT;

	if (fd < 0 || file_write_all(fd, "input", data, size, &err) < 0)
		return 0;
	read_all(fd, 1, &one, &a);
	read_all(fd, 2, &many, &b);
	if (a.members != b.members || one.count != many.count ||
	    memcmp(a.sha256, b.sha256, sizeof(a.sha256)) != 0)
		abort();
	for (size_t i = 0; i < one.count; i++) {
		if (one.item[i].code != many.item[i].code ||
		    one.item[i].offset != many.item[i].offset)
			abort();
	}
	findings_release(&one);
	findings_release(&many);
	return 0;
}
