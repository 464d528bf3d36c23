/* SPDX-License-Identifier: Apache-2.0 */
/* The parent's side: which file next, what each worker came to, when to give up. */
#include "inspect/inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "inspect/document.h"
#include "inspect/child.h"
#include "inspect/feed.h"
#include "inspect/pack.h"
#include "inspect/worker_end.h"
#include "stream/worker.h"
#include "model/json.h"

enum {
	JOBS_MAX = 64,
	DOCUMENT_MAX = 256 << 20,
	COMPLAINT_MAX = 4096,
	TICK_MS = 200,
};

/* A file under way. A free one has pid 0. */
struct job {
	size_t index; /* of the request */
	pid_t pid;
	int64_t started_ns;
	enum overrun over;
	int result; /* pipe from the worker */
	struct buf document;
	struct process decoder;
	int complaints; /* pipe from the decoder's standard error; -1: none */
	struct buf complaint;
	struct feed stored, to_decode; /* of an object: its bytes, and once more for the decoder */
	_Atomic uint64_t *progress;
};

struct sized {
	size_t index;
	uint64_t size; /* 0: unknown */
};

struct crew {
	const struct inspect_request *request;
	const struct inspect_options *options;
	struct inspection *out;
	size_t count, next;
	struct sized *order; /* by falling size */
	uint64_t memory_max; /* of one worker, and of reading its document */
	struct job *job;
	size_t jobs, busy;
	_Atomic uint64_t *progress; /* one per job, shared with the workers */
	uint64_t done, total;       /* stored bytes: of finished files, of all */
};

void inspection_release(struct inspection *i)
{
	findings_release(&i->envelope);
	reading_release(&i->reading);
	arena_release(&i->arena);
	*i = (struct inspection){ 0 };
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* A named pipe that nobody writes does not hold us up here: its worker waits, and its limit ends that. */
static int open_to_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd >= 0)
		(void)fcntl(fd, F_SETFL, 0);
	return fd;
}

/* An object of a bucket comes by a pipe. */
static int fetch_stored(struct job *j, const struct inspect_request *r, struct inspection *i)
{
	int bytes = -1;

	i->mtime_ns = r->source->mtime_ns;
	return feed_start(r->source, &j->stored, &bytes, &i->error) < 0 ? -1 : bytes;
}

/* The file's size and time into its inspection; what cannot be inspected gets its error there. */
static int open_stored(const struct inspect_request *r, struct inspection *i, bool *directory)
{
	bool standard_input = strcmp(r->path, "-") == 0;
	int fd = standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open_to_read(r->path);
	struct stat st;

	if (fd < 0)
		return error_set_errno(&i->error, ERROR_IO, "open %s", r->path);
	if (fstat(fd, &st) < 0) {
		(void)error_set_errno(&i->error, ERROR_IO, "look at %s", r->path);
	} else if (S_ISDIR(st.st_mode) && (r->decode || !pack_is_dump(fd))) {
		(void)error_set(&i->error, ERROR_USAGE, "%s is a directory", r->path);
		(void)error_hint(&i->error, "name the files in it; a dump of pg_dump's directory "
					    "format has a toc.dat");
	} else {
		*directory = S_ISDIR(st.st_mode);
		i->mtime_ns = standard_input ? 0 :
					       (int64_t)st.st_mtim.tv_sec * NS_PER_SECOND +
						       st.st_mtim.tv_nsec;
		return fd;
	}
	(void)close(fd);
	return -1;
}

/* In place of the directory's descriptor comes that of a tar of it. */
static int pack_stored(struct job *j, const struct inspect_request *r, int *stored,
		       struct error *err)
{
	struct pack pack;

	if (pack_start(*stored, r->path, &pack, err) < 0)
		return -1;
	(void)close(*stored);
	*stored = pack.tar;
	j->decoder = pack.process;
	j->complaints = pack.complaints;
	return 0;
}

