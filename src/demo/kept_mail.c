/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/kept_mail.h"

#include <string.h>

#include "base/file.h"

enum { MAIL_MAX = 4 << 20 };

static int hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Quoted-printable (RFC 2045 section 6.7), from `at` up to `end`. */
static int decode(const char *at, const char *end, struct buf *out)
{
	while (at < end) {
		char c = *at++;

		if (c == '=' && at < end && *at == '\n') {
			at++;
			continue;
		}
		if (c == '=' && end - at >= 2 && hex_of(at[0]) >= 0 && hex_of(at[1]) >= 0) {
			c = (char)(hex_of(at[0]) << 4 | hex_of(at[1]));
			at += 2;
		}
		if (buf_append(out, &c, 1) < 0)
			return -1;
	}
	return 0;
}

/* The field with the lines it is folded into, which begin with a space. */
static int put_field(const char *whole, const char *name, struct buf *out)
{
	const char *at = strstr(whole, name);
	size_t len;

	if (!at)
		return 0;
	at++;
	do {
		len = strcspn(at, "\n");
		if (buf_append(out, at, len) < 0)
			return -1;
		at += len + (at[len] == '\n');
	} while (*at == ' ');
	return buf_puts(out, "\n");
}

static int take_apart(struct kept_mail *m)
{
	static const char *const names[] = { "\nFrom: ", "\nTo: ", "\nSubject: " };
	const char *whole = m->whole.ptr ? m->whole.ptr : "";
	const char *part = strstr(whole, "Content-Type: text/plain");
	const char *text = part ? strstr(part, "\n\n") : NULL;
	const char *end = text ? strstr(text, "\n--") : NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (put_field(whole, names[i], &m->head) < 0)
			return -1;
	}
	return end ? decode(text + 2, end, &m->text) : 0;
}

int kept_mail_read(const char *path, struct kept_mail *out, struct error *err)
{
	if (file_read(path, MAIL_MAX, &out->whole, err) < 0)
		return -1;
	if (take_apart(out) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the mail %s", path);
	if (!out->head.len || !out->text.len)
		return error_set(err, ERROR_INTERNAL, "%s is no mail of muster's", path);
	return 0;
}

void kept_mail_release(struct kept_mail *m)
{
	buf_release(&m->whole);
	buf_release(&m->head);
	buf_release(&m->text);
}
