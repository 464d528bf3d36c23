/* SPDX-License-Identifier: Apache-2.0 */
/* The gzip decoder, with its input cut at every 17 bytes and its output at every 100. */
#include <stdint.h>
#include <stdlib.h>

#include "stream/gunzip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void feed(struct gunzip *g, struct span in)
{
	uint8_t room[100];
	struct gunzip_trailer trailer;
	enum gunzip_status status;

	do {
		struct gunzip_block out = { .ptr = room, .room = sizeof(room) };

		status = gunzip_step(g, &in, &out, &trailer);
		if (out.len > out.room)
			abort();
	} while (status != GUNZIP_NEEDS_INPUT);
	if (in.len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct gunzip_options options = { .expansion_max = 100, .expansion_free = 1 << 20 };
	struct error err = ERROR_INIT;
	struct findings findings = FINDINGS_INIT("gzip");
	CLEANUP(cleanup_gunzip)
	struct gunzip *g = gunzip_open(&options, &findings, &err);

	if (!g)
		return 0;
	for (size_t at = 0; at < size; at += 17)
		feed(g, (struct span){ data + at, size - at < 17 ? size - at : 17 });
	gunzip_end(g);
	findings_release(&findings);
	return 0;
}
