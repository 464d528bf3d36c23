/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two threads: one only reads and unpacks, since that takes longest; the other,
 * the caller's, does all the rest (CRC-32, SHA-256, the content's stage). Between
 * them lie two rings, of stored and of content blocks. To save wake-ups each
 * sleeps until half a ring is ready for it, unless the other sleeps too.
 */
#include <pthread.h>
#include <string.h>

#include "stream/envelope_job.h"
#include "stream/decoder.h"

enum {
	STORED_SIZE = 128 * 1024,
	STORED_COUNT = 8,
	/* ISA-L copies 64 KiB for each call: small against this, which is small against a cache */
	CONTENT_SIZE = 512 * 1024,
	CONTENT_COUNT = 8,
	ENDS_MAX = 16, /* members that may end within one content block */
};

struct member_end {
	size_t at; /* content bytes of the block before it */
	struct gunzip_trailer trailer;
};

struct content_block {
	struct gunzip_block bytes;
	size_t end_count;
	struct member_end end[ENDS_MAX];
};

/* Positions in a ring: done <= filled <= done + its count. */
struct ring {
	uint64_t filled, done;
};

struct serial {
	struct envelope_job *job;
	struct decoder *decoder; /* NULL: the stored bytes are the content */
	pthread_mutex_t lock;
	pthread_cond_t filled, freed;
	/* under `lock` */
	struct ring stored, content;
	bool ended;                    /* the unpacker adds no more */
	bool unpacker_waits, stopping; /* stopping: the consumer failed */
	struct error error;            /* the unpacker's */
	/* a block belongs to the unpacker until filled, then to the consumer until done */
	struct span stored_block[STORED_COUNT];
	struct content_block content_block[CONTENT_COUNT];
	uint8_t *memory;
	/* the consumer's */
	uint32_t crc, length; /* of the current member's content */
};

/* The unpacker's turn; false: stop. */
static bool wait_for_room(struct serial *s, const struct ring *r, unsigned count)
{
	bool go;

	(void)pthread_mutex_lock(&s->lock);
	if (r->filled - r->done == count && !s->stopping) {
		s->unpacker_waits = true;
		(void)pthread_cond_signal(&s->filled);
		while (r->filled - r->done > count / 2 && !s->stopping)
			(void)pthread_cond_wait(&s->freed, &s->lock);
		s->unpacker_waits = false;
	}
	go = !s->stopping;
	(void)pthread_mutex_unlock(&s->lock);
	return go;
}

static void publish(struct serial *s, struct ring *r, unsigned count)
{
	(void)pthread_mutex_lock(&s->lock);
	r->filled++;
	if (r->filled - r->done == count / 2)
		(void)pthread_cond_signal(&s->filled);
	(void)pthread_mutex_unlock(&s->lock);
}

static struct content_block *current_block(struct serial *s)
{
	return &s->content_block[s->content.filled % CONTENT_COUNT];
}

static bool finish_block(struct serial *s)
{
	struct content_block *b;

	publish(s, &s->content, CONTENT_COUNT);
	if (!wait_for_room(s, &s->content, CONTENT_COUNT))
		return false;
	b = current_block(s);
	b->bytes.len = 0;
	b->end_count = 0;
	return true;
}

/* Returns with `in` used up; false: stop. */
static bool unpack_all(struct serial *s, struct span in)
{
	for (;;) {
		struct content_block *b = current_block(s);
		struct member_end *end = &b->end[b->end_count];

		switch (decoder_step(s->decoder, &in, &b->bytes, &end->trailer)) {
		case DECODER_NEEDS_INPUT:
			return true;
		case DECODER_MEMBER:
			end->at = b->bytes.len;
			if (++b->end_count < ENDS_MAX)
				break;
			__attribute__((fallthrough));
		case DECODER_NEEDS_ROOM:
			if (!finish_block(s))
				return false;
		}
	}
}

static int read_stored(struct serial *s, struct span *out, struct error *err)
{
	uint8_t *block = s->memory + s->stored.filled % STORED_COUNT * STORED_SIZE;
	ssize_t n = source_read(&s->job->source, block, STORED_SIZE, err);

	if (n < 0)
		return -1;
	*out = (struct span){ block, (size_t)n };
	return 0;
}

/* The consumer may hash a stored block while it is unpacked: neither writes to it. */
static bool read_and_unpack(struct serial *s, struct error *err)
{
	struct span in;

	do {
		if (!wait_for_room(s, &s->stored, STORED_COUNT) || read_stored(s, &in, err) < 0)
			return false;
		s->stored_block[s->stored.filled % STORED_COUNT] = in;
		publish(s, &s->stored, STORED_COUNT);
		if (s->decoder && !unpack_all(s, in))
			return false;
	} while (in.len == STORED_SIZE);
	if (s->decoder)
		decoder_end(s->decoder);
	return true;
}

