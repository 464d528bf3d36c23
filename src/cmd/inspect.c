/* SPDX-License-Identifier: Apache-2.0 */
/* muster inspect: one backup file at a time, with no configuration and no server. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/inspect_coverage.h"
#include "cmd/inspect_show.h"
#include "cmd/interrupt.h"
#include "cmd/progress.h"
#include "cmd/s3_argument.h"
#include "inspect/document.h"

struct inspect_arguments {
	unsigned jobs, expansion_limit;
	uint64_t memory_limit;
	int64_t time_limit_ns;
	int fail_on;
	bool facts, tables, toc, coverage;
};
enum { ROWS_SHOWN = 10 };

static const char *const fail_on_choices[] = { "fail", "warn", NULL };

static const struct option_row rows[] = {
	{ .name = "jobs",
	  .letter = 'j',
	  .type = OPTION_COUNT,
	  .metavar = "N",
	  .summary = "files read at a time",
	  .help = "The built-in value is the number of processors.",
	  .offset = offsetof(struct inspect_arguments, jobs) },
	{ .name = "tables",
	  .type = OPTION_FLAG,
	  .summary = "list every table, not only the largest",
	  .help = "All tables by falling size, all large keys known, all names of extensions, "
		  "roles and kinds of objects.",
	  .offset = offsetof(struct inspect_arguments, tables) },
	{ .name = "toc",
	  .type = OPTION_FLAG,
	  .summary = "list the contents as the file has them",
	  .help = "For a pg_dump archive its table of contents, as `pg_restore -l` lists it, with "
		  "the rows and bytes of each entry's data and where they lie; for a plain SQL "
		  "dump its objects; for RabbitMQ definitions the objects and how many of them "
		  "each "
		  "policy matches; for a Redis snapshot its modules and function libraries, since "
		  "keys have no such list. With --json it is the member \"contents\".",
	  .offset = offsetof(struct inspect_arguments, toc) },
	{ .name = "facts",
	  .type = OPTION_FLAG,
	  .summary = "list every fact, not only their totals",
	  .help = "Every table with its rows, bytes and fingerprint; every sequence, extension, "
		  "database, kind of key or broker object.",
	  .offset = offsetof(struct inspect_arguments, facts) },
	{ .name = "memory-limit",
	  .type = OPTION_BYTES,
	  .metavar = "SIZE",
	  .summary = "memory for the reader of one file (1 GiB)",
	  .help = "A file that needs more is an error, not a bad backup.",
	  .offset = offsetof(struct inspect_arguments, memory_limit) },
	{ .name = "time-limit",
	  .type = OPTION_DURATION,
	  .metavar = "DURATION",
	  .summary = "time for one file (no limit)",
	  .help = "A file that takes longer is an error, and the next one is read.",
	  .offset = offsetof(struct inspect_arguments, time_limit_ns) },
	{ .name = "expansion-limit",
	  .type = OPTION_COUNT,
	  .metavar = "N",
	  .summary = "unpacked bytes allowed for each stored one",
	  .help = "The built-in value is what the compression can reach. It does not apply to the "
		  "first 64 MiB. A file that goes past it is an error.",
	  .offset = offsetof(struct inspect_arguments, expansion_limit) },
	{ .name = "coverage",
	  .type = OPTION_FLAG,
	  .summary = "what is checked of each format, and what is unseen",
	  .help = "Reads no file: the words after it are formats and compressions as the output "
		  "names them (none: all). With --json the document muster.coverage/v1.",
	  .offset = offsetof(struct inspect_arguments, coverage) },
	{ .name = "fail-on",
	  .type = OPTION_CHOICE,
	  .choices = fail_on_choices,
	  .summary = "the mildest verdict that is not success",
	  .help = "With \"warn\", warnings end the program with exit code 3.",
	  .offset = offsetof(struct inspect_arguments, fail_on) },
	{ 0 },
};

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
		     int64_t took_ns, struct error *err)
{
	const struct inspect_arguments *a = inv->options;
	const struct inspect_show show = {
		.inv = inv, .rows = a->tables ? 0 : ROWS_SHOWN, .toc = a->toc, .facts = a->facts
	};

	if (inv->global.json)
		return print_document(inv, results, count, err);
	for (size_t k = 0; k < count; k++) {
		if (k)
			(void)fputc('\n', inv->out);
		if (inspect_show(&show, &results[k], err) < 0)
			return -1;
	}
	if (count > 1)
		inspect_show_sum(&show, results, count, took_ns);
	return 0;
}

static void show_progress(void *cookie, const char *path, uint64_t done, uint64_t total)
{
	progress_update(cookie, done, total, path);
}

/* Two readers of one standard input would each get a part of it. */
static int refuse_input_twice(const struct invocation *inv, struct error *err)
{
	size_t seen = 0;

	for (size_t k = 0; k < inv->argument_count; k++)
		seen += strcmp(inv->argument[k], "-") == 0;
	return seen > 1 ? error_set(err, ERROR_USAGE, "standard input (\"-\") is named twice") : 0;
}

