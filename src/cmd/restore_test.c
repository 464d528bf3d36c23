/* SPDX-License-Identifier: Apache-2.0 */
/* muster restore-test: restore one backup file in a sandbox and prove that every row came back. */
#include <string.h>

#include "base/quantity.h"
#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/interrupt.h"
#include "cmd/listing.h"
#include "cmd/progress.h"
#include "inspect/document.h"
#include "model/json.h"
#include "plan/restore_file.h"

struct restore_arguments {
	unsigned jobs;
	int64_t timeout_ns;
};

static const struct option_row rows[] = {
	{ .name = "jobs",
	  .letter = 'j',
	  .type = OPTION_COUNT,
	  .metavar = "N",
	  .summary = "sessions of pg_restore at a time",
	  .help = "The built-in value is the number of processors.",
	  .offset = offsetof(struct restore_arguments, jobs) },
	{ .name = "timeout",
	  .type = OPTION_DURATION,
	  .metavar = "DURATION",
	  .summary = "end it after that long (no limit)",
	  .help = "What is not proven by then is an error, not a bad backup; the sandbox and all "
		  "in it are gone either way.",
	  .offset = offsetof(struct restore_arguments, timeout_ns) },
	{ 0 },
};

static void show_progress(void *cookie, const char *what, uint64_t done, uint64_t total)
{
	progress_update(cookie, done, total, what);
}

static void show_check(const struct invocation *inv, const struct check *c)
{
	const struct terminal *t = &inv->screen;

	(void)fprintf(inv->out, "  %s%s%s %-9s ",
		      terminal_begin(t, terminal_verdict_tone(c->verdict)),
		      terminal_symbol(t, c->verdict), terminal_end(t), c->name);
	terminal_puts(t, c->message);
	if (c->verdict > VERDICT_PASS && (c->expected[0] || c->found[0])) {
		(void)fputs(" (expected ", inv->out);
		terminal_puts(t, c->expected);
		(void)fputs(", found ", inv->out);
		terminal_puts(t, c->found);
		(void)fputs(")", inv->out);
	}
	(void)fputc('\n', inv->out);
	if (c->hint[0] && c->verdict > VERDICT_PASS)
		(void)fprintf(inv->out, "              hint: %s\n", c->hint);
}

static void show_time(const struct invocation *inv, const char *label, int64_t ns, const char *more)
{
	char text[QUANTITY_TEXT_SIZE];

	if (ns)
		(void)fprintf(inv->out, "  %s%-14s%s%s%s\n",
			      terminal_begin(&inv->screen, TONE_FAINT), label,
			      terminal_end(&inv->screen), quantity_format_duration(ns, text), more);
}

static void show_headline(const struct invocation *inv, const struct restore_result *r,
			  enum verdict verdict)
{
	const struct terminal *t = &inv->screen;
	char tables[NUMBER_TEXT_SIZE], count[NUMBER_TEXT_SIZE];
	unsigned long long number = 0;
	bool known = false;

	(void)fprintf(inv->out, "%s%s %s%s  ", terminal_begin(t, terminal_verdict_tone(verdict)),
		      terminal_symbol(t, verdict), verdict_name(verdict), terminal_end(t));
	terminal_puts(t, r->inspection.path);
	for (size_t i = 0; i < r->restored.count; i++)
		number += r->restored.item[i].kind == FACT_TABLE;
	if (r->times.proof_ns)
		(void)fprintf(inv->out, ": %s tables, %s rows restored",
			      number_format(number, tables),
			      number_format(facts_total(&r->restored, FACT_TABLE, &known), count));
	else
		(void)fputs(": not restored", inv->out);
	(void)fputc('\n', inv->out);
}

static void show(const struct invocation *inv, const struct restore_result *r, enum verdict verdict)
{
	const struct restore_times *t = &r->times;

	show_headline(inv, r, verdict);
	for (size_t i = 0; i < r->checks.count; i++)
		show_check(inv, &r->checks.item[i]);
	if (r->server_version[0]) {
		(void)fprintf(inv->out, "  %s%-14s%s", terminal_begin(&inv->screen, TONE_FAINT),
			      "restored by", terminal_end(&inv->screen));
		(void)fputs("pg_restore ", inv->out);
		terminal_puts(&inv->screen, r->program_version);
		(void)fputs(" into PostgreSQL ", inv->out);
		terminal_puts(&inv->screen, r->server_version);
		(void)fputs(", in a sealed sandbox\n", inv->out);
	}
	show_time(inv, "sealed in", t->seal_ns, "");
	show_time(inv, "read in", t->read_ns, ", to the last byte");
	show_time(inv, "server up in", t->server_ns, ", meanwhile");
	show_time(inv, "restored in", t->restore_ns, "");
	show_time(inv, "read back in", t->proof_ns, ", every row");
	show_time(inv, "in all", t->total_ns, "");
}

