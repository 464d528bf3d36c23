/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/envelope.h"

#include <string.h>

#include "base/file.h"
#include "stream/envelope_job.h"
#include "stream/gzip_member.h"

uint64_t envelope_expansion_default(enum codec codec)
{
	static const uint64_t limit[CODEC_COUNT] = {
		[CODEC_NONE] = 1,  [CODEC_GZIP] = 1100, [CODEC_ZSTD] = 33000,
		[CODEC_LZ4] = 300, [CODEC_XZ] = 8000,   [CODEC_BZIP2] = 33000,
	};

	return limit[codec];
}

static void cleanup_job(struct envelope_job *job)
{
	sha256_release(&job->sha256);
	findings_release(&job->structure);
	findings_release(&job->integrity);
}

static size_t take_pending(struct source *s, uint8_t *out, size_t room)
{
	size_t filled = 0;

	while (filled < room && s->pending_at < s->pending_count) {
		struct span *from = &s->pending[s->pending_at];
		size_t n = from->len < room - filled ? from->len : room - filled;

		if (n)
			memcpy(out + filled, from->ptr, n);
		filled += n;
		from->ptr += n;
		from->len -= n;
		if (!from->len)
			s->pending_at++;
	}
	return filled;
}

ssize_t source_read(struct source *s, uint8_t *out, size_t room, struct error *err)
{
	const struct envelope_options *o = s->options;
	size_t filled = take_pending(s, out, room);

	while (filled < room) {
		ssize_t n = file_read_some(o->fd, o->path, out + filled, room - filled, err);

		if (n < 0)
			return -1;
		if (n == 0)
			break;
		filled += (size_t)n;
		s->read += (size_t)n;
		if (o->done)
			atomic_store_explicit(o->done, s->read, memory_order_relaxed);
	}
	return (ssize_t)filled;
}

static int unpack(struct envelope_job *job, struct span head, struct error *err)
{
	CLEANUP(cleanup_envelope_parallel)
	struct envelope_parallel *parallel = NULL;
	struct gzip_member member;
	bool done = false;

	job->codec = codec_of(head);
	job->expansion_max = job->options->expansion_max;
	if (!job->expansion_max)
		job->expansion_max = envelope_expansion_default(job->codec);
	job->structure.layer = job->integrity.layer = codec_id(job->codec);
	job->source.pending[0] = head;
	job->source.pending_count = 1;
	if (gzip_member_measure(head, &member) && worker_count(job->options->threads) > 1) {
		parallel = envelope_parallel_open(job, err);
		if (!parallel || envelope_parallel_run(parallel, &done, err) < 0)
			return -1;
	}
	return done ? 0 : envelope_serial(job, err);
}

/* Both lists are in the order of the file; so is their union. */
static void merge(const struct findings *a, const struct findings *b, struct findings *out)
{
	size_t i = 0, k = 0;

	while (i < a->count || k < b->count) {
		bool first =
			k == b->count || (i < a->count && a->item[i].offset <= b->item[k].offset);
		const struct finding *f = first ? &a->item[i++] : &b->item[k++];

		findings_add(out, f->code, f->offset, "%s", f->message);
	}
	out->dropped += a->dropped + b->dropped;
	out->no_memory = out->no_memory || a->no_memory || b->no_memory;
}

int envelope_read(const struct envelope_options *options, struct stage *content,
		  struct findings *findings, struct envelope *out, struct error *err)
{
	CLEANUP(cleanup_job)
	struct envelope_job job = {
		.options = options,
		.content = content,
		.source = { .options = options },
	};
	uint8_t head[CODEC_HEAD];
	ssize_t n = source_read(&job.source, head, sizeof(head), err);

	if (n < 0 || sha256_init(&job.sha256, err) < 0)
		return -1;
	if (unpack(&job, (struct span){ head, (size_t)n }, err) < 0)
		return -1;
	findings->layer = codec_id(job.codec);
	merge(&job.structure, &job.integrity, findings);
	out->codec = job.codec;
	out->members = job.members;
	out->size = job.source.read;
	if (sha256_final(&job.sha256, out->sha256, err) < 0)
		return -1;
	return stage_finish(content, err);
}
