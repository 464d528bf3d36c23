/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/hide.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/redact.h"

/* Shorter parts of a URL are words like "services", and nobody's secret. */
enum { PART_MIN = 8, PASSWORD_MIN = 4, PARTS_MAX = 64 };

static void drop_shorter(struct span *part, size_t *count, struct span candidate, size_t least)
{
	if (candidate.len >= least && *count < PARTS_MAX)
		part[(*count)++] = candidate;
}

/* The whole, and behind scheme and host what stands between the marks of a URL. */
static size_t split_url(const struct buf *url, struct span *part, size_t count)
{
	static const char marks[] = "/?&=#:@;,";
	const char *at = strstr(url->ptr, "://");
	const char *authority_end;

	drop_shorter(part, &count, buf_span(url), PART_MIN);
	at = at ? at + 3 : url->ptr;
	authority_end = at + strcspn(at, "/?#");
	/* a user and a password before the host */
	if (!memchr(at, '@', (size_t)(authority_end - at)))
		at = authority_end;
	drop_shorter(part, &count, (struct span){ (const uint8_t *)at, strlen(at) }, PART_MIN);
	while (*at) {
		size_t length = strcspn(at, marks);

		drop_shorter(part, &count, (struct span){ (const uint8_t *)at, length }, PART_MIN);
		at += length + (at[length] != '\0');
	}
	return count;
}

/* Append the base64 of `bytes`, ended by NUL. */
static int put_base64(struct buf *out, struct span bytes)
{
	int written;

	if (buf_reserve(out, (bytes.len + 2) / 3 * 4 + 1) < 0)
		return -1;
	written = EVP_EncodeBlock((unsigned char *)out->ptr + out->len, bytes.ptr, (int)bytes.len);
	out->len += (size_t)written;
	return buf_append(out, "", 1);
}

/* The password as SMTP's LOGIN and PLAIN spell it, each ended by NUL. */
static int spell_password(const struct attempt *a, struct buf *out)
{
	CLEANUP(secret_wipe)
	struct buf plain = { 0 };
	const char *user = a->receiver->user ? a->receiver->user : "";

	if (buf_append(&plain, "", 1) < 0 || buf_append(&plain, user, strlen(user) + 1) < 0 ||
	    buf_append(&plain, a->password.ptr, a->password.len) < 0)
		return -1;
	return put_base64(out, buf_span(&a->password)) < 0 ? -1 : put_base64(out, buf_span(&plain));
}

static int hex_value(char c)
{
	return c >= '0' && c <= '9'               ? c - '0' :
	       (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 :
						    -1;
}

/* "user:password" of the URL as the Basic scheme of HTTP spells it (RFC 7617), ended by NUL; "" = none. */
static int spell_user(const struct buf *url, struct buf *out)
{
	CLEANUP(secret_wipe)
	struct buf plain = { 0 };
	const char *scheme = strstr(url->ptr, "://");
	const char *at = scheme ? scheme + 3 : url->ptr;
	const char *end = at + strcspn(at, "/?#");
	const char *mark = memrchr(at, '@', (size_t)(end - at));

	for (; mark && at < mark; at++) {
		int high = *at == '%' && mark - at > 2 ? hex_value(at[1]) : -1;
		int low = high >= 0 ? hex_value(at[2]) : -1;
		uint8_t byte =
			low >= 0 ? (uint8_t)((unsigned)high << 4 | (unsigned)low) : (uint8_t)*at;

		if (buf_append(&plain, &byte, 1) < 0)
			return -1;
		at += low >= 0 ? 2 : 0;
	}
	return mark ? put_base64(out, buf_span(&plain)) : buf_append(out, "", 1);
}

int hide_secrets(const struct attempt *a, struct span said, struct buf *out)
{
	CLEANUP(secret_wipe)
	struct buf spelled = { 0 };
	CLEANUP(secret_wipe)
	struct buf user = { 0 };
	struct span part[PARTS_MAX];
	size_t count = 0;

	drop_shorter(part, &count, buf_span(&a->key), PASSWORD_MIN);
	drop_shorter(part, &count, buf_span(&a->password), PASSWORD_MIN);
	if (a->password.len) {
		const char *second;

		if (spell_password(a, &spelled) < 0)
			return -1;
		second = spelled.ptr + strlen(spelled.ptr) + 1;
		drop_shorter(part, &count,
			     (struct span){ (const uint8_t *)spelled.ptr, strlen(spelled.ptr) },
			     PART_MIN);
		drop_shorter(part, &count, (struct span){ (const uint8_t *)second, strlen(second) },
			     PART_MIN);
	}
	if (spell_user(&a->url, &user) < 0)
		return -1;
	drop_shorter(part, &count, (struct span){ (const uint8_t *)user.ptr, strlen(user.ptr) },
		     PART_MIN);
	count = split_url(&a->url, part, count);
	return redact(part, count, said, out);
}
