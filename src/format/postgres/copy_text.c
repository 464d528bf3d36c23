/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/copy_text.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static const char *const meanings[] = {
#define X(name, meaning) [COPY_FAULT_##name] = meaning,
	COPY_FAULT_TABLE(X)
#undef X
};

const char *copy_fault_meaning(enum copy_fault fault)
{
	return meanings[fault];
}

/* A line, or as much of it as the text holds. */
struct line {
	size_t len; /* without the newline */
	size_t tabs;
	bool ended; /* the newline is there */
};

/* What the scan of a text goes along with: rare bytes before `next` have been looked at. */
struct scan {
	struct span text;
	struct row_text *row;
	size_t next;
};

static void scan_bytes(struct scan *s, size_t at, struct line *line)
{
	for (; at < s->text.len; at++) {
		uint8_t byte = s->text.ptr[at];

		if (byte == '\n') {
			line->ended = true;
			break;
		}
		line->tabs += byte == '\t';
		if (at >= s->next && row_text_is_rare(byte))
			s->next = row_text_rare(s->row, s->text, at);
	}
	line->len = at;
}

#ifdef __SSE2__
enum { HALF = 16, LANES = 2 * HALF, ROUNDS = 127 };

/* The first n lanes of a mask are ones: loaded from &lane_masks[LANES - n]. */
static const uint8_t lane_masks[2 * LANES] = {
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
};

static __m128i load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static size_t sum_lanes(__m128i lanes)
{
	__m128i halves = _mm_sad_epu8(lanes, _mm_setzero_si128());

	return (size_t)_mm_cvtsi128_si32(halves) +
	       (size_t)_mm_cvtsi128_si32(_mm_unpackhi_epi64(halves, halves));
}

/* Compared with a sign, bytes past ASCII are below the space as control characters are. */
static unsigned find_rare(__m128i v, __m128i is_tab)
{
	__m128i low = _mm_cmplt_epi8(v, _mm_set1_epi8(' '));
	__m128i is_backslash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));

	return (unsigned)_mm_movemask_epi8(
		_mm_or_si128(_mm_andnot_si128(is_tab, low), is_backslash));
}

/*
 * Rare bytes as the bits of `found`, the first of which is text[at]: the lane of the
 * newline among them, or LANES.
 */
static size_t look_at(struct scan *s, size_t at, unsigned found)
{
	while (found) {
		size_t lane = (size_t)__builtin_ctz(found);

		if (s->text.ptr[at + lane] == '\n')
			return lane;
		if (at + lane >= s->next)
			s->next = row_text_rare(s->row, s->text, at + lane);
		if (s->next - at >= LANES)
			return LANES;
		found &= ~0U << (s->next - at);
	}
	return LANES;
}

/*
 * One pass that counts tabs and stops at rare bytes, of which the newline is one, 32 at
 * a time. Each lane of `tabs` counts down by at most 2 in a round before it is summed.
 */
static struct line scan_line(struct scan *s)
{
	const uint8_t *p = s->text.ptr;
	const __m128i tab = _mm_set1_epi8('\t');
	size_t at = 0, len = s->text.len;
	struct line line = { 0 };

	while (len - at >= LANES) {
		size_t rounds = (len - at) / LANES;
		size_t stop = at + LANES * (rounds < ROUNDS ? rounds : ROUNDS);
		__m128i tabs = _mm_setzero_si128();

		for (; at < stop; at += LANES) {
			__m128i v = load(p + at), is_tab = _mm_cmpeq_epi8(v, tab);
			__m128i w = load(p + at + HALF), is_tab_too = _mm_cmpeq_epi8(w, tab);
			unsigned found = find_rare(v, is_tab) | find_rare(w, is_tab_too) << HALF;
			size_t n = found ? look_at(s, at, found) : LANES;

			if (n < LANES) {
				const uint8_t *mine = &lane_masks[LANES - n];

				is_tab = _mm_and_si128(is_tab, load(mine));
				is_tab_too = _mm_and_si128(is_tab_too, load(mine + HALF));
				tabs = _mm_sub_epi8(_mm_sub_epi8(tabs, is_tab), is_tab_too);
				line.tabs += sum_lanes(tabs);
				line.len = at + n;
				line.ended = true;
				return line;
			}
			tabs = _mm_sub_epi8(_mm_sub_epi8(tabs, is_tab), is_tab_too);
		}
		line.tabs += sum_lanes(tabs);
	}
	scan_bytes(s, at, &line);
	return line;
}
#else
static struct line scan_line(struct scan *s)
{
	struct line line = { 0 };

	scan_bytes(s, 0, &line);
	return line;
}
#endif

void copy_text_begin(struct copy_text *c, uint64_t columns, struct row_hash *hash)
{
	*c = (struct copy_text){ .columns = columns, .hash = hash };
}

static void add_fault(struct copy_text *c, enum copy_fault fault)
{
	if (c->faults++)
		return;
	c->fault = fault;
	c->fault_row = c->sum.count;
}

