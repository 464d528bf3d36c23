/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slicing by eight: table[k][b] is the CRC of byte b followed by k zero bytes, so
 * that eight bytes are folded into the remainder with eight independent look-ups.
 */
#include "format/rdb_crc64.h"

#include <pthread.h>
#include <string.h>

#define POLYNOMIAL_REFLECTED UINT64_C(0x95ac9329ac4bc9b5)

static uint64_t table[8][256];
static pthread_once_t table_made = PTHREAD_ONCE_INIT;

static void make_table(void)
{
	for (unsigned b = 0; b < 256; b++) {
		uint64_t crc = b;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL_REFLECTED : 0);
		table[0][b] = crc;
	}
	for (unsigned b = 0; b < 256; b++) {
		for (int k = 1; k < 8; k++)
			table[k][b] = table[0][table[k - 1][b] & 0xff] ^ table[k - 1][b] >> 8;
	}
}

static uint64_t load_le64(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

uint64_t rdb_crc64(uint64_t crc, struct span bytes)
{
	const uint8_t *p = bytes.ptr;
	size_t left = bytes.len;

	(void)pthread_once(&table_made, make_table);
	for (; left >= 8; left -= 8, p += 8) {
		uint64_t x = crc ^ load_le64(p);

		crc = table[7][x & 0xff] ^ table[6][x >> 8 & 0xff] ^ table[5][x >> 16 & 0xff] ^
		      table[4][x >> 24 & 0xff] ^ table[3][x >> 32 & 0xff] ^
		      table[2][x >> 40 & 0xff] ^ table[1][x >> 48 & 0xff] ^ table[0][x >> 56];
	}
	for (; left; left--)
		crc = table[0][(crc ^ *p++) & 0xff] ^ crc >> 8;
	return crc;
}
