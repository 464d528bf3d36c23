/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest reader, its input in two blocks cut where the first byte says. */
#include <stdlib.h>

#include "format/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading r = { 0 };
	struct error err = ERROR_INIT;
	struct stage *s = manifest_reader.open(&r, &err);
	size_t cut = size ? data[0] % size : 0;

	if (!s)
		return 0;
	(void)manifest_reader.matches(
		(struct span){ data, size < READER_HEAD ? size : READER_HEAD });
	if (stage_push(s, (struct span){ data, cut }, &err) < 0 ||
	    stage_push(s, (struct span){ data + cut, size - cut }, &err) < 0 ||
	    stage_finish(s, &err) < 0)
		abort();
	stage_free_chain(s);
	reading_release(&r);
	return 0;
}
