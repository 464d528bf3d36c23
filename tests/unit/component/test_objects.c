/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of definitions: read in pieces, in one spelling for what releases export in several. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "component/rabbitmq/objects.h"
#include "model/json.h"

static int read_blocks(const char *text, size_t block, bool one_vhost, const json_t *vhosts,
		       struct broker_objects *out, struct error *err)
{
	CLEANUP(broker_objects_reader_release)
	struct broker_objects_reader r = { .one_vhost = one_vhost, .vhosts = vhosts };
	size_t len = strlen(text);

	broker_objects_begin(&r, out);
	for (size_t at = 0; at < len; at += block) {
		size_t n = len - at < block ? len - at : block;
		uint8_t *exact = malloc(n);

		assert_non_null(exact);
		memcpy(exact, text + at, n);
		assert_int_equal(broker_objects_push(&r, (struct span){ exact, n }, err), 0);
		free(exact);
	}
	return broker_objects_finish(&r, err);
}

static void read_one(const char *list, const char *object, const json_t *vhosts,
		     struct broker_objects *out)
{
	struct buf text = { 0 };
	struct error err = ERROR_INIT;

	assert_int_equal(buf_printf(&text, "{\"%s\":[%s]}", list, object), 0);
	assert_int_equal(read_blocks(text.ptr, text.len, false, vhosts, out, &err), 0);
	assert_int_equal(out->count, 1);
	buf_release(&text);
}

static bool same_content(const char *list, const char *a, const char *b, const json_t *vhosts)
{
	struct broker_objects left = { 0 }, right = { 0 };
	bool same;

	read_one(list, a, NULL, &left);
	read_one(list, b, vhosts, &right);
	same = memcmp(&left.item[0].content, &right.item[0].content, sizeof(struct fingerprint)) ==
	       0;
	broker_objects_release(&left);
	broker_objects_release(&right);
	return same;
}

