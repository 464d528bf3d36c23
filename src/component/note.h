/* SPDX-License-Identifier: Apache-2.0 */
/* Notes about a backup's making, for the manifest. */
#ifndef COMPONENT_NOTE_H
#define COMPONENT_NOTE_H

#include "base/buf.h"
#include "component/engine.h"

/* One note; `name` is a printf format. */
__attribute__((format(printf, 5, 6))) MUST_CHECK int note_add(struct manifest *m,
							      const struct backup_job *job,
							      const char *value, struct error *err,
							      const char *name, ...);

/* One note called `name` for each line that a program said. */
MUST_CHECK int note_lines(struct manifest *m, const struct backup_job *job, const char *name,
			  const struct buf *text, struct error *err);

#endif
