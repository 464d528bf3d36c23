/* SPDX-License-Identifier: Apache-2.0 */
/* What a restore test says into a sandbox, and hears of it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "plan/restore_test.intern.h"

enum { TICK_MS = 200, BLOCK = 64 * 1024 };

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for what a sandbox says");
}

/* 1: `fd` is ready; 0: not yet. */
static int await(struct plan_run *run, int fd, short events, struct error *err)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n = poll(&p, 1, TICK_MS);

	if (n < 0 && errno != EINTR)
		return error_set_errno(err, ERROR_IO, "wait for the sandbox");
	if (plan_may_go_on(run, err) < 0)
		return -1;
	return n > 0;
}

/* A server that starts slowly reads late: nothing blocks meanwhile. */
static int write_order(struct plan_run *run, struct restore_target *t, const struct buf *text,
		       struct error *err)
{
	size_t sent = 0;

	if (fcntl(t->sandbox.in, F_SETFL, O_NONBLOCK) < 0)
		return error_set_errno(err, ERROR_IO, "prepare the sandbox's pipe");
	while (sent < text->len) {
		int ready = await(run, t->sandbox.in, POLLOUT, err);
		ssize_t n;

		if (ready < 0)
			return -1;
		if (!ready)
			continue;
		n = write(t->sandbox.in, text->ptr + sent, text->len - sent);
		/* who ended before it heard all says why */
		if (n < 0 && errno == EPIPE)
			return 0;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return error_set_errno(err, ERROR_IO, "write to the sandbox's pipe");
		sent += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static struct restore_part part_of(const struct restore_file *f)
{
	const struct inspection *i = &f->judged.inspection;
	const struct manifest_file *m = f->judged.expected;
	int64_t taken_ns = m && m->started_ns ? m->started_ns : 0;

	if (!taken_ns && !i->reading.local_time)
		taken_ns = i->reading.content_time_ns;
	return (struct restore_part){ .kind = f->judged.kind,
				      .format = i->reading.format,
				      .database = f->judged.database,
				      .path = f->inside,
				      .facts = &i->reading.facts,
				      .taken_ns = taken_ns,
				      .pinned = m != NULL };
}

/* What the manifest notes of the component; `out` has room for all of its notes. */
static size_t take_notes(const struct restore_target *t, struct restored_note *out)
{
	const struct manifest *m = t->set ? t->set->manifest : NULL;
	size_t count = 0;

	for (size_t i = 0; m && i < m->note_count; i++) {
		if (strcmp(m->note[i].component, t->component->name) == 0)
			out[count++] = (struct restored_note){ m->note[i].name, m->note[i].value };
	}
	return count;
}

static int64_t rpo_of(const struct restore_test *test, const struct restore_target *t)
{
	return t->component->rpo_ns ? t->component->rpo_ns : test->config->rpo_ns;
}

int restore_give_order(struct plan_run *run, struct restore_target *t,
		       const struct restore_test *test, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(cleanup_free)
	struct restore_part *part = calloc(t->file_count + 1, sizeof(*part));
	const struct manifest *m = t->set ? t->set->manifest : NULL;
	CLEANUP(cleanup_free)
	struct restored_note *production = calloc((m ? m->note_count : 0) + 1, sizeof(*production));
	struct restore_job job = { .part = part,
				   .part_count = t->file_count,
				   .jobs = test->request->jobs,
				   .realistic = t->config.realistic,
				   .standby = t->config.standby,
				   .production = production,
				   .rpo_ns = rpo_of(test, t) };

	if (!part || !production)
		return no_memory(err);
	for (size_t i = 0; i < t->file_count; i++)
		part[i] = part_of(&t->file[i]);
	job.production_count = take_notes(t, production);
	if (restore_order_write(t->engine, &job, &text, err) < 0 ||
	    write_order(run, t, &text, err) < 0)
		return -1;
	(void)close(t->sandbox.in);
	t->sandbox.in = -1;
	return 0;
}

/* 1: more was said; 0: nothing now; -1 at its end. */
static int read_more(struct plan_run *run, struct restore_target *t, struct error *err)
{
	int ready = await(run, t->sandbox.out, POLLIN, err), code = 0;
	ssize_t n;

	if (ready <= 0)
		return ready;
	if (buf_reserve(&t->said, BLOCK) < 0)
		return no_memory(err);
	n = file_read_some(t->sandbox.out, "the sandbox's pipe", t->said.ptr + t->said.len, BLOCK,
			   err);
	if (n < 0)
		return -1;
	if (n == 0) {
		/* it ended without a report: a limit, a signal */
		if (sandbox_wait(&t->sandbox, -1, &code, err) < 0)
			return -1;
		return error_set(err, ERROR_TARGET,
				 "what ran in the sandbox ended with code %d, without a report",
				 code);
	}
	t->said.len += (size_t)n;
	if (t->said.len > RESTORE_REPORT_MAX)
		return error_set(err, ERROR_TARGET, "the sandbox said more than %d MiB",
				 RESTORE_REPORT_MAX >> 20);
	return 1;
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
static int take_line(struct restore_target *t, struct restore_news *out, struct error *err)
{
	char *from = t->said.ptr;
	const char *end = t->said.len > t->searched ?
				  memchr(from + t->searched, '\n', t->said.len - t->searched) :
				  NULL;
	size_t len;
	int rc;

	t->searched = t->said.len;
	if (!end)
		return 0;
	len = (size_t)(end - from);
	rc = restore_news_parse((struct span){ (const uint8_t *)from, len }, t->file_count, out,
				err);
	t->said.len -= len + 1;
	t->searched = 0;
	memmove(from, end + 1, t->said.len);
	return rc < 0 ? -1 : 1;
}

/* The configuration decides how grave it is that a check does not hold. */
static enum verdict severity_of(const struct restore_target *t, const char *name)
{
	enum check_id id;

	return check_parse_name(name, &id) ? judge_severity(id, t->component) : VERDICT_FAIL;
}

/* Its checks are the component's; what kept it from its end is no fault of the caller's file or command line. */
static int take_report(struct plan_run *run, struct restore_target *t, struct restore_news *news,
		       struct error *err)
{
	struct checks *checks = &news->report.restored.checks;

	t->report = news->report;
	t->reported = true;
	for (size_t i = 0; i < checks->count; i++) {
		struct check check = t->report.restored.checks.item[i];

		check.component = t->component->name;
		if (check.verdict == VERDICT_FAIL)
			check.verdict = severity_of(t, check.name);
		if (plan_check(run, &check, err) < 0)
			return -1;
	}
	if (t->report.error.kind == ERROR_NONE)
		return 0;
	*err = t->report.error;
	err->kind = ERROR_TARGET;
	return error_context(err, "in the sandbox");
}

int restore_hear(struct plan_run *run, struct restore_target *t, enum restore_phase until,
		 struct error *err)
{
	for (;;) {
		struct restore_news news = { 0 };
		int rc = take_line(t, &news, err);

		if (rc == 0 && read_more(run, t, err) < 0)
			return -1;
		if (rc == 0)
			continue;
		if (rc < 0) {
			restore_report_release(&news.report);
			return -1;
		}
		if (news.word == RESTORE_WORD_REPORT)
			return take_report(run, t, &news, err);
		if (tell(run, &news, err) < 0)
			return -1;
		if (news.phase >= until)
			return 0;
	}
}
