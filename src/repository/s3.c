/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what a bucket is reached with: endpoint, region, credentials. */
#include "repository/s3.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "repository/s3.intern.h"

enum { ATTEMPTS = 6, PARALLEL = 4, PARALLEL_MAX = 64, PART_SIZE = 8 << 20 };

static const int64_t timeout_ns = 30 * NS_PER_SECOND;

static const char *set_or_none(const char *text)
{
	return text && *text ? text : NULL;
}

/* The first that is there; NULL: none is. */
static const char *first_of(const char *const *choices, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (set_or_none(choices[i]))
			return choices[i];
	}
	return NULL;
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for S3");
}

static bool is_stopped(const void *cookie)
{
	const struct s3 *s = cookie;

	return (s->stop_requested && s->stop_requested()) ||
	       (s->cancelled && atomic_load(s->cancelled));
}

struct stop s3_stop(const struct s3 *s)
{
	return (struct stop){ .asked = is_stopped, .cookie = s };
}

static int find_region(struct s3 *s, const struct s3_profile *profile, struct error *err)
{
	const char *const choices[] = { s->config->region, getenv("AWS_REGION"),
					getenv("AWS_DEFAULT_REGION"), profile->region.ptr };
	const char *region = first_of(choices, sizeof(choices) / sizeof(*choices));
	CLEANUP(buf_release)
	struct buf of_instance = { 0 };
	const struct stop stop = s3_stop(s);

	if (!region && s->credentials.of_role && !set_or_none(s->config->endpoint)) {
		if (s3_role_region(s->client, &stop, &of_instance, err) < 0)
			return -1;
		region = set_or_none(of_instance.ptr);
	}
	region = region ? region : "us-east-1";
	if (strlen(region) >= sizeof(s->region) ||
	    region[strspn(region, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-_.")])
		return error_set(err, ERROR_CONFIG, "'%.80s' is no region", region);
	(void)snprintf(s->region, sizeof(s->region), "%s", region);
	(void)snprintf(s->sign, sizeof(s->sign), "aws:amz:%s:s3", region);
	return 0;
}

static int find_place(struct s3 *s, const struct s3_profile *profile, struct error *err)
{
	const char *const endpoints[] = { s->config->endpoint, getenv("AWS_ENDPOINT_URL_S3"),
					  getenv("AWS_ENDPOINT_URL"), profile->endpoint.ptr };
	const char *const ca_files[] = { s->config->ca_file, getenv("AWS_CA_BUNDLE"),
					 profile->ca_file.ptr };
	const char *endpoint = first_of(endpoints, sizeof(endpoints) / sizeof(*endpoints));
	const char *ca_file = first_of(ca_files, sizeof(ca_files) / sizeof(*ca_files));
	const struct s3_place place = { .endpoint = endpoint ? endpoint : "",
					.region = s->region,
					.bucket = s->bucket,
					.path_style = s->config->path_style };

	s->amazon = !endpoint;
	if (buf_puts(&s->ca_file, ca_file ? ca_file : "") < 0)
		return no_memory(err);
	return s3_place_url(&place, &s->base, err);
}

static bool needs_profile(const struct s3_config *c)
{
	bool named = set_or_none(c->profile);

	return named ||
	       (c->access_key.kind == SECRET_NONE && !set_or_none(getenv("AWS_ACCESS_KEY_ID")));
}

/* A profile that gives no credentials may still give a region; that it is not there is no matter then. */
static int find(struct s3 *s, struct s3_profile *profile, struct error *err)
{
	const char *name = s->config->profile ? s->config->profile : "";

	if (s3_profile_read(name, profile, err) < 0) {
		if (needs_profile(s->config))
			return -1;
		error_clear(err);
	}
	if (s3_credentials_find(s->config, profile, &s->credentials, err) < 0 ||
	    find_region(s, profile, err) < 0)
		return -1;
	return find_place(s, profile, err);
}

static int prepare(struct s3 *s, const char *bucket, struct error *err)
{
	struct s3_profile profile = { 0 };
	const struct s3_config *c = s->config;
	int done;

	if (strlen(bucket) >= sizeof(s->bucket))
		return error_set(err, ERROR_CONFIG, "the bucket's name %.80s is too long", bucket);
	(void)snprintf(s->bucket, sizeof(s->bucket), "%s", bucket);
	s->timeout_ns = c->timeout_ns ? c->timeout_ns : timeout_ns;
	s->attempts = c->attempts ? c->attempts : ATTEMPTS;
	s->parallel = c->parallel ? c->parallel : PARALLEL;
	s->parallel = s->parallel < PARALLEL_MAX ? s->parallel : PARALLEL_MAX;
	s->part_size = c->part_size ? c->part_size : PART_SIZE;
	if (http_client_open(&s->client, err) < 0)
		return -1;
	done = find(s, &profile, err);
	s3_profile_release(&profile);
	return done;
}

int s3_open(const struct s3_config *config, const char *bucket, int (*stop_requested)(void),
	    struct s3 **out, struct error *err)
{
	CLEANUP(cleanup_s3)
	struct s3 *s = calloc(1, sizeof(*s));

	if (!s)
		return no_memory(err);
	s->config = config;
	s->stop_requested = stop_requested;
	if (prepare(s, bucket, err) < 0)
		return error_context(err, "s3://%s", bucket);
	*out = TAKE(s);
	return 0;
}

void s3_close(struct s3 *s)
{
	if (!s)
		return;
	http_client_close(s->client);
	s3_credentials_release(&s->credentials);
	buf_release(&s->base);
	buf_release(&s->ca_file);
	free(s);
}

static int copy_text(struct buf *out, const struct buf *in)
{
	return buf_append(out, in->ptr ? in->ptr : "", in->len);
}

int s3_copy(const struct s3 *s, const atomic_bool *cancelled, struct s3 **out, struct error *err)
{
	CLEANUP(cleanup_s3)
	struct s3 *copy = malloc(sizeof(*copy));

	if (!copy)
		return no_memory(err);
	*copy = *s;
	copy->client = NULL;
	copy->base = copy->ca_file = (struct buf){ 0 };
	copy->credentials.access_key = copy->credentials.secret_key = copy->credentials.token =
		(struct buf){ 0 };
	copy->cancelled = cancelled;
	if (copy_text(&copy->base, &s->base) < 0 || copy_text(&copy->ca_file, &s->ca_file) < 0 ||
	    copy_text(&copy->credentials.access_key, &s->credentials.access_key) < 0 ||
	    copy_text(&copy->credentials.secret_key, &s->credentials.secret_key) < 0 ||
	    copy_text(&copy->credentials.token, &s->credentials.token) < 0)
		return no_memory(err);
	if (http_client_open(&copy->client, err) < 0)
		return -1;
	*out = TAKE(copy);
	return 0;
}
