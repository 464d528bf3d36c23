/* SPDX-License-Identifier: Apache-2.0 */
/* The file that goes with a mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "a_notice.h"
#include "notify/mail.h"

static const char *to[] = { "lead@example.com" };

static void write_mail(const struct notice *n, struct buf *out)
{
	const struct receiver_config r = { .name = "lead",
					   .kind = RECEIVER_MAIL,
					   .to = { to, 1 },
					   .from = "muster@example.com",
					   .subject = "" };
	struct error err = ERROR_INIT;

	if (mail_message(&r, n, out, &err) < 0)
		fail_msg("%s", err.message);
}

static void a_report_is_attached_to_its_mail(void **state)
{
	struct notice n = a_notice(NOTICE_PUBLISHED);
	CLEANUP(buf_release)
	struct buf mail = { 0 };

	(void)state;
	n.kind = "drill";
	n.file_name = "20261203T100000Z-0001.html";
	n.file = "<p>hello</p>";
	write_mail(&n, &mail);
	assert_non_null(strstr(mail.ptr, "Subject: DR Drill - REPORT: FAILED\r\n"));
	assert_non_null(strstr(mail.ptr, "Content-Type: multipart/mixed;"));
	assert_non_null(strstr(mail.ptr, "Content-Type: text/html; charset=utf-8\r\n"
					 "Content-Disposition: attachment; "
					 "filename=\"20261203T100000Z-0001.html\"\r\n"
					 "Content-Transfer-Encoding: base64\r\n\r\n"
					 "PHA+aGVsbG88L3A+\r\n"));
}

static void the_name_of_a_file_adds_no_header(void **state)
{
	static const char *const names[] = { "", "a\r\nBcc: spy@example.com", "a\"b", "../x",
					     NULL };
	struct notice n = a_notice(NOTICE_PUBLISHED);

	(void)state;
	n.file = "x";
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		CLEANUP(buf_release)
		struct buf mail = { 0 };

		n.file_name = names[i];
		write_mail(&n, &mail);
		assert_non_null(strstr(mail.ptr, "filename=\"report.html\"\r\n"));
	}
}

static void a_mail_without_a_file_has_two_texts_only(void **state)
{
	struct notice n = a_notice(NOTICE_PUBLISHED);
	CLEANUP(buf_release)
	struct buf mail = { 0 };

	(void)state;
	n.file_name = "x.html";
	n.file = "";
	write_mail(&n, &mail);
	assert_null(strstr(mail.ptr, "multipart/mixed"));
	assert_null(strstr(mail.ptr, "attachment"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_is_attached_to_its_mail),
		cmocka_unit_test(the_name_of_a_file_adds_no_header),
		cmocka_unit_test(a_mail_without_a_file_has_two_texts_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
