/* SPDX-License-Identifier: Apache-2.0 */
#include "format/tar.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/quote.h"

/* A field of the header: where it lies and how long it is. */
struct field {
	size_t at, len;
};
static const struct field NAME = { 0, 100 }, SIZE = { 124, 12 }, CHECKSUM = { 148, 8 },
			  TYPE = { 156, 1 }, MAGIC = { 257, 5 }, VERSION = { 263, 2 },
			  PREFIX = { 345, 155 };
#define SIZE_LIMIT (UINT64_C(1) << 62)

/* The index of the first byte that is not zero; their number when all are. */
static size_t first_set(struct span bytes)
{
	size_t at = 0;

	while (at < bytes.len && !bytes.ptr[at])
		at++;
	return at;
}

/* Octal digits after blanks, ended by a blank, a NUL or the field's end. */
static bool octal(const uint8_t *block, struct field f, uint64_t *out)
{
	const uint8_t *p = block + f.at, *end = p + f.len;
	uint64_t value = 0;

	while (p < end && *p == ' ')
		p++;
	if (p == end || *p < '0' || *p > '7')
		return false;
	for (; p < end && *p >= '0' && *p <= '7'; p++)
		value = value << 3 | (uint64_t)(*p - '0'); /* 12 digits at most */
	for (; p < end; p++) {
		if (*p != ' ' && *p != '\0')
			return false;
	}
	*out = value;
	return true;
}

/* GNU's numbers in base 256: a first byte of 0x80, the others most significant first. */
static bool number(const uint8_t *block, struct field f, uint64_t *out)
{
	const uint8_t *p = block + f.at;

	if (p[0] != 0x80)
		return octal(block, f, out);
	*out = 0;
	for (size_t i = 1; i < f.len; i++) {
		if (*out >> 54)
			return false;
		*out = *out << 8 | p[i];
	}
	return true;
}

static uint64_t sum_of(const uint8_t *block)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += i - CHECKSUM.at < CHECKSUM.len ? ' ' : block[i];
	return sum;
}

static bool checksum_fits(const uint8_t *block)
{
	uint64_t stored;

	return octal(block, CHECKSUM, &stored) && stored == sum_of(block);
}

static bool has_magic(const uint8_t *block)
{
	return memcmp(block + MAGIC.at, "ustar", MAGIC.len) == 0;
}

bool tar_matches(struct span head)
{
	if (head.len >= TAR_BLOCK && head.ptr[0] && checksum_fits(head.ptr))
		return true;
	return head.len >= MAGIC.at + MAGIC.len && head.ptr[0] && has_magic(head.ptr);
}

void tar_header(const char *name, char type, uint64_t size, uint8_t out[TAR_BLOCK])
{
	char *text = (char *)out;
	size_t len = strlen(name);

	memset(out, 0, TAR_BLOCK);
	memcpy(out, name, len < NAME.len ? len : NAME.len - 1);
	(void)snprintf(text + 100, 8, "%07o", 0600U);
	(void)snprintf(text + 108, 8, "%07o", 0U);
	(void)snprintf(text + 116, 8, "%07o", 0U);
	if (size >> 33) {
		out[SIZE.at] = 0x80;
		for (size_t i = 0; i < 8; i++)
			out[SIZE.at + SIZE.len - 1 - i] = (uint8_t)(size >> 8 * i);
	} else {
		(void)snprintf(text + SIZE.at, SIZE.len, "%011" PRIo64, size);
	}
	(void)snprintf(text + 136, 12, "%011o", 0U);
	out[TYPE.at] = (uint8_t)type;
	memcpy(out + MAGIC.at, "ustar", MAGIC.len);
	memcpy(out + VERSION.at, "00", VERSION.len);
	(void)snprintf(text + CHECKSUM.at, CHECKSUM.len - 1, "%06" PRIo64, sum_of(out));
	out[CHECKSUM.at + CHECKSUM.len - 1] = ' ';
}