static int start_decoder(struct job *j, const struct inspect_request *r, int *decoded,
			 struct error *err)
{
	CLEANUP(cleanup_close)
	int in = -1;
	int output[2] = { -1, -1 }, complaints[2] = { -1, -1 };
	struct process_spec spec = { .argv = r->decode, .die_with_parent = true };
	int rc;

	if (r->source && feed_start(r->source, &j->to_decode, &in, err) < 0)
		return -1;
	if (!r->source)
		in = open_to_read(r->path);
	if (in < 0)
		return error_set_errno(err, ERROR_IO, "open %s", r->path);
	if (pipe2(output, O_CLOEXEC) < 0)
		return error_set_errno(err, ERROR_IO, "make a pipe");
	if (pipe2(complaints, O_CLOEXEC) < 0) {
		(void)error_set_errno(err, ERROR_IO, "make a pipe");
		close_fd(&output[0]);
		close_fd(&output[1]);
		return -1;
	}
	spec.in = in;
	spec.out = output[1];
	spec.err = complaints[1];
	rc = process_start(&spec, &j->decoder, err);
	close_fd(&output[1]);
	close_fd(&complaints[1]);
	if (rc < 0) {
		close_fd(&output[0]);
		close_fd(&complaints[0]);
		return -1;
	}
	(void)fcntl(complaints[0], F_SETFL, O_NONBLOCK);
	j->complaints = complaints[0];
	*decoded = output[0];
	return 0;
}

/* Descriptors of the file as stored, and of what its decoder makes of it; -1: none. */
struct files {
	int stored, decoded;
};

/*
 * Threads for a file: its share of the processors by its share of the bytes, so that
 * equal files have one each, and one that outlasts all others has all of them.
 */
static unsigned threads_for(const struct crew *c, uint64_t size)
{
	unsigned all = worker_count(0);

	if (c->jobs == 1 || !size || size > c->total / 2)
		return all;
	return 1 + (unsigned)((double)size / (double)c->total * all);
}

static int start_worker(struct crew *c, struct job *j, uint64_t size, struct files files,
			struct error *err)
{
	int result[2];
	struct child_order order = {
		.path = c->request[j->index].path,
		.stored = files.stored,
		.decoded = files.decoded,
		.progress = j->progress,
		.expansion_max = c->options->expansion_max,
		.memory_max = c->memory_max,
		.threads = threads_for(c, size),
		.list = c->request[j->index].list,
		.unpacked = c->request[j->index].unpacked ? c->request[j->index].unpacked : -1,
	};

	if (pipe2(result, O_CLOEXEC | O_NONBLOCK) < 0)
		return error_set_errno(err, ERROR_IO, "make a pipe");
	(void)fcntl(result[1], F_SETFL, 0);
	order.result = result[1];
	*j->progress = 0;
	j->pid = child_start(&order, err);
	close_fd(&result[1]);
	if (j->pid < 0) {
		j->pid = 0;
		close_fd(&result[0]);
		return -1;
	}
	j->result = result[0];
	return 0;
}

static void stop_feeds(struct job *j)
{
	struct error ignored = ERROR_INIT;

	int rc = feed_end(&j->stored, &ignored);

	if (feed_end(&j->to_decode, &ignored) < 0 || rc < 0)
		error_clear(&ignored);
}

/* Begin the request `index` in the free job; what hinders it stands in its inspection. */
static void begin(struct crew *c, struct job *j, struct sized file)
{
	const struct inspect_request *r = &c->request[file.index];
	struct inspection *i = &c->out[file.index];
	CLEANUP(cleanup_close)
	int stored = -1;
	CLEANUP(cleanup_close)
	int decoded = -1;
	bool directory = false;

	j->index = file.index;
	j->over = OVER_NOTHING;
	j->started_ns = clock_monotonic_ns();
	stored = r->source ? fetch_stored(j, r, i) : open_stored(r, i, &directory);
	if (stored < 0 || (directory && pack_stored(j, r, &stored, &i->error) < 0) ||
	    (r->decode && start_decoder(j, r, &decoded, &i->error) < 0) ||
	    start_worker(c, j, file.size, (struct files){ stored, decoded }, &i->error) < 0) {
		i->verdict = VERDICT_ERROR;
		process_stop(&j->decoder, SIGKILL, 0);
		close_fd(&j->complaints);
		stop_feeds(j);
		return;
	}
	c->busy++;
}

