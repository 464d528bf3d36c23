/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"

enum { OUTPUT_MAX = 64 << 20, ENVIRONMENT_MAX = 512, LOOK_MS = 200 };

/* It delivers what it has to tell before it ends (cmd/sender.h), and leaves no process behind. */
static const char delivers_itself[] = "MUSTER_DELIVERS_ITSELF=1";

static const int64_t grace_ns = 20 * NS_PER_SECOND;

/* The environment without what muster and libpq take settings from, and with the above. */
static void clean_environment(const char **out)
{
	size_t n = 0;

	for (char **e = environ; e && *e && n + 2 < ENVIRONMENT_MAX; e++) {
		if (strncmp(*e, "MUSTER_", 7) != 0 && strncmp(*e, "PG", 2) != 0)
			out[n++] = *e;
	}
	out[n++] = delivers_itself;
	out[n] = NULL;
}

static int read_back(int fd, const char *name, struct buf *out, struct error *err)
{
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return error_set_errno(err, ERROR_IO, "read %s", name);
	do {
		if (buf_reserve(out, 65536) < 0 || out->len > OUTPUT_MAX)
			return error_set(err, ERROR_NOMEM, "no memory for %s", name);
		n = file_read_some(fd, name, out->ptr + out->len, 65536, err);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0);
	return n < 0 ? -1 : 0;
}

/* Its messages: all of them, and how far they were heard, which is to the end of a line. */
struct messages {
	const struct trial_request *request;
	struct buf text;
	size_t heard;
};

static void hear(struct messages *m)
{
	char *end;

	while (m->heard < m->text.len &&
	       (end = memchr(m->text.ptr + m->heard, '\n', m->text.len - m->heard)) != NULL) {
		*end = '\0';
		if (m->request->hear)
			m->request->hear(m->request->cookie, m->text.ptr + m->heard);
		*end = '\n';
		m->heard = (size_t)(end - m->text.ptr) + 1;
	}
}

/* 1: there may be more; 0: there is none. */
static int read_messages(int fd, struct messages *m, struct error *err)
{
	ssize_t n;

	if (buf_reserve(&m->text, 4097) < 0 || m->text.len > OUTPUT_MAX)
		return error_set(err, ERROR_NOMEM, "no memory for its messages");
	n = file_read_some(fd, "its messages", m->text.ptr + m->text.len, 4096, err);
	if (n <= 0)
		return (int)n;
	m->text.len += (size_t)n;
	hear(m);
	return 1;
}

/* The request may come while a line is heard, so that no call is interrupted by it. */
static bool is_to_stop(const struct trial_request *r)
{
	return r->stop_requested && r->stop_requested();
}

/* Until it has ended and nothing is left of what it said; others may still hold the pipe. */
static int follow(const struct process *p, int fd, struct messages *m, struct error *err)
{
	int more = 1;

	while (more > 0) {
		struct pollfd fds[2] = { { .fd = fd, .events = POLLIN },
					 { .fd = p->pidfd, .events = POLLIN } };
		int n = poll(fds, 2, LOOK_MS);

		if (is_to_stop(m->request) || (n < 0 && errno == EINTR))
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
		if (n < 0)
			return error_set_errno(err, ERROR_IO, "wait for muster");
		if (fds[0].revents)
			more = read_messages(fd, m, err);
		else if (fds[1].revents)
			return 0;
	}
	return more;
}

/* Run to its end, an interruption included: it gets time to clean up after itself. */
static int run_program(const char *const *argv, int out, struct messages *m, int *exit_code,
		       struct error *err)
{
	CLEANUP(cleanup_process)
	struct process p = PROCESS_INIT;
	CLEANUP(cleanup_close)
	int end = -1;
	const char *env[ENVIRONMENT_MAX];
	struct process_spec spec = {
		.argv = argv,
		.env = env,
		.in = -1,
		.out = out,
		.own_group = true,
		.die_with_parent = true,
	};
	int ends[2], rc;
	char how[80];

