/* SPDX-License-Identifier: Apache-2.0 */
/* The definitions reader, cut where the last byte says. */
#include "both_ways.h"
#include "format/rabbitmq/definitions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_both_ways(&definitions_reader, (struct span){ data, size },
		       size ? data[size - 1] % size : 0);
	return 0;
}
