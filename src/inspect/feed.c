/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/file.h"
#include "repository/s3.h"

static int pass_on(void *cookie, const void *bytes, size_t len, struct error *err)
{
	const int *out = cookie;

	return file_write_all(*out, "the reader's pipe", bytes, len, err);
}

static int fetch(const struct inspect_source *source, int out, struct error *err)
{
	CLEANUP(cleanup_s3)
	struct s3 *s = NULL;
	struct s3_stat stat;

	if (s3_open(source->config, source->bucket, NULL, &s, err) < 0 ||
	    s3_stat(s, source->key, &stat, err) < 0)
		return -1;
	return s3_read_parallel(s, source->key, &stat, pass_on, &out, err);
}

/* The word is there before the bytes end: who has read them to their end finds it. */
static int work(const struct inspect_source *source, int out, int word)
{
	struct error err = ERROR_INIT, ignored = ERROR_INIT;
	int *const kept[] = { &out, &word };

	(void)signal(SIGINT, SIG_IGN); /* ending is the parent's decision */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && process_keep_only(kept, 2, &err) == 0 &&
	    fetch(source, out, &err) < 0 && err.kind == ERROR_NONE)
		(void)error_set(&err, ERROR_INTERNAL, "the object could not be fetched");
	if (file_write_all(word, "the pipe", &err, sizeof(err), &ignored) < 0)
		return 2;
	return err.kind != ERROR_NONE;
}

static void close_pipe(const int ends[2])
{
	cleanup_close(&ends[0]);
	cleanup_close(&ends[1]);
}

static int fork_child(const struct inspect_source *source, const int bytes[2], const int word[2],
		      struct feed *out)
{
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid == 0) {
		(void)close(bytes[0]);
		(void)close(word[0]);
		_exit(work(source, bytes[1], word[1]));
	}
	(void)close(bytes[1]);
	(void)close(word[1]);
	out->process = (struct process){ .pid = pid, .pidfd = pidfd_open(pid, 0) };
	out->word = word[0];
	return 0;
}

int feed_start(const struct inspect_source *source, struct feed *out, int *bytes, struct error *err)
{
	enum { PIPE_SIZE = 1 << 20 };
	int data[2] = { -1, -1 }, word[2] = { -1, -1 };

	if (pipe2(data, O_CLOEXEC) < 0 || pipe2(word, O_CLOEXEC) < 0 ||
	    fork_child(source, data, word, out) < 0) {
		(void)error_set_errno(err, ERROR_IO, "start to fetch s3://%s/%.200s",
				      source->bucket, source->key);
		close_pipe(data);
		close_pipe(word);
		return -1;
	}
	(void)fcntl(data[0], F_SETPIPE_SZ, PIPE_SIZE);
	(void)fcntl(out->word, F_SETFL, O_NONBLOCK);
	*bytes = data[0];
	return 0;
}

int feed_end(struct feed *f, struct error *err)
{
	struct error word = ERROR_INIT;
	ssize_t n;

	if (!f->process.pid)
		return 0;
	n = read(f->word, &word, sizeof(word));
	process_stop(&f->process, SIGKILL, 0);
	cleanup_close(&f->word);
	*f = (struct feed)FEED_INIT;
	if (n != (ssize_t)sizeof(word))
		return error_set(err, ERROR_INTERNAL, "what fetches the object ended unexpectedly");
	/* who reads had enough, and knows why */
	if (word.kind == ERROR_NONE || word.sys_errno == EPIPE)
		return 0;
	*err = word;
	return -1;
}
