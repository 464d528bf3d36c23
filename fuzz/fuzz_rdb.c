/* SPDX-License-Identifier: Apache-2.0 */
/* The RDB reader, cut where a byte in the middle says. */
#include "both_ways.h"
#include "format/redis/rdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_both_ways(&rdb_reader, (struct span){ data, size },
		       size ? (data[size / 2] * 257U + size / 3) % size : 0);
	return 0;
}
