/* SPDX-License-Identifier: Apache-2.0 */
/* muster metrics: how things stand, for Prometheus. */
#include "base/clock.h"
#include "base/file.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/metrics_gather.h"

struct options {
	const char *textfile;
};

static const struct option_row option_rows[] = {
	{ .name = "textfile",
	  .type = OPTION_STRING,
	  .metavar = "PATH",
	  .summary = "write them to this file, for node_exporter's textfile collector",
	  .help = "The file, which must end in .prom for the collector to read it, is replaced as "
		  "a "
		  "whole; its mode is 0644. When the metrics cannot be told, an earlier one stays, "
		  "so that its age tells.",
	  .offset = offsetof(struct options, textfile) },
	{ 0 },
};

/* Mode 0644: whoever collects is another user. */
static int deliver(const struct invocation *inv, const struct buf *text, struct error *err)
{
	const struct options *chosen = inv->options;

	if (chosen->textfile) {
		if (file_write_atomic(chosen->textfile, 0644, text->ptr, text->len, err) < 0)
			return error_context(err, "write the metrics");
		return 0;
	}
	if (fwrite(text->ptr, 1, text->len, inv->out) != text->len)
		return error_set_errno(err, ERROR_IO, "write the metrics");
	return 0;
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(catalogue_release)
	struct catalogue sets = { 0 };
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	CLEANUP(metrics_gathered_release)
	struct metrics_gathered gathered = { 0 };
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct metrics_question q = { .config = &config, .sets = &sets, .now_ns = clock_wall_ns() };

	if (configuration_load(inv, &config, err) < 0 || catalogue_load(&config, &sets, err) < 0 ||
	    history_open_read(config.state_dir, &h, err) < 0)
		return -1;
	q.history = h;
	if (metrics_gather(&q, &gathered, err) < 0)
		return -1;
	if (metrics_text(&gathered.metrics, &text) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the metrics");
	return deliver(inv, &text, err) < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command metrics_command = {
	.name = "metrics",
	.summary = "write the metrics for Prometheus",
	.description =
		"Writes in Prometheus's text format how things stand: the age and size of the "
		"newest backups, what the last runs said of each check, how long restores took and "
		"how much they lacked, when schedules succeeded, are due or were missed, how many "
		"messages were delivered, how the last drill went, how many action items are open. "
		"What is allowed stands beside each value "
		"(muster_backup_max_age_seconds, muster_recovery_time_objective_seconds, …), and "
		"series begin as 0, so that rules need no list of components.\n\n"
		"Takes no lock, writes nothing but the metrics and opens no backup; it lists the "
		"repository and reads the history, which may be missing. Run it each minute by a "
		"timer or by cron, with --textfile into the directory of node_exporter's textfile "
		"collector. Rules of alerts, a dashboard and a timer are installed below "
		"share/muster; what to do about each alert is in docs/runbooks.md.\n\n"
		"The label component is \"platform\" where the platform as a whole is meant. A "
		"timestamp of 0 means never. muster_check_status and muster_run_last_status are 0 "
		"unknown (never, or it could not be told), 1 pass, 2 warn, 3 fail, 4 skipped.",
	.options = option_rows,
	.options_size = sizeof(struct options),
	.examples = "muster metrics\n"
		    "muster metrics --textfile /var/lib/prometheus/node-exporter/muster.prom",
	.run = run,
};
