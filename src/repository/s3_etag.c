/* SPDX-License-Identifier: Apache-2.0 */
/* What an ETag tells of content: the MD5 of an object, or "MD5 of the parts' MD5s-number of parts". */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "repository/s3_write.intern.h"

static bool begins_as_md5(const char *etag)
{
	return strspn(etag, "0123456789abcdefABCDEF") == MD5_TEXT_SIZE - 1;
}

bool s3_etag_is_md5(const char *etag)
{
	return begins_as_md5(etag) && !etag[MD5_TEXT_SIZE - 1];
}

/* How many parts an ETag is of; 0: it is none of parts. */
static uint64_t parts_of(const char *etag)
{
	const char *number = etag + MD5_TEXT_SIZE;
	char *end;
	uint64_t parts;

	if (!begins_as_md5(etag) || etag[MD5_TEXT_SIZE - 1] != '-')
		return 0;
	parts = strtoull(number, &end, 10);
	return strspn(number, "0123456789") && !*end ? parts : 0;
}

static int digest_of_parts(const struct s3_file *file, uint64_t part_size, uint8_t digest[MD5_SIZE],
			   struct error *err)
{
	CLEANUP(md5_release)
	struct md5 whole = { 0 };

	if (md5_init(&whole, err) < 0)
		return -1;
	for (uint64_t offset = 0; offset < file->size; offset += part_size) {
		uint64_t left = file->size - offset;
		struct s3_digests part;

		if (s3_digest_range(file, offset, left < part_size ? left : part_size, &part, err) <
			    0 ||
		    md5_update(&whole, (struct span){ part.md5, MD5_SIZE }, err) < 0)
			return -1;
	}
	return md5_final(&whole, digest, err);
}

int s3_etag_fits(const struct s3 *s, const char *etag, int fd, uint64_t size, bool *fits,
		 struct error *err)
{
	const struct s3_file file = { .fd = fd, .size = size };
	uint64_t parts = parts_of(etag), part_size = s3_part_size(s, size);
	struct s3_digests digests;
	char text[MD5_TEXT_SIZE];

	*fits = false;
	if (s3_etag_is_md5(etag)) {
		if (s3_digest_range(&file, 0, size, &digests, err) < 0)
			return -1;
		*fits = strcasecmp(etag, digests.md5_text) == 0;
	} else if (parts && parts == (size + part_size - 1) / part_size) {
		if (digest_of_parts(&file, part_size, digests.md5, err) < 0)
			return -1;
		*fits = strncasecmp(etag, md5_format(digests.md5, text), MD5_TEXT_SIZE - 1) == 0;
	}
	return 0;
}
