/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive reader, its input whole and in two blocks cut where the last byte
 * says: both must read the same.
 */
#include <stdlib.h>
#include <string.h>

#include "format/pg_archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct reading read_cut(struct span bytes, size_t cut)
{
	struct reading r = { .list = true };
	struct error err = ERROR_INIT;
	struct stage *s = pg_archive_reader.open(&r, &err);

	if (!s || stage_push(s, (struct span){ bytes.ptr, cut }, &err) < 0 ||
	    stage_push(s, (struct span){ bytes.ptr + cut, bytes.len - cut }, &err) < 0 ||
	    stage_finish(s, &err) < 0)
		abort();
	stage_free_chain(s);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { data, size };
	struct reading whole = read_cut(bytes, size);
	struct reading cut = read_cut(bytes, size ? data[size - 1] * size / 256 : 0);

	(void)pg_archive_reader.matches(
		(struct span){ data, size < READER_HEAD ? size : READER_HEAD });
	if (whole.findings.count != cut.findings.count || whole.facts.count != cut.facts.count ||
	    whole.finished != cut.finished || whole.contents.count != cut.contents.count)
		abort();
	for (size_t i = 0; i < whole.contents.count; i++) {
		if (whole.contents.item[i].id != cut.contents.item[i].id ||
		    whole.contents.item[i].count != cut.contents.item[i].count)
			abort();
	}
	for (size_t i = 0; i < whole.findings.count; i++) {
		if (whole.findings.item[i].code != cut.findings.item[i].code ||
		    whole.findings.item[i].offset != cut.findings.item[i].offset)
			abort();
	}
	for (size_t i = 0; i < whole.facts.count; i++) {
		if (memcmp(&whole.facts.item[i].fingerprint, &cut.facts.item[i].fingerprint,
			   sizeof(struct fingerprint)) != 0)
			abort();
	}
	reading_release(&whole);
	reading_release(&cut);
	return 0;
}