static void *run_unpacker(void *arg)
{
	struct serial *s = arg;
	struct error err = ERROR_INIT;
	bool whole = read_and_unpack(s, &err);

	(void)pthread_mutex_lock(&s->lock);
	if (whole && s->decoder)
		s->content.filled++;
	s->error = err;
	s->ended = true;
	(void)pthread_cond_signal(&s->filled);
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

static int consume_stored(struct serial *s, struct span block, struct error *err)
{
	struct envelope_job *job = s->job;
	struct span fresh = block;
	size_t seen = job->hashed_ahead < block.len ? (size_t)job->hashed_ahead : block.len;

	job->hashed_ahead -= seen;
	fresh.ptr += seen;
	fresh.len -= seen;
	if (sha256_update(&job->sha256, fresh, err) < 0)
		return -1;
	return s->decoder || !block.len ? 0 : stage_push(job->content, block, err);
}

/* Gzip's trailers are checked on this side, since its decoder is the slower one. */
static void add_content(struct serial *s, struct span bytes)
{
	if (s->job->codec != CODEC_GZIP)
		return;
	s->crc = checksum_crc32(s->crc, bytes);
	s->length += (uint32_t)bytes.len;
}

static void end_member(struct serial *s, const struct gunzip_trailer *t)
{
	struct findings *findings = &s->job->integrity;

	if (t->crc != s->crc)
		findings_add(findings, FINDING_CHECKSUM_MISMATCH, t->offset,
			     "CRC-32 of the content: stored %08x, computed %08x", t->crc, s->crc);
	if (t->length != s->length)
		findings_add(findings, FINDING_LENGTH_MISMATCH, t->offset + 4,
			     "length of the content modulo 2^32: stored %u, counted %u", t->length,
			     s->length);
	s->crc = 0;
	s->length = 0;
}

static int consume_content(struct serial *s, const struct content_block *b, struct error *err)
{
	struct span all = { b->bytes.ptr, b->bytes.len };
	size_t at = 0;

	for (size_t i = 0; i < b->end_count; i++) {
		add_content(s, (struct span){ all.ptr + at, b->end[i].at - at });
		end_member(s, &b->end[i].trailer);
		at = b->end[i].at;
	}
	add_content(s, (struct span){ all.ptr + at, all.len - at });
	return all.len ? stage_push(s->job->content, all, err) : 0;
}

/* Called and returns locked; gives room back once it is worth a wake-up. */
static void mark_done(struct serial *s, struct ring *r)
{
	r->done++;
	if (s->unpacker_waits && s->stored.filled - s->stored.done <= STORED_COUNT / 2 &&
	    s->content.filled - s->content.done <= CONTENT_COUNT / 2)
		(void)pthread_cond_signal(&s->freed);
}

/* Called and returns locked: one block of either ring, which is not empty. */
static int consume_one(struct serial *s, struct error *err)
{
	bool stored = s->stored.done < s->stored.filled;
	struct ring *r = stored ? &s->stored : &s->content;
	int rc;

	(void)pthread_mutex_unlock(&s->lock);
	if (stored)
		rc = consume_stored(s, s->stored_block[r->done % STORED_COUNT], err);
	else
		rc = consume_content(s, &s->content_block[r->done % CONTENT_COUNT], err);
	(void)pthread_mutex_lock(&s->lock);
	mark_done(s, r);
	return rc;
}

static bool is_empty(const struct serial *s)
{
	return s->stored.done == s->stored.filled && s->content.done == s->content.filled;
}

static bool worth_waking(const struct serial *s)
{
	return s->ended || (s->unpacker_waits && !is_empty(s)) ||
	       s->stored.filled - s->stored.done >= STORED_COUNT / 2 ||
	       s->content.filled - s->content.done >= CONTENT_COUNT / 2;
}

static int consume_all(struct serial *s, struct error *err)
{
	int rc = 0;

	(void)pthread_mutex_lock(&s->lock);
	while (rc == 0) {
		while (is_empty(s) && !worth_waking(s))
			(void)pthread_cond_wait(&s->filled, &s->lock);
		if (is_empty(s))
			break;
		rc = consume_one(s, err);
	}
	s->stopping = true;
	(void)pthread_cond_signal(&s->freed);
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

static int set_up(struct serial *s, struct error *err)
{
	struct envelope_job *job = s->job;
	const struct decoder_options options = {
		.codec = job->codec,
		.offset = job->offset,
		.members = job->members,
		.content = job->pushed,
		.expansion_max = job->expansion_max,
		.expansion_free = EXPANSION_FREE,
	};

	if (job->codec != CODEC_NONE) {
		s->decoder = decoder_open(&options, &job->structure, err);
		if (!s->decoder)
			return -1;
	}
	s->memory = malloc(STORED_COUNT * STORED_SIZE + CONTENT_COUNT * CONTENT_SIZE);
	if (!s->memory)
		return error_set(err, ERROR_NOMEM, "no memory to unpack %s", job->options->path);
	for (size_t i = 0; i < CONTENT_COUNT; i++)
		s->content_block[i].bytes = (struct gunzip_block){
			.ptr = s->memory + STORED_COUNT * STORED_SIZE + i * CONTENT_SIZE,
			.room = CONTENT_SIZE,
		};
	return 0;
}

static int run(struct serial *s, struct error *err)
{
	pthread_t unpacker;
	int rc;

	if (set_up(s, err) < 0 || worker_start(&unpacker, run_unpacker, s, err) < 0)
		return -1;
	rc = consume_all(s, err);
	(void)pthread_join(unpacker, NULL);
	if (rc == 0 && s->error.kind != ERROR_NONE) {
		*err = s->error;
		rc = -1;
	}
	if (s->decoder)
		s->job->members = decoder_members(s->decoder);
	return rc;
}

int envelope_serial(struct envelope_job *job, struct error *err)
{
	struct serial *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return error_set(err, ERROR_NOMEM, "no memory to read %s", job->options->path);
	s->job = job;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->filled, NULL);
	(void)pthread_cond_init(&s->freed, NULL);
	rc = run(s, err);
	decoder_free(s->decoder);
	(void)pthread_cond_destroy(&s->filled);
	(void)pthread_cond_destroy(&s->freed);
	(void)pthread_mutex_destroy(&s->lock);
	free(s->memory);
	free(s);
	return rc;
}
