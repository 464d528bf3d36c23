/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/ping.h"

#include <stdio.h>
#include <string.h>

#include "base/checksum.h"
#include "notify/letter.h"
#include "notify/post.h"

/* What such services keep of a body. */
enum { BODY_MAX = 10000, UUID_SIZE = 37 };

const char *ping_signal(const struct notice *n)
{
	bool bad = n->verdict == VERDICT_FAIL || n->verdict == VERDICT_ERROR;

	switch (n->event) {
	case NOTICE_STARTED:
		return "/start";
	case NOTICE_PASSED:
	case NOTICE_WARNED:
	case NOTICE_RECOVERED:
		return "";
	case NOTICE_FINISHED:
		return bad ? "/fail" : "";
	case NOTICE_FAILED:
	case NOTICE_ERROR:
		return "/fail";
	case NOTICE_TEST: /* is kept, and changes no state */
		return "/log";
	default:
		return NULL;
	}
}

/* RFC 9562, version 8: of the first bytes of the id's SHA-256. */
static int uuid_of(const char *id, char out[UUID_SIZE], struct error *err)
{
	CLEANUP(sha256_release)
	struct sha256 sha = { 0 };
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_TEXT_SIZE];

	if (sha256_init(&sha, err) < 0 ||
	    sha256_update(&sha, (struct span){ (const uint8_t *)id, strlen(id) }, err) < 0 ||
	    sha256_final(&sha, digest, err) < 0)
		return -1;
	digest[6] = (uint8_t)(0x80 | (digest[6] & 0x0f));
	digest[8] = (uint8_t)(0x80 | (digest[8] & 0x3f));
	(void)sha256_format(digest, hex);
	(void)snprintf(out, UUID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
		       hex + 16, hex + 20);
	return 0;
}

int ping_url(const char *url, const struct notice *n, struct buf *out, struct error *err)
{
	const char *signal = ping_signal(n);
	size_t path = strcspn(url, "?#"), query = strcspn(url, "#");
	size_t end = path;
	char uuid[UUID_SIZE] = "";

	while (*signal && end && url[end - 1] == '/')
		end--;
	if (*n->run && uuid_of(n->run, uuid, err) < 0)
		return -1;
	if (buf_append(out, url, end) < 0 || buf_puts(out, signal) < 0 ||
	    buf_append(out, url + path, query - path) < 0 ||
	    (*uuid && buf_printf(out, "%crid=%s", query > path ? '&' : '?', uuid) < 0))
		return error_set(err, ERROR_NOMEM, "no memory for a ping");
	return 0;
}

int ping_send(const struct attempt *a, struct delivery *out, struct error *err)
{
	CLEANUP(secret_wipe)
	struct buf url = { 0 };
	CLEANUP(buf_release)
	struct buf body = { 0 };

	if (!ping_signal(a->notice))
		return attempt_nothing(out);
	if (ping_url(a->url.ptr, a->notice, &url, err) < 0)
		return -1;
	if (letter_text(a->notice, BODY_MAX, &body) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a ping");
	return post_send(a,
			 &(struct post){ .url = url.ptr,
					 .content_type = "text/plain; charset=utf-8",
					 .body = buf_span(&body) },
			 out, err);
}