/* The last COMPLAINT_MAX bytes of what the decoder says. */
static void keep_complaint(struct job *j)
{
	char text[1024];
	ssize_t n = read(j->complaints, text, sizeof(text));

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&j->complaints);
	if (n <= 0 || buf_append(&j->complaint, text, (size_t)n) < 0)
		return;
	if (j->complaint.len > COMPLAINT_MAX) {
		memmove(j->complaint.ptr, j->complaint.ptr + j->complaint.len - COMPLAINT_MAX,
			COMPLAINT_MAX);
		j->complaint.len = COMPLAINT_MAX;
		j->complaint.ptr[COMPLAINT_MAX] = '\0';
	}
}

static void judge_decoder(struct job *j, const struct inspect_request *r, struct inspection *i)
{
	char end[80], *last = j->complaint.ptr;
	size_t len = j->complaint.len;

	while (len && last[len - 1] == '\n')
		last[--len] = '\0';
	if (process_succeeded(&j->decoder) || (!r->decode && i->error.kind != ERROR_NONE))
		return;
	error_clear(&i->error);
	i->verdict = VERDICT_ERROR;
	if (r->decode) {
		(void)error_set(&i->error, ERROR_TARGET, "%s: the decoder %s %s%s%s", r->path,
				r->decode[0], process_describe_end(&j->decoder, end, sizeof(end)),
				len ? ": " : "", len ? last : "");
		(void)error_hint(&i->error,
				 "run it by hand on the file; `backups.decode` configures it");
	} else {
		(void)error_set(&i->error, ERROR_IO, "%s: %s", r->path,
				len ? last : process_describe_end(&j->decoder, end, sizeof(end)));
	}
}

static void read_document(const struct crew *c, const struct job *j, int status,
			  struct inspection *i)
{
	const struct worker_end end = { .path = c->request[j->index].path,
					.over = j->over,
					.status = status,
					.time_max_ns = c->options->time_max_ns,
					.document_max = DOCUMENT_MAX,
					.memory_max = c->memory_max };
	json_error_t why;
	struct error load = ERROR_INIT;
	CLEANUP(cleanup_json)
	json_t *json = NULL;

	if (WIFSIGNALED(status) || WEXITSTATUS(status) != CHILD_DONE)
		worker_end_explain(&end, &i->error);
	else
		json = model_json_load_bounded(buf_span(&j->document), c->memory_max, &why, &load);
	if (json && inspection_from_json(json, i, &i->error) < 0)
		(void)error_set(&i->error, ERROR_INTERNAL, "%s: its reader's result is malformed",
				c->request[j->index].path);
	else if (!json && load.kind != ERROR_NONE)
		i->error = load;
	else if (!json && i->error.kind == ERROR_NONE)
		(void)error_set(&i->error, ERROR_INTERNAL, "%s: its reader's result is no JSON: %s",
				c->request[j->index].path, why.text);
	if (i->error.kind == ERROR_NOMEM)
		worker_end_explain_memory(&end, &i->error);
}

/* What did not come as a whole says nothing of the backup, whatever its reader made of it. */
static void judge_feeds(struct job *j, struct inspection *i)
{
	struct error why = ERROR_INIT;
	int rc = feed_end(&j->stored, &why);

	if (feed_end(&j->to_decode, &why) == 0 && rc == 0)
		return;
	/* one that says nothing was ended because its reader gave up, and that says why */
	if (i->error.kind == ERROR_NONE || why.kind != ERROR_INTERNAL)
		i->error = why;
	i->verdict = VERDICT_ERROR;
	findings_release(&i->envelope);
	findings_release(&i->reading.findings);
}

