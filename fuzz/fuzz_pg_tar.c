/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tar reader, cut where the last byte says. Checksums of headers are put right
 * first, or nothing behind them would be met.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "both_ways.h"
#include "format/postgres/pg_tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Wherever a header may begin that has the magic number. */
static void mend(uint8_t *bytes, size_t size)
{
	for (size_t at = 0; at + TAR_BLOCK <= size; at += TAR_BLOCK) {
		uint8_t *b = bytes + at;
		unsigned sum = 8 * ' ';
		char text[8];

		if (memcmp(b + 257, "ustar", 5) != 0)
			continue;
		for (size_t i = 0; i < TAR_BLOCK; i++)
			sum += i >= 148 && i < 156 ? 0 : b[i];
		(void)snprintf(text, sizeof(text), "%06o", sum);
		memcpy(b + 148, text, 7);
		b[155] = ' ';
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *mended = malloc(size ? size : 1);

	if (!mended)
		abort();
	if (size)
		memcpy(mended, data, size);
	mend(mended, size);
	(void)pg_tar_reader.matches((struct span){ data, size < READER_HEAD ? size : READER_HEAD });
	read_both_ways(&pg_tar_reader, (struct span){ mended, size },
		       size ? data[size - 1] * size / 256 : 0);
	free(mended);
	return 0;
}
