/* SPDX-License-Identifier: Apache-2.0 */
/* Tars cut, lengthened, each bit changed, members dropped, repeated, swapped: none may pass that is not sound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sweep_allocations.h"
#include "tar_fixture.h"

static const char *const fixtures[] = {
	"pg-tar/small.tar",
	"pg-tar/small-gzip.tar",
	"pg-tar/inserts.tar",
	"pg-tar/directory-gzip.tar",
	/* for their members alone */
	"pg-tar/tar.tar",
	"pg-tar/directory.tar",
	"pg-archive/every-kind-18.tar",
};
enum { FIXTURES = sizeof(fixtures) / sizeof(fixtures[0]), SWEPT = 4 };

static struct sweep sweep_of(const char *name, const struct buf *bytes)
{
	return (struct sweep){ .name = name, .bytes = buf_span(bytes), .reader = &pg_tar_reader };
}

static bool only_zeros(struct span tail)
{
	for (size_t i = 0; i < tail.len; i++) {
		if (tail.ptr[i])
			return false;
	}
	return true;
}

static void each(void (*sweep)(const struct sweep *s))
{
	static struct tar_layout l;

	for (size_t i = 0; i < SWEPT; i++) {
		struct buf bytes = tar_file(fixtures[i]);
		struct sweep s = sweep_of(fixtures[i], &bytes);

		tar_layout(&l, s.bytes);
		s.sound_from = l.end;
		s.may_follow = only_zeros;
		s.step = 31;
		sweep(&s);
		buf_release(&bytes);
	}
}

static void no_shorter_tar_passes(void **state)
{
	(void)state;
	each(sweep_cuts);
}

static void nothing_may_follow_but_zeros(void **state)
{
	(void)state;
	each(sweep_longer);
}

static void the_size_of_blocks_does_not_matter(void **state)
{
	(void)state;
	each(sweep_blocks);
}

/* Order says nothing in a directory; a lost directory or script loses no data. */
static bool harmless(const struct sweep *s, enum sweep_change change, size_t k)
{
	const struct tar_layout *l = s->cookie;
	const char *name = l->member[k].name, *base = strrchr(name, '/');

	if (change == SWEEP_SWAP)
		return true;
	base = base ? base + 1 : name;
	return !*base || (change == SWEEP_DROP && strcmp(base, "restore.sql") == 0);
}

static void no_member_may_be_missing_or_repeated(void **state)
{
	static struct tar_layout l;

	(void)state;
	for (size_t i = 0; i < FIXTURES; i++) {
		struct buf bytes = tar_file(fixtures[i]);
		struct sweep s = sweep_of(fixtures[i], &bytes);
		size_t border[TAR_FIXTURE_MEMBERS + 1];

		tar_layout(&l, s.bytes);
		s.cookie = &l;
		for (size_t k = 0; k < l.count; k++)
			border[k] = l.member[k].start;
		border[l.count] = l.member[l.count - 1].end;
		if (l.member[0].type != 'x') /* whose members are two each */
			sweep_pieces(&s, &(struct sweep_pieces){ border, l.count + 1, harmless });
		buf_release(&bytes);
	}
}

static struct sweep_allowance by_row(enum sweep_rule rule, const struct sweep *s,
				     enum pg_tar_uncovered row)
{
	return (struct sweep_allowance){ rule, &s->reader->coverage->row[row] };
}

static struct sweep_allowance in_content(const struct sweep *s, const char *name, size_t at)
{
	const char *base = strrchr(name, '/'), *end = strrchr(name, '.');

	base = base ? base + 1 : name;
	if (strcmp(base, "toc.dat") == 0)
		return by_row(SWEEP_FREE, s,
			      at < 53 ? PG_TAR_UNCOVERED_TOC_NUMBER : PG_TAR_UNCOVERED_TOC_TEXT);
	if (strcmp(base, "restore.sql") == 0)
		return by_row(SWEEP_NO_EFFECT, s, PG_TAR_UNCOVERED_SCRIPT);
	if (strcmp(end, ".gz") == 0)
		return by_row(SWEEP_NO_EFFECT, s, PG_TAR_UNCOVERED_PACKED);
	if (strcmp(end, ".dat") == 0)
		return by_row(SWEEP_SHOWN, s, PG_TAR_UNCOVERED_STORED);
	return (struct sweep_allowance){ SWEEP_COVERED, NULL };
}

static struct sweep_allowance published(const struct sweep *s, size_t offset, unsigned bit)
{
	const struct tar_layout *l = s->cookie;

	(void)bit;
	for (size_t k = 0; k < l->count; k++) {
		size_t at = offset - l->member[k].start;

		if (offset >= l->member[k].end)
			continue;
		if (at >= 148 && at < 156)
			return by_row(SWEEP_NO_EFFECT, s, PG_TAR_UNCOVERED_BLANKS);
		if (at >= 512 && at - 512 < l->member[k].size && l->member[k].type == 'x')
			return by_row(SWEEP_FREE, s, PG_TAR_UNCOVERED_EXTENDED);
		if (at >= 512 && at - 512 < l->member[k].size)
			return in_content(s, l->member[k].name, at - 512);
		break;
	}
	return (struct sweep_allowance){ SWEEP_COVERED, NULL };
}

static void no_changed_bit_passes_but_where_published(void **state)
{
	static const struct {
		const char *name;
		size_t step;
	} sweeps[] = {
		{ "pg-tar/small.tar", 13 },
		{ "pg-tar/small-gzip.tar", 7 },
		{ "pg-tar/directory-gzip.tar", 101 },
	};
	static struct tar_layout l;
	size_t passes[PG_TAR_UNCOVERED_COUNT] = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
		struct buf bytes = tar_file(sweeps[i].name);
		struct sweep s = sweep_of(sweeps[i].name, &bytes);

		tar_layout(&l, s.bytes);
		s.cookie = &l;
		s.allow = published;
		s.step = sweeps[i].step;
		s.passes = passes;
		sweep_flips(&s);
		buf_release(&bytes);
	}
	passes[PG_TAR_UNCOVERED_PADDING]++; /* no bit, but a length: the sweeps above */
	passes[PG_TAR_UNCOVERED_EMPTIED]++; /* likewise: test_pg_tar.c has one that is sound */
	sweep_assert_rows_met(pg_tar_reader.coverage, passes);
}

static void any_allocation_may_fail(void **state)
{
	static const char *const names[] = { "pg-tar/small-gzip.tar", "pg-tar/tar.tar" };

	(void)state;
	SKIP_UNLESS_ALLOCATIONS_CAN_FAIL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct buf bytes = tar_file(names[i]);
		struct sweep s = sweep_of(names[i], &bytes);

		sweep_allocations(&s, 997);
		buf_release(&bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_shorter_tar_passes),
		cmocka_unit_test(nothing_may_follow_but_zeros),
		cmocka_unit_test(the_size_of_blocks_does_not_matter),
		cmocka_unit_test(no_member_may_be_missing_or_repeated),
		cmocka_unit_test(no_changed_bit_passes_but_where_published),
		cmocka_unit_test(any_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
