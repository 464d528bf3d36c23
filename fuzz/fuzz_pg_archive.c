/* SPDX-License-Identifier: Apache-2.0 */
/* The archive reader, cut where the last byte says. */
#include "both_ways.h"
#include "format/postgres/pg_archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)pg_archive_reader.matches(
		(struct span){ data, size < READER_HEAD ? size : READER_HEAD });
	read_both_ways(&pg_archive_reader, (struct span){ data, size },
		       size ? data[size - 1] * size / 256 : 0);
	return 0;
}