static size_t text_len(const uint8_t *p, size_t max)
{
	const uint8_t *end = memchr(p, 0, max);

	return end ? (size_t)(end - p) : max;
}

/* `prefix`/`name` of the header into the member. */
static void take_name(struct tar *t, const uint8_t *b)
{
	size_t prefix = 0, name = text_len(b + NAME.at, NAME.len);
	char *to = t->member.name;

	/* GNU's own headers ("ustar  ") keep other things there */
	if (has_magic(b) && b[VERSION.at - 1] == '\0')
		prefix = text_len(b + PREFIX.at, PREFIX.len);
	if (prefix) {
		memcpy(to, b + PREFIX.at, prefix);
		to[prefix++] = '/';
	}
	memcpy(to + prefix, b + NAME.at, name);
	to[prefix + name] = '\0';
	t->member.name_cut = false;
}

/* What extended headers said is of the member that has come, or is lost. */
static void forget(struct tar *t)
{
	t->begun = t->path_set = t->size_set = t->sparse = false;
}

static void lose(struct tar *t, enum finding_code code, uint64_t offset, const char *why)
{
	findings_add(t->findings, code, offset, "the member header here %s", why);
	t->lost = true;
	forget(t);
}

static void begin_extended(struct tar *t, char type, uint64_t size)
{
	if (size > TAR_EXTENDED_MAX)
		findings_add(t->findings, FINDING_BAD_LENGTH, t->member.offset,
			     "an extended header of %" PRIu64 " bytes", size);
	t->extended_type = type;
	t->extended_len = 0;
	t->left = size;
	t->part = TAR_IN_EXTENDED;
}

static bool has_content(char type)
{
	return !strchr("23456", type);
}

/* A header whose checksum fits. */
static enum tar_event take_header(struct tar *t, uint64_t offset)
{
	const uint8_t *b = t->block;
	char type = b[TYPE.at] ? (char)b[TYPE.at] : '0';
	uint64_t size;

	if (!number(b, SIZE, &size) || size >= SIZE_LIMIT) {
		lose(t, FINDING_BAD_LENGTH, offset, "has no valid size");
		return TAR_MORE;
	}
	if (!t->begun)
		t->member.offset = offset;
	t->begun = true;
	t->lost = false;
	if (strchr("xgLK", type)) {
		begin_extended(t, type, size);
		return TAR_MORE;
	}
	if (type == 'S' || type == 'M') {
		lose(t, FINDING_UNSUPPORTED, offset,
		     type == 'S' ? "is of a sparse file: make the tar without --sparse" :
				   "continues a file of another volume");
		return TAR_MORE;
	}
	if (t->size_set)
		size = t->size;
	if (t->path_set)
		memcpy(t->member.name, t->path, sizeof(t->path));
	else
		take_name(t, b);
	t->member.type = t->sparse ? 'S' : type;
	t->member.size = has_content(type) ? size : 0;
	t->member.data = offset + TAR_BLOCK;
	if (t->sparse)
		findings_add(t->findings, FINDING_UNSUPPORTED, t->member.offset,
			     "a sparse file: make the tar without --sparse");
	forget(t);
	t->left = t->member.size;
	t->part = TAR_IN_CONTENT;
	return TAR_MEMBER;
}

static void report_checksum(struct tar *t, uint64_t offset)
{
	char text[24];

	(void)quote_bytes((struct span){ t->block + CHECKSUM.at, CHECKSUM.len }, text,
			  sizeof(text));
	findings_add(t->findings, FINDING_CHECKSUM_MISMATCH, offset,
		     "a member header's checksum: stored \"%s\", computed %06" PRIo64, text,
		     sum_of(t->block));
	t->lost = true;
	forget(t);
}

/* A whole block where a header or the archive's end should be; it begins at `offset`. */
static enum tar_event take_block(struct tar *t, uint64_t offset)
{
	unsigned zeros = t->zeros;

