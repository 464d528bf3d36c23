/* SPDX-License-Identifier: Apache-2.0 */
/* What a server says when it refuses: a status and a document with a code, made a message and a hint. */
#include <string.h>

#include "base/clock.h"
#include "base/redact.h"
#include "model/quote.h"
#include "repository/s3.intern.h"
#include "repository/s3_xml.h"

enum { SAID_SIZE = 200 };

/* An error document (AWS's API reference, "Error responses"). */
struct complaint {
	const struct s3_credentials *asked; /* by whom; the server may repeat what it was told */
	char code[S3_CODE_SIZE], message[SAID_SIZE], region[S3_REGION_SIZE];
	char our_time[40], server_time[40], bucket[S3_BUCKET_SIZE + 8];
};

/* What a code of theirs is to us. */
struct meaning {
	const char *code;
	enum error_kind kind;
	bool again;
	const char *hint; /* NULL: none */
};

static const struct meaning meanings[] = {
	{ "AccessDenied", ERROR_PERMISSION, false,
	  "may this key do that? Without the right to list a bucket, an object that is not there "
	  "is "
	  "denied, too" },
	{ "AllAccessDisabled", ERROR_PERMISSION, false, "the bucket's owner shut it" },
	{ "AccountProblem", ERROR_PERMISSION, false, "ask the owner of the account" },
	{ "SignatureDoesNotMatch", ERROR_PERMISSION, false,
	  "is the secret key that of the access key, and is that one known to the server?" },
	{ "InvalidAccessKeyId", ERROR_PERMISSION, false,
	  "the server does not know the access key: is it of this endpoint, not deleted?" },
	{ "InvalidToken", ERROR_PERMISSION, false, "is the session token that of the access key?" },
	{ "ExpiredToken", ERROR_PERMISSION, false, "the session has ended: fetch new credentials" },
	{ "TokenRefreshRequired", ERROR_PERMISSION, false,
	  "the session has ended: fetch new credentials" },
	{ "InvalidObjectState", ERROR_TARGET, false,
	  "it lies in an archive: have it restored first (RestoreObject), or keep backups in a "
	  "storage class that is read at once" },
	{ "NoSuchBucket", ERROR_CONFIG, false, "are the bucket's name and the endpoint right?" },
	{ "NoSuchKey", ERROR_NOT_FOUND, false, NULL },
	{ "NoSuchVersion", ERROR_NOT_FOUND, false, NULL },
	{ "PreconditionFailed", ERROR_TARGET, false,
	  "it was written anew meanwhile: read it again" },
	{ "BadDigest", ERROR_TARGET, true, "what arrived is not what was sent" },
	{ "XAmzContentSHA256Mismatch", ERROR_TARGET, true, "what arrived is not what was sent" },
	{ "InternalError", ERROR_TARGET, true, "the server's own fault: look at its state" },
	{ "RequestTimeout", ERROR_TARGET, true, NULL },
	{ "OperationAborted", ERROR_TARGET, true, NULL },
	{ "ServiceUnavailable", ERROR_TARGET, true, "the server is overloaded: try later" },
	{ "SlowDown", ERROR_TARGET, true,
	  "the server wants fewer requests: lower parallel, or try later" },
	{ "Throttling", ERROR_TARGET, true, "the server wants fewer requests: try later" },
	{ "RequestLimitExceeded", ERROR_TARGET, true,
	  "the server wants fewer requests: try later" },
};

static bool is_element(const char *path, const char *name)
{
	const char *last = strrchr(path, '/');

	return last && strcmp(last + 1, name) == 0;
}

/* Before it is shortened: a part of a secret is one, too. */
static int copy(const struct complaint *c, const char *text, char *out, size_t size)
{
	const struct span secret[] = { buf_span(&c->asked->access_key),
				       buf_span(&c->asked->secret_key),
				       buf_span(&c->asked->token) };
	CLEANUP(buf_release)
	struct buf open = { 0 };

	if (buf_puts(&open, "") < 0 ||
	    redact(secret, 3, (struct span){ (const uint8_t *)text, strlen(text) }, &open) < 0)
		return -1;
	(void)quote_text(open.ptr, out, size);
	return 0;
}

