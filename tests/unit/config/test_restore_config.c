/* SPDX-License-Identifier: Apache-2.0 */
/* How restores are tested: limits, and questions under names of the user's own. */
#include "config_fixture.h"

#define BEGINNING                                                                                  \
	"version: 1\n"                                                                             \
	"repository: {path: /b}\n"                                                                 \
	"components:\n"                                                                            \
	"  cache: {engine: redis, restore: {memory_max: 1 GiB}}\n"                                 \
	"  pg:\n"                                                                                  \
	"    engine: postgresql\n"                                                                 \
	"    restore:\n"

static const char whole[] = BEGINNING "      harmless: [\"pg_restore: warning: a\", b]\n"
				      "      recovery_point: SELECT max(at) FROM public.event\n"
				      "      memory_max: 512 MiB\n"
				      "      disk_max: 20GB\n"
				      "      realistic: true\n"
				      "      checks:\n"
				      "        orders:\n"
				      "          sql: SELECT count(*) FROM public.orders\n"
				      "          expect: n > 0\n"
				      "        fresh: {sql: SELECT max(at) FROM public.event, "
				      "expect: age < 1h, database: shop}\n";

static void questions_are_read_by_their_names(void **state)
{
	const struct restore_config *r;
	struct fixture f;

	(void)state;
	fixture_open(&f);
	if (fixture_load_text(&f, whole) < 0)
		fail_msg("%s", f.complaints.item[0].message);
	assert_int_equal(config_component(&f.config, "cache")->restore.memory_max, 1 << 30);
	r = &config_component(&f.config, "pg")->restore;
	assert_int_equal(r->harmless.count, 2);
	assert_string_equal(r->harmless.item[0], "pg_restore: warning: a");
	assert_string_equal(r->recovery_point, "SELECT max(at) FROM public.event");
	assert_int_equal(r->memory_max, 512 << 20);
	assert_int_equal(r->disk_max, UINT64_C(20000000000));
	assert_true(r->realistic);
	assert_int_equal(r->check_count, 2);
	assert_string_equal(r->check[0].name, "orders");
	assert_string_equal(r->check[0].sql, "SELECT count(*) FROM public.orders");
	assert_string_equal(r->check[0].expect, "n > 0");
	assert_string_equal(r->check[0].database, "");
	assert_string_equal(r->check[1].name, "fresh");
	assert_string_equal(r->check[1].expect, "age < 1h");
	assert_string_equal(r->check[1].database, "shop");
	fixture_close(&f);
}

static void what_nobody_set_is_built_in(void **state)
{
	const struct restore_config *r;
	struct fixture f;

	(void)state;
	fixture_open(&f);
	assert_int_equal(fixture_load_text(&f, BEGINNING "      checks:\n"), 0);
	r = &config_component(&f.config, "pg")->restore;
	assert_int_equal(r->check_count, 0);
	assert_int_equal(r->harmless.count, 0);
	assert_string_equal(r->recovery_point, "");
	assert_int_equal(r->memory_max, 0);
	assert_int_equal(r->disk_max, 0);
	assert_false(r->realistic);
	assert_int_equal(config_component(&f.config, "cache")->restore.check_count, 0);
	fixture_close(&f);
}

static void each_question_is_shown_with_its_origin(void **state)
{
	const struct config_value *v;
	struct fixture f;
	char origin[160];

	(void)state;
	fixture_open(&f);
	assert_int_equal(fixture_load_text(&f, whole), 0);
	v = fixture_value(&f, "components.pg.restore.checks.orders.expect");
	assert_string_equal(v->text, "\"n > 0\"");
	(void)snprintf(origin, sizeof(origin), "%s:16", f.path);
	assert_string_equal(v->origin, origin);
	v = fixture_value(&f, "components.pg.restore.checks.orders.database");
	assert_null(v->text);
	assert_string_equal(v->note, "each that is restored");
	assert_string_equal(v->origin, "built-in");
	v = fixture_value(&f, "components.pg.restore.checks.fresh.database");
	assert_string_equal(v->text, "shop");
	v = fixture_value(&f, "components.pg.restore.realistic");
	assert_string_equal(v->text, "true");
	fixture_close(&f);
}

