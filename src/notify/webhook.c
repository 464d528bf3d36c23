/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/webhook.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "model/json.h"
#include "notify/plain.h"
#include "notify/post.h"

enum { ID_MAX = 200 };

static const char key_prefix[] = "whsec_";

static int put_percent(struct buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		int rc = isalnum(c) || strchr("-._~", c) ? buf_append(out, text, 1) :
							   buf_printf(out, "%%%02X", c);

		if (rc < 0)
			return -1;
	}
	return 0;
}

json_t *webhook_event(const struct notice *n)
{
	CLEANUP(buf_release)
	struct buf source = { 0 };
	CLEANUP(buf_release)
	struct buf subject = { 0 };
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	char time[CLOCK_RFC3339_SIZE];

	if (buf_puts(&source, "/muster/") < 0 || put_percent(&source, n->platform) < 0 ||
	    buf_printf(&subject, "%s%s", *n->run ? "run/" : "", *n->run ? n->run : n->key) < 0)
		return NULL;
	(void)clock_format_rfc3339(n->at_ns, time);
	if (!member_put(o, "specversion", json_string("1.0")) ||
	    !member_put(o, "type", json_sprintf("io.muster.%s.v1", notice_event_name(n->event))) ||
	    !member_put(o, "source", json_string(source.ptr)) ||
	    !member_put(o, "subject", text_to_json(subject.ptr)) ||
	    !member_put(o, "id", text_to_json(n->id)) ||
	    !member_put(o, "time", json_string(time)) ||
	    !member_put(o, "datacontenttype", json_string("application/json")) ||
	    !member_put(o, "data", notice_to_json(n)))
		return NULL;
	return TAKE(o);
}

/* The bytes that sign. */
static int key_bytes(const struct buf *key, struct buf *out, struct error *err)
{
	size_t prefix = sizeof(key_prefix) - 1, length = key->len - prefix;
	int decoded;

	if (strncmp(key->ptr, key_prefix, prefix) != 0) {
		if (buf_append(out, key->ptr, key->len) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for a signature");
		return 0;
	}
	if (buf_reserve(out, length + 4) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a signature");
	decoded = EVP_DecodeBlock((unsigned char *)out->ptr,
				  (const unsigned char *)key->ptr + prefix, (int)length);
	if (decoded < 0)
		return error_set(err, ERROR_CONFIG, "what follows %s in the key is not base64",
				 key_prefix);
	/* the library counts the zeros that stand for the padding */
	for (size_t i = key->len; i > prefix && key->ptr[i - 1] == '='; i--)
		decoded--;
	out->len = decoded > 0 ? (size_t)decoded : 0;
	return 0;
}

static int put_base64(const uint8_t digest[SHA256_SIZE], struct buf *out)
{
	unsigned char text[(SHA256_SIZE + 2) / 3 * 4 + 1];

	(void)EVP_EncodeBlock(text, digest, SHA256_SIZE);
	return buf_printf(out, "v1,%s", (const char *)text);
}

int webhook_sign(const struct buf *key, const char *id, int64_t seconds, struct span body,
		 struct buf *out, struct error *err)
{
	CLEANUP(secret_wipe)
	struct buf bytes = { 0 };
	CLEANUP(buf_release)
	struct buf text = { 0 };
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	if (key_bytes(key, &bytes, err) < 0)
		return -1;
	if (buf_printf(&text, "%s.%lld.", id, (long long)seconds) < 0 ||
	    buf_append(&text, body.ptr, body.len) < 0 ||
	    !HMAC(EVP_sha256(), bytes.ptr, (int)bytes.len, (const unsigned char *)text.ptr,
		  text.len, digest, &length) ||
	    put_base64(digest, out) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a signature");
	return 0;
}

static int post(const struct attempt *a, const struct buf *body, struct delivery *out,
		struct error *err)
{
	CLEANUP(buf_release)
	struct buf id = { 0 };
	CLEANUP(buf_release)
	struct buf headers = { 0 };
	int64_t now = clock_wall_ns() / NS_PER_SECOND;
	size_t stamp, signature;
	const char *lines[4] = { 0 };

	if (buf_puts(&id, "webhook-id: ") < 0 ||
	    plain_append(&id, a->notice->id, ID_MAX, PLAIN_TEXT) < 0 ||
	    buf_printf(&headers, "webhook-timestamp: %lld", (long long)now) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a webhook");
	stamp = headers.len;
	if (buf_append(&headers, "", 1) < 0 || buf_puts(&headers, "webhook-signature: ") < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a webhook");
	signature = stamp + 1;
	if (a->key.len && webhook_sign(&a->key, id.ptr + strlen("webhook-id: "), now,
				       buf_span(body), &headers, err) < 0)
		return -1;
	lines[0] = id.ptr;
	lines[1] = headers.ptr;
	lines[2] = a->key.len ? headers.ptr + signature : NULL;
	return post_send(
		a,
		&(struct post){ .content_type = "application/cloudevents+json; charset=utf-8",
				.headers = lines,
				.body = buf_span(body) },
		out, err);
}

int webhook_send(const struct attempt *a, struct delivery *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *event = webhook_event(a->notice);
	CLEANUP(buf_release)
	struct buf body = { 0 };

	if (!event || model_json_write_line(event, &body) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a webhook");
	return post(a, &body, out, err);
}
