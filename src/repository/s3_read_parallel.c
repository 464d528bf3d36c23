/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole object by several ranges at once. Part n lies in slot n % slots; threads fetch the
 * next part whose slot is free, the caller hands on the parts in their order. So memory
 * is one slot per thread and one that is being handed on.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "repository/s3.intern.h"
#include "stream/worker.h"

struct slot {
	uint8_t *bytes;
	size_t len;
	bool full;
};

struct ring {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const char *key, *etag;
	uint64_t size, part_size, parts;
	struct slot *slot;
	unsigned slots;
	uint64_t next;      /* part to fetch */
	uint64_t handed_on; /* parts that were */
	atomic_bool cancelled;
	struct error err; /* the first one */
};

struct fetcher {
	struct ring *ring;
	struct s3 *s;
	pthread_t thread;
	bool running;
};

struct filling {
	struct slot *slot;
	size_t room;
};

static int fill(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct filling *f = cookie;

	if (len > f->room - f->slot->len)
		return error_set(err, ERROR_TARGET, "a range is longer than was asked for");
	memcpy(f->slot->bytes + f->slot->len, bytes, len);
	f->slot->len += len;
	return 0;
}

static int fetch(struct fetcher *f, uint64_t part, struct slot *slot, struct error *err)
{
	struct ring *r = f->ring;
	uint64_t offset = part * r->part_size;
	uint64_t left = r->size - offset;
	struct s3_range range = { .key = r->key,
				  .etag = r->etag,
				  .offset = offset,
				  .length = left < r->part_size ? left : r->part_size,
				  .size = r->size };
	struct filling filling = { .slot = slot, .room = (size_t)range.length };

	slot->len = 0;
	if (s3_read_range(f->s, &range, fill, &filling, err) < 0)
		return -1;
	return slot->len == range.length ?
		       0 :
		       error_set(err, ERROR_TARGET, "s3://%s/%.200s is shorter than it was",
				 f->s->bucket, r->key);
}

/* False: there is nothing left to fetch. */
static bool take_part(struct ring *r, uint64_t *part)
{
	bool taken;

	(void)pthread_mutex_lock(&r->lock);
	while (!atomic_load(&r->cancelled) && r->next < r->parts &&
	       r->next >= r->handed_on + r->slots)
		(void)pthread_cond_wait(&r->changed, &r->lock);
	taken = !atomic_load(&r->cancelled) && r->next < r->parts;
	if (taken)
		*part = r->next++;
	(void)pthread_mutex_unlock(&r->lock);
	return taken;
}

static void put_part(struct ring *r, struct slot *slot, int done, const struct error *err)
{
	(void)pthread_mutex_lock(&r->lock);
	slot->full = done == 0;
	if (done < 0 && !atomic_load(&r->cancelled)) {
		r->err = *err;
		atomic_store(&r->cancelled, true);
	}
	(void)pthread_cond_broadcast(&r->changed);
	(void)pthread_mutex_unlock(&r->lock);
}

static void *run(void *arg)
{
	struct fetcher *f = arg;
	uint64_t part;

	while (take_part(f->ring, &part)) {
		struct slot *slot = &f->ring->slot[part % f->ring->slots];
		struct error err = ERROR_INIT;
		int done = fetch(f, part, slot, &err);

		put_part(f->ring, slot, done, &err);
	}
	return NULL;
}

/* NULL: one of the threads failed. */
static struct slot *await_part(struct ring *r, uint64_t part)
{
	struct slot *slot = &r->slot[part % r->slots];
	bool full;

	(void)pthread_mutex_lock(&r->lock);
	while (!slot->full && !atomic_load(&r->cancelled))
		(void)pthread_cond_wait(&r->changed, &r->lock);
	full = slot->full && !atomic_load(&r->cancelled);
	(void)pthread_mutex_unlock(&r->lock);
	return full ? slot : NULL;
}

static void free_slot(struct ring *r, struct slot *slot)
{
	(void)pthread_mutex_lock(&r->lock);
	slot->full = false;
	r->handed_on++;
	(void)pthread_cond_broadcast(&r->changed);
	(void)pthread_mutex_unlock(&r->lock);
}

