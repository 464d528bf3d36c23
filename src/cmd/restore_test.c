/* SPDX-License-Identifier: Apache-2.0 */
/* muster restore-test: the weekly restore test, of a platform's components or straight of files. */
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/interrupt.h"
#include "cmd/progress.h"
#include "cmd/report_format.h"
#include "cmd/run_session.h"
#include "cmd/s3_argument.h"
#include "environment/environment.h"
#include "plan/restore_test.h"

struct restore_arguments {
	const char *set;
	int pick;
	unsigned jobs;
	int64_t timeout_ns, keep_ns;
	bool sql, realistic, standby, dry_run, keep, offsite;
	int format;
};

static const char *const picks[] = { "latest", "random", "oldest", NULL };

static const struct option_row rows[] = {
	{ .name = "backup-set",
	  .type = OPTION_STRING,
	  .metavar = "SET",
	  .summary = "restore this backup set, not each component's newest",
	  .help = "An id as muster backup list shows it, or a beginning of one that fits one set.",
	  .offset = offsetof(struct restore_arguments, set) },
	{ .name = "backup",
	  .type = OPTION_STRING,
	  .metavar = "SET",
	  .summary = "the same as --backup-set",
	  .offset = offsetof(struct restore_arguments, set) },
	{ .name = "pick",
	  .type = OPTION_CHOICE,
	  .choices = picks,
	  .summary = "which of a component's backup sets (latest)",
	  .help = "A random or the oldest set shows whether backups that nobody looks at any more "
		  "still restore.",
	  .offset = offsetof(struct restore_arguments, pick) },
	{ .name = "offsite",
	  .type = OPTION_FLAG,
	  .summary = "restore from the off-site copy",
	  .help = "Sets are listed and read from offsite.url, straight into the test; what lies in "
		  "the repository is not looked at.",
	  .offset = offsetof(struct restore_arguments, offsite) },
	{ .name = "jobs",
	  .letter = 'j',
	  .type = OPTION_COUNT,
	  .metavar = "N",
	  .summary = "sessions of each restore at a time",
	  .help = "The built-in value is the number of processors.",
	  .offset = offsetof(struct restore_arguments, jobs) },
	{ .name = "timeout",
	  .type = OPTION_DURATION,
	  .metavar = "DURATION",
	  .summary = "end it after that long",
	  .help = "What is not proven by then is an error, not a bad backup; the sandbox and all "
		  "in it are gone either way. The built-in value is run.time_limit, for files no "
		  "limit.",
	  .offset = offsetof(struct restore_arguments, timeout_ns) },
	{ .name = "sql",
	  .type = OPTION_FLAG,
	  .summary = "restore PostgreSQL from the set's plain SQL, by psql",
	  .offset = offsetof(struct restore_arguments, sql) },
	{ .name = "realistic",
	  .type = OPTION_FLAG,
	  .summary = "restore with the source's settings, not those of a throw-away load",
	  .help = "How long it takes is then nearer to what it would take in a disaster.",
	  .offset = offsetof(struct restore_arguments, realistic) },
	{ .name = "standby",
	  .type = OPTION_FLAG,
	  .summary = "also let a standby stream from the restored PostgreSQL",
	  .help = "Made by pg_basebackup, in the same sandbox. The check \"replication\" tells how "
		  "far it is behind what is written, and whether it holds the same rows; with "
		  "--keep it stays up. It needs as much disk again.",
	  .offset = offsetof(struct restore_arguments, standby) },
	{ .name = "keep",
	  .type = OPTION_FLAG,
	  .summary = "leave the sandbox up, with what was restored",
	  .help = "Also when the test failed. The check \"removed\" then tells until when, and its "
		  "name: muster env shell NAME goes in, muster env down NAME ends it. What was "
		  "interrupted, or is still restoring when time is up, is removed.",
	  .offset = offsetof(struct restore_arguments, keep) },
	{ .name = "keep-for",
	  .type = OPTION_DURATION,
	  .metavar = "DURATION",
	  .summary = "as --keep, and end it after that long (8h)",
	  .offset = offsetof(struct restore_arguments, keep_ns) },
	{ .name = "dry-run",
	  .type = OPTION_FLAG,
	  .summary = "only say what would be restored, what it needs and how long it took before",
	  .help = "A sandbox is sealed, programs and disk are looked at; nothing is read or "
		  "restored, so what depends on the contents is not told, and nothing goes into "
		  "the history.",
	  .offset = offsetof(struct restore_arguments, dry_run) },
	REPORT_FORMAT_OPTION(struct restore_arguments, format),
	{ 0 },
};

