/* SPDX-License-Identifier: Apache-2.0 */
/* Mail by the program that every Unix has (sendmail -t), or by another that takes the same. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "notify/mail.h"

enum { SAID_MAX = 64 << 10 };

static const int64_t asked_every_ns = NS_PER_SECOND / 4;

/* A file in memory with the message, whose lines end as such programs want them. */
static int open_message(const struct buf *message, struct error *err)
{
	CLEANUP(buf_release)
	struct buf lines = { 0 };
	CLEANUP(cleanup_close)
	int fd = memfd_create("mail", MFD_CLOEXEC);

	for (size_t i = 0; i < message->len; i++) {
		if (message->ptr[i] != '\r' && buf_append(&lines, message->ptr + i, 1) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for a mail");
	}
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "make a file for a mail");
	if (file_write_all(fd, "mail", lines.ptr, lines.len, err) < 0)
		return -1;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return error_set_errno(err, ERROR_IO, "make a file for a mail");
	return TAKE_FD(fd);
}

/* A file in memory for what the program says, that cannot grow. */
static int open_said(struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = memfd_create("said", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, SAID_MAX) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW) < 0)
		return error_set_errno(err, ERROR_IO, "make a file for what a program says");
	return TAKE_FD(fd);
}

/* 1: it has ended; 0: time is up; -1: asked to stop. */
static int wait_for(const struct attempt *a, struct process *p, struct error *err)
{
	int64_t deadline = clock_monotonic_ns() + a->receiver->timeout_ns;
	int64_t left;

	while ((left = deadline - clock_monotonic_ns()) > 0) {
		int rc = process_wait(p, left < asked_every_ns ? left : asked_every_ns, err);

		if (rc != 0)
			return rc;
		if (stop_is_asked(a->stop))
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
	}
	return 0;
}

/* By the codes of sysexits.h: the same message would fail again. */
static bool is_refusal(const struct process *p)
{
	if (!WIFEXITED(p->status))
		return false;
	switch (WEXITSTATUS(p->status)) {
	case EX_USAGE:
	case EX_DATAERR:
	case EX_NOINPUT:
	case EX_NOUSER:
	case EX_NOHOST:
	case EX_NOPERM:
	case EX_CONFIG:
		return true;
	default:
		return false;
	}
}

static int tell_end(const struct attempt *a, const char *program, const struct process *p,
		    int said_fd, struct delivery *out, struct error *err)
{
	char end[80], begin[240], said[1024] = "";
	ssize_t n = pread(said_fd, said, sizeof(said) - 1, 0);

	(void)process_describe_end(p, end, sizeof(end));
	(void)snprintf(begin, sizeof(begin), "%.120s %s", program, end);
	out->outcome = process_succeeded(p) ? DELIVERY_DONE :
		       is_refusal(p)        ? DELIVERY_REFUSED :
					      DELIVERY_LATER;
	if (out->outcome == DELIVERY_REFUSED)
		(void)snprintf(out->hint, sizeof(out->hint),
			       "try the program by hand: the message would fail again as it is");
	return attempt_answer(a, begin,
			      (struct span){ (const uint8_t *)said, n > 0 ? strlen(said) : 0 }, out,
			      err);
}

static int tell_no_start(const struct attempt *a, const struct error *failed, struct delivery *out,
			 struct error *err)
{
	out->outcome = DELIVERY_REFUSED;
	(void)snprintf(out->hint, sizeof(out->hint),
		       "install a program that sends mail, name it in sendmail, or set smtp");
	return attempt_answer(
		a, "not sent",
		(struct span){ (const uint8_t *)failed->message, strlen(failed->message) }, out,
		err);
}

static int tell_timeout(const struct attempt *a, const char *program, struct delivery *out)
{
	out->outcome = DELIVERY_LATER;
	(void)snprintf(out->answer, sizeof(out->answer), "%.120s did not end within %.1f seconds",
		       program, (double)a->receiver->timeout_ns / 1e9);
	return 0;
}

static int run(const struct attempt *a, const char *const *argv, int message, struct delivery *out,
	       struct error *err)
{
	CLEANUP(cleanup_process)
	struct process p = PROCESS_INIT;
	CLEANUP(cleanup_close)
	int said = open_said(err);
	struct error failed = ERROR_INIT;
	/* its group ends with it when time is up; what it leaves behind by itself may be delivering */
	const struct process_spec spec = { .argv = argv,
					   .in = message,
					   .out = said,
					   .err = said,
					   .own_group = true,
					   .die_with_parent = true };
	int rc;

	if (said < 0)
		return -1;
	if (process_start(&spec, &p, &failed) < 0)
		return tell_no_start(a, &failed, out, err);
	rc = wait_for(a, &p, err);
	if (rc < 0)
		return -1;
	return rc ? tell_end(a, argv[0], &p, said, out, err) : tell_timeout(a, argv[0], out);
}

int mail_by_program(const struct attempt *a, const struct buf *message, struct delivery *out,
		    struct error *err)
{
	static const char *const built_in[] = { "/usr/sbin/sendmail", "-t", "-oi", NULL };
	const struct string_list *own = &a->receiver->sendmail;
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	CLEANUP(cleanup_close)
	int fd = open_message(message, err);
	const char **argv = arena_alloc(&arena, (own->count + 1) * sizeof(*argv));

	if (fd < 0)
		return -1;
	if (!argv)
		return error_set(err, ERROR_NOMEM, "no memory for a mail");
	for (size_t i = 0; i < own->count; i++)
		argv[i] = own->item[i];
	return run(a, own->count ? argv : built_in, fd, out, err);
}
