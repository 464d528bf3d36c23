/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of others made fit for headers, pages and messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "a_notice.h"
#include "model/utf8.h"
#include "notify/letter.h"
#include "notify/mail.h"
#include "notify/mime.h"
#include "notify/plain.h"
#include "notify/wording.h"

static void assert_plain(const char *text, size_t max, enum plain_form form, const char *expected)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };

	assert_int_equal(plain_append(&out, text, max, form), 0);
	assert_string_equal(out.ptr, expected);
}

static void texts_become_one_plain_line(void **state)
{
	(void)state;
	assert_plain("", 10, PLAIN_TEXT, "");
	assert_plain("a\r\nb\tc", 99, PLAIN_TEXT, "a  b c");
	assert_plain("\x1b[0m\x7f\xc2\x85\xe2\x80\xae", 99, PLAIN_TEXT,
		     "\\x1b[0m\\x7f\\xc2\\x85\\xe2\\x80\\xae");
	assert_plain("\xff\xc3", 99, PLAIN_TEXT, "\\xff\\xc3");
	assert_plain("<a & 'b' \"c\">", 99, PLAIN_TEXT, "<a & 'b' \"c\">");
	assert_plain("<a & 'b' \"c\">", 99, PLAIN_MRKDWN, "&lt;a &amp; 'b' \"c\"&gt;");
	assert_plain("<a & 'b' \"c\">", 99, PLAIN_HTML,
		     "&lt;a &amp; &#39;b&#39; &quot;c&quot;&gt;");
}

static void what_does_not_fit_is_cut_between_characters_and_entities(void **state)
{
	(void)state;
	assert_plain("12345678", 8, PLAIN_TEXT, "12345678");
	assert_plain("123456789", 8, PLAIN_TEXT, "12345…");
	assert_plain("1234\303\274\303\274\303\274", 8, PLAIN_TEXT, "1234…");
	assert_plain("&&&", 10, PLAIN_HTML, "&amp;…");
	assert_plain("\xff\xff\xff", 11, PLAIN_TEXT, "\\xff\\xff…");
}

/* Every length that HOSTILE can be cut to is valid UTF-8 within its limit. */
static void every_limit_is_kept(void **state)
{
	(void)state;
	for (int form = PLAIN_TEXT; form <= PLAIN_HTML; form++) {
		for (size_t max = 8; max < 400; max++) {
			CLEANUP(buf_release)
			struct buf out = { 0 };
			struct utf8_text check = { 0 };

			assert_int_equal(
				plain_append(&out, HOSTILE HOSTILE, max, (enum plain_form)form), 0);
			assert_true(out.len <= max);
			assert_int_equal(strlen(out.ptr), out.len);
			utf8_text_push(&check, buf_span(&out));
			assert_true(utf8_run_is_whole(&check.run));
		}
	}
}

static void assert_field(const char *text, const char *expected)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };

	assert_int_equal(mime_text_field(&out, "Subject", text, 250), 0);
	assert_string_equal(out.ptr, expected);
}

static void fields_are_folded_and_encoded(void **state)
{
	(void)state;
	assert_field("plain words", "Subject: plain words\r\n");
	assert_field("x\r\nBcc: y", "Subject: x  Bcc: y\r\n");
	assert_field("=?utf-8?q?x?=", "Subject: =?UTF-8?B?PT91dGYtOD9xP3g/PQ==?=\r\n");
	assert_field("Gr\303\274\303\237e", "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n");
	/* a character is never cut: 39 bytes are a word, of which the last two are one character */
	assert_field("aaaaaaaaaabbbbbbbbbbccccccccccdddddddd\303\274e",
		     "Subject: =?UTF-8?B?YWFhYWFhYWFhYWJiYmJiYmJiYmJjY2NjY2NjY2NjZGRkZGRkZGQ=?=\r\n"
		     " =?UTF-8?B?w7xl?=\r\n");
	assert_field(
		"0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789",
		"Subject: 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\r\n"
		" 0123456789\r\n");
}

static void assert_address(const char *address, const char *field, const char *bare)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct span span = mime_bare_address(address);

	assert_int_equal(mime_address(&out, address), 0);
	assert_string_equal(out.ptr, field);
	assert_int_equal(span.len, strlen(bare));
	assert_memory_equal(span.ptr, bare, span.len);
}

static void addresses_may_have_names(void **state)
{
	(void)state;
	assert_address("ops@example.com", "ops@example.com", "ops@example.com");
	assert_address("Ops <ops@example.com>", "\"Ops\" <ops@example.com>", "ops@example.com");
	assert_address("\"A, B\" <a@b.c>", "\"A, B\" <a@b.c>", "a@b.c");
	assert_address("A \"x\\\" y <a@b.c>", "\"A \\\"x\\\\\\\" y\" <a@b.c>", "a@b.c");
	assert_address("B\303\266 <b@b.c>", "=?UTF-8?B?QsO2?= <b@b.c>", "b@b.c");
	assert_address("<a@b.c>", "<a@b.c>", "a@b.c");
	assert_address("x\r\nBcc: y <a@b.c>", "\"x  Bcc: y\" <a@b.c>", "a@b.c");
}

