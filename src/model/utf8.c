/* SPDX-License-Identifier: Apache-2.0 */
#include "model/utf8.h"

#include <string.h>

/* RFC 3629 section 4, the grammar of UTF8-2 to UTF8-4: lead bytes and the range of the second one. */
static const struct {
	uint8_t first_lead, last_lead, low, high;
	size_t length;
} forms[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

size_t utf8_length(struct span s)
{
	if (s.len == 0)
		return 0;
	if (s.ptr[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (s.ptr[0] < forms[i].first_lead || s.ptr[0] > forms[i].last_lead)
			continue;
		if (s.len < forms[i].length || s.ptr[1] < forms[i].low || s.ptr[1] > forms[i].high)
			return 0;
		for (size_t k = 2; k < forms[i].length; k++) {
			if (s.ptr[k] < 0x80 || s.ptr[k] > 0xbf)
				return 0;
		}
		return forms[i].length;
	}
	return 0;
}

bool utf8_steers(struct span character)
{
	const uint8_t *s = character.ptr;

	if (character.len == 2)
		return s[0] == 0xc2 && s[1] < 0xa0;
	if (character.len != 3)
		return false;
	if (s[0] == 0xe2 && s[1] == 0x80)
		return (s[2] >= 0x8b && s[2] <= 0x8f) || (s[2] >= 0xa8 && s[2] <= 0xae);
	if (s[0] == 0xe2 && s[1] == 0x81)
		return s[2] >= 0xa6 && s[2] <= 0xa9;
	return s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf;
}

/* false: no character begins so. */
static bool begin_character(struct utf8_run *r, uint8_t lead)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (lead < forms[i].first_lead || lead > forms[i].last_lead)
			continue;
		r->low = forms[i].low;
		r->high = forms[i].high;
		r->left = (uint8_t)(forms[i].length - 1);
		return true;
	}
	return false;
}

static bool go_on(struct utf8_run *r, uint8_t byte)
{
	if (byte < r->low || byte > r->high) {
		r->left = 0;
		return false;
	}
	r->low = 0x80;
	r->high = 0xbf;
	r->left--;
	return true;
}

static bool goes_on(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Whole characters of the two commonest forms, without the table. */
static size_t common_length(struct span s)
{
	size_t at = 0;

	while (s.len - at >= 3) {
		const uint8_t *p = s.ptr + at;

		if (p[0] >= 0xc2 && p[0] <= 0xdf && goes_on(p[1]))
			at += 2;
		else if (p[0] >= 0xe1 && p[0] <= 0xec && goes_on(p[1]) && goes_on(p[2]))
			at += 3;
		else
			break;
	}
	return at;
}

size_t utf8_run_push(struct utf8_run *r, struct span s)
{
	size_t at = r->left ? 0 : common_length(s);

	while (at < s.len && (r->left || s.ptr[at] >= 0x80)) {
		if (r->left ? !go_on(r, s.ptr[at]) : !begin_character(r, s.ptr[at])) {
			r->bad = true;
			break;
		}
		at++;
	}
	return at;
}

/* Bytes at the front that are ASCII. */
static size_t ascii_length(struct span s)
{
	const uint64_t high_bits = UINT64_C(0x8080808080808080);
	size_t at = 0;
	uint64_t eight;

	for (; s.len - at >= sizeof(eight); at += sizeof(eight)) {
		memcpy(&eight, s.ptr + at, sizeof(eight));
		if (eight & high_bits)
			break;
	}
	while (at < s.len && s.ptr[at] < 0x80)
		at++;
	return at;
}

void utf8_text_push(struct utf8_text *t, struct span s)
{
	size_t at = 0;

	while (at < s.len && !t->run.bad) {
		at += utf8_run_push(&t->run, (struct span){ s.ptr + at, s.len - at });
		if (t->run.bad)
			t->bad_at = t->taken + at;
		else
			at += ascii_length((struct span){ s.ptr + at, s.len - at });
	}
	t->taken += s.len;
}