static void finish(struct crew *c, struct job *j)
{
	const struct inspect_request *r = &c->request[j->index];
	struct inspection *i = &c->out[j->index];
	struct error ignored = ERROR_INIT;
	int status = 0;

	while (waitpid(j->pid, &status, 0) < 0 && errno == EINTR)
		;
	read_document(c, j, status, i);
	if (i->error.kind != ERROR_NONE)
		i->verdict = VERDICT_ERROR;
	if (j->decoder.pid) {
		while (j->complaints >= 0 && j->complaint.len < COMPLAINT_MAX) {
			size_t before = j->complaint.len;

			keep_complaint(j);
			if (j->complaint.len == before)
				break;
		}
		if (process_wait(&j->decoder, NS_PER_SECOND, &ignored) <= 0)
			process_stop(&j->decoder, SIGTERM, NS_PER_SECOND);
		judge_decoder(j, r, i);
	}
	judge_feeds(j, i);
	c->done += i->size;
	close_fd(&j->result);
	close_fd(&j->complaints);
	buf_clear(&j->document);
	buf_clear(&j->complaint);
	*j->progress = 0;
	j->decoder = (struct process)PROCESS_INIT;
	j->pid = 0;
	c->busy--;
}

static void report_progress(struct crew *c)
{
	const struct inspect_options *o = c->options;
	const char *path = "";
	uint64_t done = c->done;

	for (size_t k = 0; k < c->jobs; k++) {
		if (!c->job[k].pid)
			continue;
		done += *c->job[k].progress;
		path = c->request[c->job[k].index].path;
	}
	if (o->progress)
		o->progress(o->cookie, path, done, c->total);
}

static void end_worker(struct crew *c, struct job *j, enum overrun why)
{
	j->over = why;
	(void)kill(j->pid, SIGKILL);
	finish(c, j);
}

static void read_result(struct crew *c, struct job *j)
{
	ssize_t n;

	if (buf_reserve(&j->document, 65536) < 0 || j->document.len > DOCUMENT_MAX) {
		end_worker(c, j, OVER_DOCUMENT);
		return;
	}
	n = read(j->result, j->document.ptr + j->document.len, 65536);
	if (n > 0)
		j->document.len += (size_t)n;
	else if (n == 0)
		finish(c, j);
}

static void end_slow_workers(struct crew *c)
{
	int64_t most = c->options->time_max_ns, now = clock_monotonic_ns();

	for (size_t k = 0; most && k < c->jobs; k++) {
		if (c->job[k].pid && now - c->job[k].started_ns > most)
			end_worker(c, &c->job[k], OVER_TIME);
	}
}

static void wait_for_any(struct crew *c)
{
	struct pollfd poll_for[2 * JOBS_MAX];
	struct job *of[2 * JOBS_MAX];
	nfds_t n = 0;

	for (size_t k = 0; k < c->jobs; k++) {
		struct job *j = &c->job[k];

		if (!j->pid)
			continue;
		of[n] = j;
		poll_for[n++] = (struct pollfd){ .fd = j->result, .events = POLLIN };
		of[n] = j;
		poll_for[n++] = (struct pollfd){ .fd = j->complaints, .events = POLLIN };
	}
	if (poll(poll_for, n, TICK_MS) <= 0)
		return;
	for (nfds_t k = 0; k < n; k++) {
		if (!poll_for[k].revents || !of[k]->pid)
			continue;
		if (k % 2)
			keep_complaint(of[k]);
		else
			read_result(c, of[k]);
	}
}

static int keep_going(const struct crew *c, struct error *err)
{
	const struct inspect_options *o = c->options;

	if (o->stop_requested && o->stop_requested())
		return error_set(err, ERROR_INTERRUPTED, "interrupted while reading backups");
	if (o->deadline_ns && clock_monotonic_ns() > o->deadline_ns)
		return error_set(err, ERROR_TIMEOUT, "the time limit passed while reading backups");
	return 0;
}

