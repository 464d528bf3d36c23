/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "history/known.h"
#include "history/store.h"
#include "plans.h"
#include "world.h"

#define HOUR (3600 * NS_PER_SECOND)

static void start_run(struct world *w, const char *id, const char *kind, int64_t at_ns)
{
	tell(w, &(struct event){ .type = EVENT_RUN_STARTED,
				 .at_ns = at_ns,
				 .run = id,
				 .kind = kind,
				 .platform = "shop",
				 .subject = "muster verify" });
}

static void add_check(struct world *w, const char *run, const char *component, enum verdict v)
{
	struct check check = { .name = "compression",
			       .component = component,
			       .subject = "a\xff\n.gz",
			       .verdict = v,
			       .expected = "sound",
			       .found = "torn",
			       .message = "the stream ends early",
			       .hint = "take a new one",
			       .required = true };

	tell(w, &(struct event){ .type = EVENT_CHECK,
				 .at_ns = 5,
				 .run = run,
				 .step = "files",
				 .check = &check });
}

static void end_run(struct world *w, const char *id, int64_t at_ns, enum verdict v)
{
	tell(w, &(struct event){ .type = EVENT_RUN_FINISHED,
				 .at_ns = at_ns,
				 .run = id,
				 .set = "20261122_020000",
				 .verdict = v,
				 .duration_ns = 3 * NS_PER_SECOND });
}

static void add_facts(struct world *w, const char *run, int64_t at_ns, const char *set,
		      uint64_t rows)
{
	struct facts facts = { .side = FACTS_BACKUP };
	struct fact *f = facts_add(&facts, FACT_TABLE, "public", "tasks");

	assert_non_null(f);
	f->known = MEASURE_COUNT | MEASURE_FINGERPRINT;
	f->count = rows;
	f->fingerprint = (struct fingerprint){ .low = UINT64_MAX, .high = 7 };
	f = facts_add(&facts, FACT_EXTENSION, "", "pgcrypto");
	assert_non_null(f);
	assert_int_equal(fact_set_value(&facts, f, "1.3"), 0);
	assert_non_null(facts_add(&facts, FACT_TABLE, "public", "tasks"));
	tell(w, &(struct event){ .type = EVENT_FACTS,
				 .at_ns = at_ns,
				 .run = run,
				 .component = "database",
				 .part = "dump",
				 .database = "app",
				 .set = set,
				 .done = rows * 10,
				 .facts = &facts });
	facts_release(&facts);
}

static void reopen(struct world *w)
{
	history_close(TAKE(w->h));
	if (history_open(w->directory, &w->h, &w->err) < 0)
		fail_msg("%s", w->err.message);
}

static void load(struct world *w, const char *id, struct run *run)
{
	if (history_load(w->h, id, run, &w->err) < 0)
		fail_msg("%s", w->err.message);
}

static void a_run_comes_back_as_it_was_told(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };

	start_run(w, "20261122T030000Z-aaaa", "verify", 10 * HOUR);
	tell(w, &(struct event){ .type = EVENT_STEP_STARTED,
				 .at_ns = 10 * HOUR,
				 .run = "20261122T030000Z-aaaa",
				 .step = "files" });
	add_check(w, "20261122T030000Z-aaaa", "database", VERDICT_FAIL);
	add_check(w, "20261122T030000Z-aaaa", "", VERDICT_PASS);
	tell(w, &(struct event){ .type = EVENT_STEP_FINISHED,
				 .at_ns = 10 * HOUR,
				 .run = "20261122T030000Z-aaaa",
				 .step = "files",
				 .verdict = VERDICT_FAIL,
				 .duration_ns = 42 });
	end_run(w, "20261122T030000Z-aaaa", 11 * HOUR, VERDICT_FAIL);
	reopen(w);
	load(w, "latest", &run);
	assert_string_equal(run.id, "20261122T030000Z-aaaa");
	assert_string_equal(run.kind, "verify");
	assert_string_equal(run.platform, "shop");
	assert_string_equal(run.command, "muster verify");
	assert_string_equal(run.set, "20261122_020000");
	assert_string_equal(run.version, MUSTER_VERSION);
	assert_int_equal(run.verdict, VERDICT_FAIL);
	assert_int_equal(run.finished_ns - run.started_ns, 3 * NS_PER_SECOND);
	assert_int_equal(run.step_count, 1);
	assert_string_equal(run.step[0].id, "files");
	assert_int_equal(run.step[0].duration_ns, 42);
	assert_int_equal(run.step[0].verdict, VERDICT_FAIL);
	assert_int_equal(run.checks.count, 2);
	assert_string_equal(run.checks.item[0].subject, "a\xff\n.gz");
	assert_string_equal(run.checks.item[0].hint, "take a new one");
	assert_true(run.checks.item[0].required);
	run_release(&run);
}

