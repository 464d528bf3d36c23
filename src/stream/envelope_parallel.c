/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Muster's own members and BGZF's tell their length, so they are cut apart before
 * they are inflated. Every thread, the caller's too, does whatever comes first of: push
 * the next member's content, inflate a member, read one. Reading (with SHA-256)
 * and pushing are each one thread's at a time.
 *
 * This way only ever sees what is sound. At the first member that is not as it
 * should be, in whatever way, it stops before it and gives back its bytes, for
 * the serial way to find out what is wrong.
 */
#include <isa-l/igzip_lib.h>
#include <pthread.h>
#include <string.h>

#include "stream/envelope_job.h"
#include "stream/gzip_member.h"

/*
 * Of each member as many bytes are looked at as our own header has; the shortest of
 * BGZF has more. A deflate stream has at least two.
 */
enum { HEAD = GZIP_MEMBER_HEADER, DEFLATE_LEAST = 2 };

enum slot_state { SLOT_FILLED, SLOT_INFLATED, SLOT_REFUSED };

/* A member and, past its end, room for the next one's header. */
struct slot {
	enum slot_state state;
	uint8_t *stored, *content;
	size_t header_len, stored_len, content_len;
};

struct inflater {
	struct envelope_parallel *owner;
	struct inflate_state *inflate;
	pthread_t thread;
};

/*
 * The slots are a ring. Members are numbered from 0; member n lives in slot
 * n % slot_count, and pushed <= taken <= filled <= pushed + slot_count.
 */
struct envelope_parallel {
	struct envelope_job *job;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under `lock` */
	uint64_t filled, taken, pushed;
	bool reading, pushing;
	bool ended;   /* nothing is read any more */
	bool stopped; /* all is pushed, or the next member is refused, or an error */
	struct error error;
	/* the reading thread's: the header after the last member read */
	uint8_t next_head[HEAD];
	size_t next_len;
	struct gzip_member next;
	unsigned slot_count, thread_count;
	struct slot slot[PARALLEL_SLOTS_MAX];
	struct inflater inflater[WORKER_MAX];
	uint8_t *memory;
};

static struct slot *slot_of(struct envelope_parallel *p, uint64_t member)
{
	return &p->slot[member % p->slot_count];
}

/* Is what follows a member that tells its length and fits into a slot? */
static bool next_is_measured(struct envelope_parallel *p)
{
	return p->next_len == HEAD &&
	       gzip_member_measure((struct span){ p->next_head, HEAD }, &p->next) &&
	       p->next.stored >= p->next.header + DEFLATE_LEAST + GZIP_TRAILER &&
	       p->next.stored <= GZIP_MEMBER_STORED;
}

/* Remember what was read past the end of a member. False: no such member follows. */
static bool keep_next(struct envelope_parallel *p, struct span head)
{
	if (head.len)
		memcpy(p->next_head, head.ptr, head.len);
	p->next_len = head.len;
	return next_is_measured(p);
}

/* Fill a slot; false: it is the last to be read here. */
static bool read_member(struct envelope_parallel *p, struct slot *s, struct error *err)
{
	struct envelope_job *job = p->job;
	const struct gzip_member member = p->next;
	uint8_t *body = s->stored + HEAD;
	size_t body_len = member.stored - HEAD, len;
	ssize_t n;

	memcpy(s->stored, p->next_head, HEAD);
	n = source_read(&job->source, body, body_len + HEAD, err);
	if (n < 0 || sha256_update(&job->sha256, (struct span){ body, (size_t)n }, err) < 0)
		return false;
	len = (size_t)n;
	s->state = SLOT_FILLED;
	s->header_len = member.header;
	if (len < body_len) {
		s->state = SLOT_REFUSED;
		s->stored_len = HEAD + len;
		p->next_len = 0;
		return false;
	}
	s->stored_len = member.stored;
	if (len == body_len && !member.last)
		s->state = SLOT_REFUSED;
	return keep_next(p, (struct span){ body + body_len, len - body_len });
}

