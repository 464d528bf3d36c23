/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tar reader, its input whole and in two blocks cut where the last byte says:
 * both must read the same. Checksums of headers are put right first, or nothing
 * behind them would be met.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/pg_tar.h"

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

static struct reading read_cut(struct span bytes, size_t cut)
{
	struct reading r = { 0 };
	struct error err = ERROR_INIT;
	struct stage *s = pg_tar_reader.open(&r, &err);

	if (!s || stage_push(s, (struct span){ bytes.ptr, cut }, &err) < 0 ||
	    stage_push(s, (struct span){ bytes.ptr + cut, bytes.len - cut }, &err) < 0 ||
	    stage_finish(s, &err) < 0)
		abort();
	stage_free_chain(s);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *mended = malloc(size ? size : 1);
	struct span bytes = { mended, size };
	struct reading whole, cut;

	if (!mended)
		abort();
	if (size)
		memcpy(mended, data, size);
	mend(mended, size);
	(void)pg_tar_reader.matches((struct span){ data, size < READER_HEAD ? size : READER_HEAD });
	whole = read_cut(bytes, size);
	cut = read_cut(bytes, size ? data[size - 1] * size / 256 : 0);
	if (whole.findings.count != cut.findings.count || whole.facts.count != cut.facts.count ||
	    whole.finished != cut.finished)
		abort();
	for (size_t i = 0; i < whole.findings.count; i++) {
		if (whole.findings.item[i].code != cut.findings.item[i].code ||
		    whole.findings.item[i].offset != cut.findings.item[i].offset)
			abort();
	}
	for (size_t i = 0; i < whole.facts.count; i++) {
		if (whole.facts.item[i].known != cut.facts.item[i].known ||
		    memcmp(&whole.facts.item[i].fingerprint, &cut.facts.item[i].fingerprint,
			   sizeof(struct fingerprint)) != 0)
			abort();
	}
	reading_release(&whole);
	reading_release(&cut);
	free(mended);
	return 0;
}
