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
#include "sweep.h"

/* The other fixtures differ from these in nothing that a cut could meet. */
static const char *const fixtures[] = { "stored", "zlib", "schema-only", "small-zlib", "small" };
enum { FIXTURES = sizeof(fixtures) / sizeof(fixtures[0]) };

static void each(void (*sweep)(const struct sweep *s))
{
	for (size_t i = 0; i < FIXTURES; i++) {
		struct buf bytes = fixture(fixtures[i]);
		struct sweep s = { .name = fixtures[i],
				   .bytes = buf_span(&bytes),
				   .reader = &pg_archive_reader };

		sweep(&s);
		buf_release(&bytes);
	}
}

static void no_shorter_archive_passes(void **state)
{
	(void)state;
	each(sweep_cuts);
}

static void no_longer_archive_passes(void **state)
{
	(void)state;
	each(sweep_longer);
}

static void the_size_of_blocks_does_not_matter(void **state)
{
	(void)state;
	each(sweep_blocks);
}

static void no_block_may_be_missing_repeated_or_moved(void **state)
{
	static struct layout l;

	(void)state;
	for (size_t i = 0; i < FIXTURES; i++) {
		struct buf bytes = fixture(fixtures[i]);
		struct sweep s = { .name = fixtures[i],
				   .bytes = buf_span(&bytes),
				   .reader = &pg_archive_reader };
		size_t border[LAYOUT_BLOCKS + 1];

		assert_true(layout_walk(&l, s.bytes));
		for (size_t k = 0; k < l.blocks; k++)
			border[k] = l.block[k].start;
		border[l.blocks] = bytes.len;
		if (l.blocks)
			sweep_pieces(&s, &(struct sweep_pieces){ border, l.blocks + 1, NULL });
		buf_release(&bytes);
	}
}

/* The archive with one bit changed passes only where the published classes allow it. */
static struct sweep_allowance published(const struct sweep *s, size_t offset, unsigned bit)
{
	static const enum sweep_rule rules[] = {
		[CLASS_CHECKED] = SWEEP_COVERED,  [CLASS_TEXT] = SWEEP_FREE,
		[CLASS_NUMBER] = SWEEP_FREE,      [CLASS_STORED] = SWEEP_SHOWN,
		[CLASS_PACKED] = SWEEP_NO_EFFECT,
	};
	const struct layout *l = s->cookie;

	(void)bit;
	return (struct sweep_allowance){ rules[l->class[offset]], NULL };
}

static void no_changed_bit_passes_but_where_published(void **state)
{
	static const struct {
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
		struct sweep s = { .name = sweeps[i].name,
				   .bytes = buf_span(&bytes),
				   .reader = &pg_archive_reader,
				   .allow = published,
				   .cookie = &l,
				   .step = sweeps[i].step };

		assert_true(layout_walk(&l, s.bytes));
		s.flip_from = sweeps[i].data_only ? l.toc_end : 0;
		sweep_flips(&s);
		buf_release(&bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_shorter_archive_passes),
		cmocka_unit_test(no_longer_archive_passes),
		cmocka_unit_test(the_size_of_blocks_does_not_matter),
		cmocka_unit_test(no_block_may_be_missing_repeated_or_moved),
		cmocka_unit_test(no_changed_bit_passes_but_where_published),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
