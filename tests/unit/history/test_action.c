/* SPDX-License-Identifier: Apache-2.0 */
/* Action items: what their entries come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "history/action.h"
#include "world.h"

static int64_t add(struct world *w, const char *title, const char *due)
{
	const struct action_entry e = { .author = "scribe",
					.title = title,
					.owner = "ops",
					.due = due,
					.run = "r1",
					.at_ns = 7 };
	int64_t number = 0;

	assert_int_equal(history_action_add(w->h, &e, &number, &w->err), 0);
	return number;
}

static void stand(struct world *w, bool all, const int64_t *numbers, size_t count)
{
	struct actions list;

	assert_int_equal(history_actions(w->h, all, &list, &w->err), 0);
	assert_int_equal(list.count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(list.item[i].number, numbers[i]);
	actions_release(&list);
}

static void an_item_is_kept_as_it_was_added(void **state)
{
	struct world *w = *state;
	struct actions list;
	const struct action *a;

	assert_int_equal(add(w, "rotate it", "2026-12-10"), 1);
	assert_int_equal(history_actions(w->h, false, &list, &w->err), 0);
	assert_int_equal(list.count, 1);
	a = list.item;
	assert_string_equal(a->title, "rotate it");
	assert_string_equal(a->owner, "ops");
	assert_string_equal(a->due, "2026-12-10");
	assert_string_equal(a->run, "r1");
	assert_string_equal(a->author, "scribe");
	assert_int_equal(a->added_ns, 7);
	assert_int_equal(a->deferrals, 0);
	assert_false(a->done);
	actions_release(&list);
}

static void what_is_due_first_comes_first_and_what_is_done_last(void **state)
{
	static const struct action_entry done = { .author = "ops", .note = "so", .at_ns = 9 };
	static const int64_t open[] = { 2, 1 }, all[] = { 2, 1, 3 };
	struct world *w = *state;

	stand(w, true, NULL, 0);
	(void)add(w, "later", "2026-12-10");
	(void)add(w, "sooner", "2026-12-09");
	assert_int_equal(add(w, "soonest", "2026-12-08"), 3);
	assert_int_equal(history_action_done(w->h, 3, &done, &w->err), 0);
	stand(w, false, open, 2);
	stand(w, true, all, 3);
}

static void a_deferred_item_has_its_last_day_and_reason(void **state)
{
	struct world *w = *state;
	struct action_entry later = { .author = "ops", .due = "2027-01-01", .note = "no time" };
	struct actions list;

	(void)add(w, "rotate it", "2026-12-10");
	assert_int_equal(history_action_defer(w->h, 1, &later, &w->err), 0);
	later.due = "2027-02-01";
	later.note = "still none";
	assert_int_equal(history_action_defer(w->h, 1, &later, &w->err), 0);
	assert_int_equal(history_actions(w->h, false, &list, &w->err), 0);
	assert_string_equal(list.item[0].due, "2027-02-01");
	assert_string_equal(list.item[0].reason, "still none");
	assert_int_equal(list.item[0].deferrals, 2);
	assert_string_equal(list.item[0].title, "rotate it");
	actions_release(&list);
}

static void what_is_done_stays_done(void **state)
{
	static const struct action_entry e = { .author = "ops", .due = "2027-01-01", .at_ns = 9 };
	struct world *w = *state;
	struct actions list;

	(void)add(w, "rotate it", "2026-12-10");
	assert_int_equal(history_action_done(w->h, 1, &e, &w->err), 0);
	assert_int_equal(history_action_done(w->h, 1, &e, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_USAGE);
	error_clear(&w->err);
	assert_int_equal(history_action_defer(w->h, 1, &e, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_USAGE);
	assert_int_equal(history_actions(w->h, true, &list, &w->err), 0);
	assert_true(list.item[0].done);
	assert_int_equal(list.item[0].done_ns, 9);
	assert_string_equal(list.item[0].done_by, "ops");
	assert_int_equal(list.item[0].deferrals, 0);
	actions_release(&list);
}

static void an_item_that_there_is_not_is_not_found(void **state)
{
	static const struct action_entry e = { .author = "ops", .due = "2027-01-01", .at_ns = 9 };
	struct world *w = *state;

	assert_int_equal(history_action_done(w->h, 1, &e, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_NOT_FOUND);
	error_clear(&w->err);
	assert_int_equal(history_action_defer(w->h, 1, &e, &w->err), -1);
	assert_int_equal(w->err.kind, ERROR_NOT_FOUND);
	stand(w, true, NULL, 0);
}

static void what_is_added_in_a_transaction_goes_with_it(void **state)
{
	static const int64_t one[] = { 1 };
	struct world *w = *state;

	assert_int_equal(history_begin(w->h, &w->err), 0);
	assert_int_equal(add(w, "given up", "2026-12-10"), 1);
	assert_int_equal(history_end(w->h, -1, &w->err), -1);
	stand(w, true, NULL, 0);
	assert_int_equal(history_begin(w->h, &w->err), 0);
	assert_int_equal(add(w, "kept", "2026-12-10"), 1);
	assert_int_equal(history_end(w->h, 0, &w->err), 0);
	stand(w, true, one, 1);
}

static void entries_cannot_be_changed_or_removed(void **state)
{
	static const char *const attempts[] = { "UPDATE action_entry SET title = 'other'",
						"DELETE FROM action_entry" };
	struct world *w = *state;
	char path[128];
	sqlite3 *db = NULL;

	(void)add(w, "rotate it", "2026-12-10");
	(void)snprintf(path, sizeof(path), "%s/history.db", w->directory);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		assert_int_equal(sqlite3_exec(db, attempts[i], NULL, NULL, NULL),
				 SQLITE_CONSTRAINT);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_item_is_kept_as_it_was_added, world_on_disk,
						world_end),
		cmocka_unit_test_setup_teardown(what_is_due_first_comes_first_and_what_is_done_last,
						world_on_disk, world_end),
		cmocka_unit_test_setup_teardown(a_deferred_item_has_its_last_day_and_reason,
						world_on_disk, world_end),
		cmocka_unit_test_setup_teardown(what_is_done_stays_done, world_on_disk, world_end),
		cmocka_unit_test_setup_teardown(an_item_that_there_is_not_is_not_found,
						world_on_disk, world_end),
		cmocka_unit_test_setup_teardown(what_is_added_in_a_transaction_goes_with_it,
						world_on_disk, world_end),
		cmocka_unit_test_setup_teardown(entries_cannot_be_changed_or_removed, world_on_disk,
						world_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