static bool inflate_member(struct inflate_state *z, struct slot *s)
{
	uint8_t *body = s->stored + s->header_len;
	size_t body_len = s->stored_len - s->header_len - GZIP_TRAILER;
	struct cursor trailer = { .rest = { body + body_len, GZIP_TRAILER } };

	isal_inflate_init(z);
	z->next_in = body;
	z->avail_in = (uint32_t)body_len;
	z->next_out = s->content;
	z->avail_out = GZIP_MEMBER_CONTENT;
	if (isal_inflate_stateless(z) != ISAL_DECOMP_OK || z->avail_in)
		return false;
	s->content_len = z->total_out;
	return cursor_le32(&trailer) ==
		       checksum_crc32(0, (struct span){ s->content, s->content_len }) &&
	       cursor_le32(&trailer) == s->content_len;
}

/* Stricter than the serial way's own check, so that what it would find is left to it. */
static bool may_expand_too_far(const struct envelope_parallel *p, const struct slot *s)
{
	uint64_t allowed;

	return !__builtin_mul_overflow(p->job->offset, p->job->expansion_max, &allowed) &&
	       !__builtin_add_overflow(allowed, EXPANSION_FREE, &allowed) &&
	       p->job->pushed + s->content_len > allowed;
}

/* The three jobs; each is called and returns locked. */

static void read_next(struct envelope_parallel *p)
{
	struct slot *s = slot_of(p, p->filled);
	struct error err = ERROR_INIT;
	bool more;

	p->reading = true;
	(void)pthread_mutex_unlock(&p->lock);
	more = read_member(p, s, &err);
	(void)pthread_mutex_lock(&p->lock);
	p->reading = false;
	if (err.kind == ERROR_NONE) {
		p->filled++;
	} else {
		p->error = err;
		p->stopped = true;
	}
	p->ended = !more;
	(void)pthread_cond_broadcast(&p->changed);
}

static void inflate_next(struct envelope_parallel *p, struct inflate_state *inflate)
{
	struct slot *s = slot_of(p, p->taken++);
	bool sound = s->state == SLOT_FILLED;

	(void)pthread_mutex_unlock(&p->lock);
	sound = sound && inflate_member(inflate, s);
	(void)pthread_mutex_lock(&p->lock);
	s->state = sound ? SLOT_INFLATED : SLOT_REFUSED;
	(void)pthread_cond_broadcast(&p->changed);
}

static void push_next(struct envelope_parallel *p)
{
	struct slot *s = slot_of(p, p->pushed);
	struct error err = ERROR_INIT;
	int rc = 0;

	if (s->state == SLOT_REFUSED || may_expand_too_far(p, s)) {
		p->stopped = true;
		(void)pthread_cond_broadcast(&p->changed);
		return;
	}
	p->pushing = true;
	(void)pthread_mutex_unlock(&p->lock);
	if (s->content_len)
		rc = stage_push(p->job->content, (struct span){ s->content, s->content_len }, &err);
	(void)pthread_mutex_lock(&p->lock);
	p->pushing = false;
	p->job->offset += s->stored_len;
	p->job->members++;
	p->job->pushed += s->content_len;
	p->pushed++;
	if (rc < 0) {
		p->error = err;
		p->stopped = true;
	}
	(void)pthread_cond_broadcast(&p->changed);
}

static bool next_is_inflated(struct envelope_parallel *p)
{
	return p->pushed < p->taken && slot_of(p, p->pushed)->state != SLOT_FILLED;
}

static void work(struct inflater *self)
{
	struct envelope_parallel *p = self->owner;

	(void)pthread_mutex_lock(&p->lock);
	while (!p->stopped) {
		if (!p->pushing && next_is_inflated(p))
			push_next(p);
		else if (p->taken < p->filled)
			inflate_next(p, self->inflate);
		else if (!p->reading && !p->ended && p->filled - p->pushed < p->slot_count)
			read_next(p);
		else if (p->ended && p->pushed == p->filled)
			break;
		else
			(void)pthread_cond_wait(&p->changed, &p->lock);
	}
	(void)pthread_mutex_unlock(&p->lock);
}