static int run_crew(struct crew *c, struct error *err)
{
	while (c->next < c->count || c->busy) {
		if (keep_going(c, err) < 0)
			return -1;
		for (size_t k = 0; k < c->jobs && c->next < c->count; k++) {
			if (!c->job[k].pid)
				begin(c, &c->job[k], c->order[c->next++]);
		}
		if (c->busy)
			wait_for_any(c);
		end_slow_workers(c);
		report_progress(c);
	}
	return 0;
}

static int largest_first(const void *a, const void *b)
{
	const struct sized *x = a, *y = b;

	if (x->size != y->size)
		return x->size < y->size ? 1 : -1;
	return (x->index > y->index) - (x->index < y->index);
}

static int set_order(struct crew *c, struct error *err)
{
	c->order = calloc(c->count, sizeof(*c->order));
	if (!c->order)
		return error_set(err, ERROR_NOMEM, "no memory for %zu files", c->count);
	for (size_t k = 0; k < c->count; k++) {
		struct stat st;

		c->order[k].index = k;
		if (c->request[k].source)
			c->order[k].size = c->request[k].source->size;
		else if (strcmp(c->request[k].path, "-") != 0 &&
			 stat(c->request[k].path, &st) == 0 && S_ISREG(st.st_mode))
			c->order[k].size = (uint64_t)st.st_size;
		c->total += c->order[k].size;
	}
	qsort(c->order, c->count, sizeof(*c->order), largest_first);
	return 0;
}

static int open_crew(struct crew *c, struct error *err)
{
	size_t jobs = c->options->jobs ? c->options->jobs : worker_count(0);
	void *shared;

	jobs = jobs > JOBS_MAX ? JOBS_MAX : jobs;
	jobs = jobs > c->count ? c->count : jobs;
	shared = mmap(NULL, JOBS_MAX * sizeof(*c->progress), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return error_set_errno(err, ERROR_NOMEM, "share a page with the workers");
	c->progress = shared;
	c->job = calloc(jobs, sizeof(*c->job));
	if (!c->job)
		return error_set(err, ERROR_NOMEM, "no memory for %zu workers", jobs);
	c->jobs = jobs;
	for (size_t k = 0; k < jobs; k++)
		c->job[k] = (struct job){ .result = -1,
					  .complaints = -1,
					  .decoder = PROCESS_INIT,
					  .stored = FEED_INIT,
					  .to_decode = FEED_INIT,
					  .progress = &c->progress[k] };
	return set_order(c, err);
}

static void close_crew(struct crew *c)
{
	for (size_t k = 0; k < c->jobs; k++) {
		struct job *j = &c->job[k];

		if (j->pid) {
			(void)kill(j->pid, SIGKILL);
			process_stop(&j->decoder, SIGTERM, NS_PER_SECOND);
			finish(c, j);
		}
		buf_release(&j->document);
		buf_release(&j->complaint);
	}
	if (c->progress)
		(void)munmap(c->progress, JOBS_MAX * sizeof(*c->progress));
	free(c->job);
	free(c->order);
}

int inspect_files(const struct inspect_request *request, size_t count,
		  const struct inspect_options *options, struct inspection *out, struct error *err)
{
	struct crew c = { .request = request,
			  .options = options,
			  .out = out,
			  .count = count,
			  .memory_max =
				  options->memory_max ? options->memory_max : INSPECT_MEMORY_MAX };
	int rc = 0;

	for (size_t k = 0; k < count; k++) {
		out[k].path = request[k].path;
		out[k].envelope = (struct findings)FINDINGS_INIT("gzip");
		out[k].reading.facts.side = FACTS_BACKUP;
	}
	if (!count)
		return 0;
	rc = open_crew(&c, err);
	if (rc == 0)
		rc = run_crew(&c, err);
	close_crew(&c);
	for (size_t k = 0; rc < 0 && k < count; k++)
		inspection_release(&out[k]);
	return rc;
}