static json_t *times_to_json(const struct restore_times *t)
{
	return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f}", "seal", (double)t->seal_ns / 1e9, "read",
			 (double)t->read_ns / 1e9, "server", (double)t->server_ns / 1e9, "restore",
			 (double)t->restore_ns / 1e9, "proof", (double)t->proof_ns / 1e9, "total",
			 (double)t->total_ns / 1e9);
}

static int print_document(const struct invocation *inv, const struct restore_result *r,
			  enum verdict verdict, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = document_new("restore-test");
	json_t *checks = json_array();

	for (size_t i = 0; checks && i < r->checks.count; i++) {
		if (json_array_append_new(checks, check_to_json(&r->checks.item[i])) < 0) {
			json_decref(checks);
			checks = NULL;
		}
	}
	if (!o || !member_put(o, "checks", checks) ||
	    !member_put(o, "verdict", json_string(verdict_name(verdict))) ||
	    !member_put(o, "backup", inspection_to_json(&r->inspection)) ||
	    !member_put(o, "restored", facts_to_json(&r->restored)) ||
	    !member_put(o, "complaints",
			text_to_json(r->complaints.len ? r->complaints.ptr : "")) ||
	    !member_put(o, "server_version", text_to_json(r->server_version)) ||
	    !member_put(o, "program_version", text_to_json(r->program_version)) ||
	    !member_put(o, "seconds", times_to_json(&r->times)))
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	return document_print(inv->out, TAKE(o), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct restore_arguments *a = inv->options;
	CLEANUP(restore_result_release)
	struct restore_result result = { 0 };
	struct progress progress = { 0 };
	const struct restore_request request = { .path = inv->argument[0],
						 .jobs = a->jobs,
						 .time_max_ns = a->timeout_ns,
						 .progress = show_progress,
						 .cookie = &progress,
						 .stop_requested = interrupt_requested };
	enum verdict verdict;
	int rc;

	progress_begin(&progress, inv, "restore test");
	rc = restore_file(&request, &result, err);
	progress_end(&progress);
	if (rc < 0)
		return -1;
	verdict = checks_verdict(&result.checks);
	if (!inv->global.json)
		show(inv, &result, verdict);
	else if (print_document(inv, &result, verdict, err) < 0)
		return -1;
	if (verdict == VERDICT_ERROR && result.inspection.error.kind != ERROR_NONE)
		return exit_code_of_error(&result.inspection.error);
	return exit_code_of_verdict(verdict, 0);
}

const struct command restore_test_command = {
	.name = "restore-test",
	.summary = "restore a PostgreSQL dump in a sealed sandbox and compare every row",
	.description =
		"Reads FILE (pg_dump's custom or tar format, compressed or not) to its last byte, "
		"restores it with pg_restore into an empty server that it starts itself, reads "
		"every "
		"table back and compares rows and content with what the file holds; sequences, "
		"large objects and extensions too. Needs no configuration.\n\n"
		"A dump is a program: all of it runs in a sandbox without a network, without "
		"privileges and without the host's files but its programs, which is tried for a "
		"way out before "
		"anything is restored. There is no other target and no weaker mode: where the "
		"kernel "
		"refuses, so does muster, with exit code 5. However it ends, nothing is left; what "
		"a power cut leaves, the next test removes.\n\n"
		"Roles that the dump names are made as superusers, since it does not tell their "
		"rights, tablespaces as directories. "
		"Whatever pg_restore complains of fails, but for a schema public that is there "
		"already. Rows of tables with timestamptz, bytea or money columns are only counted "
		"when "
		"their text differs, since an archive does not tell by which settings it was "
		"made.\n\n"
		"With --json the document muster.restore-test/v1 holds verdict, checks[], backup "
		"(as "
		"muster inspect has it), restored (the facts read back), complaints of pg_restore, "
		"server_version, program_version and seconds{} of each part.",
	.arguments = "FILE",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct restore_arguments),
	.examples = "muster restore-test /var/backups/agent/postgres/orders.dump.gz\n"
		    "muster restore-test --json orders.dump | jq .seconds",
	.run = run,
};
