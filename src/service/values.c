/* SPDX-License-Identifier: Apache-2.0 */
#include "service/values.h"

#include <stddef.h>

static int add(struct variables *out, const struct variable_config *variable, struct error *err)
{
	struct buf value = { 0 };
	int rc = variable->text ? variables_expand(out, variable->text, &value, err) :
				  secret_fetch(&variable->secret, &value, err);

	if (rc == 0)
		rc = variables_set(out, variable->name, value.len ? value.ptr : "", err);
	secret_wipe(&value);
	return rc < 0 ? error_context(err, "env %s", variable->name) : 0;
}

int values_fill(const char *const *env, const struct variable_list *list, struct variables *out,
		struct error *err)
{
	for (; env && *env; env++) {
		if (variables_put(out, *env, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < list->count; i++) {
		if (add(out, &list->item[i], err) < 0)
			return -1;
	}
	return 0;
}

const char *const *values_words(const struct variables *v, const struct string_list *words,
				struct arena *arena, struct error *err)
{
	const char **out = arena_alloc(arena, (words->count + 1) * sizeof(*out));

	for (size_t i = 0; out && i < words->count; i++) {
		struct buf word = { 0 };
		int rc = variables_expand(v, words->item[i], &word, err);

		out[i] = rc < 0 ? NULL : arena_strdup(arena, word.ptr);
		secret_wipe(&word);
		if (rc < 0)
			return NULL;
		if (!out[i])
			out = NULL;
	}
	if (!out)
		(void)error_set(err, ERROR_NOMEM, "no memory for a command");
	return out;
}

const char *const *values_env(const struct variables *v)
{
	static const char *const none[] = { NULL };

	return v->count ? (const char *const *)v->item : none;
}
