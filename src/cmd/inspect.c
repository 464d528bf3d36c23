/* SPDX-License-Identifier: Apache-2.0 */
/* muster inspect: one backup file at a time, with no configuration and no server. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/quantity.h"
#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/interrupt.h"
#include "cmd/progress.h"
#include "inspect/document.h"

struct inspect_arguments {
	unsigned jobs;
	int fail_on;
	bool facts;
};

static const char *const fail_on_choices[] = { "fail", "warn", NULL };

static const struct option_row rows[] = {
	{ .name = "jobs",
	  .letter = 'j',
	  .type = OPTION_COUNT,
	  .metavar = "N",
	  .summary = "files read at a time",
	  .help = "The built-in value is the number of processors.",
	  .offset = offsetof(struct inspect_arguments, jobs) },
	{ .name = "facts",
	  .type = OPTION_FLAG,
	  .summary = "list every fact, not only their totals",
	  .help = "Every table with its rows, bytes and fingerprint; every sequence, extension, "
		  "database, kind of key or broker object.",
	  .offset = offsetof(struct inspect_arguments, facts) },
	{ .name = "fail-on",
	  .type = OPTION_CHOICE,
	  .choices = fail_on_choices,
	  .summary = "the mildest verdict that is not success",
	  .help = "With \"warn\", warnings end the program with exit code 3.",
	  .offset = offsetof(struct inspect_arguments, fail_on) },
	{ 0 },
};

static void print_verdict(const struct invocation *inv, const struct inspection *i)
{
	const struct terminal *t = &inv->screen;

	(void)fprintf(inv->out, "%s%s %s%s  ", terminal_begin(t, terminal_verdict_tone(i->verdict)),
		      terminal_symbol(t, i->verdict), verdict_name(i->verdict), terminal_end(t));
	terminal_puts(t, i->path);
	(void)fputc('\n', inv->out);
}

static void print_format(const struct invocation *inv, const struct inspection *i)
{
	char size[QUANTITY_TEXT_SIZE], content[QUANTITY_TEXT_SIZE], when[CLOCK_RFC3339_SIZE];
	char digest[SHA256_TEXT_SIZE];
	const struct reading *r = &i->reading;

	(void)fprintf(inv->out, "  format    %s", format_description(r->format));
	if (i->codec != CODEC_NONE)
		(void)fprintf(inv->out, ", %s of %" PRIu64 " member%s", codec_id(i->codec),
			      i->members, i->members == 1 ? "" : "s");
	(void)fprintf(inv->out, "\n  size      %s stored, %s unpacked\n",
		      quantity_format_size(i->size, size),
		      quantity_format_size(r->content_bytes, content));
	(void)fprintf(inv->out, "  sha256    %s\n", sha256_format(i->sha256, digest));
	if (r->content_time_ns)
		(void)fprintf(inv->out, "  made      %s%s\n",
			      clock_format_rfc3339(r->content_time_ns, when),
			      r->local_time ? " by the clock of its host (zone unknown)" : "");
}

static void print_totals(const struct invocation *inv, const struct facts *facts)
{
	bool first = true;

	for (int kind = 0; kind < FACT_KIND_COUNT; kind++) {
		const struct fact_words *w = fact_kind_words((enum fact_kind)kind);
		size_t count = 0;
		bool known;

		for (size_t k = 0; k < facts->count; k++)
			count += facts->item[k].kind == (enum fact_kind)kind;
		if (!count)
			continue;
		(void)fprintf(inv->out, "%s%zu %s", first ? "  facts     " : "\n            ",
			      count, w->array);
		if (w->count_key)
			(void)fprintf(inv->out, ", %" PRIu64 " %s",
				      facts_total(facts, (enum fact_kind)kind, &known),
				      w->count_key);
		first = false;
	}
	if (!first)
		(void)fputc('\n', inv->out);
}

static void print_fact(const struct invocation *inv, const struct fact *f)
{
	const struct fact_words *w = fact_kind_words(f->kind);
	char text[FINGERPRINT_TEXT_SIZE];

	(void)fprintf(inv->out, "    %s ", w->noun);
	terminal_puts(&inv->screen, f->scope);
	if (f->scope[0] && f->name[0])
		(void)fputc('.', inv->out);
	terminal_puts(&inv->screen, f->name);
	if (f->known & MEASURE_COUNT)
		(void)fprintf(inv->out, "  %" PRIu64 " %s", f->count,
			      w->count_key ? w->count_key : "");
	if (f->known & MEASURE_EXPIRES)
		(void)fprintf(inv->out, ", %" PRIu64 " expire", f->expires);
	if (f->known & MEASURE_BYTES)
		(void)fprintf(inv->out, ", %" PRIu64 " bytes", f->bytes);
	if (f->known & MEASURE_FINGERPRINT)
		(void)fprintf(inv->out, "  %s", fingerprint_format(f->fingerprint, text));
	if (f->known & MEASURE_VALUE) {
		(void)fputs("  ", inv->out);
		terminal_puts(&inv->screen, f->value);
	}
	(void)fputc('\n', inv->out);
}

static void print_findings(const struct invocation *inv, const struct findings *findings)
{
	for (size_t k = 0; k < findings->count; k++) {
		const struct finding *f = &findings->item[k];

		(void)fprintf(inv->out, "  %s %s at byte %" PRIu64 " of the %s: ",
			      terminal_symbol(&inv->screen, finding_verdict(f->code)),
			      finding_id(f->code), f->offset, f->layer);
		terminal_puts(&inv->screen, f->message);
		(void)fputc('\n', inv->out);
	}
	if (findings->dropped)
		(void)fprintf(inv->out, "  and %" PRIu64 " more findings\n", findings->dropped);
}

static void print_inspection(const struct invocation *inv, const struct inspection *i)
{
	const struct inspect_arguments *a = inv->options;

	print_verdict(inv, i);
	if (i->error.kind != ERROR_NONE) {
		(void)fputs("  could not be read: ", inv->out);
		terminal_puts(&inv->screen, i->error.message);
		(void)fputc('\n', inv->out);
		if (i->error.hint[0])
			(void)fprintf(inv->out, "  hint: %s\n", i->error.hint);
		return;
	}
	print_format(inv, i);
	print_findings(inv, &i->envelope);
	print_findings(inv, &i->reading.findings);
	print_totals(inv, &i->reading.facts);
	for (size_t k = 0; a->facts && k < i->reading.facts.count; k++)
		print_fact(inv, &i->reading.facts.item[k]);
}

static int print_document(const struct invocation *inv, const struct inspection *results,
			  size_t count, struct error *err)
{
	json_t *document = document_new("inspect"), *files = json_array();

	for (size_t k = 0; files && k < count; k++) {
		json_t *one = inspection_to_json(&results[k]);

		if (!one || json_array_append_new(files, one) < 0) {
			json_decref(files);
			files = NULL;
		}
	}
	if (!document || !files || json_object_set_new(document, "files", files) < 0) {
		json_decref(document);
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	}
	return document_print(inv->out, document, err);
}

/* A file that could not be opened keeps its own exit code, as long as nothing worse was found. */
static int exit_code(const struct inspection *results, size_t count, bool warn_fails)
{
	const struct error *first = NULL;
	enum verdict worst = VERDICT_SKIPPED;

	for (size_t k = 0; k < count; k++) {
		worst = verdict_worse(worst, results[k].verdict);
		if (!first && results[k].error.kind != ERROR_NONE)
			first = &results[k].error;
	}
	if (worst == VERDICT_ERROR && first)
		return exit_code_of_error(first);
	return exit_code_of_verdict(worst, warn_fails);
}

