/* SPDX-License-Identifier: Apache-2.0 */
/* A drill as it stands, on one screen: what is to be done now comes first. Pure. */
#ifndef DRILL_FRAME_H
#define DRILL_FRAME_H

#include "base/buf.h"
#include "drill/record.h"

struct drill_frame_style {
	unsigned width;  /* columns; at least 20 */
	unsigned height; /* lines; at least 2 */
	bool color;      /* SGR sequences */
	bool utf8;       /* else ASCII only */
};

/*
 * Append at most `height` lines of at most `width` columns, each ended by a newline: of what there
 * is no room for, the least important is left out. What is to be expected is as
 * drill_record_expect() has foreseen it last. -1: no memory.
 */
MUST_CHECK int drill_frame_write(const struct drill_record *r,
				 const struct drill_frame_style *style, struct buf *out);

#endif