	t->zeros = 0;
	if (first_set((struct span){ t->block, TAR_BLOCK }) == TAR_BLOCK) {
		t->zeros = zeros < 2 ? zeros + 1 : 2;
		if (t->zeros == 2 && !t->lost)
			t->part = TAR_AFTER_END;
		return TAR_MORE;
	}
	if (checksum_fits(t->block)) {
		if (zeros && !t->lost)
			findings_add(t->findings, FINDING_BAD_STRUCTURE, offset - TAR_BLOCK,
				     "a block of zeros before another member");
		return take_header(t, offset);
	}
	if (t->lost)
		return TAR_MORE;
	if (has_magic(t->block))
		report_checksum(t, offset);
	else
		lose(t, FINDING_BAD_STRUCTURE, offset, "is none");
	return TAR_MORE;
}

static void take_path(struct tar *t, const uint8_t *p, size_t len)
{
	t->member.name_cut = len >= sizeof(t->path);
	if (t->member.name_cut)
		len = sizeof(t->path) - 1;
	memcpy(t->path, p, len);
	t->path[len] = '\0';
	t->path_set = true;
}

static bool take_decimal(struct tar *t, const uint8_t *p, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9' || value >= SIZE_LIMIT / 10)
			return false;
		value = value * 10 + (uint64_t)(p[i] - '0');
	}
	t->size = value;
	t->size_set = true;
	return len > 0;
}

/* "path=dir/toc.dat"; false: it is not valid. */
static bool take_record(struct tar *t, const uint8_t *p, size_t len)
{
	static const char sparse[] = "GNU.sparse.";
	const uint8_t *value = memchr(p, '=', len);
	size_t key = value ? (size_t)(value - p) : 0, rest;

	if (!key)
		return false;
	rest = len - key - 1;
	value++;
	if (key == 4 && memcmp(p, "path", 4) == 0) {
		if (!rest || memchr(value, 0, rest))
			return false;
		take_path(t, value, rest);
	} else if (key == 4 && memcmp(p, "size", 4) == 0) {
		return take_decimal(t, value, rest);
	} else if (key >= sizeof(sparse) - 1 && memcmp(p, sparse, sizeof(sparse) - 1) == 0) {
		t->sparse = true;
	}
	return true;
}

/* Records of a pax header: "<length of all of it> <key>=<value>\n". */
static bool take_pax(struct tar *t)
{
	const uint8_t *p = t->extended, *end = p + t->extended_len;

	while (p < end) {
		const uint8_t *start = p;
		size_t len = 0;

		while (p < end && *p >= '0' && *p <= '9' && len <= TAR_EXTENDED_MAX)
			len = len * 10 + (size_t)(*p++ - '0');
		if (p == end || p == start || *p++ != ' ' || len > (size_t)(end - start) ||
		    len < (size_t)(p - start) + 1 || start[len - 1] != '\n')
			return false;
		if (!take_record(t, p, len - (size_t)(p - start) - 1))
			return false;
		p = start + len;
	}
	return true;
}

static void end_extended(struct tar *t)
{
	size_t len = text_len(t->extended, t->extended_len);

	if (t->extended_type == 'L' && len)
		take_path(t, t->extended, len);
	else if (t->extended_type == 'x' && !take_pax(t))
		findings_add(t->findings, FINDING_BAD_STRUCTURE, t->member.offset,
			     "the extended header of a member is not valid");
}

/* Bytes of a part with a known length; its padding follows. */
static struct span take_part(struct tar *t, struct span *in)
{
	size_t n = in->len < t->left ? in->len : (size_t)t->left;
	struct span piece = { in->ptr, n };

	in->ptr += n;
	in->len -= n;
	t->left -= n;
	return piece;
}