static void *run_inflater(void *arg)
{
	work(arg);
	return NULL;
}

/* Give the bytes that were read and not pushed back to the source. */
static void hand_over(struct envelope_parallel *p)
{
	struct source *source = &p->job->source;
	struct span rest = { NULL, 0 }; /* of what the envelope looked at before */

	if (source->pending_at < source->pending_count)
		rest = source->pending[source->pending_at];
	source->pending_at = source->pending_count = 0;
	for (uint64_t member = p->pushed; member < p->filled; member++) {
		const struct slot *s = slot_of(p, member);

		source->pending[source->pending_count++] =
			(struct span){ s->stored, s->stored_len };
	}
	source->pending[source->pending_count++] = (struct span){ p->next_head, p->next_len };
	for (size_t i = 0; i < source->pending_count; i++)
		p->job->hashed_ahead += source->pending[i].len;
	source->pending[source->pending_count++] = rest;
}

/* The first header was looked at before; it is hashed here like the rest. */
static int begin(struct envelope_parallel *p, struct error *err)
{
	ssize_t n = source_read(&p->job->source, p->next_head, HEAD, err);

	if (n < 0)
		return -1;
	p->next_len = (size_t)n;
	if (sha256_update(&p->job->sha256, (struct span){ p->next_head, p->next_len }, err) < 0)
		return -1;
	p->ended = !next_is_measured(p);
	return 0;
}

int envelope_parallel_run(struct envelope_parallel *p, bool *done, struct error *err)
{
	unsigned started = 1;
	int rc = begin(p, err);

	for (; rc == 0 && started < p->thread_count; started++) {
		struct inflater *f = &p->inflater[started];

		rc = worker_start(&f->thread, run_inflater, f, err);
		if (rc < 0)
			break;
	}
	if (rc == 0)
		work(&p->inflater[0]);
	(void)pthread_mutex_lock(&p->lock);
	p->stopped = true;
	(void)pthread_cond_broadcast(&p->changed);
	(void)pthread_mutex_unlock(&p->lock);
	for (unsigned i = 1; i < started; i++)
		(void)pthread_join(p->inflater[i].thread, NULL);
	if (rc < 0)
		return -1;
	if (p->error.kind != ERROR_NONE) {
		*err = p->error;
		return -1;
	}
	*done = p->pushed == p->filled && p->next_len == 0;
	if (!*done)
		hand_over(p);
	return 0;
}

static int allocate(struct envelope_parallel *p)
{
	const size_t stored = GZIP_MEMBER_STORED + HEAD;
	const size_t each = stored + GZIP_MEMBER_CONTENT;

	p->memory = malloc(p->slot_count * each);
	if (!p->memory)
		return -1;
	for (unsigned i = 0; i < p->slot_count; i++) {
		p->slot[i].stored = p->memory + i * each;
		p->slot[i].content = p->slot[i].stored + stored;
	}
	for (unsigned i = 0; i < p->thread_count; i++) {
		p->inflater[i].owner = p;
		p->inflater[i].inflate = malloc(sizeof(*p->inflater[i].inflate));
		if (!p->inflater[i].inflate)
			return -1;
	}
	return 0;
}

struct envelope_parallel *envelope_parallel_open(struct envelope_job *job, struct error *err)
{
	struct envelope_parallel *p = calloc(1, sizeof(*p));

	if (p) {
		p->job = job;
		p->thread_count = worker_count(job->options->threads);
		p->slot_count = 2 * p->thread_count;
		(void)pthread_mutex_init(&p->lock, NULL);
		(void)pthread_cond_init(&p->changed, NULL);
		if (allocate(p) == 0)
			return p;
		envelope_parallel_free(p);
	}
	(void)error_set(err, ERROR_NOMEM, "no memory to unpack %s", job->options->path);
	return NULL;
}

void envelope_parallel_free(struct envelope_parallel *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < p->thread_count; i++)
		free(p->inflater[i].inflate);
	(void)pthread_cond_destroy(&p->changed);
	(void)pthread_mutex_destroy(&p->lock);
	free(p->memory);
	free(p);
}
