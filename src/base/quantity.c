/* SPDX-License-Identifier: Apache-2.0 */
#include "base/quantity.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { DECIMALS_MAX = 9 };

/* A decimal number as whole * 10^-decimals. */
struct number {
	uint64_t value;
	unsigned decimals;
};

struct unit {
	const char *name;
	uint64_t factor;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The number at `*at`, which is moved past it; -1 when there is none or it is too long. */
static int parse_number(const char **at, struct number *out)
{
	bool in_decimals = false;
	size_t digits = 0;
	const char *p = *at;

	*out = (struct number){ 0 };
	for (; is_digit(*p) || (*p == '.' && !in_decimals && digits); p++) {
		if (*p == '.') {
			in_decimals = true;
			continue;
		}
		digits++;
		if (__builtin_mul_overflow(out->value, 10U, &out->value) ||
		    __builtin_add_overflow(out->value, (uint64_t)(*p - '0'), &out->value))
			return -1;
		if (in_decimals && ++out->decimals > DECIMALS_MAX)
			return -1;
	}
	if (!digits || (in_decimals && !out->decimals))
		return -1;
	*at = p;
	return 0;
}

/* Neither product below overflows: the fraction is less than the divisor, which is at most 10^9. */
static int scale(struct number n, uint64_t factor, uint64_t *out)
{
	uint64_t divisor = 1, fraction;

	for (unsigned i = 0; i < n.decimals; i++)
		divisor *= 10;
	fraction = n.value % divisor;
	fraction = fraction * (factor / divisor) + fraction * (factor % divisor) / divisor;
	if (__builtin_mul_overflow(n.value / divisor, factor, out))
		return -1;
	return __builtin_add_overflow(*out, fraction, out) ? -1 : 0;
}

static const struct unit *find_unit(const struct unit *units, size_t count, const char *name,
				    size_t len)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(units[i].name) == len && strncmp(units[i].name, name, len) == 0)
			return &units[i];
	}
	return NULL;
}

static size_t letters(const char *text)
{
	size_t n = 0;

	while ((text[n] >= 'a' && text[n] <= 'z') || (text[n] >= 'A' && text[n] <= 'Z'))
		n++;
	return n;
}

int quantity_parse_duration(const char *text, int64_t *ns)
{
	static const struct unit units[] = {
		{ "y", UINT64_C(31536000000000000) }, { "w", UINT64_C(604800000000000) },
		{ "d", UINT64_C(86400000000000) },    { "h", UINT64_C(3600000000000) },
		{ "m", UINT64_C(60000000000) },       { "min", UINT64_C(60000000000) },
		{ "s", UINT64_C(1000000000) },        { "sec", UINT64_C(1000000000) },
		{ "ms", UINT64_C(1000000) },
	};
	uint64_t total = 0, last = UINT64_MAX, part;

	if (strcmp(text, "0") == 0) {
		*ns = 0;
		return 0;
	}
	do {
		const struct unit *unit;
		struct number number;
		size_t len;

		if (parse_number(&text, &number) < 0)
			return -1;
		len = letters(text);
		unit = find_unit(units, sizeof(units) / sizeof(units[0]), text, len);
		if (!unit || unit->factor >= last || scale(number, unit->factor, &part) < 0 ||
		    __builtin_add_overflow(total, part, &total) || total > INT64_MAX)
			return -1;
		last = unit->factor;
		text += len;
		if (*text == ' ' && text[1])
			text++;
	} while (*text);
	*ns = (int64_t)total;
	return 0;
}

int quantity_parse_size(const char *text, uint64_t *bytes)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "B", 1 },
		{ "kB", UINT64_C(1000) },
		{ "KB", UINT64_C(1000) },
		{ "MB", UINT64_C(1000000) },
		{ "GB", UINT64_C(1000000000) },
		{ "TB", UINT64_C(1000000000000) },
		{ "KiB", UINT64_C(1) << 10 },
		{ "MiB", UINT64_C(1) << 20 },
		{ "GiB", UINT64_C(1) << 30 },
		{ "TiB", UINT64_C(1) << 40 },
	};
	const struct unit *unit;
	struct number number;

	if (parse_number(&text, &number) < 0)
		return -1;
	if (*text == ' ' && text[1])
		text++;
	unit = find_unit(units, sizeof(units) / sizeof(units[0]), text, strlen(text));
	if (!unit || (unit->factor == 1 && number.decimals))
		return -1;
	return scale(number, unit->factor, bytes);
}

int quantity_parse_share(const char *text, double *share)
{
	struct number number;

	if (parse_number(&text, &number) < 0)
		return -1;
	*share = (double)number.value;
	for (unsigned i = 0; i < number.decimals; i++)
		*share /= 10;
	if (*text == ' ' && text[1])
		text++;
	if (strcmp(text, "%") == 0) {
		*share /= 100;
		return 0;
	}
	return *text ? -1 : 0;
}

char *quantity_format_duration(int64_t ns, char out[QUANTITY_TEXT_SIZE])
{
	static const struct unit units[] = {
		{ "d", 86400 }, { "h", 3600 }, { "m", 60 }, { "s", 1 }
	};
	const char *sign = ns < 0 ? "-" : "";
	uint64_t left = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	int used;

	if (left < (uint64_t)NS_PER_SECOND && left > 0) {
		(void)snprintf(out, QUANTITY_TEXT_SIZE, "%s%" PRIu64 "ms", sign, left / 1000000);
		return out;
	}
	if (left < 10 * (uint64_t)NS_PER_SECOND && left % (uint64_t)NS_PER_SECOND >= 100000000) {
		left /= 100000000;
		(void)snprintf(out, QUANTITY_TEXT_SIZE, "%s%" PRIu64 ".%" PRIu64 "s", sign,
			       left / 10, left % 10);
		return out;
	}
	left /= (uint64_t)NS_PER_SECOND;
	used = snprintf(out, QUANTITY_TEXT_SIZE, "%s%s", sign, left ? "" : "0s");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (left / units[i].factor == 0)
			continue;
		used += snprintf(out + used, QUANTITY_TEXT_SIZE - (size_t)used, "%" PRIu64 "%s",
				 left / units[i].factor, units[i].name);
		left %= units[i].factor;
	}
	return out;
}

char *quantity_format_age(int64_t ns, char out[QUANTITY_TEXT_SIZE])
{
	int64_t age = ns > 0 ? ns : 0;
	int64_t unit = age >= 60 * NS_PER_SECOND ? 60 * NS_PER_SECOND : NS_PER_SECOND;

	return quantity_format_duration(age - age % unit, out);
}

char *quantity_format_size(uint64_t bytes, char out[QUANTITY_TEXT_SIZE])
{
	static const char *const names[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double)bytes;
	size_t i = 0;

	if (bytes < 1024) {
		(void)snprintf(out, QUANTITY_TEXT_SIZE, "%" PRIu64 " B", bytes);
		return out;
	}
	/* 1023.95 would print as 1024.0 */
	for (; value >= 1023.95 && i + 1 < sizeof(names) / sizeof(names[0]); i++)
		value /= 1024;
	(void)snprintf(out, QUANTITY_TEXT_SIZE, "%.1f %s", value, names[i]);
	return out;
}

char *quantity_format_share(double share, char out[QUANTITY_TEXT_SIZE])
{
	(void)snprintf(out, QUANTITY_TEXT_SIZE, "%.4g%%", share * 100);
	return out;
}

char *number_format(unsigned long long number, char out[NUMBER_TEXT_SIZE])
{
	char digits[NUMBER_TEXT_SIZE];
	int len = snprintf(digits, sizeof(digits), "%llu", number), at = 0;

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}
