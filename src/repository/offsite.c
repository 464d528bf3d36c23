/* SPDX-License-Identifier: Apache-2.0 */
#include "repository/offsite.h"

#include <string.h>

#include "base/clock.h"

/* Clocks differ, and a lock begins a little before the object's own time. */
enum { SPARE_S = 300 };

int offsite_open(const struct offsite_config *config, int (*stop_requested)(void),
		 struct offsite *out, struct error *err)
{
	const char *prefix;

	*out = (struct offsite){ .config = config };
	if (!config->url || !*config->url) {
		(void)error_set(err, ERROR_CONFIG, "no off-site copy is configured");
		return error_hint(err, "say in offsite.url where it is: s3://BUCKET/PREFIX");
	}
	if (!s3_url_parse(config->url, out->bucket, &prefix))
		return error_set(err, ERROR_CONFIG,
				 "offsite.url \"%s\" is not s3://BUCKET or s3://BUCKET/PREFIX",
				 config->url);
	out->prefix = prefix;
	out->length = strlen(prefix);
	while (out->length && prefix[out->length - 1] == '/')
		out->length--;
	return s3_open(&config->s3, out->bucket, stop_requested, &out->s3, err);
}

void offsite_close(struct offsite *o)
{
	s3_close(o->s3);
	o->s3 = NULL;
}

int offsite_key(const struct offsite *o, const char *relative, struct buf *out, struct error *err)
{
	while (*relative == '/')
		relative++;
	if (buf_append(out, o->prefix, o->length) < 0 ||
	    buf_printf(out, "%s%s", o->length ? "/" : "", relative) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a key");
	return 0;
}

/* Compliance is more than governance. */
bool offsite_is_locked(const struct offsite_config *config, const struct s3_stat *stat)
{
	int64_t until = stat->modified_ns + config->lock_for_ns - SPARE_S * NS_PER_SECOND;
	bool mode = strcmp(stat->lock_mode, "COMPLIANCE") == 0 ||
		    (strcmp(stat->lock_mode, "GOVERNANCE") == 0 &&
		     strcmp(config->lock, "governance") == 0);

	return mode && stat->lock_until_ns >= (config->lock_for_ns ? until : clock_wall_ns());
}

bool offsite_has_its_turn(double share, int64_t day, unsigned turn)
{
	int64_t days = share > 0 ? (int64_t)(1 / share + 0.999999) : 0;

	return days && (day + turn) % days == 0;
}
