/* SPDX-License-Identifier: Apache-2.0 */
/* How both documents of a restore test are spelt. */
#ifndef PLAN_RESTORE_TALK_INTERN_H
#define PLAN_RESTORE_TALK_INTERN_H

#include "model/json.h"
#include "plan/restore_talk.h"

/* Always -1. */
int talk_no_memory(struct error *err);
/* Takes `document`; NULL is want of memory. */
MUST_CHECK int talk_write_line(json_t *document, struct buf *out, struct error *err);
json_t *talk_notes_to_json(const struct restored_note *note, size_t count);
MUST_CHECK int talk_read_time(const json_t *o, const char *key, int64_t *out, struct error *err);

#endif
