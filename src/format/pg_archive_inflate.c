/* SPDX-License-Identifier: Apache-2.0 */
#include "format/pg_archive_inflate.h"

#include <isa-l/igzip_lib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "stream/worker.h"

/*
 * isal_inflate() saves up to 32 KiB of history at the end of each call, so
 * chunks of 4 KiB are gathered first, and an output block is several windows
 * long. A stream of at most one gathered block, such as most large objects, is
 * decoded at once; a longer one by a thread, beside the caller, who counts rows
 * meanwhile. Four blocks each way keep both busy.
 */
enum { INPUT_SIZE = 64 * 1024, OUTPUT_SIZE = 128 * 1024, SLOTS = 4 };

struct input {
	size_t len;
	bool last; /* of its stream */
	uint8_t bytes[INPUT_SIZE];
};

struct output {
	size_t len;
	uint8_t bytes[OUTPUT_SIZE];
};

/* A ring: block n lies in slot n % SLOTS. */
struct ring {
	uint64_t put, taken;
};

struct pg_archive_inflate {
	struct pg_archive_emit to;
	bool any;    /* chunks came in this stream */
	bool beside; /* the thread decodes this stream */

	/* the decoder's: the caller's, or the thread's while `beside` */
	struct inflate_state state;
	const char *fault;
	bool surplus; /* bytes came after the stream's end */

	pthread_t thread;
	bool running;
	pthread_mutex_t lock; /* of what follows, but not of what lies in the slots */
	pthread_cond_t changed;
	struct ring inputs, outputs;
	bool finished; /* the thread has decoded the last input of the stream */
	bool quit;
	struct input input[SLOTS];
	struct output output[SLOTS];
};

static bool full(const struct ring *r)
{
	return r->put - r->taken == SLOTS;
}

static struct input *filling(struct pg_archive_inflate *z)
{
	return &z->input[z->inputs.put % SLOTS];
}

static void aim(struct pg_archive_inflate *z)
{
	z->state.next_out = z->output[z->outputs.put % SLOTS].bytes;
	z->state.avail_out = OUTPUT_SIZE;
}

struct pg_archive_inflate *pg_archive_inflate_new(struct pg_archive_emit to)
{
	struct pg_archive_inflate *z = malloc(sizeof(*z));

	if (!z)
		return NULL;
	memset(z, 0, offsetof(struct pg_archive_inflate, input));
	z->to = to;
	(void)pthread_mutex_init(&z->lock, NULL);
	(void)pthread_cond_init(&z->changed, NULL);
	pg_archive_inflate_begin(z);
	return z;
}

void pg_archive_inflate_free(struct pg_archive_inflate *z)
{
	if (!z)
		return;
	if (z->running) {
		(void)pthread_mutex_lock(&z->lock);
		z->quit = true;
		(void)pthread_cond_broadcast(&z->changed);
		(void)pthread_mutex_unlock(&z->lock);
		(void)pthread_join(z->thread, NULL);
	}
	(void)pthread_cond_destroy(&z->changed);
	(void)pthread_mutex_destroy(&z->lock);
	free(z);
}

void pg_archive_inflate_begin(struct pg_archive_inflate *z)
{
	(void)pthread_mutex_lock(&z->lock); /* the thread may look whether there is work */
	isal_inflate_init(&z->state);
	z->state.crc_flag = ISAL_ZLIB;
	z->inputs = z->outputs = (struct ring){ 0 };
	aim(z);
	z->fault = NULL;
	z->any = z->beside = z->surplus = z->finished = false;
	filling(z)->len = 0;
	(void)pthread_mutex_unlock(&z->lock);
}

/* Yield the current output block; false when nobody wants more. */
static bool put_output(struct pg_archive_inflate *z)
{
	struct output *out = &z->output[z->outputs.put % SLOTS];
	bool quit;

	out->len = OUTPUT_SIZE - z->state.avail_out;
	if (!z->beside) {
		if (out->len)
			z->to.emit(z->to.owner, (struct span){ out->bytes, out->len });
		aim(z);
		return true;
	}
	(void)pthread_mutex_lock(&z->lock);
	z->outputs.put++;
	(void)pthread_cond_broadcast(&z->changed);
	while (full(&z->outputs) && !z->quit)
		(void)pthread_cond_wait(&z->changed, &z->lock);
	quit = z->quit;
	(void)pthread_mutex_unlock(&z->lock);
	aim(z);
	return !quit;
}

static const char *fault_of(int result)
{
	switch (result) {
	case ISAL_DECOMP_OK:
	case ISAL_END_INPUT:
	case ISAL_OUT_OVERFLOW:
		return NULL;
	case ISAL_INCORRECT_CHECKSUM:
		return "the zlib stream's checksum does not match";
	case ISAL_INVALID_WRAPPER:
	case ISAL_UNSUPPORTED_METHOD:
	case ISAL_NEED_DICT:
		return "the zlib stream has a wrong header";
	default:
		return "the zlib stream cannot be decoded";
	}
}