static int inspect_all(const struct invocation *inv, struct error *err)
{
	const struct inspect_arguments *a = inv->options;
	size_t count = inv->argument_count;
	CLEANUP(cleanup_free)
	struct inspect_request *requests = calloc(count, sizeof(*requests));
	CLEANUP(cleanup_free)
	struct inspection *results = calloc(count, sizeof(*results));
	struct progress progress = { 0 };
	struct inspect_options options = { .jobs = a->jobs,
					   .memory_max = a->memory_limit,
					   .time_max_ns = a->time_limit_ns,
					   .expansion_max = a->expansion_limit,
					   .stop_requested = interrupt_requested,
					   .progress = show_progress,
					   .cookie = &progress };
	CLEANUP(s3_arguments_release)
	struct s3_arguments objects = { 0 };
	int64_t started_ns = clock_monotonic_ns();
	int rc;

	if (!requests || !results)
		return error_set(err, ERROR_NOMEM, "no memory for %zu files", count);
	if (s3_arguments_load(inv, &objects, err) < 0)
		return -1;
	for (size_t k = 0; k < count; k++)
		requests[k] = (struct inspect_request){ .path = inv->argument[k],
							.source = objects.source[k],
							.list = a->toc };
	progress_begin(&progress, inv, "inspect");
	rc = inspect_files(requests, count, &options, results, err);
	progress_end(&progress);
	if (rc == 0)
		rc = print_all(inv, results, count, clock_monotonic_ns() - started_ns, err);
	if (rc == 0)
		rc = exit_code(results, count, a->fail_on == 1);
	for (size_t k = 0; k < count; k++)
		inspection_release(&results[k]);
	return rc;
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct inspect_arguments *a = inv->options;

	if (a->coverage)
		return inspect_coverage(inv, err);
	if (inv->argument_count)
		return refuse_input_twice(inv, err) < 0 ? -1 : inspect_all(inv, err);
	(void)error_set(err, ERROR_USAGE, "inspect needs FILE...");
	return error_hint(err, "\"muster help inspect\" tells more");
}

const struct command inspect_command = {
	.name = "inspect",
	.summary = "read backup files to the last byte: format, facts, findings, verdict",
	.description =
		"Reads each FILE (\"-\" is standard input, s3://BUCKET/KEY an object of S3) once, "
		"from its first byte to its last, "
		"and "
		"prints what it is, what it holds and what is wrong with it. Needs no "
		"configuration "
		"and no server. The format is told by the leading bytes, not by the name.\n\n"
		"Known are gzip, zstd, lz4, xz and bzip2 around all others, pg_dump's custom and "
		"tar archives, plain SQL dumps, Redis snapshots (RDB), RabbitMQ definitions and "
		"muster's own manifests; --coverage tells their versions. Each file is read by a "
		"confined process of its own, several at a time, the largest first; one that "
		"crashes or reaches a limit is an error of that file, and the others are read.\n\n"
		"Where a bucket is, and who asks, is told by offsite of the configuration, where "
		"there is one, else by the AWS_* variables and profiles. An object that does not "
		"come to its end is an error, not a bad backup.",
	.arguments = "FILE...",
	.arguments_max = ARGUMENTS_ANY,
	.options = rows,
	.options_size = sizeof(struct inspect_arguments),
	.examples = "muster inspect /var/backups/agent/*/*  # everything there\n"
		    "muster inspect --json dump.gz | jq '.files[0].facts.tables'\n"
		    "ssh host cat dump.gz | muster inspect -\n"
		    "muster inspect s3://bucket/backups/dump.gz\n"
		    "muster inspect --coverage rdb  # what is checked of a Redis snapshot",
	.run = run,
};
