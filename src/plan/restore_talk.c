/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/restore_talk.intern.h"

int talk_no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the documents of a restore test");
}

int talk_write_line(json_t *document, struct buf *out, struct error *err)
{
	int rc = document ? model_json_write_line(document, out) : -1;

	json_decref(document);
	return rc < 0 ? talk_no_memory(err) : 0;
}

json_t *talk_notes_to_json(const struct restored_note *note, size_t count)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (size_t i = 0; array && i < count; i++) {
		CLEANUP(cleanup_json)
		json_t *o = json_object();

		if (!o || !member_put(o, "name", text_to_json(note[i].name)) ||
		    !member_put(o, "value", text_to_json(note[i].value)) ||
		    json_array_append_new(array, TAKE(o)) < 0)
			return NULL;
	}
	return TAKE(array);
}

int talk_read_time(const json_t *o, const char *key, int64_t *out, struct error *err)
{
	uint64_t ns = 0;

	if (member_uint(o, key, &ns, err) < 0)
		return -1;
	*out = ns > INT64_MAX ? INT64_MAX : (int64_t)ns;
	return 0;
}
