/* SPDX-License-Identifier: Apache-2.0 */
#include "model/utf8.h"

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
