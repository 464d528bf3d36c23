/* SPDX-License-Identifier: Apache-2.0 */
/* What a server tells of an object without its bytes. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "repository/s3.intern.h"
#include "repository/s3_digest.h"

struct looking {
	struct s3_stat *out;
	bool has_size, composite, restored, restoring, shelved;
};

static void copy(char *out, size_t size, const char *value)
{
	(void)snprintf(out, size, "%s", value);
}

static void take_etag(struct s3_stat *out, const char *value)
{
	size_t len = strlen(value);

	if (len >= 2 && value[0] == '"' && value[len - 1] == '"')
		(void)snprintf(out->etag, sizeof(out->etag), "%.*s", (int)(len - 2), value + 1);
	else
		copy(out->etag, sizeof(out->etag), value);
}

static int take_size(struct looking *l, const char *value, struct error *err)
{
	char *end;

	l->out->size = strtoull(value, &end, 10);
	l->has_size = end > value && !*end && isdigit((unsigned char)*value);
	return l->has_size ? 0 : error_set(err, ERROR_TARGET, "the answer's size is no number");
}

/* RFC 3339, or what is left out: no time that is told wrongly is taken for one. */
static void take_time(int64_t *out, const char *value)
{
	int64_t ns;

	if (clock_parse_rfc3339(value, &ns) == 0)
		*out = ns;
}

static void take_lock(struct s3_stat *out, const char *name, const char *value)
{
	if (strcmp(name, "mode") == 0)
		copy(out->lock_mode, sizeof(out->lock_mode), value);
	else if (strcmp(name, "retain-until-date") == 0)
		take_time(&out->lock_until_ns, value);
	else if (strcmp(name, "legal-hold") == 0)
		out->legal_hold = strcasecmp(value, "ON") == 0;
}

/* Of the whole object: 32 bytes in base64. "…-3" is one of the parts' sums. */
static void take_server_sum(struct looking *l, const char *value)
{
	uint8_t digest[SHA256_SIZE];

	if (s3_base64_parse(value, digest, sizeof(digest)))
		(void)sha256_format(digest, l->out->server_sha256);
}

static void take_own_sum(struct s3_stat *out, const char *value)
{
	uint8_t digest[SHA256_SIZE];

	if (sha256_parse(value, digest))
		(void)sha256_format(digest, out->sha256);
}

static void take_amz(struct looking *l, const char *name, const char *value)
{
	static const char lock[] = "object-lock-";
	struct s3_stat *out = l->out;

	if (strncmp(name, lock, sizeof(lock) - 1) == 0)
		take_lock(out, name + sizeof(lock) - 1, value);
	else if (strcmp(name, "version-id") == 0 && strcmp(value, "null") != 0)
		copy(out->version, sizeof(out->version), value);
	else if (strcmp(name, "storage-class") == 0 && strcmp(value, "STANDARD") != 0)
		copy(out->storage_class, sizeof(out->storage_class), value);
	else if (strcmp(name, "meta-sha256") == 0)
		take_own_sum(out, value);
	else if (strcmp(name, "checksum-sha256") == 0)
		take_server_sum(l, value);
	else if (strcmp(name, "checksum-type") == 0)
		l->composite = strcasecmp(value, "COMPOSITE") == 0;
	else if (strcmp(name, "archive-status") == 0)
		l->shelved = true;
	else if (strcmp(name, "restore") == 0)
		*(strstr(value, "ongoing-request=\"false\"") ? &l->restored : &l->restoring) = true;
}

static int take_header(void *cookie, const char *name, const char *value, struct error *err)
{
	struct looking *l = cookie;

	if (strcmp(name, "content-length") == 0)
		return take_size(l, value, err);
	if (strcmp(name, "etag") == 0)
		take_etag(l->out, value);
	else if (strcmp(name, "last-modified") == 0)
		(void)(s3_parse_http_date(value, &l->out->modified_ns) < 0);
	else if (strncmp(name, "x-amz-", 6) == 0)
		take_amz(l, name + 6, value);
	return 0;
}

static int begin(void *cookie, struct error *err)
{
	struct looking *l = cookie;

	(void)err;
	*l->out = (struct s3_stat){ 0 };
	*l = (struct looking){ .out = l->out };
	return 0;
}

static void conclude(struct looking *l)
{
	struct s3_stat *out = l->out;
	bool cold = strcmp(out->storage_class, "GLACIER") == 0 ||
		    strcmp(out->storage_class, "DEEP_ARCHIVE") == 0 || l->shelved;

	out->archived = (cold && !l->restored) || l->restoring;
	if (l->composite)
		out->server_sha256[0] = '\0';
}

/*
 * An answer to HEAD has no body that says why it is refused; the first byte is asked
 * for to hear it. When that byte comes, what HEAD said stays.
 */
static int explain(struct s3 *s, const char *key, struct error *err)
{
	static const char *const headers[] = { "Range: bytes=0-0", NULL };
	const struct s3_call call = { .method = "GET", .key = key, .headers = headers };
	struct s3_answer answer = { 0 };
	struct error why = ERROR_INIT;

	if (s3_attempt(s, &call, &answer, &why) < 0 && answer.code[0])
		*err = why;
	return -1;
}

/* An object that is not there, unless it is the bucket. */
static int tell_missing(struct s3 *s, struct error *err)
{
	const struct s3_call call = { .method = "HEAD" };
	struct s3_answer answer;
	struct error of_bucket = ERROR_INIT;

	if (!s->bucket_known && s3_send(s, &call, &answer, &of_bucket) < 0 && answer.status != 403)
		*err = of_bucket;
	return -1;
}

int s3_stat(struct s3 *s, const char *key, struct s3_stat *out, struct error *err)
{
	static const char *const headers[] = { "x-amz-checksum-mode: ENABLED", NULL };
	struct looking looking = { .out = out };
	const struct s3_call call = { .method = "HEAD",
				      .key = key,
				      .headers = headers,
				      .begin = begin,
				      .header = take_header,
				      .cookie = &looking };
	struct s3_answer answer;
	char shown[S3_SHOWN_SIZE];

	if (s3_send(s, &call, &answer, err) < 0) {
		if (answer.status == 404)
			return tell_missing(s, err);
		return answer.status >= 300 && answer.status < 500 ? explain(s, key, err) : -1;
	}
	if (!looking.has_size)
		return error_set(err, ERROR_TARGET, "%s: the answer tells no size",
				 s3_show(s, key, shown));
	conclude(&looking);
	return 0;
}
