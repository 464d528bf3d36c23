/* SPDX-License-Identifier: Apache-2.0 */
#include "model/decimal.h"

#include <string.h>

static size_t count_digits(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= '0' && text[n] <= '9')
		n++;
	return n;
}

bool decimal_parse(const char *text, size_t len, struct decimal *out)
{
	bool negative = len && text[0] == '-';
	size_t at = len && (negative || text[0] == '+') ? 1 : 0, digits;

	*out = (struct decimal){ .whole = text + at };
	out->whole_len = count_digits(text + at, len - at);
	at += out->whole_len;
	digits = out->whole_len;
	out->fraction = text + at;
	if (at < len && text[at] == '.') {
		out->fraction = text + at + 1;
		out->fraction_len = count_digits(out->fraction, len - at - 1);
		at += 1 + out->fraction_len;
		digits += out->fraction_len;
	}
	for (; out->whole_len && *out->whole == '0'; out->whole_len--)
		out->whole++;
	while (out->fraction_len && out->fraction[out->fraction_len - 1] == '0')
		out->fraction_len--;
	out->negative = negative && (out->whole_len || out->fraction_len);
	return digits && at == len;
}

static int compare_magnitude(const struct decimal *a, const struct decimal *b)
{
	size_t shorter = a->fraction_len < b->fraction_len ? a->fraction_len : b->fraction_len;
	int order;

	if (a->whole_len != b->whole_len)
		return a->whole_len < b->whole_len ? -1 : 1;
	order = memcmp(a->whole, b->whole, a->whole_len);
	if (order == 0)
		order = memcmp(a->fraction, b->fraction, shorter);
	if (order == 0 && a->fraction_len != b->fraction_len)
		order = a->fraction_len < b->fraction_len ? -1 : 1;
	return order;
}

int decimal_compare(const struct decimal *a, const struct decimal *b)
{
	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	return a->negative ? compare_magnitude(b, a) : compare_magnitude(a, b);
}
