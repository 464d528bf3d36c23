/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRC-64 "Jones" as Redis uses it: polynomial 0xad93d23594c935a9, bits reflected
 * in and out, initial value and final exclusive-or 0. The check value of
 * "123456789" is 0xe9c6d914c4b8d9ca (Redis, src/crc64.c).
 */
#ifndef FORMAT_RDB_CRC64_H
#define FORMAT_RDB_CRC64_H

#include <stdint.h>

#include "base/cursor.h"

/* Continue `crc` (0 at the start) over `bytes`. Additive over any cut of the input. */
uint64_t rdb_crc64(uint64_t crc, struct span bytes);

#endif
