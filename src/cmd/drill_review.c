/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill review: what people make of a drill when it is over. */
#include "cmd/commands.h"
#include "cmd/drill_entry.h"
#include "cmd/drill_review_show.h"

struct options {
	struct drill_entry_options entry;
	struct option_list went_well, improvement, lesson;
};

static const struct option_row rows[] = {
	{ .name = "went-well",
	  .type = OPTION_LIST,
	  .metavar = "TEXT",
	  .summary = "something went well; may be repeated",
	  .offset = offsetof(struct options, went_well) },
	{ .name = "improvement",
	  .type = OPTION_LIST,
	  .metavar = "TEXT",
	  .summary = "something can be done better; may be repeated",
	  .offset = offsetof(struct options, improvement) },
	{ .name = "lesson",
	  .type = OPTION_LIST,
	  .metavar = "TEXT",
	  .summary = "something was learned; may be repeated",
	  .offset = offsetof(struct options, lesson) },
	DRILL_SUPERSEDE_OPTION(struct options, entry.supersedes),
	DRILL_REASON_OPTION(struct options, entry.reason, "why it is corrected"),
	AUTHOR_OPTION(struct options, entry.author),
	{ 0 },
};

static size_t count_texts(const struct options *o)
{
	return o->went_well.count + o->improvement.count + o->lesson.count;
}

static int check(const struct options *o, struct error *err)
{
	if (o->entry.supersedes && count_texts(o) != 1) {
		(void)error_set(err, ERROR_USAGE, "--supersede is of one text");
		return error_hint(err,
				  "what takes its place: --went-well, --improvement or --lesson");
	}
	return 0;
}

static int append(struct drill_session *s, const struct options *o, enum entry_kind kind,
		  const struct option_list *texts, struct error *err)
{
	for (size_t i = 0; i < texts->count; i++) {
		struct drill_entry_request r = {
			.options = &o->entry,
			.entry = { .kind = kind, .text = texts->item[i] },
		};

		if (drill_entry_check_texts(&r, err) < 0 || drill_entry_append(s, &r, err) < 0)
			return -1;
	}
	return 0;
}

/* All that was said, or nothing. */
static int append_all(struct drill_session *s, const struct options *o, struct error *err)
{
	if (append(s, o, ENTRY_WENT_WELL, &o->went_well, err) < 0 ||
	    append(s, o, ENTRY_IMPROVEMENT, &o->improvement, err) < 0)
		return -1;
	return append(s, o, ENTRY_LESSON, &o->lesson, err);
}

static int enter(struct drill_session *s, const struct options *o, struct error *err)
{
	if (!count_texts(o))
		return 0;
	if (history_begin(s->history, err) < 0 ||
	    history_end(s->history, append_all(s, o, err), err) < 0)
		return -1;
	return drill_session_read(s, err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *o = inv->options;
	CLEANUP(drill_session_close)
	struct drill_session s = { .now_ns = 0 };
	const struct drill_question q = { .id = inv->argument_count ? inv->argument[0] : NULL,
					  .choice = DRILL_NEWEST,
					  .writes = count_texts(o) != 0 };

	if (check(o, err) < 0 || drill_session_open(inv, &q, &s, err) < 0 ||
	    drill_session_need_end(&s, err) < 0 || enter(&s, o, err) < 0)
		return -1;
	return drill_review_show(inv, &s, err) < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command drill_review_command = {
	.name = "review",
	.summary = "what people make of a drill when it is over",
	.description =
		"Shows what the review of the newest drill, or of DRILL, has come to: the steps of "
		"its plan that are for after the drill (after_end), who ticked which (muster drill "
		"tick STEP --drill DRILL), what went well, what can be done better, what was "
		"learned, the issues, and the action items that the drill led to. --went-well, "
		"--improvement and --lesson add to it, all of them or, when one is refused, none; "
		"action items are added by muster action add --run DRILL.\n\n"
		"With --json the document muster.drill-review/v1 holds drill, verdict, sentence, "
		"steps[] (id, title, role, ticked, by, at), went_well[], improvements[], lessons[] "
		"and issues[] (as muster.drill-entry/v1, without those that were superseded), and "
		"actions[] (as muster.action/v1).",
	.arguments = "[DRILL]",
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill review\n"
		    "muster drill review --went-well \"the runbooks were up to date\" "
		    "--lesson \"the restore is bound by the network, not the disks\"",
	.run = run,
};