static bool is_file(const char *argument)
{
	struct stat status;

	return strchr(argument, '/') || stat(argument, &status) == 0;
}

/* Told before anything is made: a name that was mistyped is no verdict on anything. */
static int check_files(const struct invocation *inv, size_t *files, struct error *err)
{
	*files = 0;
	for (size_t i = 0; i < inv->argument_count; i++)
		*files += is_file(inv->argument[i]);
	if (*files && *files < inv->argument_count) {
		(void)error_set(err, ERROR_USAGE, "files and components cannot be mixed");
		return error_hint(err, "an argument that holds a / or names what is there is a "
				       "file");
	}
	for (size_t i = 0; i < *files; i++) {
		struct stat status;

		if (!s3_argument_is(inv->argument[i]) && stat(inv->argument[i], &status) < 0)
			return error_set_errno(err, ERROR_NOT_FOUND, "%s", inv->argument[i]);
	}
	return 0;
}

/* A run that no state directory keeps: its journal is in memory. */
static int open_unkept(const struct invocation *inv, struct run_session *s, struct error *err)
{
	run_id_make(clock_wall_ns(), s->id);
	s->request = (struct run_request){ .config = &s->config,
					   .run = s->id,
					   .command = inv->line,
					   .stop_requested = interrupt_requested };
	if (history_open_memory(&s->history, err) < 0)
		return -1;
	s->request.history = s->history;
	return 0;
}

static int open_files(const struct invocation *inv, struct run_session *s, struct error *err)
{
	if (restore_files_config(inv->argument, inv->argument_count, &s->config, err) < 0)
		return -1;
	return open_unkept(inv, s, err);
}

/* What earlier restore tests took is read from the history, of which nothing is changed. */
static int open_dry_run(const struct invocation *inv, struct run_session *s, struct history **past,
			struct error *err)
{
	if (configuration_load(inv, &s->config, err) < 0 ||
	    history_open_read(s->config.state_dir, past, err) < 0 || open_unkept(inv, s, err) < 0)
		return -1;
	s->request.component = inv->argument;
	s->request.component_count = inv->argument_count;
	return 0;
}

static int open_session(const struct invocation *inv, bool of_files, struct run_session *s,
			struct history **past, struct error *err)
{
	const struct restore_arguments *a = inv->options;

	if (of_files)
		return open_files(inv, s, err);
	if (a->dry_run)
		return open_dry_run(inv, s, past, err);
	return run_session_open(inv, "restore-test", s, err);
}

static int show(const struct invocation *inv, const struct run_session *s, bool is_kept,
		struct error *err)
{
	const struct restore_arguments *a = inv->options;
	CLEANUP(run_release)
	struct run run = { 0 };
	char path[REPORT_PATH_SIZE];

	if ((is_kept ? run_session_report(s, &run, path, err) :
		       history_load(s->history, s->id, &run, err)) < 0 ||
	    report_print(inv, s->history, &run, a->format, err) < 0)
		return -1;
	if (is_kept && !inv->global.json && !inv->global.quiet)
		(void)fprintf(inv->err, "The report is in %s\n", path);
	return 0;
}

/* What kept us from telling says more than that we could not tell. */
static int exit_code(const struct restore_test_outcome *outcome)
{
	const struct error why = { .kind = outcome->cause };

	if (outcome->run.verdict == VERDICT_ERROR && outcome->run.cut_short == ERROR_NONE &&
	    outcome->cause != ERROR_NONE)
		return exit_code_of_error(&why);
	return run_session_exit_code(&outcome->run, false);
}

static int64_t keep_for(const struct restore_arguments *a)
{
	return a->keep_ns ? a->keep_ns : a->keep ? ENVIRONMENT_STAY_NS : 0;
}