static void what_is_wrong_with_a_question_is_told_with_its_place(void **state)
{
	static const struct {
		const char *says;
		unsigned line, column, width;
	} expected[] = {
		{ "sql: must be a text, not a list", 11, 18, 1 },
		{ "expect: after \"n\" comes", 12, 23, 1 },
		{ "check \"b\" has no sql", 13, 9, 1 },
		{ "expect: \"soon\" is not a duration", 14, 27, 1 },
		{ "unknown key \"sqll\" in components.pg.restore.checks.c; did you mean \"sql\"?",
		  15, 13, 4 },
		{ "check \"c\" has no sql", 15, 9, 1 },
		{ "check \"d\" has no expect", 16, 9, 1 },
		{ "check \"d\" has no sql", 16, 9, 1 },
		{ "\"e.f\" cannot name a check", 17, 9, 3 },
		{ "g: must be a map of keys", 18, 12, 1 },
		{ "realistic: \"maybe\" is neither true nor false", 8, 18, 5 },
		{ "memory_max: \"much\" is not a size", 9, 19, 4 },
	};
	struct fixture f;

	(void)state;
	fixture_open(&f);
	assert_int_equal(fixture_load_text(&f, BEGINNING "      realistic: maybe\n"
							 "      memory_max: much\n"
							 "      checks:\n"
							 "        a: {sql: [x],\n"
							 "            expect: n ~ 3}\n"
							 "        b:\n"
							 "          expect: \"age < soon\"\n"
							 "        c: {sqll: x, expect: empty}\n"
							 "        d:\n"
							 "        e.f: {sql: x, expect: empty}\n"
							 "        g: 7\n"),
			 -1);
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		const struct config_complaint *c = fixture_complaint(&f, expected[i].says);

		if (c->line != expected[i].line || c->column != expected[i].column ||
		    c->width != expected[i].width)
			fail_msg("%s at %u:%u of width %u", c->message, c->line, c->column,
				 c->width);
	}
	assert_int_equal(f.complaints.errors, sizeof(expected) / sizeof(*expected));
	fixture_close(&f);
}

static void questions_are_for_postgresql_alone(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f);
	assert_int_equal(fixture_load_text(&f, "version: 1\nrepository: {path: /b}\n"
					       "components:\n"
					       "  cache: {engine: redis, restore: {checks: {}}}\n"
					       "  api: {engine: service, restore: {}}\n"),
			 -1);
	(void)fixture_complaint(&f, "\"checks\" does not apply to engine redis");
	(void)fixture_complaint(&f, "\"restore\" does not apply to engine service");
	fixture_close(&f);
}

static void a_flag_may_add_a_question(void **state)
{
	static const char *const flags[] = { "components.pg.restore.checks.more.sql=SELECT 1",
					     "components.pg.restore.checks.more.expect=\"= 1\"",
					     NULL };
	const struct restore_config *r;
	struct fixture f;

	(void)state;
	fixture_open(&f);
	f.flags = flags;
	assert_int_equal(fixture_load_text(&f, whole), 0);
	r = &config_component(&f.config, "pg")->restore;
	assert_int_equal(r->check_count, 3);
	assert_string_equal(r->check[2].name, "more");
	assert_string_equal(r->check[2].expect, "= 1");
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_are_read_by_their_names),
		cmocka_unit_test(what_nobody_set_is_built_in),
		cmocka_unit_test(each_question_is_shown_with_its_origin),
		cmocka_unit_test(what_is_wrong_with_a_question_is_told_with_its_place),
		cmocka_unit_test(questions_are_for_postgresql_alone),
		cmocka_unit_test(a_flag_may_add_a_question),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
