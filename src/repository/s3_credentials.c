/* SPDX-License-Identifier: Apache-2.0 */
#include "repository/s3_credentials.h"

#include <stdlib.h>
#include <string.h>

void s3_credentials_release(struct s3_credentials *c)
{
	secret_wipe(&c->access_key);
	secret_wipe(&c->secret_key);
	secret_wipe(&c->token);
}

static int find_in_config(const struct s3_config *config, struct s3_credentials *out,
			  struct error *err)
{
	if (secret_fetch(&config->access_key, &out->access_key, err) < 0 ||
	    secret_fetch(&config->secret_key, &out->secret_key, err) < 0 ||
	    secret_fetch(&config->session_token, &out->token, err) < 0)
		return -1;
	if (out->access_key.len && out->secret_key.len)
		return 0;
	return error_set(err, ERROR_CONFIG, "the S3 %s is empty or not configured",
			 out->access_key.len ? "secret key" : "access key");
}

static int put(struct buf *out, const char *text, struct error *err)
{
	return text && buf_puts(out, text) < 0 ?
		       error_set(err, ERROR_NOMEM, "no memory for credentials") :
		       0;
}

static int find_in_environment(struct s3_credentials *out, struct error *err)
{
	if (put(&out->access_key, getenv("AWS_ACCESS_KEY_ID"), err) < 0 ||
	    put(&out->secret_key, getenv("AWS_SECRET_ACCESS_KEY"), err) < 0 ||
	    put(&out->token, getenv("AWS_SESSION_TOKEN"), err) < 0)
		return -1;
	if (out->secret_key.len)
		return 0;
	return error_set(err, ERROR_CONFIG,
			 "$AWS_ACCESS_KEY_ID is set, but $AWS_SECRET_ACCESS_KEY is not");
}

static int find_in_profile(const struct s3_profile *profile, struct s3_credentials *out,
			   struct error *err)
{
	if (!profile->secret_key.len)
		return error_set(err, ERROR_CONFIG,
				 "the profile has an aws_access_key_id, but no "
				 "aws_secret_access_key");
	return put(&out->access_key, profile->access_key.ptr, err) < 0 ||
			       put(&out->secret_key, profile->secret_key.ptr, err) < 0 ?
		       -1 :
		       put(&out->token, profile->token.ptr, err);
}

static int tell_none(const struct s3_profile *profile, struct error *err)
{
	if (profile->refused) {
		(void)error_set(err, ERROR_CONFIG, "the profile has a %s, which is not followed",
				profile->refused);
		return error_hint(err, "let the keys be given by {command: [...]}, by files or by "
				       "$AWS_ACCESS_KEY_ID and $AWS_SECRET_ACCESS_KEY");
	}
	(void)error_set(err, ERROR_CONFIG, "there are no credentials for S3");
	return error_hint(err, "configure access_key and secret_key, set $AWS_ACCESS_KEY_ID and "
			       "$AWS_SECRET_ACCESS_KEY, write a profile, or ask for the "
			       "instance_role");
}

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

int s3_credentials_find(const struct s3_config *config, const struct s3_profile *profile,
			struct s3_credentials *out, struct error *err)
{
	bool chosen = config->profile && *config->profile;

	if (config->access_key.kind != SECRET_NONE || config->secret_key.kind != SECRET_NONE)
		return find_in_config(config, out, err);
	if (!chosen && is_set("AWS_ACCESS_KEY_ID"))
		return find_in_environment(out, err);
	if (profile->access_key.len)
		return find_in_profile(profile, out, err);
	if (config->instance_role) {
		out->of_role = true; /* and fetched before the first request */
		return 0;
	}
	return tell_none(profile, err);
}