/* In a row that is not UTF-8 a backslash may be half of a character, unless it comes first. */
static enum copy_fault fault_within(const struct row_text *t)
{
	bool utf8 = utf8_run_is_whole(&t->utf8);

	if (t->seen & ROW_NUL)
		return COPY_FAULT_NUL;
	if (t->seen & (utf8 ? ROW_MARKER : ROW_MARKER_IN_FRONT))
		return COPY_FAULT_MARKER;
	if (t->seen & ROW_CARRIAGE_RETURN)
		return COPY_FAULT_CARRIAGE_RETURN;
	if (t->escaping && utf8)
		return COPY_FAULT_JOINED;
	return utf8 ? COPY_FAULT_NONE : COPY_FAULT_ENCODING;
}

static void add_row_fault(struct copy_text *c, enum copy_fault fault)
{
	if (fault != COPY_FAULT_ENCODING)
		add_fault(c, fault);
	else if (!c->not_utf8.count++)
		c->not_utf8.row = c->sum.count;
}

/* A row has just been added to the sum. */
static void check_row(struct copy_text *c, uint64_t len, uint64_t tabs)
{
	enum copy_fault fault = COPY_FAULT_NONE;

	if (!row_text_is_sound(&c->row))
		fault = fault_within(&c->row);
	if ((fault == COPY_FAULT_NONE || fault == COPY_FAULT_ENCODING) &&
	    (c->columns ? tabs + 1 != c->columns : len != 0))
		fault = COPY_FAULT_COLUMNS;
	if (fault != COPY_FAULT_NONE)
		add_row_fault(c, fault);
}

static bool is_end_marker(const uint8_t *p, uint64_t len)
{
	return len == 2 && p[0] == '\\' && p[1] == '.';
}

/* The rest of a line that an earlier push began, or its beginning. */
static void push_partial(struct copy_text *c, struct span piece, const struct line *line)
{
	if (!c->in_line) {
		row_hash_begin_row(c->hash);
		c->partial_tabs = 0;
		c->in_line = true;
	}
	for (size_t i = 0; i < piece.len && c->row.len + i < sizeof(c->partial_head); i++)
		c->partial_head[c->row.len + i] = piece.ptr[i];
	row_hash_update(c->hash, piece);
	c->row.len += piece.len;
	c->partial_tabs += line->tabs;
	if (!line->ended)
		return;
	c->in_line = false;
	if (is_end_marker(c->partial_head, c->row.len)) {
		c->ended = true;
		return;
	}
	row_hash_end(c->hash, &c->sum);
	check_row(c, c->row.len, c->partial_tabs);
}

/* After "\." pg_dump writes two empty lines. Whatever else follows is one fault. */
static void push_after_end(struct copy_text *c, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len && !c->overrun; i++) {
		if (p[i] == '\n')
			continue;
		add_fault(c, COPY_FAULT_AFTER_END);
		c->overrun = true;
	}
}

size_t copy_text_rows(struct copy_text *c, struct span text)
{
	const uint8_t *p = text.ptr;
	size_t left = text.len;

	while (left && !c->ended) {
		struct scan scan = { .text = { p, left }, .row = &c->row };
		struct line line;

		if (c->in_line)
			scan.next = row_text_go_on(&c->row, scan.text);
		else
			c->row = (struct row_text){ 0 };
		line = scan_line(&scan);
		if (c->in_line || !line.ended) {
			push_partial(c, (struct span){ p, line.len }, &line);
		} else if (is_end_marker(p, line.len)) {
			c->ended = true;
		} else {
			row_sum_add(&c->sum, (struct span){ p, line.len });
			check_row(c, line.len, line.tabs);
		}
		p += line.len + line.ended;
		left -= line.len + line.ended;
	}
	return text.len - left;
}

void copy_text_push(struct copy_text *c, struct span text)
{
	size_t used = copy_text_rows(c, text);

	push_after_end(c, text.ptr + used, text.len - used);
}

void copy_text_end(struct copy_text *c)
{
	if (c->in_line)
		add_fault(c, COPY_FAULT_UNFINISHED);
	else if (!c->ended)
		add_fault(c, COPY_FAULT_NO_END);
}

void copy_text_in_utf8(struct copy_text *c)
{
	if (!c->not_utf8.count)
		return;
	if (!c->faults || c->not_utf8.row < c->fault_row) {
		c->fault = COPY_FAULT_ENCODING;
		c->fault_row = c->not_utf8.row;
	}
	c->faults += c->not_utf8.count;
	c->not_utf8.count = 0;
}

void copy_columns_push(struct copy_columns *c, struct span piece)
{
	for (size_t i = 0; i < piece.len; i++) {
		uint8_t byte = piece.ptr[i];

		if (byte == '"')
			c->quoted = !c->quoted;
		else if (c->quoted)
			continue;
		else if (byte == '(' && !c->in_list && !c->count) {
			c->in_list = true;
			c->count = 1;
		} else if (byte == ',' && c->in_list)
			c->count++;
		else if (byte == ')')
			c->in_list = false;
	}
}
