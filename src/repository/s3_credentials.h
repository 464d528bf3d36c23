/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who asks: an access key and its secret, from the configuration, the environment,
 * the profile files of AWS's tools, or the role of an instance. Never shown.
 */
#ifndef REPOSITORY_S3_CREDENTIALS_H
#define REPOSITORY_S3_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "config/config.h"
#include "net/http.h"

struct s3_credentials {
	struct buf access_key, secret_key, token; /* an empty token: none */
	int64_t expires_ns;                       /* wall clock; 0: not known to */
	bool of_role;                             /* may be asked for again */
};

/* Overwrites the secrets. */
void s3_credentials_release(struct s3_credentials *c);

/* What a profile says besides its keys; all empty when there is none. */
struct s3_profile {
	struct buf access_key, secret_key, token, region, endpoint, ca_file;
	const char *
		refused; /* a setting that would give credentials, but is not followed; NULL: none */
	bool found;
};

void s3_profile_release(struct s3_profile *p);

/*
 * Profile `name` ("" = $AWS_PROFILE, else default) of $AWS_SHARED_CREDENTIALS_FILE
 * (~/.aws/credentials) and $AWS_CONFIG_FILE (~/.aws/config); of keys in both the former's win.
 * Files that are not there hold none; a named profile that is in neither is ERROR_CONFIG.
 */
MUST_CHECK int s3_profile_read(const char *name, struct s3_profile *out, struct error *err);

/* Add what `text` says of profile `name`; `config_file`: it spells sections as ~/.aws/config does. */
MUST_CHECK int s3_profile_parse(const char *text, bool config_file, const char *name,
				struct s3_profile *out, struct error *err);

/* The configuration's, $AWS_ACCESS_KEY_ID's, the profile's; the environment's last where the configuration names a profile. */
MUST_CHECK int s3_credentials_find(const struct s3_config *config, const struct s3_profile *profile,
				   struct s3_credentials *out, struct error *err);

/*
 * Those of the role: from $AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI (a
 * container's), else from the instance's metadata service at 169.254.169.254 or
 * $AWS_EC2_METADATA_SERVICE_ENDPOINT, version 2.
 */
MUST_CHECK int s3_role_fetch(struct http_client *client, const struct stop *stop,
			     struct s3_credentials *out, struct error *err);

/* Append the region of the instance; "" when the metadata service does not tell it. */
MUST_CHECK int s3_role_region(struct http_client *client, const struct stop *stop, struct buf *out,
			      struct error *err);

#endif
