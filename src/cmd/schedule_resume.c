/* SPDX-License-Identifier: Apache-2.0 */
/* muster schedule resume: ends pauses before their time. */
#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/schedule_state.h"
#include "model/json.h"

/* Some of the names may be paused only as all schedules are. */
static int not_paused(const struct invocation *inv, struct history *h, struct error *err)
{
	CLEANUP(pauses_release)
	struct pauses pauses = { 0 };
	int64_t now_ns = clock_wall_ns();

	if (history_pauses(h, now_ns, &pauses, err) < 0)
		return -1;
	(void)error_set(err, ERROR_NOT_FOUND, "nothing of that is paused");
	if (inv->argument_count && pauses_find(&pauses, inv->argument[0], now_ns))
		return error_hint(err, "all schedules are: muster schedule resume, without a name");
	return error_hint(err, "muster schedule list shows what is");
}

static int end_pauses(const struct invocation *inv, struct history *h, size_t *ended,
		      struct error *err)
{
	int64_t now_ns = clock_wall_ns();
	size_t of_one;

	*ended = 0;
	if (!inv->argument_count)
		return history_resume(h, NULL, now_ns, ended, err);
	for (size_t i = 0; i < inv->argument_count; i++) {
		if (history_resume(h, inv->argument[i], now_ns, &of_one, err) < 0)
			return -1;
		*ended += of_one;
	}
	return 0;
}

static int tell(const struct invocation *inv, size_t ended, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = NULL;

	if (!inv->global.json) {
		(void)fprintf(inv->out, "%zu pause%s ended\n", ended, ended == 1 ? "" : "s");
		return 0;
	}
	document = document_new("schedule-resume");
	if (!document || !member_put(document, "ended", json_integer((json_int_t)ended)))
		return document_no_memory(err);
	return document_print(inv->out, TAKE(document), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	size_t ended = 0;

	if (schedule_open(inv, &config, &h, err) < 0 || history_begin(h, err) < 0)
		return -1;
	if (history_end(h, end_pauses(inv, h, &ended, err), err) < 0)
		return -1;
	if (!ended)
		return not_paused(inv, h, err);
	return tell(inv, ended, err) < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command schedule_resume_command = {
	.name = "resume",
	.summary = "end pauses before their time",
	.description = "Ends the pauses of the schedules named; without names all pauses. A time "
		       "that passed in a pause is not made up for. That of all schedules ends as a "
		       "whole only.\n\n"
		       "With --json the document muster.schedule-resume/v1 holds ended, how many "
		       "there were.",
	.arguments = "[NAME...]",
	.arguments_max = ARGUMENTS_ANY,
	.examples = "muster schedule resume\n"
		    "muster schedule resume weekly-restore-test",
	.run = run,
};
