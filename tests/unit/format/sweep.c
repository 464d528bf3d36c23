/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reading.h"
#include "sweep.h"

static const char *const change_names[SWEEP_CHANGES] = {
	[SWEEP_DROP] = "dropped",
	[SWEEP_REPEAT] = "repeated",
	[SWEEP_SWAP] = "swapped with the next",
};

static const struct coverage *coverage_of(const struct sweep *s)
{
	return s->coverage ? s->coverage : s->reader ? s->reader->coverage : NULL;
}

int sweep_read(const struct sweep *s, struct span bytes, size_t block, struct reading *out,
	       struct error *err)
{
	block = block ? block : bytes.len ? bytes.len : 1;
	*out = (struct reading){ .list = true };
	return s->read ? s->read(s, bytes, block, out, err) :
			 read_bytes(s->reader, bytes, block, out, err);
}

/* Of bytes in a block of their exact size. */
static struct reading read_exactly(const struct sweep *s, struct span bytes, size_t block)
{
	uint8_t *exact = malloc(bytes.len ? bytes.len : 1);
	struct error err = ERROR_INIT;
	struct reading r;

	assert_non_null(exact);
	if (bytes.len)
		memcpy(exact, bytes.ptr, bytes.len);
	if (sweep_read(s, (struct span){ exact, bytes.len }, block, &r, &err) < 0)
		fail_msg("%s, %zu bytes: %s", s->name, bytes.len, err.message);
	free(exact);
	return r;
}

static enum verdict verdict_after(const struct sweep *s, struct span bytes)
{
	struct reading r = read_exactly(s, bytes, 0);
	enum verdict v = findings_verdict(&r.findings);

	reading_release(&r);
	return v;
}

static enum verdict sound_verdict(const struct sweep *s)
{
	enum verdict v = verdict_after(s, s->bytes);

	if (v > VERDICT_WARN)
		fail_msg("%s is not sound", s->name);
	return v;
}

/* How far from byte `at` to the next that is looked at. */
static size_t stride(const struct sweep *s, size_t at)
{
	return s->step <= 1 || at < SWEEP_EDGE || at + SWEEP_EDGE >= s->bytes.len ? 1 : s->step;
}

static void append(struct buf *b, const void *bytes, size_t len)
{
	assert_int_equal(len ? buf_append(b, bytes, len) : 0, 0);
}

void sweep_cuts(const struct sweep *s)
{
	size_t sound_from = s->sound_from ? s->sound_from : s->bytes.len;
	enum verdict sound = sound_verdict(s);

	for (size_t len = 0; len < s->bytes.len; len += stride(s, len)) {
		enum verdict v = verdict_after(s, (struct span){ s->bytes.ptr, len });

		if (len < sound_from ? v != VERDICT_FAIL : v > sound)
			fail_msg("%s, cut to %zu bytes: %s", s->name, len, verdict_name(v));
	}
}

static void try_tail(const struct sweep *s, struct span tail)
{
	CLEANUP(buf_release)
	struct buf longer = { 0 };

	append(&longer, s->bytes.ptr, s->bytes.len);
	append(&longer, tail.ptr, tail.len);
	if (verdict_after(s, buf_span(&longer)) < VERDICT_ERROR &&
	    !(s->may_follow && s->may_follow(tail)))
		fail_msg("%s passes with %zu bytes more, the first 0x%02x", s->name, tail.len,
			 tail.ptr[0]);
}

void sweep_longer(const struct sweep *s)
{
	static const uint8_t zeros[512];

	(void)sound_verdict(s);
	for (unsigned byte = 0; byte < 256; byte++)
		try_tail(s, (struct span){ &(uint8_t){ (uint8_t)byte }, 1 });
	try_tail(s, text_span("0123456789"));
	try_tail(s, (struct span){ zeros, sizeof(zeros) });
	try_tail(s, s->bytes);
}

