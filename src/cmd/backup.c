/* SPDX-License-Identifier: Apache-2.0 */
/* muster backup: take one complete set; and the group of commands on sets. */
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/quantity.h"
#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/progress.h"
#include "cmd/report_format.h"
#include "cmd/run_session.h"
#include "model/json.h"
#include "plan/backup.h"
#include "report/report.h"

struct backup_arguments {
	bool no_sql;
	int copy_to;
};

enum { COPY_AS_CONFIGURED, COPY_OFFSITE };
static const char *const places[] = { "as-configured", "offsite", "none", NULL };

static const struct option_row rows[] = {
	{ .name = "no-sql",
	  .type = OPTION_FLAG,
	  .summary = "do not render the plain SQL beside each PostgreSQL archive",
	  .help = "As backups.sql: false in the configuration, for this set.",
	  .offset = offsetof(struct backup_arguments, no_sql) },
	{ .name = "copy-to",
	  .type = OPTION_CHOICE,
	  .choices = places,
	  .summary = "where to copy the set when it is complete",
	  .help = "With \"offsite\" each file is written below offsite.url, too, the manifest "
		  "last. The set in the repository stays, whatever becomes of its copy. As "
		  "configured, it is copied where offsite.copy is true.",
	  .offset = offsetof(struct backup_arguments, copy_to) },
	{ 0 },
};

static json_t *file_to_json(const struct manifest_file *f)
{
	char digest[SHA256_TEXT_SIZE];

	return json_pack("{s:s, s:o, s:o, s:o, s:I, s:s, s:f}", "part", part_kind_id(f->kind),
			 "component", text_to_json(f->component), "database",
			 text_to_json(f->database), "path", text_to_json(f->path), "size",
			 (json_int_t)f->size, "sha256", sha256_format(f->sha256, digest),
			 "duration", (double)(f->finished_ns - f->started_ns) / 1e9);
}

