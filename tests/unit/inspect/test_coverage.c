/* SPDX-License-Identifier: Apache-2.0 */
/* docs/formats/ says of each format what `muster inspect --coverage` does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "format/reader.h"
#include "stream/codec.h"

static void assert_published(const char *id, const struct coverage *c)
{
	CLEANUP(buf_release)
	struct buf page = { 0 };
	struct error err = ERROR_INIT;
	char path[4096];

	if (!c)
		fail_msg("%s does not state its coverage", id);
	assert_string_equal(c->id, id);
	assert_true(c->versions[0] && c->checked[0]);
	(void)snprintf(path, sizeof(path), "%s/docs/formats/%s.md", SOURCE_ROOT, id);
	if (file_read(path, 1 << 20, &page, &err) < 0)
		fail_msg("%s", err.message);
	for (size_t k = 0; k < c->count; k++) {
		assert_true(c->row[k].where[0] && c->row[k].effect[0]);
		if (!strstr(page.ptr, c->row[k].where))
			fail_msg("docs/formats/%s.md does not list \"%s\"", id, c->row[k].where);
	}
}

static void each_format_publishes_what_no_check_sees(void **state)
{
	(void)state;
	for (int f = FORMAT_UNKNOWN + 1; f < FORMAT_COUNT; f++) {
		const struct reader *r = reader_of((enum format)f);

		if (r)
			assert_published(format_id((enum format)f), r->coverage);
	}
}

static void each_compression_publishes_what_no_check_sees(void **state)
{
	(void)state;
	for (int c = CODEC_NONE + 1; c < CODEC_COUNT; c++)
		assert_published(codec_id((enum codec)c), codec_coverage((enum codec)c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_format_publishes_what_no_check_sees),
		cmocka_unit_test(each_compression_publishes_what_no_check_sees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