/* A flip passed: is that published, and is it as harmless as is said? */
static void judge_flip(const struct sweep *s, size_t bit, const struct reading *sound,
		       const struct reading *r)
{
	struct sweep_allowance a = { SWEEP_COVERED, NULL };
	const struct coverage *c = coverage_of(s);

	if (s->allow)
		a = s->allow(s, bit / 8, (unsigned)(bit % 8));
	if (a.rule == SWEEP_COVERED)
		fail_msg("%s passes with bit %zu of byte %zu flipped", s->name, bit % 8, bit / 8);
	if (a.rule == SWEEP_SHOWN && same_reading(sound, r))
		fail_msg("%s has the same facts with bit %zu of byte %zu flipped", s->name, bit % 8,
			 bit / 8);
	if (a.rule == SWEEP_NO_EFFECT && !same_reading(sound, r))
		fail_msg("%s has other facts with bit %zu of byte %zu flipped", s->name, bit % 8,
			 bit / 8);
	if (!c)
		return;
	if (!a.row || a.row < c->row || a.row >= c->row + c->count)
		fail_msg("%s: byte %zu is let pass by no published row", s->name, bit / 8);
	if (s->passes)
		s->passes[a.row - c->row]++;
}

void sweep_flips(const struct sweep *s)
{
	struct reading sound = read_exactly(s, s->bytes, 0);
	enum verdict sound_is = sound_verdict(s);
	CLEANUP(buf_release)
	struct buf changed = { 0 };

	for (size_t bit = s->flip_from * 8; bit < s->bytes.len * 8; bit += stride(s, bit / 8)) {
		struct reading r;

		buf_clear(&changed);
		append(&changed, s->bytes.ptr, s->bytes.len);
		changed.ptr[bit / 8] = (char)(changed.ptr[bit / 8] ^ 1 << bit % 8);
		if (s->mend)
			s->mend(&changed);
		r = read_exactly(s, buf_span(&changed), 0);
		if (findings_verdict(&r.findings) <= sound_is)
			judge_flip(s, bit, &sound, &r);
		reading_release(&r);
	}
	reading_release(&sound);
}

void sweep_assert_rows_met(const struct coverage *coverage, const size_t *passes)
{
	for (size_t k = 0; k < coverage->count; k++) {
		if (!passes[k])
			fail_msg("%s: no flip passed by \"%s\"", coverage->id,
				 coverage->row[k].where);
	}
}

static void append_piece(struct buf *b, const struct sweep *s, const struct sweep_pieces *p,
			 size_t k)
{
	append(b, s->bytes.ptr + p->border[k], p->border[k + 1] - p->border[k]);
}

static void change_piece(const struct sweep *s, const struct sweep_pieces *p,
			 enum sweep_change change, size_t k)
{
	CLEANUP(buf_release)
	struct buf changed = { 0 };
	size_t after = k + (change == SWEEP_SWAP ? 2 : 1);

	append(&changed, s->bytes.ptr, p->border[k]);
	if (change == SWEEP_SWAP)
		append_piece(&changed, s, p, k + 1);
	if (change == SWEEP_REPEAT)
		append_piece(&changed, s, p, k);
	if (change != SWEEP_DROP)
		append_piece(&changed, s, p, k);
	append(&changed, s->bytes.ptr + p->border[after], s->bytes.len - p->border[after]);
	if (changed.len == s->bytes.len && memcmp(changed.ptr, s->bytes.ptr, changed.len) == 0)
		return;
	if (s->mend)
		s->mend(&changed);
	if (verdict_after(s, buf_span(&changed)) < VERDICT_ERROR &&
	    !(p->may_pass && p->may_pass(s, change, k)))
		fail_msg("%s passes with piece %zu (bytes %zu to %zu) %s", s->name, k, p->border[k],
			 p->border[k + 1], change_names[change]);
}

void sweep_pieces(const struct sweep *s, const struct sweep_pieces *p)
{
	(void)sound_verdict(s);
	assert_true(p->borders >= 2 && p->border[p->borders - 1] <= s->bytes.len);
	for (size_t k = 0; k + 1 < p->borders; k++) {
		change_piece(s, p, SWEEP_DROP, k);
		change_piece(s, p, SWEEP_REPEAT, k);
		if (k + 2 < p->borders)
			change_piece(s, p, SWEEP_SWAP, k);
	}
}

void sweep_blocks(const struct sweep *s)
{
	static const size_t blocks[] = { 1, 2, 3, 13, 251, 509, 4093, 65521 };
	struct reading whole = read_exactly(s, s->bytes, 0);

	for (size_t k = 0; k < sizeof(blocks) / sizeof(*blocks) && blocks[k] < s->bytes.len; k++) {
		struct reading r = read_exactly(s, s->bytes, blocks[k]);

		if (!same_reading(&whole, &r))
			fail_msg("%s reads differently in blocks of %zu", s->name, blocks[k]);
		reading_release(&r);
	}
	reading_release(&whole);
}