/* Decode one input block, and after the last one yield what is left. */
static void decode(struct pg_archive_inflate *z, struct input *in)
{
	struct inflate_state *s = &z->state;

	s->next_in = in->bytes;
	s->avail_in = (uint32_t)in->len;
	while (!z->fault && s->block_state != ISAL_BLOCK_FINISH) {
		z->fault = fault_of(isal_inflate(s));
		if (s->avail_out)
			break; /* it stopped for want of input */
		if (!put_output(z))
			return;
	}
	/* past the end it may have taken some bytes into its bit buffer */
	if (!z->fault && s->block_state == ISAL_BLOCK_FINISH &&
	    (s->avail_in || s->read_in_length >= 8))
		z->surplus = true;
	if (in->last)
		(void)put_output(z);
}

/* The next input block for the thread, or NULL to end it. */
static struct input *await_input(struct pg_archive_inflate *z)
{
	struct input *in = NULL;

	(void)pthread_mutex_lock(&z->lock);
	while (!z->quit && (z->finished || z->inputs.put == z->inputs.taken))
		(void)pthread_cond_wait(&z->changed, &z->lock);
	if (!z->quit)
		in = &z->input[z->inputs.taken % SLOTS];
	(void)pthread_mutex_unlock(&z->lock);
	return in;
}

static void *run_decoder(void *arg)
{
	struct pg_archive_inflate *z = arg;
	struct input *in;

	while ((in = await_input(z))) {
		decode(z, in);
		(void)pthread_mutex_lock(&z->lock);
		z->finished = in->last;
		z->inputs.taken++;
		(void)pthread_cond_broadcast(&z->changed);
		(void)pthread_mutex_unlock(&z->lock);
	}
	return NULL;
}

/* Without a thread, for want of memory or permission, the caller decodes: slower, not less. */
static bool thread_runs(struct pg_archive_inflate *z)
{
	struct error ignored = ERROR_INIT;

	if (!z->running)
		z->running = worker_start(&z->thread, run_decoder, z, &ignored) == 0;
	return z->running;
}

/* Emit what the thread has decoded until the last input is done, or until there is room for another. */
static void emit_outputs(struct pg_archive_inflate *z, bool to_the_end)
{
	(void)pthread_mutex_lock(&z->lock);
	for (;;) {
		if (z->outputs.put != z->outputs.taken) {
			struct output *out = &z->output[z->outputs.taken % SLOTS];

			(void)pthread_mutex_unlock(&z->lock);
			if (out->len)
				z->to.emit(z->to.owner, (struct span){ out->bytes, out->len });
			(void)pthread_mutex_lock(&z->lock);
			z->outputs.taken++;
			(void)pthread_cond_broadcast(&z->changed);
		} else if (to_the_end ? z->finished : !full(&z->inputs)) {
			break;
		} else {
			(void)pthread_cond_wait(&z->changed, &z->lock);
		}
	}
	(void)pthread_mutex_unlock(&z->lock);
}

static void submit(struct pg_archive_inflate *z, bool last)
{
	struct input *in = filling(z);

	in->last = last;
	if (!last && !z->beside)
		z->beside = thread_runs(z);
	if (!z->beside) {
		decode(z, in);
		in->len = 0;
		return;
	}
	(void)pthread_mutex_lock(&z->lock);
	z->inputs.put++;
	(void)pthread_cond_broadcast(&z->changed);
	(void)pthread_mutex_unlock(&z->lock);
	emit_outputs(z, last);
	filling(z)->len = 0;
}

void pg_archive_inflate_push(struct pg_archive_inflate *z, struct span chunk)
{
	z->any |= chunk.len != 0;
	while (chunk.len) {
		struct input *in = filling(z);
		size_t room = INPUT_SIZE - in->len;
		size_t n = chunk.len < room ? chunk.len : room;

		memcpy(in->bytes + in->len, chunk.ptr, n);
		in->len += n;
		chunk.ptr += n;
		chunk.len -= n;
		if (in->len == INPUT_SIZE)
			submit(z, false);
	}
}

const char *pg_archive_inflate_end(struct pg_archive_inflate *z, bool may_be_empty)
{
	if (!z->any && may_be_empty)
		return NULL;
	submit(z, true);
	if (z->fault)
		return z->fault;
	if (z->state.block_state != ISAL_BLOCK_FINISH)
		return "the zlib stream is cut short";
	return z->surplus ? "bytes follow the zlib stream" : NULL;
}