static int restore_test(const struct invocation *inv, struct run_session *s, struct error *err)
{
	const struct restore_arguments *a = inv->options;
	struct progress progress = { 0 };
	struct restore_test_request request = { .set = a->set,
						.pick = (enum restore_pick)a->pick,
						.jobs = a->jobs,
						.from_sql = a->sql,
						.realistic = a->realistic,
						.standby = a->standby,
						.dry_run = a->dry_run,
						.keep_ns = keep_for(a),
						.time_max_ns = a->timeout_ns };
	struct restore_test_outcome outcome = { 0 };
	CLEANUP(s3_arguments_release)
	struct s3_arguments objects = { 0 };
	CLEANUP(cleanup_history)
	struct history *past = NULL;
	size_t files = 0;
	int rc;

	if (a->dry_run && request.keep_ns)
		return error_set(err, ERROR_USAGE, "--dry-run leaves nothing to keep");
	if (report_format_check(inv, a->format, err) < 0 || check_files(inv, &files, err) < 0)
		return -1;
	if (a->offsite && files)
		return error_set(err, ERROR_USAGE, "--offsite is for components, not for files");
	request.of_files = files > 0;
	if (open_session(inv, files > 0, s, &past, err) < 0)
		return -1;
	if (files && s3_arguments_load(inv, &objects, err) < 0)
		return -1;
	request.source = objects.source;
	request.past = past;
	request.run = s->request;
	request.run.offsite = a->offsite;
	request.run.sinks = run_session_sinks(s, &progress.sink);
	progress_begin(&progress, inv, "restore test");
	rc = restore_test_run(&request, &outcome, err);
	progress_end(&progress);
	if (rc < 0 || show(inv, s, !files && !a->dry_run, err) < 0)
		return -1;
	return exit_code(&outcome);
}

static int run(const struct invocation *inv, struct error *err)
{
	struct run_session s = { 0 };
	int code = restore_test(inv, &s, err);

	run_session_close(&s);
	return code;
}

const struct command restore_test_command = {
	.name = "restore-test",
	.summary = "restore backups in a sealed sandbox and prove that all came back: the weekly "
		   "restore test",
	.description =
		"Restores each component's newest backup set into an empty server that it starts "
		"itself, reads back what is there, and compares it with what the backup holds and "
		"with what the source held when it was taken. PostgreSQL, Redis and RabbitMQ are "
		"restored at the same time. Without COMPONENT, all of the configuration that have "
		"backups. An argument that holds a / or names what is there is a FILE: it is "
		"restored "
		"with no configuration, and nothing of the run is kept. s3://BUCKET/KEY is an "
		"object "
		"of S3, read as it comes.\n\n"
		"A backup is a program: all of it runs in a sandbox without a network, without "
		"privileges and without the host's files but its programs, which is tried for a "
		"way out before anything is restored. There is no other target and no weaker mode: "
		"where the kernel refuses, so does muster, with exit code 5. However it ends, "
		"nothing is left unless --keep asks for it; what a power cut leaves, the next test "
		"removes.\n\n"
		"A bad backup is \"fail\"; what says nothing about it (no room, a missing "
		"extension, a limit) is \"error\". The time from the start until the proof is done "
		"is judged against the component's objectives.rto, an hour when there is none. The "
		"run goes into the history: muster backup list and muster status then tell which "
		"set was proven, and when.\n\n"
		"With --json the document is muster.run/v1, as muster run show has it.",
	.arguments = "[COMPONENT... | FILE...]",
	.arguments_max = ARGUMENTS_ANY,
	.options = rows,
	.options_size = sizeof(struct restore_arguments),
	.examples = "muster restore-test                       # the whole platform\n"
		    "muster restore-test postgres-main --pick=random\n"
		    "muster restore-test --offsite             # from the copy in S3\n"
		    "muster restore-test /var/backups/agent/postgres/orders.dump.gz\n"
		    "muster restore-test --format=html orders.dump >report.html\n"
		    "muster restore-test --keep orders.dump  # and then: muster env shell",
	.run = run,
};