static int print_json(const struct invocation *inv, const struct run_session *s,
		      const struct backup_result *r, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *files = json_array();
	json_t *document = document_new("backup");
	const struct manifest *m = &r->manifest;

	for (size_t i = 0; files && i < m->file_count; i++) {
		if (json_array_append_new(files, file_to_json(&m->file[i])) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for the document");
	}
	if (!document || json_object_set_new(document, "run", json_string(s->id)) < 0 ||
	    json_object_set_new(document, "verdict",
				json_string(verdict_name(r->outcome.verdict))) < 0 ||
	    json_object_set_new(document, "set", m->set ? text_to_json(m->set) : json_null()) < 0 ||
	    json_object_set_new(document, "manifest",
				r->manifest_path[0] ? text_to_json(r->manifest_path) :
						      json_null()) < 0 ||
	    json_object_set_new(document, "started", time_to_json(m->started_ns)) < 0 ||
	    json_object_set_new(document, "finished", time_to_json(m->finished_ns)) < 0 ||
	    json_object_set(document, "files", files) < 0) {
		json_decref(document);
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	}
	return document_print(inv->out, document, err);
}

static void print_set(const struct invocation *inv, const struct backup_result *r)
{
	const struct manifest *m = &r->manifest;
	char size[QUANTITY_TEXT_SIZE];
	uint64_t total = 0;

	for (size_t i = 0; i < m->file_count; i++) {
		const struct manifest_file *f = &m->file[i];

		total += f->size;
		(void)fprintf(inv->out, "  %-12s %10s  %6.1f s  ", part_kind_id(f->kind),
			      quantity_format_size(f->size, size),
			      (double)(f->finished_ns - f->started_ns) / 1e9);
		terminal_puts(&inv->screen, f->path);
		(void)fputc('\n', inv->out);
	}
	(void)fprintf(inv->out, "%s%s set %s is complete%s: %zu files, %s, in %.1f s; manifest ",
		      terminal_begin(&inv->screen, TONE_GOOD),
		      terminal_symbol(&inv->screen, VERDICT_PASS), m->set,
		      terminal_end(&inv->screen), m->file_count, quantity_format_size(total, size),
		      (double)(m->finished_ns - m->started_ns) / 1e9);
	terminal_puts(&inv->screen, r->manifest_path);
	(void)fputc('\n', inv->out);
}

/* Every file of the set was written to the off-site copy. */
static bool is_copied(const struct run *run)
{
	const char *copied = check_name(CHECK_COPIED);

	for (size_t i = 0; i < run->checks.count; i++) {
		if (strcmp(run->checks.item[i].name, copied) == 0)
			return run->verdict < VERDICT_ERROR;
	}
	return false;
}

/* A backup that did not come to a set, or to no copy of it: the run's report tells why. */
static int print_failure(const struct invocation *inv, const struct run *run, struct error *err)
{
	struct report_style style = report_style_of(&inv->screen);
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (report_text(run, &style, &text) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the report");
	(void)fwrite(text.ptr, 1, text.len, inv->out);
	return 0;
}

static int print_text(const struct run_session *s, const struct run *run,
		      const struct backup_result *r, struct error *err)
{
	const struct invocation *inv = s->inv;
	bool kept = r->manifest_path[0], failed = r->outcome.verdict >= VERDICT_ERROR;

	if (failed && print_failure(inv, run, err) < 0)
		return -1;
	if (kept)
		print_set(inv, r);
	if (kept && is_copied(run)) {
		(void)fputs("  its copy is in ", inv->out);
		terminal_puts(&inv->screen, s->config.offsite.url);
		(void)fputc('\n', inv->out);
	}
	if (kept && failed)
		(void)fputs("The set was kept. To write it to the off-site copy: muster backup "
			    "copy\n",
			    inv->out);
	else
		(void)fputs(kept ? "Next: muster verify\n" : "No part of the set was kept.\n",
			    inv->out);
	return 0;
}

static int print(const struct invocation *inv, const struct run_session *s,
		 const struct backup_result *r, struct error *err)
{
	char path[REPORT_PATH_SIZE];
	struct run run = { 0 };
	int rc = run_session_report(s, &run, path, err);

	if (rc == 0 && inv->global.json)
		rc = print_json(inv, s, r, err);
	else if (rc == 0)
		rc = print_text(s, &run, r, err);
	run_release(&run);
	return rc;
}

static int take(const struct invocation *inv, struct run_session *s, struct error *err)
{
	const struct backup_arguments *a = inv->options;
	struct progress progress = { 0 };
	struct backup_request request = { 0 };
	struct backup_result result = { 0 };
	int rc;

	if (run_session_open(inv, "backup", s, err) < 0)
		return -1;
	for (size_t i = 0; a->no_sql && i < s->config.component_count; i++)
		s->config.component[i].backups.sql = false;
	request.run = s->request;
	request.run.sinks = run_session_sinks(s, &progress.sink);
	request.copy = a->copy_to == COPY_AS_CONFIGURED ? s->config.offsite.copy :
							  a->copy_to == COPY_OFFSITE;
	progress_begin(&progress, inv, "backup");
	rc = backup_run(&request, &result, err);
	progress_end(&progress);
	if (rc == 0)
		rc = print(inv, s, &result, err);
	if (rc == 0)
		rc = run_session_exit_code(&result.outcome, false);
	backup_result_release(&result);
	return rc;
}

static int run(const struct invocation *inv, struct error *err)
{
	struct run_session s = { 0 };
	int code = take(inv, &s, err);

	run_session_close(&s);
	return code;
}

static const struct command *const subcommands[] = {
	&backup_list_command,
	&backup_show_command,
	&backup_complete_command,
	&backup_copy_command,
	NULL,
};

const struct command backup_command = {
	.name = "backup",
	.summary = "take one complete backup set; list, show and check sets",
	.description =
		"Takes one set of the components named, or of all: for PostgreSQL a custom archive "
		"of "
		"each database, the same rendered as plain SQL, and the roles; a Redis snapshot; "
		"RabbitMQ's definitions. Everything is written under temporary names and renamed "
		"when "
		"all is there; the manifest, which says what the set should hold, comes last. When "
		"a "
		"part cannot be taken, none of the set is kept.\n\n"
		"The archive is dumped on a snapshot exported after the tables were locked, and "
		"their "
		"rows are counted and fingerprinted in the same snapshot. Files are gzip, written "
		"in "
		"parallel, readable by any gzip.",
	.arguments = "[COMPONENT...]",
	.arguments_max = ARGUMENTS_ANY,
	.options = rows,
	.options_size = sizeof(struct backup_arguments),
	.examples = "muster backup                # the whole platform\n"
		    "muster backup postgres-main  # one component\n"
		    "muster backup --copy-to=offsite\n"
		    "muster backup --json",
	.subcommands = subcommands,
	.run = run,
};
