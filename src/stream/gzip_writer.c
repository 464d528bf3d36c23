/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/gzip_writer.h"

#include <libdeflate.h>
#include <pthread.h>
#include <string.h>

#include "base/file.h"
#include "stream/gzip_member.h"
#include "stream/worker.h"

enum { DEFAULT_LEVEL = 6, LEVEL_MAX = 12 };

/* One member on its way through: filled, compressed, written; then free again. */
struct slot {
	uint8_t *content, *stored; /* GZIP_MEMBER_CONTENT and GZIP_MEMBER_STORED bytes */
	size_t content_len, stored_len;
	bool last, compressed;
};

struct compressor {
	struct gzip_writer *writer;
	struct libdeflate_compressor *deflate;
	pthread_t thread;
};

/*
 * The slots are a ring. Members are numbered from 0; member n lives in slot
 * n % slot_count, and written <= taken <= filled <= written + slot_count. Under
 * `lock`, except the bytes of a slot, which belong to whoever's turn it is.
 */
struct gzip_writer {
	struct gzip_writer_options options;
	pthread_mutex_t lock;
	pthread_cond_t work; /* a member to compress or write, or nothing ever again */
	pthread_cond_t room; /* a slot came free, or the last was written */
	uint64_t filled, taken, written;
	bool writing; /* a thread is writing member `written` */
	bool closing; /* no member comes after `filled` */
	struct error error;
	struct sha256 sha256;
	uint64_t size;
	struct slot *current; /* the caller's: being filled, or NULL */
	uint64_t content;
	unsigned slot_count, thread_count;
	struct slot slot[2 * WORKER_MAX + 2];
	struct compressor compressor[WORKER_MAX];
	uint8_t *memory;
};

static struct slot *slot_of(struct gzip_writer *w, uint64_t member)
{
	return &w->slot[member % w->slot_count];
}

static void put_le32(uint8_t *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> 8 * i);
}

/* False: deflate needs more room than its bound, which cannot be. */
static bool compress_member(struct libdeflate_compressor *deflate, struct slot *s)
{
	uint8_t *body = s->stored + GZIP_MEMBER_HEADER;
	size_t room = GZIP_MEMBER_STORED - GZIP_MEMBER_HEADER - GZIP_TRAILER;
	size_t len = libdeflate_deflate_compress(deflate, s->content, s->content_len, body, room);
	struct gzip_member member = { .last = s->last };

	s->stored_len = GZIP_MEMBER_HEADER + len + GZIP_TRAILER;
	member.stored = (uint32_t)s->stored_len;
	gzip_member_header(member, s->stored);
	put_le32(body + len, checksum_crc32(0, (struct span){ s->content, s->content_len }));
	put_le32(body + len + 4, (uint32_t)s->content_len);
	return len != 0;
}

static int write_member(struct gzip_writer *w, const struct slot *s, struct error *err)
{
	if (file_write_all(w->options.fd, w->options.path, s->stored, s->stored_len, err) < 0)
		return -1;
	w->size += s->stored_len;
	return sha256_update(&w->sha256, (struct span){ s->stored, s->stored_len }, err);
}

/* Called and returns locked. After an error members are dropped, so that nobody waits for ever. */
static void write_next(struct gzip_writer *w)
{
	struct slot *s = slot_of(w, w->written);
	struct error err = ERROR_INIT;

	if (w->error.kind == ERROR_NONE) {
		w->writing = true;
		(void)pthread_mutex_unlock(&w->lock);
		(void)write_member(w, s, &err);
		(void)pthread_mutex_lock(&w->lock);
		w->writing = false;
		if (err.kind != ERROR_NONE)
			w->error = err;
	}
	s->compressed = false;
	w->written++;
	(void)pthread_cond_signal(&w->room);
	if (w->closing && w->written == w->filled)
		(void)pthread_cond_broadcast(&w->work);
}

static void compress_next(struct gzip_writer *w, struct libdeflate_compressor *deflate)
{
	struct slot *s = slot_of(w, w->taken++);
	bool fits;

	(void)pthread_mutex_unlock(&w->lock);
	fits = compress_member(deflate, s);
	(void)pthread_mutex_lock(&w->lock);
	if (!fits)
		(void)error_set(&w->error, ERROR_INTERNAL, "%s: libdeflate exceeded its own bound",
				w->options.path);
	s->compressed = true;
}

