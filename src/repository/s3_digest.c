/* SPDX-License-Identifier: Apache-2.0 */
#include "repository/s3_digest.h"

#include <openssl/evp.h>
#include <string.h>

enum { DIGEST_MAX = 32 };

static int fail(struct error *err)
{
	return error_set(err, ERROR_IO, "libcrypto computes no MD5");
}

int md5_init(struct md5 *m, struct error *err)
{
	m->state = EVP_MD_CTX_new();
	if (!m->state)
		return error_set(err, ERROR_NOMEM, "no memory for MD5");
	return EVP_DigestInit_ex(m->state, EVP_md5(), NULL) == 1 ? 0 : fail(err);
}

int md5_update(struct md5 *m, struct span bytes, struct error *err)
{
	return EVP_DigestUpdate(m->state, bytes.ptr, bytes.len) == 1 ? 0 : fail(err);
}

int md5_final(struct md5 *m, uint8_t digest[MD5_SIZE], struct error *err)
{
	unsigned size = 0;

	return EVP_DigestFinal_ex(m->state, digest, &size) == 1 && size == MD5_SIZE ? 0 : fail(err);
}

void md5_release(struct md5 *m)
{
	EVP_MD_CTX_free(m->state);
	m->state = NULL;
}

char *md5_format(const uint8_t digest[MD5_SIZE], char out[MD5_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < MD5_SIZE; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[MD5_TEXT_SIZE - 1] = '\0';
	return out;
}

char *s3_base64(const uint8_t *bytes, size_t len, char out[S3_BASE64_SIZE])
{
	(void)EVP_EncodeBlock((unsigned char *)out, bytes, (int)len);
	return out;
}

bool s3_base64_parse(const char *text, uint8_t *bytes, size_t len)
{
	unsigned char decoded[DIGEST_MAX + 4];
	char again[S3_BASE64_SIZE];
	size_t size = strlen(text);

	if (size != (len + 2) / 3 * 4 ||
	    EVP_DecodeBlock(decoded, (const unsigned char *)text, (int)size) < 0)
		return false;
	memcpy(bytes, decoded, len);
	/* spelled as we would, or it is none */
	return strcmp(s3_base64(bytes, len, again), text) == 0;
}
