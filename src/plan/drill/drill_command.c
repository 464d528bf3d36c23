/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that a program of the user's does. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/process.h"
#include "plan/drill/drill.intern.h"

/* What nobody will read fills no disk. */
enum { OUTPUT_MAX = 64 << 20 };
enum { SAID_MAX = 2000, TURN_MS = 200 };

static void close_file(FILE **f)
{
	if (*f)
		(void)fclose(*f);
}

/* What it may want to know, of whom it is called by. */
static int set_variables(const struct plan_run *run, const struct drill *d, struct arena *arena,
			 const char *out[4], struct error *err)
{
	out[0] = arena_printf(arena, "MUSTER_DRILL=%s", run->id);
	out[1] = arena_printf(arena, "MUSTER_STEP=%s", run->current->id);
	out[2] = arena_printf(arena, "MUSTER_PLATFORM=%s", d->config->platform);
	out[3] = NULL;
	if (out[0] && out[1] && out[2])
		return 0;
	return error_set(err, ERROR_NOMEM, "no memory for a command");
}

static int check_size(FILE *written, struct error *err)
{
	struct stat st;

	if (fstat(fileno(written), &st) < 0)
		return error_set_errno(err, ERROR_IO, "look at what a command wrote");
	if (st.st_size <= OUTPUT_MAX)
		return 0;
	return error_set(err, ERROR_TARGET, "it was ended: it wrote more than %d MiB",
			 OUTPUT_MAX >> 20);
}

static int await_end(const struct plan_run *run, struct process *p, FILE *written,
		     struct error *err)
{
	for (;;) {
		int rc = process_wait(p, TURN_MS * (NS_PER_SECOND / 1000), err);

		if (rc != 0)
			return rc < 0 ? -1 : 0;
		if (plan_may_go_on(run, err) < 0 || check_size(written, err) < 0) {
			process_stop(p, 0, 0);
			return -1;
		}
	}
}

/* What it wrote, as much as people may want to read. */
static int note_output(struct plan_run *run, FILE *written, struct error *err)
{
	char text[SAID_MAX + 1], name[128];
	size_t n;
	long size;

	if (fseek(written, 0, SEEK_END) < 0 || (size = ftell(written)) < 0 ||
	    fseek(written, size > SAID_MAX ? size - SAID_MAX : 0, SEEK_SET) < 0)
		return error_set_errno(err, ERROR_IO, "read what a command wrote");
	n = fread(text, 1, SAID_MAX, written);
	text[n] = '\0';
	if (!n)
		return 0;
	(void)snprintf(name, sizeof(name), "output %s", run->current->id);
	return drill_note(run, name, err, "%s", text);
}

static int judge_end(struct plan_run *run, const struct drill_step *step, const struct process *p,
		     struct error *err)
{
	struct question q = { .id = CHECK_STEP, .subject = step->id };
	char end[96];

	if (process_succeeded(p))
		return judge_as(run, &q, VERDICT_PASS, err, "%s: %s succeeded", step->title,
				step->command.item[0]);
	return judge_as(run, &q, VERDICT_FAIL, err, "%s: %s %s", step->title, step->command.item[0],
			process_describe_end(p, end, sizeof(end)));
}

int drill_run_command(struct plan_run *run, struct drill *d, const struct drill_step *step,
		      struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	CLEANUP(close_file)
	FILE *written = tmpfile();
	const char *set[4];
	/* it is this thread that waits for it, so its end is that of who carries the drill */
	struct process_spec spec = { .argv = step->command.item,
				     .set_env = set,
				     .in = -1,
				     .own_group = true,
				     .die_with_parent = true };
	CLEANUP(cleanup_process)
	struct process p = PROCESS_INIT;
	CLEANUP(cleanup_process)
	struct process guard = PROCESS_INIT; /* of what it began itself */

	if (!written)
		return error_set_errno(err, ERROR_IO, "make a file for what a command writes");
	spec.out = spec.err = fileno(written);
	if (set_variables(run, d, &arena, set, err) < 0 || process_start(&spec, &p, err) < 0 ||
	    process_guard_group(&p, &guard, err) < 0 || await_end(run, &p, written, err) < 0 ||
	    note_output(run, written, err) < 0)
		return -1;
	return judge_end(run, step, &p, err);
}