static void *run_compressor(void *arg)
{
	struct compressor *self = arg;
	struct gzip_writer *w = self->writer;

	(void)pthread_mutex_lock(&w->lock);
	for (;;) {
		if (!w->writing && w->written < w->taken && slot_of(w, w->written)->compressed)
			write_next(w);
		else if (w->taken < w->filled)
			compress_next(w, self->deflate);
		else if (w->closing && w->written == w->filled)
			break;
		else
			(void)pthread_cond_wait(&w->work, &w->lock);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* Two slots for each thread, so that none waits while a member is written, and two to fill. */
static int allocate_slots(struct gzip_writer *w, unsigned threads)
{
	const size_t each = GZIP_MEMBER_CONTENT + GZIP_MEMBER_STORED;

	w->slot_count = 2 * threads + 2;
	w->memory = malloc(w->slot_count * each);
	if (!w->memory)
		return -1;
	for (unsigned i = 0; i < w->slot_count; i++) {
		w->slot[i].content = w->memory + i * each;
		w->slot[i].stored = w->slot[i].content + GZIP_MEMBER_CONTENT;
	}
	return 0;
}

static int start_compressor(struct gzip_writer *w, struct error *err)
{
	struct compressor *c = &w->compressor[w->thread_count];

	c->writer = w;
	c->deflate = libdeflate_alloc_compressor(w->options.level);
	if (!c->deflate)
		return error_set(err, ERROR_NOMEM, "%s: no memory to compress it", w->options.path);
	if (worker_start(&c->thread, run_compressor, c, err) < 0) {
		libdeflate_free_compressor(c->deflate);
		return -1;
	}
	w->thread_count++;
	return 0;
}

static int set_up(struct gzip_writer *w, struct error *err)
{
	unsigned threads = worker_count(w->options.threads);

	if (w->options.level == 0)
		w->options.level = DEFAULT_LEVEL;
	if (w->options.level < 1 || w->options.level > LEVEL_MAX)
		return error_set(err, ERROR_USAGE, "compression level %d is not 1 to %d",
				 w->options.level, LEVEL_MAX);
	if (allocate_slots(w, threads) < 0)
		return error_set(err, ERROR_NOMEM, "%s: no memory to write it", w->options.path);
	if (sha256_init(&w->sha256, err) < 0)
		return -1;
	while (w->thread_count < threads) {
		if (start_compressor(w, err) < 0)
			return -1;
	}
	return 0;
}

struct gzip_writer *gzip_writer_open(const struct gzip_writer_options *options, struct error *err)
{
	struct gzip_writer *w = calloc(1, sizeof(*w));

	if (!w) {
		(void)error_set(err, ERROR_NOMEM, "%s: no memory to write it", options->path);
		return NULL;
	}
	w->options = *options;
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_cond_init(&w->work, NULL);
	(void)pthread_cond_init(&w->room, NULL);
	if (set_up(w, err) < 0) {
		gzip_writer_free(w);
		return NULL;
	}
	return w;
}

/* Hand the member being filled to the compressors. */
static void submit(struct gzip_writer *w, bool last)
{
	w->current->last = last;
	w->current = NULL;
	(void)pthread_mutex_lock(&w->lock);
	w->filled++;
	w->closing = last;
	(void)pthread_cond_signal(&w->work);
	(void)pthread_mutex_unlock(&w->lock);
}

/* Wait for a free slot and make it current. */
static int next_slot(struct gzip_writer *w, struct error *err)
{
	(void)pthread_mutex_lock(&w->lock);
	while (w->error.kind == ERROR_NONE && w->filled - w->written == w->slot_count)
		(void)pthread_cond_wait(&w->room, &w->lock);
	if (w->error.kind == ERROR_NONE) {
		w->current = slot_of(w, w->filled);
		w->current->content_len = 0;
	} else {
		*err = w->error;
	}
	(void)pthread_mutex_unlock(&w->lock);
	return w->current ? 0 : -1;
}

/* A full member stays current until more comes, since it may be the last. */
int gzip_writer_push(struct gzip_writer *w, struct span bytes, struct error *err)
{
	w->content += bytes.len;
	while (bytes.len) {
		struct slot *s;
		size_t n;

		if (w->current && w->current->content_len == GZIP_MEMBER_CONTENT)
			submit(w, false);
		if (!w->current && next_slot(w, err) < 0)
			return -1;
		s = w->current;
		n = GZIP_MEMBER_CONTENT - s->content_len;
		n = n < bytes.len ? n : bytes.len;
		memcpy(s->content + s->content_len, bytes.ptr, n);
		s->content_len += n;
		bytes.ptr += n;
		bytes.len -= n;
	}
	return 0;
}

int gzip_writer_finish(struct gzip_writer *w, struct gzip_written *out, struct error *err)
{
	if (!w->current && next_slot(w, err) < 0)
		return -1;
	submit(w, true);
	(void)pthread_mutex_lock(&w->lock);
	while (w->written < w->filled)
		(void)pthread_cond_wait(&w->room, &w->lock);
	(void)pthread_mutex_unlock(&w->lock);
	if (w->error.kind != ERROR_NONE) {
		*err = w->error;
		return -1;
	}
	out->content = w->content;
	out->size = w->size;
	return sha256_final(&w->sha256, out->sha256, err);
}

void gzip_writer_free(struct gzip_writer *w)
{
	if (!w)
		return;
	(void)pthread_mutex_lock(&w->lock);
	if (w->written < w->filled)
		(void)error_set(&w->error, ERROR_INTERRUPTED, "%s: given up", w->options.path);
	w->closing = true;
	(void)pthread_cond_broadcast(&w->work);
	(void)pthread_mutex_unlock(&w->lock);
	for (unsigned i = 0; i < w->thread_count; i++) {
		(void)pthread_join(w->compressor[i].thread, NULL);
		libdeflate_free_compressor(w->compressor[i].deflate);
	}
	sha256_release(&w->sha256);
	(void)pthread_cond_destroy(&w->work);
	(void)pthread_cond_destroy(&w->room);
	(void)pthread_mutex_destroy(&w->lock);
	free(w->memory);
	free(w);
}
