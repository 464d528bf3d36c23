/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of drills without their supervising process: writes the events of a drill as that
 * would, and holds its lock as long as it lives.
 *
 * usage: live_drill STATE_DIR <LINES
 *
 * Each line is answered by "ok" once it is in the history:
 *   start ID SECONDS PLAN.yaml   a drill began so many seconds ago; its lock is taken
 *   unlock                       nobody carries it any more
 *   note NAME=TEXT
 *   begin STEP SECONDS           a step begins, so many seconds ago
 *   end STEP VERDICT SECONDS     it has ended, and took so long
 *   finish VERDICT
 *   action DUE TITLE             an action item, which may have been due long ago
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "history/action.h"
#include "history/history.h"

struct fixture {
	struct history *h;
	char run[RUN_ID_SIZE];
	int64_t began_ns;
};

static int64_t ago(const char *seconds)
{
	return clock_wall_ns() - strtoll(seconds, NULL, 10) * NS_PER_SECOND;
}

static int tell(struct fixture *f, struct event *e, struct error *err)
{
	if (!e->at_ns)
		e->at_ns = clock_wall_ns();
	e->run = f->run;
	return event_send(history_sink(f->h), e, err);
}

static int note(struct fixture *f, const char *name, const char *text, struct error *err)
{
	struct event e = { .type = EVENT_NOTE, .subject = name, .text = text };

	return tell(f, &e, err);
}

static int start(struct fixture *f, const char *const *word, struct error *err)
{
	const struct history_claim claim = { .run = f->run, .command = "drill" };
	struct event e = { .type = EVENT_RUN_STARTED, .kind = "drill", .platform = "shop" };
	CLEANUP(buf_release)
	struct buf plan = { 0 };

	(void)snprintf(f->run, sizeof(f->run), "%s", word[1]);
	f->began_ns = e.at_ns = ago(word[2]);
	if (file_read(word[3], 1 << 20, &plan, err) < 0 || history_lock(f->h, &claim, err) < 0 ||
	    tell(f, &e, err) < 0 || note(f, "plan", "monthly", err) < 0 ||
	    note(f, "plan.yaml", plan.ptr, err) < 0)
		return -1;
	return note(f, "timezone", "Europe/London", err);
}

static int obey_event(struct fixture *f, const char *const *word, struct error *err)
{
	struct event e = { .step = word[1] };

	if (strcmp(word[0], "begin") == 0) {
		e.type = EVENT_STEP_STARTED;
		e.at_ns = ago(word[2]);
		e.text = word[1];
	} else if (strcmp(word[0], "end") == 0) {
		e.type = EVENT_STEP_FINISHED;
		if (!verdict_parse(word[2], &e.verdict))
			return error_set(err, ERROR_USAGE, "a verdict: %s", word[2]);
		e.duration_ns = strtoll(word[3], NULL, 10) * NS_PER_SECOND;
	} else {
		e.type = EVENT_RUN_FINISHED;
		e.step = NULL;
		if (!verdict_parse(word[1], &e.verdict))
			return error_set(err, ERROR_USAGE, "a verdict: %s", word[1]);
		e.duration_ns = clock_wall_ns() - f->began_ns;
	}
	if (tell(f, &e, err) < 0)
		return -1;
	if (e.type == EVENT_RUN_FINISHED)
		history_unlock(f->h);
	return 0;
}

static int add_action(struct fixture *f, const char *due, const char *title, struct error *err)
{
	const struct action_entry e = { .author = "ann",
					.title = title,
					.owner = "ops",
					.due = due,
					.at_ns = clock_wall_ns() };
	int64_t number;

	return history_action_add(f->h, &e, &number, err);
}

static int obey(struct fixture *f, char *line, struct error *err)
{
	const char *word[4];
	char *rest = line;

	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "note ", 5) == 0) {
		const char *name = strtok_r(line + 5, "=", &rest);

		return note(f, name, rest, err);
	}
	if (strncmp(line, "action ", 7) == 0) {
		const char *due = strtok_r(line + 7, " ", &rest);

		return add_action(f, due, rest, err);
	}
	for (int i = 0; i < 4; i++) {
		word[i] = strtok_r(i ? NULL : line, " ", &rest);
		if (!word[i])
			word[i] = "";
	}
	if (strcmp(word[0], "start") == 0)
		return start(f, word, err);
	if (strcmp(word[0], "unlock") != 0)
		return obey_event(f, word, err);
	history_unlock(f->h);
	return 0;
}

int main(int argc, char **argv)
{
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	struct fixture f = { .run = "" };
	struct error err = ERROR_INIT;
	char line[4096];
	int rc = argc == 2 ? history_open(argv[1], &h, &err) : -1;

	f.h = h;
	while (rc == 0 && fgets(line, sizeof(line), stdin)) {
		rc = obey(&f, line, &err);
		if (rc == 0)
			(void)puts("ok");
		(void)fflush(stdout);
	}
	if (rc < 0)
		(void)fprintf(stderr, "live_drill: %s\n", err.message);
	return rc < 0;
}
