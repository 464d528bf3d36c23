/* SPDX-License-Identifier: Apache-2.0 */
/* The sandbox of a fleet: its limits, its begin and its end. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "plan/restore_fleet.h"

int restore_fleet_init(struct restore_fleet *f, const struct restore_test_request *request,
		       struct error *err)
{
	*f = (struct restore_fleet){ .test = { .request = request,
					       .config = request->run.config,
					       .desk = INSPECT_DESK_INIT,
					       .room = PTHREAD_MUTEX_INITIALIZER },
				     .sandbox = SANDBOX_INIT };
	if (restore_choose_targets(&f->test, err) < 0)
		return -1;
	return run_request_check_set(&request->run, request->set, err);
}

static void close_lines(struct restore_fleet *f)
{
	for (size_t i = 0; i < f->test.target_count; i++)
		visit_line_close(&f->test.target[i].line);
}

void restore_fleet_release(struct restore_fleet *f)
{
	close_lines(f);
	sandbox_close(&f->sandbox);
	restore_release(&f->test);
	free(f->seat);
	f->seat = NULL;
}

/* Limits of which one is none come to none. */
static uint64_t both(uint64_t a, uint64_t b)
{
	return a && b ? a + b : 0;
}

/* The sum of the targets' limits, each 0 where one of them has none. */
static struct sandbox_limits sum_of_targets(const struct restore_fleet *f)
{
	struct sandbox_limits sum = { .memory_max = 0 };
	bool first = true;

	for (size_t i = 0; i < f->test.target_count; i++) {
		const struct restore_target *t = &f->test.target[i];

		if (!t->file_count)
			continue;
		sum.memory_max =
			first ? t->config.memory_max : both(sum.memory_max, t->config.memory_max);
		sum.disk_max = first ? t->config.disk_max : both(sum.disk_max, t->config.disk_max);
		sum.process_max += RESTORE_PROCESS_MAX;
		first = false;
	}
	return sum;
}

static struct sandbox_limits limits_of(const struct plan_run *run, const struct restore_fleet *f,
				       const struct sandbox_limits *extra)
{
	struct sandbox_limits l = sum_of_targets(f);
	uint64_t room = restore_disk_room(&f->test);

	l.process_max += extra->process_max;
	l.memory_max = l.memory_max ? l.memory_max + extra->memory_max : 0;
	if (l.disk_max)
		l.disk_max += extra->disk_max;
	else if (room != UINT64_MAX)
		l.disk_max = room - room / RESTORE_DISK_LEFT;
	l.time_max_ns = extra->time_max_ns;
	if (!l.time_max_ns && run->deadline_ns)
		l.time_max_ns = run->deadline_ns - f->began_ns;
	return l;
}

/* Their number among those of their engine keeps them apart: directories, ports, names of nodes. */
static int take_seats(struct restore_fleet *f, struct error *err)
{
	unsigned number[ENGINE_COUNT] = { 0 };

	f->seat = calloc(f->test.target_count + 1, sizeof(*f->seat));
	if (!f->seat)
		return error_set(err, ERROR_NOMEM, "no memory for the sandbox of a platform");
	for (size_t i = 0; i < f->test.target_count; i++) {
		const struct restore_target *t = &f->test.target[i];

		f->seat[i] = (struct restore_seat){ .component = t->component->name,
						    .wish = t->wish,
						    .number = number[t->engine]++ };
		/* a server of nobody's yet: its start is part of the restore, whose time counts */
		f->seat[i].wish.engine = ENGINE_COUNT;
	}
	f->crew = (struct restore_crew){ .seat = f->seat, .count = f->test.target_count };
	return 0;
}

static int begin_servers(struct restore_fleet *f, struct error *err)
{
	for (size_t i = 0; i < f->test.target_count; i++) {
		struct restore_target *t = &f->test.target[i];

		t->sandbox = &f->sandbox;
		t->began_ns = f->began_ns;
		if (t->file_count &&
		    visit_begin_work(&f->sandbox, t->component->name, &t->line, err) < 0)
			return -1;
	}
	return 0;
}

int restore_fleet_seal(struct plan_run *run, struct restore_fleet *f,
		       const struct restore_fleet_options *options, struct error *err)
{
	struct sandbox_options sandbox = { .parent = f->test.request->scratch,
					   .readable = options->readable,
					   .visited = true,
					   .work = restore_crew_work,
					   .cookie = &f->crew };
	struct question q = { .id = CHECK_SANDBOX };
	char took[QUANTITY_TEXT_SIZE];

	restore_sweep(&f->test);
	if (restore_open_desk(run, &f->test, err) < 0 || take_seats(f, err) < 0)
		return -1;
	f->began_ns = clock_monotonic_ns();
	sandbox.limits = limits_of(run, f, &options->extra);
	f->disk_max = sandbox.limits.disk_max;
	if (sandbox_open(&sandbox, &f->sandbox, err) < 0 || begin_servers(f, err) < 0)
		return -1;
	return judge(run, &q, true, err, "sealed in %s; what was tried to get out of it failed",
		     quantity_format_duration(clock_monotonic_ns() - f->began_ns, took));
}

int restore_fleet_remove(struct plan_run *run, struct restore_fleet *f, struct error *err)
{
	struct question q = { .id = CHECK_REMOVED };

	if (f->sandbox.lifeline < 0)
		return 0;
	/* whoever still hears them would wait for ever */
	for (size_t i = 0; i < f->test.target_count; i++)
		restore_hear_no_more(&f->test.target[i]);
	close_lines(f);
	return restore_close_sandbox(run, &f->sandbox, &q, err);
}