static int hand_on(struct ring *r, s3_receive *receive, void *cookie, struct error *err)
{
	for (uint64_t part = 0; part < r->parts; part++) {
		struct slot *slot = await_part(r, part);

		if (!slot) {
			if (err->kind == ERROR_NONE)
				*err = r->err;
			return -1;
		}
		if (receive(cookie, slot->bytes, slot->len, err) < 0)
			return -1;
		free_slot(r, slot);
	}
	return 0;
}

static void cancel(struct ring *r)
{
	(void)pthread_mutex_lock(&r->lock);
	atomic_store(&r->cancelled, true);
	(void)pthread_cond_broadcast(&r->changed);
	(void)pthread_mutex_unlock(&r->lock);
}

static int start(struct ring *r, struct s3 *s, struct fetcher *fetchers, unsigned count,
		 struct error *err)
{
	for (unsigned i = 0; i < count; i++) {
		struct fetcher *f = &fetchers[i];

		f->ring = r;
		if (s3_copy(s, &r->cancelled, &f->s, err) < 0 ||
		    worker_start(&f->thread, run, f, err) < 0)
			return -1;
		f->running = true;
	}
	return 0;
}

static void finish(struct ring *r, struct fetcher *fetchers, unsigned count)
{
	cancel(r);
	for (unsigned i = 0; i < count; i++) {
		if (fetchers[i].running)
			(void)pthread_join(fetchers[i].thread, NULL);
		s3_close(fetchers[i].s);
	}
}

static int read_by(struct ring *r, struct s3 *s, s3_receive *receive, void *cookie,
		   struct error *err)
{
	unsigned count = r->slots - 1;
	CLEANUP(cleanup_free)
	struct fetcher *fetchers = calloc(count, sizeof(*fetchers));
	int done;

	if (!fetchers)
		return error_set(err, ERROR_NOMEM, "no memory to read several ranges");
	done = start(r, s, fetchers, count, err);
	if (done == 0)
		done = hand_on(r, receive, cookie, err);
	finish(r, fetchers, count);
	return done;
}

static void cleanup_ring(struct ring *r)
{
	for (unsigned i = 0; r->slot && i < r->slots; i++)
		free(r->slot[i].bytes);
	free(r->slot);
	(void)pthread_mutex_destroy(&r->lock);
	(void)pthread_cond_destroy(&r->changed);
}

static int make_slots(struct ring *r, struct error *err)
{
	r->slot = calloc(r->slots, sizeof(*r->slot));
	for (unsigned i = 0; r->slot && i < r->slots; i++) {
		r->slot[i].bytes = malloc((size_t)r->part_size);
		if (!r->slot[i].bytes)
			return error_set(err, ERROR_NOMEM, "no memory for %u ranges of %zu bytes",
					 r->slots, (size_t)r->part_size);
	}
	return r->slot ? 0 : error_set(err, ERROR_NOMEM, "no memory to read several ranges");
}

int s3_read_parallel(struct s3 *s, const char *key, const struct s3_stat *stat, s3_receive *receive,
		     void *cookie, struct error *err)
{
	uint64_t parts = (stat->size + s->part_size - 1) / s->part_size;
	CLEANUP(cleanup_ring)
	struct ring ring = { .lock = PTHREAD_MUTEX_INITIALIZER,
			     .changed = PTHREAD_COND_INITIALIZER,
			     .key = key,
			     .etag = stat->etag,
			     .size = stat->size,
			     .part_size = s->part_size,
			     .parts = parts,
			     .slots = (parts < s->parallel ? (unsigned)parts : s->parallel) + 1 };
	const struct s3_range whole = { .key = key, .etag = stat->etag, .size = stat->size };

	if (parts < 2 || s->parallel < 2)
		return s3_read_range(s, &whole, receive, cookie, err);
	if (make_slots(&ring, err) < 0)
		return -1;
	return read_by(&ring, s, receive, cookie, err);
}
