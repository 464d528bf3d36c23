/* SPDX-License-Identifier: Apache-2.0 */
#include "base/checksum.h"

#include <ctype.h>
#include <isa-l/crc.h>
#include <isa-l/crc64.h>
#include <openssl/evp.h>

int sha256_init(struct sha256 *s, struct error *err)
{
	EVP_MD_CTX *state = EVP_MD_CTX_new();

	if (!state)
		return error_set(err, ERROR_NOMEM, "no memory for a SHA-256");
	if (EVP_DigestInit_ex(state, EVP_sha256(), NULL) != 1) {
		EVP_MD_CTX_free(state);
		return error_set(err, ERROR_INTERNAL, "OpenSSL offers no SHA-256");
	}
	s->state = state;
	return 0;
}

int sha256_update(struct sha256 *s, struct span bytes, struct error *err)
{
	if (EVP_DigestUpdate(s->state, bytes.ptr, bytes.len) != 1)
		return error_set(err, ERROR_INTERNAL, "SHA-256 of %zu bytes failed", bytes.len);
	return 0;
}

int sha256_final(struct sha256 *s, uint8_t digest[SHA256_SIZE], struct error *err)
{
	if (EVP_DigestFinal_ex(s->state, digest, NULL) != 1)
		return error_set(err, ERROR_INTERNAL, "SHA-256 could not be finished");
	return 0;
}

void sha256_release(struct sha256 *s)
{
	EVP_MD_CTX_free(s->state);
	s->state = NULL;
}

char *sha256_format(const uint8_t digest[SHA256_SIZE], char out[SHA256_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < SHA256_SIZE; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[2 * SHA256_SIZE] = '\0';
	return out;
}

bool sha256_parse(const char *text, uint8_t digest[SHA256_SIZE])
{
	for (int i = 0; i < SHA256_SIZE; i++, text += 2) {
		int high = hex_digit((char)tolower((unsigned char)text[0]));
		int low = high < 0 ? -1 : hex_digit((char)tolower((unsigned char)text[1]));

		if (low < 0)
			return false;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	return *text == '\0';
}

uint32_t checksum_crc32(uint32_t crc, struct span bytes)
{
	return bytes.len ? crc32_gzip_refl(crc, bytes.ptr, bytes.len) : crc;
}

/* ISA-L inverts before and after; Redis does neither. */
uint64_t checksum_crc64(uint64_t crc, struct span bytes)
{
	return bytes.len ? ~crc64_jones_refl(~crc, bytes.ptr, bytes.len) : crc;
}
