/* SPDX-License-Identifier: Apache-2.0 */
/* What is heard of whoever restores in the sandbox: progress, and at last a report. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "plan/restore_test.intern.h"

enum { TICK_MS = 200, BLOCK = 64 * 1024 };

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for what a sandbox says");
}

/* One that says no more may go on all the same: it is waited for no longer than the run goes on. */
static int await_end(const struct plan_run *run, const struct restore_target *t, int *code,
		     struct error *why)
{
	struct error stop = ERROR_INIT;
	int rc;

	if (t->line.connection < 0)
		return sandbox_wait(t->sandbox, -1, code, why);
	do
		rc = visit_await(t->sandbox, t->line.connection, TICK_MS * (NS_PER_SECOND / 1000),
				 code, why);
	while (rc == 0 && plan_may_go_on(run, &stop) == 0);
	return rc ? rc : error_set(why, stop.kind, "%s", stop.message);
}

/* It ended without a report: a limit, a signal. */
static int explain_silence(const struct plan_run *run, struct restore_target *t, struct error *why)
{
	int code = 0;

	if (await_end(run, t, &code, why) < 0)
		return -1;
	return error_set(why, ERROR_TARGET,
			 "what ran in the sandbox ended with code %d, without a report", code);
}

/* Wait a moment for more. -1: there will be none, `why` tells. */
static int read_more(const struct plan_run *run, struct restore_target *t, struct error *why)
{
	struct restore_hearing *h = &t->hearing;
	struct pollfd fd = { .fd = t->line.out, .events = POLLIN };
	int ready = poll(&fd, 1, TICK_MS);
	ssize_t n;

	if (ready < 0 && errno != EINTR)
		return error_set_errno(why, ERROR_IO, "wait for the sandbox");
	if (ready <= 0)
		return 0;
	if (buf_reserve(&h->said, BLOCK) < 0)
		return no_memory(why);
	n = file_read_some(t->line.out, "the sandbox's pipe", h->said.ptr + h->said.len, BLOCK,
			   why);
	if (n < 0)
		return -1;
	if (n == 0)
		return explain_silence(run, t, why);
	h->said.len += (size_t)n;
	if (h->said.len > RESTORE_REPORT_MAX)
		return error_set(why, ERROR_TARGET, "the sandbox said more than %d MiB",
				 RESTORE_REPORT_MAX >> 20);
	return 0;
}

static int tell(struct plan_run *run, const struct restore_news *news, struct error *err)
{
	char what[160];

	(void)snprintf(what, sizeof(what), "%s%s%s", restore_phase_name(news->phase),
		       news->what[0] ? " " : "", news->what);
	if (news->of_bytes)
		return plan_progress(run, what, news->done, news->total, err);
	return plan_progress_objects(run, what, news->done, news->total, err);
}

/* The first line of what was said, and away with it. 1: there was one. */
static int take_line(struct restore_target *t, struct restore_news *out, struct error *why)
{
	struct restore_hearing *h = &t->hearing;
	char *from = h->said.ptr;
	const char *end = h->said.len > h->searched ?
				  memchr(from + h->searched, '\n', h->said.len - h->searched) :
				  NULL;
	size_t len;
	int rc;

	h->searched = h->said.len;
	if (!end)
		return 0;
	len = (size_t)(end - from);
	rc = restore_news_parse((struct span){ (const uint8_t *)from, len }, t->file_count, out,
				why);
	h->said.len -= len + 1;
	h->searched = 0;
	memmove(from, end + 1, h->said.len);
	if (rc < 0)
		restore_report_release(&out->report);
	return rc < 0 ? -1 : 1;
}

/* Under the lock. */
static int keep_report(struct restore_target *t, struct restore_report *report, struct error *why)
{
	bool *told = calloc(report->restored.checks.count + 1, sizeof(*told));

	if (!told) {
		restore_report_release(report);
		return no_memory(why);
	}
	t->hearing.told = told;
	t->report = *report;
	t->hearing.reported = true;
	return 0;
}

/*
 * One line, or a moment's waiting for it, by the one that hears. What keeps all from hearing
 * goes to `why`, what keeps only this run's step to `err`.
 */
static int hear_some(struct plan_run *run, struct restore_target *t, struct error *why,
		     struct error *err)
{
	struct restore_hearing *h = &t->hearing;
	struct restore_news news = { 0 };
	int rc = take_line(t, &news, why);

	if (rc == 0)
		(void)(read_more(run, t, why) < 0); /* it is kept */
	if (rc <= 0)
		return plan_may_go_on(run, err);
	(void)pthread_mutex_lock(&h->lock);
	if (news.word == RESTORE_WORD_REPORT)
		(void)(keep_report(t, &news.report, why) < 0); /* it is kept */
	else
		h->phase = (int)news.phase;
	(void)pthread_mutex_unlock(&h->lock);
	return news.word == RESTORE_WORD_REPORT ? 0 : tell(run, &news, err);
}

/* Under the lock, which others have meanwhile. */
static int hear_once(struct plan_run *run, struct restore_target *t, struct error *err)
{
	struct restore_hearing *h = &t->hearing;
	struct error why = ERROR_INIT;
	int rc;

	h->busy = true;
	(void)pthread_mutex_unlock(&h->lock);
	rc = hear_some(run, t, &why, err);
	(void)pthread_mutex_lock(&h->lock);
	h->busy = false;
	if (why.kind != ERROR_NONE)
		h->silent = why;
	(void)pthread_cond_broadcast(&h->changed);
	return rc;
}

/* Under the lock: until the one that hears has heard something, or for a moment. */
static int wait_for_other(struct plan_run *run, struct restore_hearing *h, struct error *err)
{
	const struct timespec until = clock_moment_ahead(TICK_MS * (NS_PER_SECOND / 1000));

	(void)pthread_cond_timedwait(&h->changed, &h->lock, &until);
	return plan_may_go_on(run, err);
}

int restore_hear(struct plan_run *run, struct restore_target *t, enum restore_phase until,
		 struct error *err)
{
	struct restore_hearing *h = &t->hearing;
	int rc = 0;

	(void)pthread_mutex_lock(&h->lock);
	while (rc == 0 && !h->reported && h->phase < (int)until && h->silent.kind == ERROR_NONE)
		rc = h->busy ? wait_for_other(run, h, err) : hear_once(run, t, err);
	if (rc == 0 && !h->reported && h->silent.kind != ERROR_NONE) {
		*err = h->silent;
		rc = -1;
	}
	(void)pthread_mutex_unlock(&h->lock);
	return rc;
}

void restore_hear_no_more(struct restore_target *t)
{
	struct restore_hearing *h = &t->hearing;

	(void)pthread_mutex_lock(&h->lock);
	if (!h->reported && h->silent.kind == ERROR_NONE)
		(void)error_set(&h->silent, ERROR_TARGET, "its sandbox has been removed");
	while (h->busy)
		(void)pthread_cond_wait(&h->changed, &h->lock);
	(void)pthread_mutex_unlock(&h->lock);
}

bool restore_has_reported(struct restore_target *t)
{
	bool reported;

	(void)pthread_mutex_lock(&t->hearing.lock);
	reported = t->hearing.reported;
	(void)pthread_mutex_unlock(&t->hearing.lock);
	return reported;
}
