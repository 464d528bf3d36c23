/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest reader, cut where the first byte says. */
#include "both_ways.h"
#include "format/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)manifest_reader.matches(
		(struct span){ data, size < READER_HEAD ? size : READER_HEAD });
	read_both_ways(&manifest_reader, (struct span){ data, size }, size ? data[0] % size : 0);
	return 0;
}
