/* SPDX-License-Identifier: Apache-2.0 */
/* muster run: the runs that the history holds. */
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/report_format.h"
#include "history/history.h"
#include "report/report.h"

/* Configuration is only asked where the history lies. */
static int open_history(const struct invocation *inv, struct history **out, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };

	if (configuration_load(inv, &config, err) < 0)
		return -1;
	return history_open_read(config.state_dir, out, err);
}

static int print(const struct invocation *inv, int rendered, const struct buf *text,
		 struct error *err)
{
	if (rendered < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the result");
	if (fwrite(text->ptr, 1, text->len, inv->out) != text->len)
		return error_set_errno(err, ERROR_IO, "write the result");
	return EXIT_CODE_PASS;
}

struct list_options {
	const char *kind, *component;
	unsigned limit;
};

static const struct option_row list_options[] = {
	{ .name = "kind",
	  .type = OPTION_STRING,
	  .metavar = "KIND",
	  .summary = "only runs of this kind, such as verify or backup",
	  .offset = offsetof(struct list_options, kind) },
	{ .name = "component",
	  .type = OPTION_STRING,
	  .metavar = "NAME",
	  .summary = "only runs that say something about this component",
	  .offset = offsetof(struct list_options, component) },
	{ .name = "limit",
	  .letter = 'n',
	  .type = OPTION_COUNT,
	  .metavar = "N",
	  .summary = "at most so many, the newest; 0 shows all",
	  .help = "Built-in: 20.",
	  .offset = offsetof(struct list_options, limit) },
	{ 0 },
};

static int run_list(const struct invocation *inv, struct error *err)
{
	const struct list_options *options = inv->options;
	struct history_filter filter = { .kind = options->kind,
					 .component = options->component,
					 .limit = options->limit };
	struct report_style style = report_style_of(&inv->screen);
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct run *runs = NULL;
	size_t count = 0;
	int rc;

	if (open_history(inv, &h, err) < 0 || history_list(h, &filter, &runs, &count, err) < 0)
		return -1;
	rc = inv->global.json ? report_list_json(runs, count, &text) :
				report_list_text(runs, count, &style, &text);
	history_free_runs(runs, count);
	return print(inv, rc, &text, err);
}

const struct command run_list_command = {
	.name = "list",
	.summary = "list the runs, newest first",
	.description =
		"Prints one line per run: its id, kind, start, duration and verdict. A run that "
		"was "
		"killed is an error, or fail when it had found one; a run under way is shown as "
		"running.\n\n"
		"With --json the document muster.run-list/v1 holds runs[], each with the members "
		"of "
		"muster.run/v1 but counts, steps, checks, facts and notes.",
	.options = list_options,
	.options_size = sizeof(struct list_options),
	.options_default = &(const struct list_options){ .limit = 20 },
	.examples = "muster run list --kind=verify -n 7  # the last week of daily verifications",
	.run = run_list,
};

struct show_options {
	int format;
};

static const struct option_row show_options[] = {
	REPORT_FORMAT_OPTION(struct show_options, format),
	{ 0 },
};

static int run_show(const struct invocation *inv, struct error *err)
{
	const struct show_options *options = inv->options;
	const char *id = inv->argument_count ? inv->argument[0] : "latest";
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	CLEANUP(run_release)
	struct run run = { 0 };

	if (open_history(inv, &h, err) < 0 || history_load(h, id, &run, err) < 0 ||
	    report_print(inv, h, &run, options->format, err) < 0)
		return -1;
	return EXIT_CODE_PASS;
}

const struct command run_show_command = {
	.name = "show",
	.summary = "show the report of one run",
	.description =
		"Prints the report of a run as the history tells it: every check with what was "
		"expected and found, the counts, the verdict. ID is a run's id, the beginning of "
		"one, or \"latest\", which is what is shown without it. The exit code tells "
		"whether "
		"the run was found, not what its verdict is.\n\n"
		"With --json the document muster.run/v1 holds id, kind, platform, host, version, "
		"command, set, started, finished, duration (in seconds), verdict, counts, steps[] "
		"(id, title, component, started, duration, verdict), checks[], facts[] "
		"(component, part, database, set, size, and facts as a manifest has them, of the "
		"side source, backup or restored; empty once they have expired) and notes[] "
		"(component, name, text); of a drill also drill, which holds the members of "
		"muster.drill-metrics/v1 and steps[], log[] (what people entered), holds[], "
		"actions[], earlier[] and isolation.",
	.arguments = "[ID]",
	.arguments_max = 1,
	.options = show_options,
	.options_size = sizeof(struct show_options),
	.examples = "muster run show 20261122  # the run of that day, when there was one\n"
		    "muster run show --format=html >report.html  # for a browser, or to print",
	.run = run_show,
};

static const struct command *const subcommands[] = { &run_list_command, &run_show_command, NULL };

const struct command run_command = {
	.name = "run",
	.summary = "list and show past runs",
	.subcommands = subcommands,
};
