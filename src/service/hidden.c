/* SPDX-License-Identifier: Apache-2.0 */
#include "service/hidden.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"

struct hidden {
	pthread_mutex_t lock;
	struct span *secret;
	size_t count;
};

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to hide secrets");
}

int hidden_new(struct hidden **out, struct error *err)
{
	struct hidden *h = calloc(1, sizeof(*h));

	*out = h;
	if (!h)
		return no_memory(err);
	(void)pthread_mutex_init(&h->lock, NULL);
	return 0;
}

void hidden_free(struct hidden *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->count; i++) {
		char *value;

		memcpy(&value, &h->secret[i].ptr, sizeof(value)); /* our own copy of it */
		explicit_bzero(value, h->secret[i].len);
		free(value);
	}
	free(h->secret);
	(void)pthread_mutex_destroy(&h->lock);
	free(h);
}

static bool is_known(const struct hidden *h, const char *value, size_t len)
{
	for (size_t i = 0; i < h->count; i++) {
		if (h->secret[i].len == len && memcmp(h->secret[i].ptr, value, len) == 0)
			return true;
	}
	return false;
}

/* Under the lock. */
static int append(struct hidden *h, const char *value, size_t len)
{
	struct span *more = realloc(h->secret, (h->count + 1) * sizeof(*more));
	char *copy;

	if (!more)
		return -1;
	h->secret = more;
	copy = strdup(value);
	if (!copy)
		return -1;
	h->secret[h->count++] = (struct span){ (const uint8_t *)copy, len };
	return 0;
}

int hidden_add(struct hidden *h, const char *value, struct error *err)
{
	size_t len = strlen(value);
	int rc = 0;

	if (!h || len < HIDDEN_MIN)
		return 0;
	(void)pthread_mutex_lock(&h->lock);
	if (!is_known(h, value, len))
		rc = append(h, value, len);
	(void)pthread_mutex_unlock(&h->lock);
	return rc < 0 ? no_memory(err) : 0;
}

int hidden_add_list(struct hidden *h, const struct variable_list *list, const struct variables *v,
		    struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *value =
			list->item[i].text ? NULL : variables_get(v, list->item[i].name);

		if (value && hidden_add(h, value, err) < 0)
			return -1;
	}
	return 0;
}

const char *const *hidden_values(struct hidden *h, struct arena *arena, struct error *err)
{
	static const char *const none[] = { NULL };
	const char **out;

	if (!h)
		return none;
	(void)pthread_mutex_lock(&h->lock);
	out = arena_alloc(arena, (h->count + 1) * sizeof(*out));
	for (size_t i = 0; out && i < h->count; i++) {
		out[i] = arena_strdup(arena, (const char *)h->secret[i].ptr);
		if (!out[i])
			out = NULL;
	}
	(void)pthread_mutex_unlock(&h->lock);
	if (!out)
		(void)no_memory(err);
	return out;
}

static void forget_first(struct buf *b, size_t n)
{
	memmove(b->ptr, b->ptr + n, b->len - n);
	b->len -= n;
	b->ptr[b->len] = '\0';
}

int hidden_from_piece(struct hidden *h, struct buf *pending, bool last, struct buf *out,
		      struct error *err)
{
	size_t used = pending->len;
	int rc;

	if (!pending->len)
		return 0;
	if (!h) {
		rc = buf_append(out, pending->ptr, pending->len);
	} else {
		(void)pthread_mutex_lock(&h->lock);
		rc = redact_piece(&(struct redact_piece){ .secret = h->secret,
							  .count = h->count,
							  .least = HIDDEN_MIN,
							  .last = last },
				  buf_span(pending), &used, out);
		(void)pthread_mutex_unlock(&h->lock);
	}
	if (rc < 0)
		return no_memory(err);
	forget_first(pending, used);
	return 0;
}

void hidden_from(struct hidden *h, struct buf *bytes)
{
	struct buf out = { 0 };
	struct error ignored = ERROR_INIT;

	if (!h || !bytes->len)
		return;
	if (hidden_from_piece(h, bytes, true, &out, &ignored) < 0)
		buf_clear(&out);
	buf_release(bytes);
	*bytes = out;
}

/* How many bytes `text` begins with that are the end of `secret`. */
static size_t rest_at(struct span secret, struct span text)
{
	size_t n = secret.len < text.len ? secret.len : text.len;

	while (n && memcmp(secret.ptr + secret.len - n, text.ptr, n) != 0)
		n--;
	return n;
}

void hidden_rest_from(struct hidden *h, struct buf *bytes)
{
	size_t most = 0;

	if (!h || !bytes->len)
		return;
	(void)pthread_mutex_lock(&h->lock);
	for (size_t i = 0; i < h->count; i++) {
		size_t n = rest_at(h->secret[i], buf_span(bytes));

		most = n > most ? n : most;
	}
	(void)pthread_mutex_unlock(&h->lock);
	forget_first(bytes, most);
}

void hidden_from_text(struct hidden *h, char *text, size_t size)
{
	struct buf out = { 0 };
	int rc;

	if (!h)
		return;
	(void)pthread_mutex_lock(&h->lock);
	rc = redact(h->secret, h->count, (struct span){ (const uint8_t *)text, strlen(text) },
		    &out);
	(void)pthread_mutex_unlock(&h->lock);
	(void)snprintf(text, size, "%s", rc < 0 || !out.len ? "" : out.ptr);
	buf_release(&out);
}
