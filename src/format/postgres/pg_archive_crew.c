/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_archive_crew.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "stream/worker.h"

enum {
	SEGMENT_SIZE = 64 * 1024,
	SEGMENTS_MAX = 256,
	TASKS_MAX = 256, /* items on their way */
	OUTPUT_SIZE = 128 * 1024,
	OUTPUTS = 4,
	START_AFTER = 256 * 1024, /* bytes that one thread has decoded by the time others start */
};

/* Compressed bytes. */
struct segment {
	struct segment *next;
	size_t len;
	uint8_t bytes[SEGMENT_SIZE];
};

/* Decoded bytes. */
struct output {
	size_t len;
	uint8_t bytes[OUTPUT_SIZE];
};

struct task {
	struct pg_archive_item item;
	struct segment *first, *last; /* wait to be decoded */
	bool ended;                   /* no segment is added any more */
	bool done;                    /* to be collected */
};

/* Where an item is worked on. Output n lies in n % OUTPUTS; taken <= put <= taken + OUTPUTS. */
struct lane {
	struct task *task; /* NULL: free */
	uint64_t number;   /* of the task */
	bool decoding;     /* a thread does; the next two are its own */
	struct span rest;  /* of the task's first segment */
	size_t filled;     /* bytes in the output after the last one put */
	bool counting;     /* a thread does; the item is its own */
	bool decoded;      /* all of it */
	uint64_t put, taken;
	struct pg_archive_decoder *decoder;
	struct pg_archive_scratch scratch;
	struct output output[OUTPUTS];
};

/* Task n lies in n % TASKS_MAX; collected <= bound <= begun <= collected + TASKS_MAX. */
struct pg_archive_crew {
	struct pg_archive_crew_options options;
	unsigned threads; /* that may run, without the caller's */
	uint64_t pushed;  /* bytes, until the threads start */

	/* the caller's */
	struct segment *filling; /* of the task that was begun last */
	unsigned segments;       /* allocated */
	bool open;               /* the task begun last has not ended */

	pthread_mutex_t lock; /* of all that follows, but for what a flag gives to one thread */
	pthread_cond_t work, room;
	unsigned idle; /* threads that wait for work */
	bool caller_waits, quit;
	struct segment *free;
	uint64_t begun, bound, collected;
	struct task task[TASKS_MAX];
	unsigned lanes, running;
	struct lane *lane[WORKER_MAX];
	pthread_t thread[WORKER_MAX];
};

static void lane_free(struct lane *l)
{
	if (!l)
		return;
	pg_archive_decoder_free(l->decoder);
	pg_archive_scratch_release(&l->scratch);
	free(l);
}

static bool add_lane(struct pg_archive_crew *c)
{
	struct lane *l = malloc(sizeof(*l));

	if (!l)
		return false;
	memset(l, 0, offsetof(struct lane, output));
	l->decoder = pg_archive_decoder_new(c->options.compression);
	if (!l->decoder || pg_archive_scratch_init(&l->scratch) < 0) {
		lane_free(l);
		return false;
	}
	(void)pthread_mutex_lock(&c->lock);
	c->lane[c->lanes++] = l;
	(void)pthread_mutex_unlock(&c->lock);
	return true;
}

/* NULL: there are as many as there may be. */
static struct segment *allocate_segment(struct pg_archive_crew *c)
{
	struct segment *s = c->segments < SEGMENTS_MAX ? malloc(sizeof(*s)) : NULL;

	if (s) {
		c->segments++;
		s->next = NULL;
	}
	return s;
}

struct pg_archive_crew *pg_archive_crew_new(const struct pg_archive_crew_options *options)
{
	struct pg_archive_crew *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->options = *options;
	c->threads = worker_count(options->threads) - 1;
	(void)pthread_mutex_init(&c->lock, NULL);
	(void)pthread_cond_init(&c->work, NULL);
	(void)pthread_cond_init(&c->room, NULL);
	c->free = allocate_segment(c);
	if (c->free && add_lane(c))
		return c;
	pg_archive_crew_free(c);
	return NULL;
}

static void free_segments(struct segment *s)
{
	while (s) {
		struct segment *next = s->next;

		free(s);
		s = next;
	}
}

