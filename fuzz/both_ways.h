/* SPDX-License-Identifier: Apache-2.0 */
/* For the targets that are readers: the same bytes, cut differently, must read the same. */
#ifndef FUZZ_BOTH_WAYS_H
#define FUZZ_BOTH_WAYS_H

#include "format/reader.h"

/* Reads `bytes` whole and in two blocks, the first of `cut` bytes; aborts where the readings differ. */
void read_both_ways(const struct reader *reader, struct span bytes, size_t cut);

#endif
