/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill close: a drill is over, whatever people have not ticked. */
#include "cmd/commands.h"
#include "cmd/drill_dead.h"
#include "cmd/drill_entry.h"
#include "cmd/sender.h"
#include "history/unfinished.h"
#include "notify/notify.h"

struct options {
	struct drill_entry_options entry;
};

static const struct option_row rows[] = {
	DRILL_REASON_OPTION(struct options, entry.reason, "why, for everybody who reads of it"),
	DRILL_WHO_OPTIONS(struct options, entry),
	{ 0 },
};

/* Nobody carries it: so nobody else will end it. */
static int end_the_dead(struct drill_session *s, struct error *err)
{
	return s->run.unattended ? history_end_drill(s->history, s->id, err) : 0;
}

static int save(const struct invocation *inv, struct drill_session *s, struct error *err)
{
	char path[REPORT_PATH_SIZE];

	if (drill_dead_save(&s->config, s->history, s->id, path, err) < 0)
		return -1;
	if (path[0] && !inv->global.json && !inv->global.quiet)
		(void)fprintf(inv->err, "The report is in %s\n", path);
	return 0;
}

/* That it is over counts, also when nobody can be told of it. */
static void tell(const struct invocation *inv, const struct drill_session *s)
{
	const struct notify_scope scope = { .config = &s->config,
					    .history = s->history,
					    .now_ns = s->now_ns };
	struct error own = ERROR_INIT;
	size_t queued = 0;

	if (notify_runs(&scope, &queued, &own) < 0) {
		terminal_error(&inv->message, &own);
		error_clear(&own);
	}
	if (queued)
		sender_start(inv, &s->config);
}

/* What the process that carried it would have done at its end, had it come to one. */
static int finish_the_dead(const struct invocation *inv, struct drill_session *s, struct error *err)
{
	if (!s->record.over)
		return 0;
	tell(inv, s);
	return save(inv, s, err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	struct drill_entry_request r = {
		.options = &o->entry,
		.entry = { .kind = ENTRY_CLOSE, .text = o->entry.reason },
		.also = end_the_dead,
		.then = finish_the_dead,
	};

	return drill_entry_run(inv, &r, err);
}

const struct command drill_close_command = {
	.name = "close",
	.summary = "end a drill of which only steps of people remain",
	.description =
		"Ends the drill that is under way when all that remains of it are ticks and gates "
		"of people: they count as left out. While steps of muster's or of programs remain "
		"it is refused; muster drill abort is for that.\n\n"
		"A drill whose process is gone is ended, too: as an error, interrupted, with what "
		"was recorded of it; its report and metrics are saved, and receivers are told, as "
		"of a drill that came to its end. A day after its last sign of life the next run "
		"does the same, as does muster drill start --auto when nobody is waited for.\n\n"
		"With --json the document is muster.drill-entry/v1, as of muster drill tick.",
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill close --reason \"everybody has gone home\"",
	.run = run,
};
