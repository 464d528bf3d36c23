/* SPDX-License-Identifier: Apache-2.0 */
/* Is an object's content a file's, by what a server tells of it? */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "repository/offsite.h"

static bool same_sum(const char *text, const uint8_t *sha256)
{
	uint8_t digest[SHA256_SIZE];

	return sha256_parse(text, digest) && memcmp(digest, sha256, SHA256_SIZE) == 0;
}

/* A file that is not here, or cannot be read, lets the ETag tell nothing. */
static int etag_fits(const struct offsite *o, const struct s3_stat *stat,
		     const struct offsite_file *file, bool *asked, bool *fits, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = file->path ? open(file->path, O_RDONLY | O_CLOEXEC) : -1;
	struct error unreadable = ERROR_INIT;

	*asked = *fits = false;
	if (fd < 0)
		return 0;
	if (s3_etag_fits(o->s3, stat->etag, fd, stat->size, fits, &unreadable) == 0) {
		*asked = true;
		return 0;
	}
	if (unreadable.kind == ERROR_IO)
		return 0;
	*err = unreadable;
	return -1;
}

int offsite_compare(const struct offsite *o, const struct s3_stat *stat,
		    const struct offsite_file *file, enum offsite_evidence *out, struct error *err)
{
	bool asked, fits;

	*out = OFFSITE_DIFFERS;
	if (stat->size != file->size)
		return 0;
	if (*stat->server_sha256 && file->sha256) {
		if (same_sum(stat->server_sha256, file->sha256))
			*out = OFFSITE_BY_SERVER_SUM;
		return 0;
	}
	if (*stat->sha256 && file->sha256 && !same_sum(stat->sha256, file->sha256))
		return 0;
	if (etag_fits(o, stat, file, &asked, &fits, err) < 0)
		return -1;
	if (fits)
		*out = OFFSITE_BY_ETAG;
	else if (asked && s3_etag_is_md5(stat->etag))
		*out = OFFSITE_DOUBTFUL;
	else
		*out = *stat->sha256 && file->sha256 ? OFFSITE_BY_OUR_SUM : OFFSITE_UNTOLD;
	return 0;
}