	clean_environment(env);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set_errno(err, ERROR_IO, "make a pipe");
	end = ends[0];
	spec.err = ends[1];
	rc = process_start(&spec, &p, err);
	(void)close(ends[1]);
	if (rc < 0)
		return -1;
	if (follow(&p, end, m, err) < 0 || process_wait(&p, -1, err) < 0) {
		process_stop(&p, SIGTERM, grace_ns);
		return -1;
	}
	if (!WIFEXITED(p.status))
		return error_set(err, ERROR_TARGET, "muster %s %s", argv[1],
				 process_describe_end(&p, how, sizeof(how)));
	*exit_code = WEXITSTATUS(p.status);
	return 0;
}

static int parse(struct trial *t, const char *command, const struct buf *out,
		 const struct buf *errors, struct error *err)
{
	char words[320] = "";
	json_error_t trouble;

	t->document = out->len ? json_loadb(out->ptr, out->len, 0, &trouble) : NULL;
	t->verdict = json_string_value(json_object_get(t->document, "verdict"));
	t->run = json_string_value(json_object_get(t->document, "id"));
	if (!t->run)
		t->run = json_string_value(json_object_get(t->document, "run"));
	if (t->document && ((t->verdict && t->run) || t->exit_code == 0))
		return 0;
	if (errors->len)
		(void)process_quote_text(errors, words, sizeof(words));
	return error_set(err, ERROR_TARGET, "muster %s ended with code %d and no report: %s",
			 command, t->exit_code, words);
}

static void make_arguments(const char *program, const struct trial_request *request,
			   const char **argv)
{
	size_t n = 0;

	argv[n++] = program;
	for (const char *const *word = request->words; *word && n <= TRIAL_WORDS_MAX; word++)
		argv[n++] = *word;
	argv[n++] = "-c";
	argv[n++] = request->settings;
	argv[n++] = "--json";
	argv[n] = NULL;
}

int trial_run_heard(const struct trial_request *request, struct trial *out, struct error *err)
{
	CLEANUP(cleanup_close)
	int out_fd = memfd_create("output", MFD_CLOEXEC);
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct messages messages = { .request = request };
	char program[4096];
	const char *argv[TRIAL_WORDS_MAX + 5];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	int rc;

	*out = (struct trial){ 0 };
	if (out_fd < 0 || len < 0)
		return error_set_errno(err, ERROR_IO, "prepare to run muster %s",
				       request->words[0]);
	program[len] = '\0';
	make_arguments(program, request, argv);
	rc = run_program(argv, out_fd, &messages, &out->exit_code, err);
	if (rc == 0)
		rc = read_back(out_fd, "its output", &text, err);
	if (rc == 0)
		rc = parse(out, request->words[0], &text, &messages.text, err);
	buf_release(&messages.text);
	return rc;
}

int trial_run(const char *const *words, const char *settings, struct trial *out, struct error *err)
{
	return trial_run_heard(&(struct trial_request){ .words = words, .settings = settings }, out,
			       err);
}

void trial_release(struct trial *t)
{
	json_decref(t->document);
	*t = (struct trial){ 0 };
}

const char *trial_text(const json_t *check, const char *key)
{
	const char *text = json_string_value(json_object_get(check, key));

	return text ? text : "";
}

static bool is_wanted(const json_t *check, const struct trial_wanted *wanted)
{
	const char *verdict = trial_text(check, "verdict");

	if (wanted->name && strcmp(trial_text(check, "name"), wanted->name) != 0)
		return false;
	if (wanted->verdict ? strcmp(verdict, wanted->verdict) != 0 : strcmp(verdict, "pass") == 0)
		return false;
	if (wanted->subject &&
	    strncmp(trial_text(check, "subject"), wanted->subject, strlen(wanted->subject)) != 0)
		return false;
	return !wanted->words || strstr(trial_text(check, "message"), wanted->words);
}

const json_t *trial_check(const struct trial *t, const struct trial_wanted *wanted)
{
	size_t i;
	const json_t *item;

	json_array_foreach (json_object_get(t->document, "checks"), i, item) {
		if (is_wanted(item, wanted))
			return item;
	}
	return NULL;
}

const json_t *trial_failure(const struct trial *t, const char *check)
{
	return trial_check(t, &(struct trial_wanted){ .name = check, .verdict = "fail" });
}
