/* SPDX-License-Identifier: Apache-2.0 */
/* Archives cut, lengthened, and with each bit changed: none may pass that is not whole and sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive_encoder.h"
#include "archive_fixture.h"
#include "archive_layout.h"
#include "archive_pack.h"
#include "sweep.h"

/* The other fixtures differ from these in nothing that a cut could meet. */
static const char *const fixtures[] = { "stored",     "zlib",  "schema-only",
					"small-zlib", "small", "fixture-18-zlib" };
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
		[CLASS_PACKED] = SWEEP_NO_EFFECT, [CLASS_UNPROTECTED] = SWEEP_FREE,
	};
	const struct layout *l = s->cookie;
	enum byte_class class = (enum byte_class)l->class[offset];

	(void)bit;
	if (class == CLASS_CHECKED)
		return (struct sweep_allowance){ SWEEP_COVERED, NULL };
	return (struct sweep_allowance){ rules[class],
					 &pg_archive_reader.coverage->row[class - 1] };
}

static void no_changed_bit_passes_but_where_published(void **state)
{
	static const struct {
		const char *name;
		bool data_only;
		size_t step; /* 1: every bit; 9: one of each byte */
	} sweeps[] = {
		{ "small-zlib", false, 3 },
		{ "small", true, 1 }, /* its table of contents is that of small-zlib */
		{ "stored", true, 27 },
		{ "zlib", true, 7 },
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

static void sweep_version(unsigned minor, int compression, archive_packer *pack, size_t *passes)
{
	static struct layout l;
	struct archive a = archive_example(minor, compression == 1);
	struct buf bytes = { 0 };
	struct sweep s = { .name = "hand-made",
			   .reader = &pg_archive_reader,
			   .allow = published,
			   .passes = passes,
			   .cookie = &l,
			   .step = compression ? 5 : 1 };

	if (pack) {
		a.compression = compression;
		a.pack = pack;
	}
	a.offset_size = minor % 2 ? 4 : 8;
	archive_encode(&a, &bytes);
	s.bytes = buf_span(&bytes);
	assert_true(layout_walk(&l, s.bytes));
	sweep_cuts(&s);
	sweep_longer(&s);
	sweep_blocks(&s);
	sweep_flips(&s);
	buf_release(&bytes);
}

static void archives_of_every_version_are_covered_alike(void **state)
{
	size_t passes[PG_ARCHIVE_UNCOVERED_COUNT] = { 0 };

	(void)state;
	for (unsigned minor = 12; minor <= 16; minor++) {
		sweep_version(minor, 0, NULL, passes);
		if (minor == 14 || minor == 15) /* where its place in the header changes */
			sweep_version(minor, 1, NULL, passes);
	}
	sweep_version(16, 2, archive_pack_lz4, passes);
	sweep_version(16, 3, archive_pack_zstd, passes);
	sweep_assert_rows_met(pg_archive_reader.coverage, passes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_shorter_archive_passes),
		cmocka_unit_test(no_longer_archive_passes),
		cmocka_unit_test(the_size_of_blocks_does_not_matter),
		cmocka_unit_test(no_block_may_be_missing_repeated_or_moved),
		cmocka_unit_test(no_changed_bit_passes_but_where_published),
		cmocka_unit_test(archives_of_every_version_are_covered_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