static void what_releases_spell_differently_is_one(void **state)
{
	static const char *const rows[][3] = {
		{ "users", "{\"name\":\"u\",\"tags\":\"a, b\"}",
		  "{\"limits\":{},\"tags\":[\"a\",\"b\"],\"name\":\"u\"}" },
		{ "users", "{\"name\":\"u\",\"tags\":\"\"}", "{\"name\":\"u\",\"tags\":[]}" },
		{ "vhosts", "{\"name\":\"v\"}",
		  "{\"name\":\"v\",\"limits\":[],\"metadata\":{\"description\":\"\",\"tags\":[]}"
		  "}" },
		{ "vhosts", "{\"name\":\"v\",\"metadata\":{\"description\":\"d\"}}",
		  "{\"name\":\"v\",\"description\":\"d\",\"default_queue_type\":\"undefined\"}" },
		{ "policies", "{\"name\":\"p\",\"pattern\":\"x\",\"definition\":{\"a\":1}}",
		  "{\"name\":\"p\",\"pattern\":\"x\",\"definition\":{\"a\":1},\"priority\":0,"
		  "\"apply-to\":\"all\"}" },
		{ "parameters",
		  "{\"component\":\"operator_policy\",\"name\":\"p\",\"value\":{\"pattern\":\"x\"}"
		  "}",
		  "{\"component\":\"operator_policy\",\"name\":\"p\",\"value\":{\"pattern\":\"x\","
		  "\"priority\":0,\"apply-to\":\"all\"}}" },
		{ "queues", "{\"name\":\"q\",\"arguments\":[]}",
		  "{\"name\":\"q\",\"auto_delete\":false,\"type\":\"classic\",\"arguments\":{}}" },
		{ "exchanges", "{\"name\":\"e\",\"type\":\"topic\"}",
		  "{\"name\":\"e\",\"type\":\"topic\",\"auto_delete\":\"undefined\","
		  "\"internal\":false,\"arguments\":{}}" },
		{ "bindings", "{\"source\":\"e\",\"destination\":\"q\"}",
		  "{\"destination\":\"q\",\"source\":\"e\",\"arguments\":{}}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!same_content(rows[i][0], rows[i][1], rows[i][2], NULL))
			fail_msg("%s and %s", rows[i][1], rows[i][2]);
	}
}

static void what_means_something_else_is_another(void **state)
{
	static const char *const rows[][3] = {
		{ "users", "{\"name\":\"u\",\"tags\":\"a\"}", "{\"name\":\"u\",\"tags\":[]}" },
		{ "users", "{\"name\":\"u\",\"password_hash\":\"a\"}",
		  "{\"name\":\"u\",\"password_hash\":\"b\"}" },
		{ "vhosts", "{\"name\":\"v\"}", "{\"name\":\"v\",\"description\":\"d\"}" },
		{ "policies", "{\"name\":\"p\",\"priority\":1}", "{\"name\":\"p\"}" },
		{ "parameters",
		  "{\"component\":\"shovel\",\"name\":\"p\",\"value\":{\"priority\":0}}",
		  "{\"component\":\"shovel\",\"name\":\"p\",\"value\":{}}" },
		{ "queues", "{\"name\":\"q\",\"auto_delete\":true}", "{\"name\":\"q\"}" },
		{ "queues", "{\"name\":\"q\",\"arguments\":{\"x\":1}}",
		  "{\"name\":\"q\",\"arguments\":{\"x\":1.0}}" },
		{ "exchanges", "{\"name\":\"e\",\"internal\":true}", "{\"name\":\"e\"}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (same_content(rows[i][0], rows[i][1], rows[i][2], NULL))
			fail_msg("%s and %s", rows[i][1], rows[i][2]);
	}
}

static void a_vhost_is_completed_by_what_is_told_beside_the_export(void **state)
{
	static const char backup[] = "{\"name\":\"v\",\"description\":\"d\",\"tags\":[\"t\"]}";
	CLEANUP(cleanup_json)
	json_t *told = json_loads("[{\"name\":\"other\",\"description\":\"x\"},{\"name\":\"v\","
				  "\"description\":\"d\",\"tags\":[\"t\"],"
				  "\"default_queue_type\":\"undefined\"}]",
				  0, NULL);

	(void)state;
	assert_non_null(told);
	assert_true(same_content("vhosts", backup, "{\"name\":\"v\"}", told));
	assert_false(same_content("vhosts", backup, "{\"name\":\"v\"}", NULL));
}

static const char document[] =
	"{\"rabbit_version\":\"3.8.1\",\"queues\":[{\"name\":\"b\",\"vhost\":\"/\"},{\"name\":\"a"
	"\\n\",\"vhost\":\"/\"},{\"name\":\"a\",\"vhost\":\"\"}],\"policies\":[{\"name\":\"p\","
	"\"vhost\":\"one\"}],\"parameters\":[{\"component\":\"shovel\",\"name\":\"s\",\"vhost\":"
	"\"/\"}],\"topic_permissions\":[{\"user\":\"u\",\"vhost\":\"/\",\"exchange\":\"e\"}],"
	"\"bindings\":[{\"source\":\"\",\"vhost\":\"/\",\"destination\":\"x\","
	"\"destination_type\":\"exchange\",\"routing_key\":\"k\"}],\"unknown\":[{\"a\":1}]}";

static void objects_are_found_by_name_however_they_come_in(void **state)
{
	static const size_t blocks[] = { 1, 7, sizeof(document) };

	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		struct broker_objects o = { 0 };
		struct error err = ERROR_INIT;
		const struct broker_object *found;

		assert_int_equal(read_blocks(document, blocks[i], false, NULL, &o, &err), 0);
		assert_int_equal(o.count, 7);
		assert_string_equal(o.version, "3.8.1");
		for (size_t k = 1; k < o.count; k++)
			assert_true(broker_object_compare(&o.item[k - 1], &o.item[k]) < 0);
		found = broker_objects_named(&o, DEFINITION_QUEUES, "/", "b");
		assert_non_null(found);
		assert_string_equal(found->text, "{\"name\":\"b\",\"vhost\":\"/\"}");
		assert_ptr_equal(broker_objects_find(&o, found), found);
		assert_null(broker_objects_named(&o, DEFINITION_QUEUES, "/", "a"));
		assert_null(broker_objects_named(&o, DEFINITION_EXCHANGES, "/", "b"));
		broker_objects_release(&o);
	}
}

static void objects_of_one_vhost_need_none(void **state)
{
	struct broker_objects o = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(read_blocks(document, 64, true, NULL, &o, &err), 0);
	assert_non_null(broker_objects_named(&o, DEFINITION_POLICIES, "", "p"));
	assert_non_null(o.named_vhost);
	broker_objects_release(&o);
}

static void titles_tell_kind_vhost_and_name(void **state)
{
	static const char *const titles[] = {
		"topic permission of user \"u\" for exchange \"e\" of vhost \"/\"",
		"shovel \"s\" of vhost \"/\"",
		"policy \"p\" of vhost \"one\"",
		"queue \"a\"",
		"queue \"a\\x0a\" of vhost \"/\"",
		"queue \"b\" of vhost \"/\"",
		"binding from exchange \"\" to exchange \"x\" of vhost \"/\"",
	};
	struct broker_objects o = { 0 };
	struct error err = ERROR_INIT;
	char title[BROKER_TITLE_SIZE];

	(void)state;
	assert_int_equal(read_blocks(document, 64, false, NULL, &o, &err), 0);
	for (size_t i = 0; i < sizeof(titles) / sizeof(*titles); i++) {
		bool told = false;

		for (size_t k = 0; k < o.count; k++)
			told |= strcmp(broker_object_title(&o.item[k], title), titles[i]) == 0;
		if (!told)
			fail_msg("nothing is called %s", titles[i]);
	}
	broker_objects_release(&o);
}

static void half_a_document_is_an_error(void **state)
{
	char *text = strdup(document);

	(void)state;
	assert_non_null(text);
	for (size_t len = 0; len + 1 < sizeof(document); len++) {
		struct broker_objects o = { 0 };
		struct error err = ERROR_INIT;

		text[len] = '\0';
		assert_int_equal(read_blocks(text, 64, false, NULL, &o, &err), -1);
		assert_int_equal(err.kind, ERROR_TARGET);
		broker_objects_release(&o);
		text[len] = document[len];
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_releases_spell_differently_is_one),
		cmocka_unit_test(what_means_something_else_is_another),
		cmocka_unit_test(a_vhost_is_completed_by_what_is_told_beside_the_export),
		cmocka_unit_test(objects_are_found_by_name_however_they_come_in),
		cmocka_unit_test(objects_of_one_vhost_need_none),
		cmocka_unit_test(titles_tell_kind_vhost_and_name),
		cmocka_unit_test(half_a_document_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
