/* SPDX-License-Identifier: Apache-2.0 */
/* Radosgw forgets the lock of what comes in parts, so that each is looked at, and set where it is missing. */
#include <string.h>

#include "base/clock.h"
#include "repository/s3_write.intern.h"

static int digest(struct span bytes, struct s3_headers *headers, struct error *err)
{
	struct s3_digests digests;
	struct md5 md5 = { 0 };
	int done = md5_init(&md5, err);

	if (done == 0)
		done = md5_update(&md5, bytes, err);
	if (done == 0)
		done = md5_final(&md5, digests.md5, err);
	md5_release(&md5);
	return done < 0 ? -1 : s3_digest_headers(&digests, false, headers, err);
}

static int put_retention(struct s3 *s, const struct s3_write *what, const char *version,
			 struct error *err)
{
	CLEANUP(s3_headers_release)
	struct s3_headers headers = { 0 };
	CLEANUP(buf_release)
	struct buf body = { 0 };
	char until[CLOCK_RFC3339_SIZE];
	const struct s3_query query[] = { { "retention", "" },
					  { *version ? "versionId" : NULL, version },
					  { NULL, NULL } };
	struct s3_call call = { .method = "PUT", .key = what->key, .query = query };
	struct s3_answer answer;

	if (buf_printf(&body,
		       "<Retention><Mode>%s</Mode><RetainUntilDate>%s</RetainUntilDate>"
		       "</Retention>",
		       what->lock_mode, clock_format_rfc3339(what->lock_until_ns, until)) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a request");
	call.body = buf_span(&body);
	if (digest(call.body, &headers, err) < 0)
		return -1;
	call.headers = s3_headers_list(&headers);
	return s3_send(s, &call, &answer, err);
}

static bool is_locked(const struct s3_stat *stat, const struct s3_write *what)
{
	return strcmp(stat->lock_mode, what->lock_mode) == 0 &&
	       stat->lock_until_ns / NS_PER_SECOND >= what->lock_until_ns / NS_PER_SECOND;
}

int s3_make_sure_of_lock(struct s3 *s, const struct s3_write *what, struct error *err)
{
	struct s3_stat stat;

	if (!what->lock_mode || !*what->lock_mode)
		return 0;
	if (s3_stat(s, what->key, &stat, err) == 0 &&
	    (is_locked(&stat, what) || put_retention(s, what, stat.version, err) == 0))
		return 0;
	return error_context(err, "it was uploaded, but may be without its lock");
}
