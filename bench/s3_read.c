/* SPDX-License-Identifier: Apache-2.0 */
/* For bench/s3: read a whole object to nowhere, as muster does. usage: s3-read ENDPOINT BUCKET KEY [PARALLEL]; keys from AWS_*. */
#include <stdio.h>
#include <stdlib.h>

#include "repository/s3.h"

static int discard(void *cookie, const void *bytes, size_t len, struct error *err)
{
	(void)bytes, (void)err;
	*(uint64_t *)cookie += len;
	return 0;
}

static int read_whole(const struct s3_config *config, const char *bucket, const char *key,
		      struct error *err)
{
	CLEANUP(cleanup_s3)
	struct s3 *s = NULL;
	struct s3_stat stat;
	uint64_t size = 0;

	if (s3_open(config, bucket, NULL, &s, err) < 0 || s3_stat(s, key, &stat, err) < 0 ||
	    s3_read_parallel(s, key, &stat, discard, &size, err) < 0)
		return -1;
	return size == stat.size ? 0 : error_set(err, ERROR_INTERNAL, "not all of it came");
}

int main(int argc, char **argv)
{
	struct s3_config config = {
		.region = "", .profile = "", .ca_file = "", .path_style = true
	};
	struct error err = ERROR_INIT;

	if (argc < 4)
		return 2;
	config.endpoint = argv[1];
	config.parallel = argc > 4 ? (unsigned)atoi(argv[4]) : 0;
	if (read_whole(&config, argv[2], argv[3], &err) == 0)
		return 0;
	(void)fprintf(stderr, "%s\n", err.message);
	return 1;
}