static void a_run_is_found_by_a_unique_prefix_only(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };

	assert_int_equal(history_load(w->h, "latest", &run, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_NOT_FOUND);
	error_clear(&w->err);
	start_run(w, "20261121T030000Z-aaaa", "verify", HOUR);
	end_run(w, "20261121T030000Z-aaaa", HOUR, VERDICT_PASS);
	start_run(w, "20261121T030000Z-aaab", "verify", HOUR);
	end_run(w, "20261121T030000Z-aaab", HOUR, VERDICT_PASS);
	assert_int_equal(history_load(w->h, "20261121", &run, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(w->err.message, "aaab"));
	error_clear(&w->err);
	load(w, "20261121T030000Z-aaab", &run);
	run_release(&run);
	assert_int_equal(history_load(w->h, "2027", &run, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_NOT_FOUND);
	error_clear(&w->err);
}

static void lists_are_newest_first_and_filtered(void **state)
{
	struct world *w = *state;
	struct history_filter filter = { .kind = "verify" };
	struct run *run = NULL;
	size_t count = 0;
	char id[RUN_ID_SIZE];

	for (int i = 0; i < 6; i++) {
		(void)snprintf(id, sizeof(id), "2026112%dT030000Z-0000", i);
		start_run(w, id, i % 2 ? "backup" : "verify", (i + 1) * HOUR);
		add_check(w, id, i == 2 ? "cache" : "database", VERDICT_PASS);
		end_run(w, id, (i + 1) * HOUR, VERDICT_PASS);
	}
	assert_int_equal(history_list(w->h, &filter, &run, &count, &w->err), 0);
	assert_int_equal(count, 3);
	assert_string_equal(run[0].id, "20261124T030000Z-0000");
	assert_string_equal(run[2].id, "20261120T030000Z-0000");
	for (size_t i = 0; i < count; i++)
		run_release(&run[i]);
	free(run);
	filter = (struct history_filter){ .component = "cache", .limit = 5 };
	assert_int_equal(history_list(w->h, &filter, &run, &count, &w->err), 0);
	assert_int_equal(count, 1);
	assert_string_equal(run[0].id, "20261122T030000Z-0000");
	run_release(&run[0]);
	free(run);
	filter = (struct history_filter){ .since_ns = 2 * HOUR, .until_ns = 4 * HOUR };
	assert_int_equal(history_list(w->h, &filter, &run, &count, &w->err), 0);
	assert_int_equal(count, 2);
	run_release(&run[0]);
	run_release(&run[1]);
	free(run);
}

static void a_reader_sees_cheaply_that_somebody_has_written(void **state)
{
	struct world *w = *state;
	CLEANUP(cleanup_history)
	struct history *reader = NULL;
	int64_t before = 0, after = 0;

	assert_int_equal(history_open_read(w->directory, &reader, &w->err), 0);
	assert_int_equal(history_version(reader, &before, &w->err), 0);
	assert_int_equal(history_version(reader, &after, &w->err), 0);
	assert_int_equal(before, after);
	start_run(w, "r1", "verify", 1);
	assert_int_equal(history_version(reader, &after, &w->err), 0);
	assert_int_not_equal(before, after);
}

static void the_journal_refuses_changes(void **state)
{
	static const char *const tampering[] = {
		"UPDATE event SET verdict = 'pass'",
		"DELETE FROM event",
	};
	struct world *w = *state;
	sqlite3 *db = NULL;

	start_run(w, "20261121T030000Z-aaaa", "verify", HOUR);
	end_run(w, "20261121T030000Z-aaaa", HOUR, VERDICT_FAIL);
	assert_int_equal(sqlite3_open(w->database, &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof(tampering) / sizeof(*tampering); i++) {
		assert_int_equal(sqlite3_exec(db, tampering[i], NULL, NULL, NULL),
				 SQLITE_CONSTRAINT);
		assert_non_null(strstr(sqlite3_errmsg(db), "append-only"));
	}
	(void)sqlite3_close(db);
}

static void earlier_readings_are_one_per_set_newest_first(void **state)
{
	struct world *w = *state;
	struct earlier_file *file = NULL;
	size_t count = 0;

	start_run(w, "r1", "verify", HOUR);
	add_facts(w, "r1", HOUR, "20261119", 100);
	add_facts(w, "r1", HOUR, "20261120", 200);
	add_facts(w, "r1", HOUR, "20261120", 201);
	add_facts(w, "r1", HOUR, "20261121", 300);
	end_run(w, "r1", HOUR, VERDICT_PASS);
	assert_int_equal(history_earlier_files(w->h, "database", "dump", "app", "20261121", 9,
					       &file, &count, &w->err),
			 0);
	assert_int_equal(count, 2);
	assert_string_equal(file[0].set, "20261120");
	assert_int_equal(file[0].size, 2010);
	assert_int_equal(file[0].facts.count, 2);
	assert_int_equal(file[0].facts.item[0].count, 201);
	assert_int_equal(file[0].facts.item[0].fingerprint.low, UINT64_MAX);
	assert_int_equal(file[0].facts.item[0].fingerprint.high, 7);
	assert_string_equal(file[0].facts.item[1].value, "1.3");
	assert_string_equal(file[1].set, "20261119");
	facts_release(&file[0].facts);
	facts_release(&file[1].facts);
	free(file);
}

static void expired_facts_leave_sizes_and_verdicts(void **state)
{
	struct world *w = *state;
	struct earlier_file *file = NULL;
	struct run run = { 0 };
	size_t count = 0;

	start_run(w, "r1", "verify", HOUR);
	add_facts(w, "r1", HOUR, "20261119", 100);
	add_check(w, "r1", "database", VERDICT_FAIL);
	end_run(w, "r1", HOUR, VERDICT_FAIL);
	start_run(w, "r2", "verify", 3 * HOUR);
	add_facts(w, "r2", 3 * HOUR, "20261120", 100);
	end_run(w, "r2", 3 * HOUR, VERDICT_PASS);
	assert_int_equal(history_expire_facts(w->h, 2 * HOUR, &w->err), 0);
	assert_int_equal(history_earlier_files(w->h, "database", "dump", "app", "", 9, &file,
					       &count, &w->err),
			 0);
	assert_int_equal(count, 2);
	assert_int_equal(file[0].facts.count, 2);
	assert_int_equal(file[1].facts.count, 0);
	assert_int_equal(file[1].size, 1000);
	facts_release(&file[0].facts);
	free(file);
	load(w, "r1", &run);
	assert_int_equal(run.verdict, VERDICT_FAIL);
	assert_int_equal(run.checks.count, 1);
	run_release(&run);
}

static void the_last_run_of_a_component_is_a_finished_one(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };

	assert_int_equal(history_last_run(w->h, "verify", "cache", &run, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_NOT_FOUND);
	error_clear(&w->err);
	start_run(w, "r1", "verify", HOUR);
	add_check(w, "r1", "cache", VERDICT_WARN);
	end_run(w, "r1", HOUR, VERDICT_WARN);
	start_run(w, "r2", "verify", 2 * HOUR);
	add_check(w, "r2", "cache", VERDICT_PASS);
	assert_int_equal(history_last_run(w->h, "verify", "cache", &run, &w->err), 0);
	assert_string_equal(run.id, "r1");
	run_release(&run);
}

static void a_missing_state_directory_is_an_empty_history(void **state)
{
	struct world *w = *state;
	struct history_filter all = { .kind = NULL };
	struct history_holders holders;
	struct history *h = NULL;
	struct run *run = NULL;
	size_t count = 1;

	assert_int_equal(history_open_read("/tmp/muster-there-is-no-such-place", &h, &w->err), 0);
	assert_int_equal(history_list(h, &all, &run, &count, &w->err), 0);
	assert_int_equal(count, 0);
	assert_int_equal(history_holders(h, &holders, &w->err), 0);
	assert_int_equal(holders.count, 0);
	free(run);
	history_close(h);
	assert_int_equal(access("/tmp/muster-there-is-no-such-place", F_OK), -1);
}

static void an_empty_file_is_an_empty_history(void **state)
{
	struct world *w = *state;
	struct history *h = NULL;
	struct run run;

	history_close(TAKE(w->h));
	assert_int_equal(truncate(w->database, 0), 0);
	assert_int_equal(history_open_read(w->directory, &h, &w->err), 0);
	assert_int_equal(history_load(h, "latest", &run, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_NOT_FOUND);
	history_close(h);
}

static const char *const cache[] = { "cache" };
static const struct history_claim claim_of_r1 = {
	.run = "r1", .command = "verify", .component = cache, .component_count = 1
};

static void readers_see_what_a_run_has_written_so_far(void **state)
{
	struct world *w = *state;
	struct history *reader = NULL;
	struct run run = { 0 };

	assert_int_equal(history_lock(w->h, &claim_of_r1, &w->err), 0);
	start_run(w, "r1", "verify", HOUR);
	add_check(w, "r1", "cache", VERDICT_FAIL);
	add_check(w, "r1", "cache", VERDICT_PASS);
	assert_int_equal(history_open_read(w->directory, &reader, &w->err), 0);
	assert_int_equal(history_load(reader, "r1", &run, &w->err), 0);
	assert_int_equal(run.finished_ns, 0);
	assert_int_equal(run.verdict, VERDICT_FAIL);
	assert_int_equal(run.checks.count, 1);
	run_release(&run);
	end_run(w, "r1", 2 * HOUR, VERDICT_FAIL);
	assert_int_equal(history_load(reader, "r1", &run, &w->err), 0);
	assert_int_equal(run.checks.count, 2);
	assert_int_not_equal(run.finished_ns, 0);
	run_release(&run);
	history_close(reader);
}

static void expect_refusal(struct world *w, const char *word)
{
	struct history *h = NULL;

	assert_int_equal(history_open(w->directory, &h, &w->err), -1);
	assert_null(h);
	assert_int_equal(w->err.kind, ERROR_IO);
	assert_non_null(strstr(w->err.message, word));
	assert_non_null(strstr(w->err.message, w->database));
	assert_int_not_equal(w->err.hint[0], 0);
	error_clear(&w->err);
	assert_int_equal(history_open_read(w->directory, &h, &w->err), -1);
	assert_non_null(strstr(w->err.message, word));
	error_clear(&w->err);
}

static void execute_raw(struct world *w, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(w->database, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	(void)sqlite3_close(db);
}

static void a_newer_file_is_refused_with_a_hint(void **state)
{
	struct world *w = *state;

	history_close(TAKE(w->h));
	execute_raw(w, "PRAGMA user_version = 9999");
	expect_refusal(w, "newer muster");
}

static void a_foreign_database_is_refused(void **state)
{
	struct world *w = *state;

	history_close(TAKE(w->h));
	assert_int_equal(unlink(w->database), 0);
	execute_raw(w, "CREATE TABLE invoices (id)");
	expect_refusal(w, "another program");
}

static void overwrite(const char *path, off_t at, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, len, at), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}

static void a_file_that_is_no_database_is_a_clear_error(void **state)
{
	struct world *w = *state;

	history_close(TAKE(w->h));
	overwrite(w->database, 0, "this is not SQLite format", 25);
	expect_refusal(w, "not a database");
}

/* Every page in turn is overwritten; what comes back is an error or a run, never a crash. */
static void damage_anywhere_is_an_error_or_harmless(void **state)
{
	struct world *w = *state;
	CLEANUP(buf_release)
	struct buf pristine = { 0 };
	char junk[512];
	size_t errors = 0;

	memset(junk, 0xa5, sizeof(junk));
	start_run(w, "r1", "verify", HOUR);
	add_check(w, "r1", "cache", VERDICT_FAIL);
	add_facts(w, "r1", HOUR, "20261119", 100);
	end_run(w, "r1", HOUR, VERDICT_FAIL);
	history_close(TAKE(w->h));
	assert_int_equal(file_read(w->database, 1 << 24, &pristine, &w->err), 0);
	for (off_t at = 0; at < (off_t)pristine.len; at += 512) {
		struct history *h = NULL;
		struct run run = { 0 };
		struct error err = ERROR_INIT;

		overwrite(w->database, 0, pristine.ptr, pristine.len);
		overwrite(w->database, at, junk, sizeof(junk));
		if (history_open(w->directory, &h, &err) < 0 ||
		    history_load(h, "r1", &run, &err) < 0) {
			assert_int_not_equal(err.kind, ERROR_NONE);
			errors++;
		} else {
			assert_int_equal(run.verdict, VERDICT_FAIL);
		}
		run_release(&run);
		history_close(h);
	}
	assert_true(errors > 0);
}

static void a_state_directory_that_cannot_be_made_is_a_clear_error(void **state)
{
	struct world *w = *state;
	struct history *h = NULL;
	char below[128];

	(void)snprintf(below, sizeof(below), "%s/state", w->database);
	assert_int_equal(history_open(below, &h, &w->err), -1);
	assert_null(h);
	assert_non_null(strstr(w->err.message, below));
	assert_int_not_equal(w->err.hint[0], 0);
	error_clear(&w->err);
}

static void files_are_not_for_everybody(void **state)
{
	struct world *w = *state;
	struct stat st;

	assert_int_equal(stat(w->database, &st), 0);
	assert_int_equal(st.st_mode & 0137, 0);
}

static void ask_everything(struct world *w)
{
	struct history_filter filters[] = {
		{ .limit = 9 },
		{ .kind = "verify" },
		{ .component = "cache", .limit = 9 },
		{ .kind = "verify", .component = "cache", .since_ns = 1, .until_ns = HOUR },
		{ .since_ns = 1 },
	};
	static const char *const both[] = { "cache", "database" };
	struct newest_question newest = { .kind = "verify",
					  .component = both,
					  .component_count = 2 };
	struct known_runs known = { 0 };
	char id[RUN_ID_SIZE];
	int64_t started_ns;
	struct earlier_file *file = NULL;
	struct run *list = NULL, run = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		assert_int_equal(history_list(w->h, &filters[i], &list, &count, &w->err), 0);
		for (size_t k = 0; k < count; k++)
			run_release(&list[k]);
		free(list);
	}
	load(w, "latest", &run);
	run_release(&run);
	load(w, "r", &run);
	run_release(&run);
	assert_int_equal(history_last_run(w->h, "verify", "cache", &run, &w->err), 0);
	run_release(&run);
	assert_int_equal(history_earlier_files(w->h, "database", "dump", "app", "20270101", 5,
					       &file, &count, &w->err),
			 0);
	assert_int_equal(count, 1);
	facts_release(&file[0].facts);
	free(file);
	assert_int_equal(history_known_runs(w->h, HOUR, &known, &w->err), 0);
	known_runs_release(&known);
	for (int succeeded = 0; succeeded < 2; succeeded++) {
		newest.succeeded = succeeded;
		assert_int_equal(history_newest(w->h, &newest, id, &started_ns, &w->err), 0);
	}
	assert_int_equal(history_recover(w->h, &w->err), 0);
	assert_int_equal(history_expire_facts(w->h, 2 * HOUR, &w->err), 0);
}

/* The small index of runs' starts may be walked: it has one row per run. */
static bool uses_index(const char *line)
{
	return !strstr(line, "TEMP B-TREE") &&
	       (!strstr(line, "SCAN") || strstr(line, "USING INDEX run_by_time"));
}

/* Ten years of runs lie in these tables: no statement may walk them. */
static void every_query_uses_an_index(void **state)
{
	struct world *w = *state;
	struct statements seen = { .count = 0 };

	start_run(w, "r1", "verify", HOUR);
	add_check(w, "r1", "cache", VERDICT_WARN);
	add_facts(w, "r1", HOUR, "20261119", 100);
	end_run(w, "r1", HOUR, VERDICT_WARN);
	statements_begin(&seen, w->h);
	ask_everything(w);
	statements_end(&seen, w->h, 14, uses_index);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_on_disk, world_end)
	const struct CMUnitTest tests[] = {
		TEST(a_run_comes_back_as_it_was_told),
		TEST(a_run_is_found_by_a_unique_prefix_only),
		TEST(lists_are_newest_first_and_filtered),
		TEST(a_reader_sees_cheaply_that_somebody_has_written),
		TEST(the_journal_refuses_changes),
		TEST(earlier_readings_are_one_per_set_newest_first),
		TEST(expired_facts_leave_sizes_and_verdicts),
		TEST(the_last_run_of_a_component_is_a_finished_one),
		TEST(a_missing_state_directory_is_an_empty_history),
		TEST(an_empty_file_is_an_empty_history),
		TEST(readers_see_what_a_run_has_written_so_far),
		TEST(a_newer_file_is_refused_with_a_hint),
		TEST(a_foreign_database_is_refused),
		TEST(a_file_that_is_no_database_is_a_clear_error),
		TEST(damage_anywhere_is_an_error_or_harmless),
		TEST(a_state_directory_that_cannot_be_made_is_a_clear_error),
		TEST(files_are_not_for_everybody),
		TEST(every_query_uses_an_index),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