static void assert_quoted(const char *text, const char *expected)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };

	assert_int_equal(
		mime_quoted_printable(&out, (struct span){ (const uint8_t *)text, strlen(text) }),
		0);
	assert_string_equal(out.ptr, expected);
}

static void bodies_are_quoted_printable(void **state)
{
	(void)state;
	assert_quoted("a\n\nb\n", "a\r\n\r\nb\r\n");
	assert_quoted("a=b \nc ", "a=3Db=20\r\nc=20\r\n");
	assert_quoted("\303\274\t\r", "=C3=BC=09=0D\r\n");
	assert_quoted(
		"0123456789012345678901234567890123456789012345678901234567890123456789012345",
		"012345678901234567890123456789012345678901234567890123456789012345678901234=\r\n"
		"5\r\n");
	assert_quoted(
		"01234567890123456789012345678901234567890123456789012345678901234567890123\303",
		"01234567890123456789012345678901234567890123456789012345678901234567890123=\r\n"
		"=C3\r\n");
}

static void templates_fill_in_what_they_name_and_nothing_twice(void **state)
{
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct notice n = a_notice(NOTICE_FAILED);

	(void)state;
	n.component = "{run}";
	assert_int_equal(wording_template(&n, "{{component}} {nothing} {set", 250, &out), 0);
	assert_string_equal(out.ptr, "{{run}} {nothing} {set");
	buf_clear(&out);
	n.component = HOSTILE;
	assert_int_equal(wording_template(&n, "{component}\r\n{component}", 60, &out), 0);
	assert_null(strpbrk(out.ptr, "\r\n\x1b"));
	assert_true(out.len <= 60);
}

static void no_line_of_a_hostile_mail_is_longer_than_others_read(void **state)
{
	const char *to[] = { "ops@example.com" };
	struct receiver_config r = { .to = { to, 1 },
				     .from = "x\r\nBcc: y@z <muster@shop.example\r\nX: y>",
				     .subject = "" };
	struct notice n = a_hostile_notice();
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct error err = ERROR_INIT;
	size_t fields = 0;
	bool body = false;

	(void)state;
	assert_int_equal(mail_message(&r, &n, &out, &err), 0);
	for (char *line = out.ptr, *end; *line; line = end + 2) {
		end = strstr(line, "\r\n");
		assert_non_null(end);
		assert_true(end - line <= 78);
		assert_null(memchr(line, '\n', (size_t)(end - line)));
		body |= end == line;
		fields += !body && *line != ' ';
		assert_true(body || strncmp(line, "Bcc", 3) != 0);
		assert_true(body || strncmp(line, "X:", 2) != 0);
	}
	assert_int_equal(fields, 13);
}

static void links_that_are_none_are_not_shown(void **state)
{
	static const char *const bad[] = { "",
					   "javascript:alert(1)",
					   "https://a b",
					   "https://a\"onclick=x",
					   "https://a|b",
					   "http://a<b>",
					   "ftp://a" };
	struct notice n = a_notice(NOTICE_FAILED);

	(void)state;
	assert_true(letter_link_is_good(&n));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CLEANUP(buf_release)
		struct buf page = { 0 };

		n.link = bad[i];
		assert_false(letter_link_is_good(&n));
		assert_int_equal(letter_html(&n, 10000, &page), 0);
		assert_null(strstr(page.ptr, "href"));
	}
}

static void a_text_keeps_its_limit_and_its_characters_whole(void **state)
{
	char umlauts[4001];
	struct notice n = a_notice(NOTICE_FAILED);

	(void)state;
	for (size_t i = 0; i < sizeof(umlauts) - 1; i++)
		umlauts[i] = i % 2 ? '\274' : '\303';
	umlauts[sizeof(umlauts) - 1] = '\0';
	n.title = n.platform = n.component = n.check = n.set = n.run = n.host = n.next = umlauts;
	for (size_t max = 2000; max < 2010; max++) {
		CLEANUP(buf_release)
		struct buf text = { 0 };
		struct utf8_text check = { 0 };

		assert_int_equal(letter_text(&n, max, &text), 0);
		assert_true(text.len <= max && text.len > max - UTF8_LENGTH_MAX);
		utf8_text_push(&check, buf_span(&text));
		assert_true(utf8_run_is_whole(&check.run));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_become_one_plain_line),
		cmocka_unit_test(what_does_not_fit_is_cut_between_characters_and_entities),
		cmocka_unit_test(every_limit_is_kept),
		cmocka_unit_test(fields_are_folded_and_encoded),
		cmocka_unit_test(addresses_may_have_names),
		cmocka_unit_test(bodies_are_quoted_printable),
		cmocka_unit_test(templates_fill_in_what_they_name_and_nothing_twice),
		cmocka_unit_test(no_line_of_a_hostile_mail_is_longer_than_others_read),
		cmocka_unit_test(a_text_keeps_its_limit_and_its_characters_whole),
		cmocka_unit_test(links_that_are_none_are_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
