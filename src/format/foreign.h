/* SPDX-License-Identifier: Apache-2.0 */
/* What else lies where backups lie, told by its first bytes: not read, but named, with what to do about it. */
#ifndef FORMAT_FOREIGN_H
#define FORMAT_FOREIGN_H

#include <stdbool.h>

#include "base/cursor.h"
#include "model/finding.h"

/* Is it surely none of ours, though a reader may take it for its own? JSON that is an error or another program's. */
bool foreign_claims(struct span head);

/* Add the finding that names it. `head` holds the first READER_HEAD bytes, or all there are. */
void foreign_report(struct span head, struct findings *findings);

#endif
