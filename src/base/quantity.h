/* SPDX-License-Identifier: Apache-2.0 */
/* Durations, sizes and shares as people write them. */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/*
 * "36h", "1h30m", "90s", "2d", "15min", "1.5h", "500ms", "0": numbers with the
 * units ms, s (sec), m (min), h, d, w, y (365 d), the larger unit first. A number
 * without a unit is refused, but for 0. -1 when malformed or past 292 years.
 */
MUST_CHECK int quantity_parse_duration(const char *text, int64_t *ns);

/*
 * "10 MiB", "1500kB", "4096", "0.5 GiB": B, kB, MB, GB, TB count in thousands, KiB,
 * MiB, GiB, TiB in 1024s; no unit is bytes. -1 when malformed or past 2^64 - 1.
 */
MUST_CHECK int quantity_parse_size(const char *text, uint64_t *bytes);

/* "20%" or "0.2", both 0.2; never negative. -1 when malformed. */
MUST_CHECK int quantity_parse_share(const char *text, double *share);

enum { QUANTITY_TEXT_SIZE = 32 };

/* In words a parser above reads again: "1d12h", "1h30m", "42s", "3.2s", "120ms". Returns `out`. */
char *quantity_format_duration(int64_t ns, char out[QUANTITY_TEXT_SIZE]);

/* The same for an age, below zero taken for 0: without seconds once it counts in minutes. */
char *quantity_format_age(int64_t ns, char out[QUANTITY_TEXT_SIZE]);

/* "4.2 GiB", "980 B". Returns `out`. */
char *quantity_format_size(uint64_t bytes, char out[QUANTITY_TEXT_SIZE]);

/* "20%", "12.5%". Returns `out`. */
char *quantity_format_share(double share, char out[QUANTITY_TEXT_SIZE]);

enum { NUMBER_TEXT_SIZE = 32 };
/* "1,234,567". Returns `out`. */
char *number_format(unsigned long long number, char out[NUMBER_TEXT_SIZE]);

#endif