static uint64_t padding_of(uint64_t size)
{
	return (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
}

static void read_extended(struct tar *t, struct span *in)
{
	uint64_t total = t->left + t->extended_len;
	struct span piece = take_part(t, in);
	size_t room = t->extended_len < TAR_EXTENDED_MAX ? TAR_EXTENDED_MAX - t->extended_len : 0;

	if (piece.len)
		memcpy(t->extended + t->extended_len, piece.ptr,
		       piece.len < room ? piece.len : room);
	t->extended_len += piece.len; /* past TAR_EXTENDED_MAX only counted */
	if (t->left)
		return;
	if (t->extended_len <= TAR_EXTENDED_MAX)
		end_extended(t);
	t->left = padding_of(total);
	t->part = TAR_IN_PADDING;
}

static void read_padding(struct tar *t, struct span *in, uint64_t offset)
{
	struct span piece = take_part(t, in);

	size_t at = first_set(piece);

	if (at < piece.len && !t->stray) {
		findings_add(t->findings, FINDING_BAD_STRUCTURE, offset + at,
			     "the padding after a member is not zero");
		t->stray = true;
	}
}

static void read_after_end(struct tar *t, struct span *in, uint64_t offset)
{
	size_t at = first_set(*in);

	if (at < in->len && !t->stray) {
		findings_add(t->findings, FINDING_TRAILING_DATA, offset + at,
			     "bytes follow the end of the archive");
		t->stray = true;
	}
	in->len = 0;
}

/* Gathers a block; false: `in` is used up before. */
static bool gather(struct tar *t, struct span *in)
{
	size_t n = TAR_BLOCK - t->have;

	n = n < in->len ? n : in->len;
	if (n)
		memcpy(t->block + t->have, in->ptr, n);
	in->ptr += n;
	in->len -= n;
	t->have += n;
	if (t->have < TAR_BLOCK)
		return false;
	t->have = 0;
	return true;
}

enum tar_event tar_read(struct tar *t, struct span *in, uint64_t offset, struct span *data)
{
	const uint8_t *start = in->ptr;

	for (;;) {
		uint64_t at = offset + (uint64_t)(in->ptr - start);

		switch (t->part) {
		case TAR_IN_HEADER:
			if (!gather(t, in))
				return TAR_MORE;
			at = offset + (uint64_t)(in->ptr - start) - TAR_BLOCK;
			if (take_block(t, at) == TAR_MEMBER)
				return TAR_MEMBER;
			break;
		case TAR_IN_EXTENDED:
			if (t->left && !in->len)
				return TAR_MORE;
			read_extended(t, in);
			break;
		case TAR_IN_CONTENT:
			if (t->left && !in->len)
				return TAR_MORE;
			if (t->left) {
				*data = take_part(t, in);
				return TAR_DATA;
			}
			t->left = padding_of(t->member.size);
			t->extended_type = 0;
			t->part = TAR_IN_PADDING;
			break;
		case TAR_IN_PADDING:
			if (t->left && !in->len)
				return TAR_MORE;
			if (t->left)
				read_padding(t, in, at);
			if (t->left)
				return TAR_MORE;
			t->stray = false;
			t->part = TAR_IN_HEADER;
			if (!t->extended_type)
				return TAR_MEMBER_END;
			break;
		case TAR_AFTER_END:
			if (in->len)
				read_after_end(t, in, at);
			return TAR_MORE;
		}
	}
}

bool tar_end(struct tar *t, uint64_t offset)
{
	char name[64];

	switch (t->part) {
	case TAR_AFTER_END:
		return true;
	case TAR_IN_CONTENT:
	case TAR_IN_PADDING:
		(void)quote_text(t->member.name, name, sizeof(name));
		findings_add(t->findings, FINDING_TRUNCATED, offset,
			     "the archive ends within its member %s, of which %" PRIu64
			     " bytes are missing",
			     name, t->part == TAR_IN_CONTENT ? t->left : 0);
		return false;
	default:
		break;
	}
	if (t->zeros == 2)
		return true; /* the member lost before has its finding */
	findings_add(t->findings, FINDING_TRUNCATED, offset,
		     "the archive ends without its two blocks of zeros%s",
		     t->part == TAR_IN_EXTENDED || t->have ? ", within a member's header" : "");
	return false;
}
