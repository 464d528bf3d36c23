/* SPDX-License-Identifier: Apache-2.0 */
/* Archives cut, lengthened, and with each bit changed: none may pass that is not whole and sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive_fixture.h"
#include "archive_layout.h"

/* The other fixtures differ from these in nothing that a cut could meet. */
static const char *const fixtures[] = { "stored", "zlib", "schema-only", "small-zlib", "small" };
enum { FIXTURES = sizeof(fixtures) / sizeof(fixtures[0]) };

static void no_shorter_archive_passes(void **state)
{
	(void)state;
	for (size_t i = 0; i < FIXTURES; i++) {
		struct buf bytes = fixture(fixtures[i]);

		for (size_t len = 0; len < bytes.len; len++) {
			struct span cut = { (const uint8_t *)bytes.ptr, len };

			if (verdict_of(&pg_archive_reader, cut) != VERDICT_FAIL)
				fail_msg("%s cut to %zu bytes does not fail", fixtures[i], len);
		}
		buf_release(&bytes);
	}
}

static void no_longer_archive_passes(void **state)
{
	(void)state;
	for (size_t i = 0; i < FIXTURES; i++) {
		for (int byte = 0; byte < 256; byte += byte < 8 ? 1 : 31) {
			struct buf bytes = fixture(fixtures[i]);
			char more = (char)byte;

			assert_int_equal(buf_append(&bytes, &more, 1), 0);
			assert_int_equal(verdict_of(&pg_archive_reader, buf_span(&bytes)),
					 VERDICT_FAIL);
			buf_release(&bytes);
		}
	}
}

/* The archive with one bit changed passes only where the published classes allow it. */
static void check_flip(const char *name, const struct layout *l, struct buf *bytes, size_t bit,
		       const struct reading *sound)
{
	struct reading r;

	bytes->ptr[bit / 8] = (char)(bytes->ptr[bit / 8] ^ 1 << bit % 8);
	r = read_whole(buf_span(bytes));
	bytes->ptr[bit / 8] = (char)(bytes->ptr[bit / 8] ^ 1 << bit % 8);
	if (findings_verdict(&r.findings) == VERDICT_PASS) {
		switch ((enum byte_class)l->class[bit / 8]) {
		case CLASS_CHECKED:
			fail_msg("%s passes with bit %zu of byte %zu changed", name, bit % 8,
				 bit / 8);
			break;
		case CLASS_STORED:
			if (same_reading(sound, &r))
				fail_msg("%s has the same facts with byte %zu changed", name,
					 bit / 8);
			break;
		case CLASS_PACKED:
			assert_true(same_reading(sound, &r));
			break;
		case CLASS_TEXT:
		case CLASS_NUMBER:
			break;
		}
	}
	reading_release(&r);
}

static void no_changed_bit_passes_but_where_published(void **state)
{
	const struct {
		const char *name;
		bool data_only;
		size_t step; /* 1: every bit; 9: one of each byte */
	} sweeps[] = {
		{ "small-zlib", false, 1 },
		{ "small", true, 1 }, /* its table of contents is that of small-zlib */
		{ "stored", false, 9 },
		{ "zlib", true, 1 },
	};
	static struct layout l;

	(void)state;
	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
		struct buf bytes = fixture(sweeps[i].name);
		struct reading sound = read_whole(buf_span(&bytes));

		assert_true(layout_walk(&l, buf_span(&bytes)));
		for (size_t bit = sweeps[i].data_only ? l.toc_end * 8 : 0; bit < bytes.len * 8;
		     bit += sweeps[i].step)
			check_flip(sweeps[i].name, &l, &bytes, bit, &sound);
		reading_release(&sound);
		buf_release(&bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_shorter_archive_passes),
		cmocka_unit_test(no_longer_archive_passes),
		cmocka_unit_test(no_changed_bit_passes_but_where_published),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
