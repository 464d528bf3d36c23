/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parsing that is safe when memory runs out, which Jansson 2.14 by itself is not:
 * when its lexer's text buffer cannot grow, it drops the byte (load.c, lex_save()),
 * and decodes a string from what is left, past the end of the block.
 *
 * So for as long as a document is parsed a reserve stands behind malloc(): the
 * first request that fails is served from it, and ends the input. What Jansson
 * still asks for until it notices is bounded by the few bytes it was given and by
 * the longest token.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/json.h"

enum {
	/* bytes handed to Jansson at a time */
	PIECE = 64,
	/* the dearest byte is a "{" with its table of buckets: well under 512 bytes */
	RESERVE = PIECE * 512,
};

static _Thread_local struct {
	uint8_t *reserve; /* NULL: no document is being parsed */
	size_t size, used;
	size_t taken, most; /* of malloc() for this document: now, and at most */
	bool failed;
} memory;

static bool in_reserve(const void *ptr)
{
	uintptr_t at = (uintptr_t)ptr, start = (uintptr_t)memory.reserve;

	return memory.reserve && at >= start && at - start < memory.size;
}

static void *backed_malloc(size_t size)
{
	void *out = memory.reserve && size > memory.most - memory.taken ? NULL : malloc(size);

	if (out && memory.reserve) {
		size = malloc_usable_size(out);
		memory.taken +=
			size < memory.most - memory.taken ? size : memory.most - memory.taken;
	}
	if (out || !memory.reserve)
		return out;
	memory.failed = true;
	size = (size + 15) / 16 * 16;
	if (size > memory.size - memory.used)
		return NULL;
	out = memory.reserve + memory.used;
	memory.used += size;
	return out;
}

static void backed_free(void *ptr)
{
	if (in_reserve(ptr))
		return;
	if (ptr && memory.reserve) {
		size_t size = malloc_usable_size(ptr);

		memory.taken -= size < memory.taken ? size : memory.taken;
	}
	free(ptr);
}

static void install(void)
{
	json_set_alloc_funcs(backed_malloc, backed_free);
}

static size_t next_piece(void *buffer, size_t size, void *rest)
{
	struct span *text = rest;
	size_t n = size < PIECE ? size : PIECE;

	if (n > text->len)
		n = text->len;
	if (n == 0 || memory.failed)
		return 0;
	memcpy(buffer, text->ptr, n);
	text->ptr += n;
	text->len -= n;
	return n;
}

static json_t *load(struct span text, size_t flags, size_t memory_max, json_error_t *problem,
		    struct error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	CLEANUP(cleanup_free)
	/* the lexer's buffer doubles, up to twice the longest token, and the string is a copy of it */
	uint8_t *reserve = text.len < SIZE_MAX / 16 ? malloc(RESERVE + 4 * text.len) : NULL;
	json_t *json;

	(void)pthread_once(&once, install);
	*problem = (json_error_t){ 0 };
	if (!reserve) {
		(void)error_set(err, ERROR_NOMEM, "no memory to read a JSON document");
		return NULL;
	}
	memory.reserve = reserve;
	memory.size = RESERVE + 4 * text.len;
	memory.used = 0;
	memory.taken = 0;
	memory.most = memory_max;
	memory.failed = false;
	json = json_load_callback(next_piece, &text, flags | JSON_REJECT_DUPLICATES, problem);
	if (memory.failed) {
		(void)error_set(err, ERROR_NOMEM, "no memory to read a JSON document");
		json_decref(json);
		json = NULL;
	}
	memory.reserve = NULL;
	return json;
}

json_t *model_json_load(struct span text, json_error_t *problem, struct error *err)
{
	return load(text, 0, SIZE_MAX, problem, err);
}

json_t *model_json_load_bounded(struct span text, size_t memory_max, json_error_t *problem,
				struct error *err)
{
	return load(text, 0, memory_max, problem, err);
}

json_t *model_json_load_value(struct span text, json_error_t *problem, struct error *err)
{
	return load(text, JSON_DECODE_ANY, SIZE_MAX, problem, err);
}
