/* SPDX-License-Identifier: Apache-2.0 */
/* The definitions reader, its input in two blocks cut where the last byte says: both ways must agree. */
#include <stdlib.h>
#include <string.h>

#include "format/definitions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_cut(struct span text, size_t cut, struct reading *out)
{
	struct error err = ERROR_INIT;
	struct stage *s = definitions_reader.open(out, &err);

	if (!s)
		abort();
	if (stage_push(s, (struct span){ text.ptr, cut }, &err) < 0 ||
	    stage_push(s, (struct span){ text.ptr + cut, text.len - cut }, &err) < 0 ||
	    stage_finish(s, &err) < 0)
		abort();
	stage_free_chain(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reading whole = { .list = true }, parts = { .list = true };
	struct span text = { data, size };

	read_cut(text, size, &whole);
	read_cut(text, size ? data[size - 1] % size : 0, &parts);
	if (whole.findings.count != parts.findings.count ||
	    whole.facts.count != parts.facts.count || whole.contents.count != parts.contents.count)
		abort();
	for (size_t i = 0; i < whole.findings.count; i++) {
		if (strcmp(whole.findings.item[i].message, parts.findings.item[i].message) != 0)
			abort();
	}
	reading_release(&whole);
	reading_release(&parts);
	return 0;
}