static int print_all(const struct invocation *inv, const struct inspection *results, size_t count,
		     struct error *err)
{
	if (inv->global.json)
		return print_document(inv, results, count, err);
	for (size_t k = 0; k < count; k++)
		print_inspection(inv, &results[k]);
	return 0;
}

static void show_progress(void *cookie, const char *path, uint64_t done, uint64_t total)
{
	progress_update(cookie, done, total, path);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct inspect_arguments *a = inv->options;
	size_t count = inv->argument_count;
	CLEANUP(cleanup_free)
	struct inspect_request *requests = calloc(count, sizeof(*requests));
	CLEANUP(cleanup_free)
	struct inspection *results = calloc(count, sizeof(*results));
	struct progress progress = { 0 };
	struct inspect_options options = { .jobs = a->jobs,
					   .stop_requested = interrupt_requested,
					   .progress = show_progress,
					   .cookie = &progress };
	int rc;

	if (!requests || !results)
		return error_set(err, ERROR_NOMEM, "no memory for %zu files", count);
	for (size_t k = 0; k < count; k++)
		requests[k].path = inv->argument[k];
	progress_begin(&progress, inv, "inspect");
	rc = inspect_files(requests, count, &options, results, err);
	progress_end(&progress);
	if (rc == 0)
		rc = print_all(inv, results, count, err);
	if (rc == 0)
		rc = exit_code(results, count, a->fail_on == 1);
	for (size_t k = 0; k < count; k++)
		inspection_release(&results[k]);
	return rc;
}

const struct command inspect_command = {
	.name = "inspect",
	.summary = "read backup files to the last byte: format, facts, findings, verdict",
	.description =
		"Reads each FILE (\"-\" is standard input) once, from its first byte to its last, "
		"and "
		"prints what it is, what it holds and what is wrong with it. Needs no "
		"configuration "
		"and no server. The format is told by the leading bytes, not by the name.\n\n"
		"Known are gzip around all others, pg_dump's custom archives, plain SQL dumps, "
		"Redis "
		"snapshots (RDB), RabbitMQ definitions and muster's own manifests. Each file is "
		"read "
		"by a confined process of its own, several at a time, the largest first.",
	.arguments = "FILE...",
	.arguments_min = 1,
	.arguments_max = ARGUMENTS_ANY,
	.options = rows,
	.options_size = sizeof(struct inspect_arguments),
	.examples = "muster inspect /var/backups/agent/*/*  # everything there\n"
		    "muster inspect --json dump.gz | jq '.files[0].facts.tables'\n"
		    "ssh host cat dump.gz | muster inspect -",
	.run = run,
};
