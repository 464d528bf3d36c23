/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/text.h"

void text_string(struct text *t, const char *s)
{
	text_bytes(t, s, strlen(s));
}

void text_number(struct text *t, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	text_bytes(t, digits + at, sizeof(digits) - at);
}

static void text_padded(struct text *t, uint64_t n, unsigned digits)
{
	char out[20];

	for (unsigned i = digits; i > 0; i--, n /= 10)
		out[i - 1] = (char)('0' + n % 10);
	text_bytes(t, out, digits);
}

void text_decimal(struct text *t, uint64_t n, unsigned decimals)
{
	uint64_t unit = 1;

	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	text_number(t, n / unit);
	text_char(t, '.');
	text_padded(t, n % unit, decimals);
}

void text_hex(struct text *t, uint64_t n, unsigned digits)
{
	char out[16];

	for (unsigned i = digits; i > 0; i--, n >>= 4)
		out[i - 1] = "0123456789abcdef"[n & 15];
	text_bytes(t, out, digits);
}

void text_uuid(struct text *t, uint64_t high, uint64_t low)
{
	text_hex(t, high >> 32, 8);
	text_char(t, '-');
	text_hex(t, high >> 16, 4);
	TEXT_LITERAL(t, "-4");
	text_hex(t, high, 3);
	TEXT_LITERAL(t, "-a");
	text_hex(t, low >> 48, 3);
	text_char(t, '-');
	text_hex(t, low, 12);
}

/* Days to a civil date: Howard Hinnant's civil_from_days, for dates since 1970. */
void text_date(struct text *t, int64_t us)
{
	uint64_t z = (uint64_t)(us / INT64_C(86400000000)) + 719468;
	uint64_t era = z / 146097, day_of_era = z % 146097;
	uint64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	uint64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	uint64_t shifted = (5 * day_of_year + 2) / 153;
	uint64_t month = shifted < 10 ? shifted + 3 : shifted - 9;

	text_padded(t, year_of_era + era * 400 + (month <= 2), 4);
	text_char(t, '-');
	text_padded(t, month, 2);
	text_char(t, '-');
	text_padded(t, day_of_year - (153 * shifted + 2) / 5 + 1, 2);
}

void text_time(struct text *t, int64_t us)
{
	uint64_t second = (uint64_t)(us / 1000000) % 86400;

	text_date(t, us);
	text_char(t, ' ');
	text_padded(t, second / 3600, 2);
	text_char(t, ':');
	text_padded(t, second / 60 % 60, 2);
	text_char(t, ':');
	text_padded(t, second % 60, 2);
	text_char(t, '.');
	text_padded(t, (uint64_t)(us % 1000000), 6);
	TEXT_LITERAL(t, "+00");
}
