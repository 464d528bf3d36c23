/* SPDX-License-Identifier: Apache-2.0 */
/* What a bucket keeps: versions, locks. */
#include <stdlib.h>
#include <string.h>

#include "repository/s3.intern.h"
#include "repository/s3_xml.h"

struct asked {
	struct s3_xml *xml;
	struct s3_bucket *out;
};

static unsigned number(const char *text, unsigned factor)
{
	unsigned long n = strtoul(text, NULL, 10);

	return n > 100000 ? 100000 * factor : (unsigned)n * factor;
}

static int take_element(void *cookie, const char *path, const char *text, struct error *err)
{
	static const char retention[] = "ObjectLockConfiguration/Rule/DefaultRetention/";
	struct s3_bucket *out = ((struct asked *)cookie)->out;

	(void)err;
	if (strcmp(path, "VersioningConfiguration/Status") == 0)
		out->versioning = strcmp(text, "Enabled") == 0;
	else if (strcmp(path, "ObjectLockConfiguration/ObjectLockEnabled") == 0)
		out->object_lock = strcmp(text, "Enabled") == 0;
	if (strncmp(path, retention, sizeof(retention) - 1) != 0)
		return 0;
	path += sizeof(retention) - 1;
	if (strcmp(path, "Mode") == 0)
		(void)snprintf(out->lock_mode, sizeof(out->lock_mode), "%s", text);
	else if (strcmp(path, "Days") == 0 && *text)
		out->lock_days = number(text, 1);
	else if (strcmp(path, "Years") == 0 && number(text, 1) > 0)
		out->lock_days = number(text, 365);
	return 0;
}

static int begin(void *cookie, struct error *err)
{
	struct asked *a = cookie;

	s3_xml_close(a->xml);
	a->xml = NULL;
	return s3_xml_open(take_element, a, &a->xml, err);
}

static int receive(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct asked *a = cookie;

	return s3_xml_push(a->xml, (struct span){ bytes, len }, err);
}

/* A server that has no such thing keeps none. */
static bool has_none(const struct s3_answer *answer)
{
	return strcmp(answer->code, "ObjectLockConfigurationNotFoundError") == 0 ||
	       strcmp(answer->code, "NotImplemented") == 0 || answer->status == 501;
}

static int ask(struct s3 *s, const char *what, struct s3_bucket *out, struct error *err)
{
	const struct s3_query query[] = { { what, "" }, { NULL, NULL } };
	struct asked asked = { .out = out };
	const struct s3_call call = { .method = "GET",
				      .query = query,
				      .begin = begin,
				      .receive = receive,
				      .cookie = &asked };
	struct s3_answer answer;
	int done = s3_send(s, &call, &answer, err);

	if (done == 0)
		done = s3_xml_end(asked.xml, err);
	s3_xml_close(asked.xml);
	if (done < 0 && has_none(&answer)) {
		error_clear(err);
		return 0;
	}
	return done < 0 ? error_context(err, "its %s", what) : 0;
}

int s3_bucket_status(struct s3 *s, struct s3_bucket *out, struct error *err)
{
	*out = (struct s3_bucket){ 0 };
	return ask(s, "versioning", out, err) < 0 ? -1 : ask(s, "object-lock", out, err);
}

int s3_bucket_make(struct s3 *s, bool object_lock, struct error *err)
{
	const char *const headers[] = { object_lock ? "x-amz-bucket-object-lock-enabled: true" :
						      NULL,
					NULL };
	char where[200];
	struct s3_call call = { .method = "PUT", .headers = headers };
	struct s3_answer answer;

	/* others take a region's name here for one of theirs, or for a mistake */
	if (s->amazon && strcmp(s->region, "us-east-1") != 0) {
		(void)snprintf(where, sizeof(where),
			       "<CreateBucketConfiguration><LocationConstraint>%s"
			       "</LocationConstraint></CreateBucketConfiguration>",
			       s->region);
		call.body = (struct span){ (const uint8_t *)where, strlen(where) };
	}
	if (s3_send(s, &call, &answer, err) == 0)
		return 0;
	if (strcmp(answer.code, "BucketAlreadyOwnedByYou") != 0)
		return -1;
	error_clear(err);
	return 0;
}
