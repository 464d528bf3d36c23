/* SPDX-License-Identifier: Apache-2.0 */
#include "component/restore.h"

#include <stdlib.h>

const char *restore_phase_name(enum restore_phase phase)
{
	static const char *const names[RESTORE_PHASE_COUNT] = {
#define X(id, name) [RESTORE_##id] = (name),
		RESTORE_PHASE_TABLE(X)
#undef X
	};

	return names[phase];
}

void restored_release(struct restored *r)
{
	checks_release(&r->checks);
	for (size_t i = 0; i < r->part_count; i++) {
		facts_release(&r->part[i].facts);
		facts_release(&r->part[i].doubtful);
	}
	free(r->part);
	free(r->note);
	buf_release(&r->complaints);
	arena_release(&r->arena);
	*r = (struct restored){ 0 };
}

int restored_begin(struct restored *r, const struct restore_job *job, struct error *err)
{
	if (r->part)
		return 0;
	r->part = calloc(job->part_count + 1, sizeof(*r->part));
	if (!r->part)
		return error_set(err, ERROR_NOMEM, "no memory to restore %zu files",
				 job->part_count);
	r->part_count = job->part_count;
	for (size_t i = 0; i < r->part_count; i++) {
		r->part[i].facts.side = FACTS_RESTORED;
		r->part[i].doubtful.side = FACTS_RESTORED;
	}
	return 0;
}

int restored_note_add(struct restored *r, const char *name, const char *value)
{
	struct restored_note note = { arena_strdup(&r->arena, name),
				      arena_strdup(&r->arena, value) };

	if (!note.name || !note.value)
		return -1;
	if (r->note_count == r->note_capacity) {
		size_t capacity = r->note_capacity ? 2 * r->note_capacity : 8;
		struct restored_note *grown = reallocarray(r->note, capacity, sizeof(*grown));

		if (!grown)
			return -1;
		r->note = grown;
		r->note_capacity = capacity;
	}
	r->note[r->note_count++] = note;
	return 0;
}