static int take_element(void *cookie, const char *path, const char *text, struct error *err)
{
	struct complaint *c = cookie;
	const struct {
		const char *name;
		char *out;
		size_t size;
	} known[] = {
		{ "Code", c->code, sizeof(c->code) },
		{ "Message", c->message, sizeof(c->message) },
		{ "Region", c->region, sizeof(c->region) },
		{ "RequestTime", c->our_time, sizeof(c->our_time) },
		{ "ServerTime", c->server_time, sizeof(c->server_time) },
		{ "BucketName", c->bucket, sizeof(c->bucket) },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (!is_element(path, known[i].name) || *known[i].out)
			continue;
		if (copy(c, text, known[i].out, known[i].size) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for an answer");
	}
	return 0;
}

static const char *default_code(const struct s3_call *call, long status)
{
	switch (status) {
	case 301:
	case 307:
		return "PermanentRedirect";
	case 401:
	case 403:
		return "AccessDenied";
	case 404:
		return call->key ? "NoSuchKey" : "NoSuchBucket";
	case 408:
		return "RequestTimeout";
	case 412:
		return "PreconditionFailed";
	case 429:
		return "SlowDown";
	case 500:
		return "InternalError";
	case 503:
		return "ServiceUnavailable";
	default:
		return "";
	}
}

static bool is_passing(long status)
{
	return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
	       status == 504;
}

static const struct meaning *meaning_of(const char *code)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		if (strcmp(meanings[i].code, code) == 0)
			return &meanings[i];
	}
	return NULL;
}

/* The server's time stands in its answer, or in none; ours is what was signed. */
static int tell_skew(const struct complaint *c, const char *shown, struct error *err)
{
	char now[CLOCK_RFC3339_SIZE];

	(void)error_set(err, ERROR_TARGET,
			"%s: the clocks differ too much: here it is %s, there %s", shown,
			clock_format_rfc3339(clock_wall_ns(), now),
			*c->server_time ? c->server_time : "another time");
	return error_hint(err, "set this host's clock (timedatectl status tells whether it is "
			       "synchronised), or the server's");
}

static int tell_region(const struct s3 *s, const struct complaint *c, const char *shown,
		       struct error *err)
{
	(void)error_set(err, ERROR_CONFIG, "%s: not in the region %s (%s)", shown, s->region,
			c->code);
	if (*c->region)
		return error_hint(err, "configure the region %s", c->region);
	return error_hint(err, "configure the bucket's region and endpoint");
}

static bool is_of_region(const char *code)
{
	static const char *const codes[] = { "PermanentRedirect", "TemporaryRedirect",
					     "AuthorizationHeaderMalformed",
					     "IllegalLocationConstraintException" };

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		if (strcmp(codes[i], code) == 0)
			return true;
	}
	return false;
}

static int tell(const struct s3 *s, const struct s3_call *call, const struct complaint *c,
		const struct s3_answer *answer, struct error *err)
{
	const struct meaning *m = meaning_of(c->code);
	char shown[S3_SHOWN_SIZE];

	(void)s3_show(s, call->key, shown);
	if (strcmp(c->code, "RequestTimeTooSkewed") == 0)
		return tell_skew(c, shown, err);
	if (is_of_region(c->code))
		return tell_region(s, c, shown, err);
	(void)error_set(err, m ? m->kind : ERROR_TARGET, "%s: %s%s%s%s (HTTP %ld, %s)", shown,
			*c->code ? c->code : "refused", *c->message ? " (" : "", c->message,
			*c->message ? ")" : "", answer->status, call->method);
	return m && m->hint ? error_hint(err, "%s", m->hint) : -1;
}

int s3_refused(const struct s3 *s, const struct s3_call *call, struct span body, const char *region,
	       struct s3_answer *answer, struct error *err)
{
	struct error not_xml = ERROR_INIT;
	struct complaint c = { .asked = &s->credentials };
	const struct meaning *m;

	/* a proxy's page of HTML is as good as no body */
	if (body.len && s3_xml_parse(body, take_element, &c, &not_xml) < 0 && !*c.code)
		c = (struct complaint){ .asked = &s->credentials };
	if (!*c.code)
		(void)snprintf(c.code, sizeof(c.code), "%s", default_code(call, answer->status));
	if (!*c.region)
		(void)snprintf(c.region, sizeof(c.region), "%s", region);
	(void)snprintf(answer->code, sizeof(answer->code), "%s", c.code);
	m = meaning_of(c.code);
	answer->again = is_passing(answer->status) || (m && m->again);
	return tell(s, call, &c, answer, err);
}
