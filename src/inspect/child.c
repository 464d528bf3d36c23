/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "inspect/confine.h"
#include "inspect/document.h"
#include "inspect/keep.h"
#include "inspect/sanitized.h"
#include "model/json.h"
#include "stream/envelope.h"
#include "stream/worker.h"

enum { STACK_SIZE = 1 << 20 };

/* The decoder read the stored file through a descriptor of its own; its bytes are hashed here. */
static int hash_stored(const struct child_order *o, struct inspection *i, struct error *err)
{
	enum { BLOCK = 256 * 1024 };
	CLEANUP(cleanup_free)
	uint8_t *block = malloc(BLOCK);
	struct sha256 sha = { 0 };
	int rc;

	if (!block)
		return error_set(err, ERROR_NOMEM, "no memory to read %s", o->path);
	rc = sha256_init(&sha, err);
	i->size = 0;
	while (rc == 0) {
		ssize_t n = file_read_some(o->stored, o->path, block, BLOCK, err);

		if (n <= 0) {
			rc = n < 0 ? -1 : 1;
			break;
		}
		i->size += (size_t)n;
		rc = sha256_update(&sha, (struct span){ block, (size_t)n }, err);
	}
	if (rc == 1)
		rc = sha256_final(&sha, i->sha256, err);
	sha256_release(&sha);
	return rc;
}

static int read_content(const struct child_order *o, struct inspection *i, struct error *err)
{
	struct envelope_options options = { .fd = o->decoded >= 0 ? o->decoded : o->stored,
					    .path = o->path,
					    .expansion_max = o->expansion_max,
					    .threads = o->threads,
					    .done = o->progress };
	CLEANUP(cleanup_stage_chain)
	struct stage *content = detect_open(&i->reading, err);
	struct envelope envelope = { 0 };

	if (!content)
		return -1;
	if (o->unpacked >= 0) {
		struct stage *kept = keep_open(o->unpacked, o->path, content, err);

		if (!kept)
			return -1;
		content = kept;
	}
	if (envelope_read(&options, content, &i->envelope, &envelope, err) < 0)
		return -1;
	if (i->envelope.count && !content->offset) /* that nothing came out needs no saying */
		findings_release(&i->reading.findings);
	i->codec = envelope.codec;
	i->members = envelope.members;
	i->size = envelope.size;
	i->reading.content_bytes = content->offset;
	memcpy(i->sha256, envelope.sha256, sizeof(i->sha256));
	return o->decoded >= 0 ? hash_stored(o, i, err) : 0;
}

/* A named pipe without a writer reads as if it were empty. */
static void wait_for_writer(int fd)
{
	struct pollfd first = { .fd = fd, .events = POLLIN };

	while (poll(&first, 1, -1) < 0 && errno == EINTR)
		;
}

static void read_file(const struct child_order *o, struct inspection *i)
{
	int64_t start = clock_monotonic_ns();

	wait_for_writer(o->stored);
	i->path = o->path;
	i->envelope = (struct findings)FINDINGS_INIT("gzip");
	i->reading.facts.side = FACTS_BACKUP;
	i->reading.threads = o->threads;
	i->reading.list = o->list;
	if (read_content(o, i, &i->error) < 0)
		i->verdict = VERDICT_ERROR;
	else if (i->envelope.no_memory || i->reading.findings.no_memory)
		i->verdict = VERDICT_ERROR,
		(void)error_set(&i->error, ERROR_NOMEM, "no memory for what was found");
	else
		i->verdict = verdict_worse(findings_verdict(&i->envelope),
					   findings_verdict(&i->reading.findings));
	i->duration_ns = clock_monotonic_ns() - start;
}

static int hand_over(const struct child_order *o, const struct inspection *i, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = inspection_to_json(i);
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (!document || model_json_write(document, &text) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	return file_write_all(o->result, "the result", text.ptr, text.len, err);
}

/*
 * What was open in the parent (its journal, its lock, its terminal) is none of the
 * worker's business: but for the descriptors of the order all are closed.
 */
static int keep_descriptors(struct child_order *o)
{
	struct error ignored = ERROR_INIT;
	int complaints = -1;
	int *const kept[] = { &o->stored, &o->result, &o->decoded, &o->unpacked, &complaints };

#ifdef SANITIZED /* which reports there */
	complaints = STDERR_FILENO;
#endif
	if (process_keep_only(kept, sizeof(kept) / sizeof(*kept), &ignored) < 0)
		return -1;
	if (complaints >= 0 && dup2(complaints, STDERR_FILENO) < 0)
		return -1;
	cleanup_close(&complaints);
	return 0;
}

/* Should memory run out, let the kernel take it from here, not from the parent. */
static void volunteer(void)
{
	static const char most[] = "1000";
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, most, sizeof(most) - 1) < 0) {
		/* then the kernel picks by size alone */
	}
	(void)close(fd);
}

/* The stacks of threads count as memory; readers and codecs need little of them. */
static void set_stack_size(void)
{
	pthread_attr_t attr;

	if (pthread_attr_init(&attr) != 0)
		return;
	if (pthread_attr_setstacksize(&attr, STACK_SIZE) == 0)
		(void)pthread_setattr_default_np(&attr);
	(void)pthread_attr_destroy(&attr);
}

/* The parent's handlers are not ours. */
static void reset_signals(void)
{
	static const int own[] = { SIGHUP,  SIGABRT, SIGSYS,
#ifndef SANITIZED /* which reports these */
				   SIGSEGV, SIGBUS,  SIGFPE, SIGILL
#endif
	};

	for (size_t k = 0; k < sizeof(own) / sizeof(*own); k++)
		(void)signal(own[k], SIG_DFL);
	/* Ctrl-C reaches the whole foreground group, a service manager's SIGTERM all of the service; ending is the parent's decision */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
}

static int work(struct child_order *o)
{
	struct inspection i = { 0 };
	struct error err = ERROR_INIT;
	int rc;

	reset_signals();
	volunteer();
	set_stack_size();
	worker_limit(o->threads);
	if (keep_descriptors(o) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
	    confine_self(&(struct confine_limits){ .memory_max = o->memory_max,
						   .may_write = o->unpacked >= 0 },
			 &err) < 0)
		return err.kind == ERROR_NOMEM ? CHILD_NO_MEMORY : CHILD_NOT_CONFINED;
	read_file(o, &i);
	rc = hand_over(o, &i, &err);
	return rc < 0 ? CHILD_NO_MEMORY : CHILD_DONE;
}

pid_t child_start(const struct child_order *order, struct error *err)
{
	struct sha256 warm = { 0 };
	struct child_order own = *order;
	pid_t pid;

	/* OpenSSL reads its configuration at first use, which a confined worker may not */
	if (sha256_init(&warm, err) < 0)
		return -1;
	sha256_release(&warm);
	pid = fork();
	if (pid < 0)
		return error_set_errno(err, ERROR_IO, "start a worker for %s", order->path);
	if (pid == 0)
		_exit(work(&own));
	return pid;
}
