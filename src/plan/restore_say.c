/* SPDX-License-Identifier: Apache-2.0 */
/* What is said to whoever restores in the sandbox: the order. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "plan/restore_test.intern.h"

enum { TICK_MS = 200 };

/* A server that starts slowly reads late: nothing blocks meanwhile. */
static int write_order(struct plan_run *run, struct restore_target *t, const struct buf *text,
		       struct error *err)
{
	size_t sent = 0;

	if (fcntl(t->line.in, F_SETFL, O_NONBLOCK) < 0)
		return error_set_errno(err, ERROR_IO, "prepare the sandbox's pipe");
	while (sent < text->len) {
		struct pollfd p = { .fd = t->line.in, .events = POLLOUT };
		int ready = poll(&p, 1, TICK_MS);
		ssize_t n;

		if (ready < 0 && errno != EINTR)
			return error_set_errno(err, ERROR_IO, "wait for the sandbox");
		if (plan_may_go_on(run, err) < 0)
			return -1;
		if (ready <= 0)
			continue;
		n = write(t->line.in, text->ptr + sent, text->len - sent);
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
		return error_set(err, ERROR_NOMEM, "no memory for an order to a sandbox");
	for (size_t i = 0; i < t->file_count; i++)
		part[i] = part_of(&t->file[i]);
	job.production_count = take_notes(t, production);
	if (restore_order_write(t->engine, &job, &text, err) < 0 ||
	    write_order(run, t, &text, err) < 0)
		return -1;
	(void)close(t->line.in);
	t->line.in = -1;
	return 0;
}