void pg_archive_crew_free(struct pg_archive_crew *c)
{
	if (!c)
		return;
	(void)pthread_mutex_lock(&c->lock);
	c->quit = true;
	(void)pthread_cond_broadcast(&c->work);
	(void)pthread_mutex_unlock(&c->lock);
	for (unsigned i = 0; i < c->running; i++)
		(void)pthread_join(c->thread[i], NULL);
	for (uint64_t i = c->collected; i < c->begun; i++)
		free_segments(c->task[i % TASKS_MAX].first);
	free_segments(c->free);
	free(c->filling);
	for (unsigned i = 0; i < c->lanes; i++)
		lane_free(c->lane[i]);
	(void)pthread_cond_destroy(&c->room);
	(void)pthread_cond_destroy(&c->work);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

/* What follows is called and returns locked, unless it says otherwise. */

/* There may be more to do, or more room, than before. */
static void tell(struct pg_archive_crew *c)
{
	if (c->idle)
		(void)pthread_cond_signal(&c->work);
	if (c->caller_waits)
		(void)pthread_cond_signal(&c->room);
}

static void end_if_done(struct lane *l)
{
	struct task *t = l->task;
	struct unpack_fault fault;

	if (!l->decoded || l->counting || l->put != l->taken)
		return;
	fault = pg_archive_decoder_end(l->decoder);
	pg_archive_item_end(&t->item, fault);
	t->done = true;
	l->task = NULL;
}

/* Give the oldest item that has no lane this one. */
static void bind(struct pg_archive_crew *c, struct lane *l)
{
	l->number = c->bound++;
	l->task = &c->task[l->number % TASKS_MAX];
	l->decoded = false;
	l->put = l->taken = 0;
	l->rest = (struct span){ 0 };
	l->filled = 0;
	pg_archive_decoder_begin(l->decoder);
	pg_archive_item_begin(&l->task->item, &l->scratch);
}

/* All of the item is decoded: show what is left. */
static void end_decoding(struct lane *l)
{
	if (l->filled) {
		l->output[l->put++ % OUTPUTS].len = l->filled;
		l->filled = 0;
	}
	l->decoded = true;
}

/* One block of output, or one segment if that gives less. */
static void decode(struct pg_archive_crew *c, struct lane *l)
{
	struct task *t = l->task;
	struct segment *s = t->first;
	struct output *out = &l->output[l->put % OUTPUTS];
	struct unpack_block block = { .ptr = out->bytes, .room = OUTPUT_SIZE, .len = l->filled };
	bool full = false;

	l->decoding = true;
	(void)pthread_mutex_unlock(&c->lock);
	if (s) {
		if (!l->rest.ptr)
			l->rest = (struct span){ s->bytes, s->len };
		full = pg_archive_decoder_step(l->decoder, &l->rest, &block);
	}
	(void)pthread_mutex_lock(&c->lock);
	l->decoding = false;
	l->filled = block.len;
	if (full) {
		out->len = l->filled;
		l->filled = 0;
		l->put++;
	} else if (s) {
		l->rest = (struct span){ 0 };
		t->first = s->next;
		s->next = c->free;
		c->free = s;
	}
	if (!full && !t->first && t->ended)
		end_decoding(l);
	end_if_done(l);
	tell(c);
}

static void count(struct pg_archive_crew *c, struct lane *l)
{
	const struct output *out = &l->output[l->taken % OUTPUTS];

	l->counting = true;
	(void)pthread_mutex_unlock(&c->lock);
	pg_archive_item_push(&l->task->item, (struct span){ out->bytes, out->len });
	(void)pthread_mutex_lock(&c->lock);
	l->counting = false;
	l->taken++;
	end_if_done(l);
	tell(c);
}

static bool can_count(const struct lane *l)
{
	return l->task && !l->counting && l->put != l->taken;
}

static bool can_decode(const struct lane *l)
{
	return l->task && !l->decoding && !l->decoded && l->put - l->taken < OUTPUTS &&
	       (l->task->first || l->task->ended);
}

/* The lane of the oldest item for which something can be done, or NULL. */
static struct lane *busiest(struct pg_archive_crew *c)
{
	struct lane *oldest = NULL, *vacant = NULL;

	for (unsigned i = 0; i < c->lanes; i++) {
		struct lane *l = c->lane[i];

		if (!l->task)
			vacant = l;
		else if ((can_count(l) || can_decode(l)) && (!oldest || l->number < oldest->number))
			oldest = l;
	}
	if (oldest || !vacant || c->bound == c->begun)
		return oldest;
	bind(c, vacant);
	return can_decode(vacant) ? vacant : NULL;
}

/* false: there is nothing that this thread could do. */
static bool work_once(struct pg_archive_crew *c)
{
	struct lane *l = busiest(c);

	if (!l)
		return false;
	if (can_count(l))
		count(c, l);
	else
		decode(c, l);
	return true;
}

static void *run_worker(void *arg)
{
	struct pg_archive_crew *c = arg;

	(void)pthread_mutex_lock(&c->lock);
	while (!c->quit) {
		if (work_once(c))
			continue;
		c->idle++;
		(void)pthread_cond_wait(&c->work, &c->lock);
		c->idle--;
	}
	(void)pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* The caller's thread has nothing better to do. */
static void help(struct pg_archive_crew *c)
{
	if (work_once(c))
		return;
	c->caller_waits = true;
	(void)pthread_cond_wait(&c->room, &c->lock);
	c->caller_waits = false;
}

static void collect(struct pg_archive_crew *c)
{
	while (c->collected < c->begun && c->task[c->collected % TASKS_MAX].done) {
		const struct pg_archive_item *item = &c->task[c->collected % TASKS_MAX].item;

		(void)pthread_mutex_unlock(&c->lock);
		c->options.collect(c->options.owner, item);
		(void)pthread_mutex_lock(&c->lock);
		c->collected++;
	}
}

/* The rest is called unlocked, by the caller's thread. */

static struct segment *take_segment(struct pg_archive_crew *c)
{
	struct segment *s;

	(void)pthread_mutex_lock(&c->lock);
	while (!c->free) {
		c->free = allocate_segment(c);
		if (!c->free)
			help(c);
	}
	s = c->free;
	c->free = s->next;
	(void)pthread_mutex_unlock(&c->lock);
	s->len = 0;
	s->next = NULL;
	return s;
}

/* Hand over what was gathered of the open item. */
static void submit(struct pg_archive_crew *c, bool last)
{
	struct task *t = &c->task[(c->begun - 1) % TASKS_MAX];
	struct segment *s = c->filling;

	c->filling = NULL;
	(void)pthread_mutex_lock(&c->lock);
	if (s && t->first)
		t->last->next = s;
	else if (s)
		t->first = s;
	if (s)
		t->last = s;
	t->ended = last;
	tell(c);
	while (!c->running && work_once(c))
		;
	(void)pthread_mutex_unlock(&c->lock);
}

/* Without threads, for want of memory or permission, it is slower, not less. */
static void start_threads(struct pg_archive_crew *c)
{
	struct error ignored = ERROR_INIT;

	while (c->running < c->threads && add_lane(c) &&
	       worker_start(&c->thread[c->running], run_worker, c, &ignored) == 0)
		c->running++;
	c->threads = c->running;
}

void pg_archive_crew_begin(struct pg_archive_crew *c, const struct pg_archive_item *question)
{
	(void)pthread_mutex_lock(&c->lock);
	collect(c);
	while (c->begun - c->collected == TASKS_MAX) {
		help(c);
		collect(c);
	}
	c->task[c->begun++ % TASKS_MAX] = (struct task){ .item = *question };
	c->open = true;
	(void)pthread_mutex_unlock(&c->lock);
}

void pg_archive_crew_push(struct pg_archive_crew *c, struct span chunk)
{
	while (chunk.len) {
		struct segment *s = c->filling ? c->filling : take_segment(c);
		size_t room = SEGMENT_SIZE - s->len, n = chunk.len < room ? chunk.len : room;

		memcpy(s->bytes + s->len, chunk.ptr, n);
		s->len += n;
		chunk.ptr += n;
		chunk.len -= n;
		c->filling = s;
		if (s->len == SEGMENT_SIZE)
			submit(c, false);
		c->pushed += n;
	}
	if (c->running < c->threads && c->pushed > START_AFTER)
		start_threads(c);
}

void pg_archive_crew_end(struct pg_archive_crew *c)
{
	submit(c, true);
	c->open = false;
}

void pg_archive_crew_settle(struct pg_archive_crew *c)
{
	(void)pthread_mutex_lock(&c->lock);
	collect(c);
	while (c->begun - c->collected > c->open) {
		help(c);
		collect(c);
	}
	(void)pthread_mutex_unlock(&c->lock);
}
