/* SPDX-License-Identifier: Apache-2.0 */
#include "format/copy_text.h"

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
	bool nul;
};

static void scan_bytes(const uint8_t *p, size_t len, struct line *line)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] == '\n') {
			line->ended = true;
			return;
		}
		line->tabs += p[i] == '\t';
		line->nul |= p[i] == '\0';
		line->len++;
	}
}

#ifdef __SSE2__
enum { LANES = 16 };

/* The first n lanes of a mask are ones: loaded from &lane_masks[LANES - n]. */
static const uint8_t lane_masks[2 * LANES] = { 255, 255, 255, 255, 255, 255, 255, 255,
					       255, 255, 255, 255, 255, 255, 255, 255 };

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

/*
 * One pass that finds the newline, counts tabs and notices zero bytes, 16 at a
 * time. Each lane of `tabs` counts down to at most -255 before it is summed.
 */
static struct line scan_line(const uint8_t *p, size_t len)
{
	const __m128i newline = _mm_set1_epi8('\n'), tab = _mm_set1_epi8('\t');
	const __m128i zero = _mm_setzero_si128();
	struct line line = { 0 };
	size_t at = 0;

	while (len - at >= LANES) {
		__m128i tabs = zero, nuls = zero;

		for (int round = 0; round < 255 && len - at >= LANES; round++, at += LANES) {
			__m128i v = load(p + at);
			__m128i is_tab = _mm_cmpeq_epi8(v, tab), is_nul = _mm_cmpeq_epi8(v, zero);
			int ends = _mm_movemask_epi8(_mm_cmpeq_epi8(v, newline));

			if (ends) {
				int n = __builtin_ctz((unsigned)ends);
				__m128i mine = load(&lane_masks[LANES - n]);

				tabs = _mm_sub_epi8(tabs, _mm_and_si128(is_tab, mine));
				nuls = _mm_or_si128(nuls, _mm_and_si128(is_nul, mine));
				line.tabs += sum_lanes(tabs);
				line.nul |= _mm_movemask_epi8(nuls) != 0;
				line.len = at + (size_t)n;
				line.ended = true;
				return line;
			}
			tabs = _mm_sub_epi8(tabs, is_tab);
			nuls = _mm_or_si128(nuls, is_nul);
		}
		line.tabs += sum_lanes(tabs);
		line.nul |= _mm_movemask_epi8(nuls) != 0;
	}
	line.len = at;
	scan_bytes(p + at, len - at, &line);
	return line;
}
#else
static struct line scan_line(const uint8_t *p, size_t len)
{
	struct line line = { 0 };

	scan_bytes(p, len, &line);
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

/* A row has just been added to the sum. */
static void check_row(struct copy_text *c, uint64_t len, uint64_t tabs, bool nul)
{
	if (nul)
		add_fault(c, COPY_FAULT_NUL);
	else if (c->columns ? tabs + 1 != c->columns : len != 0)
		add_fault(c, COPY_FAULT_COLUMNS);
}

static bool is_end_marker(const uint8_t *p, uint64_t len)
{
	return len == 2 && p[0] == '\\' && p[1] == '.';
}

/* The rest of a line that an earlier push began, or its beginning. */
static void push_partial(struct copy_text *c, const uint8_t *p, const struct line *line)
{
	if (!c->in_line) {
		row_hash_begin_row(c->hash);
		c->partial_len = c->partial_tabs = 0;
		c->partial_nul = false;
		c->in_line = true;
	}
	for (size_t i = 0; i < line->len && c->partial_len + i < sizeof(c->partial_head); i++)
		c->partial_head[c->partial_len + i] = p[i];
	row_hash_update(c->hash, (struct span){ p, line->len });
	c->partial_len += line->len;
	c->partial_tabs += line->tabs;
	c->partial_nul |= line->nul;
	if (!line->ended)
		return;
	c->in_line = false;
	if (is_end_marker(c->partial_head, c->partial_len)) {
		c->ended = true;
		return;
	}
	row_hash_end(c->hash, &c->sum);
	check_row(c, c->partial_len, c->partial_tabs, c->partial_nul);
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
		struct line line = scan_line(p, left);

		if (c->in_line || !line.ended) {
			push_partial(c, p, &line);
		} else if (is_end_marker(p, line.len)) {
			c->ended = true;
		} else {
			row_sum_add(&c->sum, (struct span){ p, line.len });
			check_row(c, line.len, line.tabs, line.nul);
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
