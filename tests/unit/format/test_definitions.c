/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "format/rabbitmq/definitions.h"
#include "format/splitter.h"
#include "reading.h"
#include "sweep_allocations.h"

/* As rabbitmqctl export_definitions of RabbitMQ 3.10 writes it. */
static const char export[] =
	"{\"bindings\":[{\"arguments\":{},\"destination\":\"tasks\",\"destination_type\":\"queue\","
	"\"routing_key\":\"task.#\",\"source\":\"agents\",\"vhost\":\"/\"},"
	"{\"arguments\":{},\"destination\":\"tasks\",\"destination_type\":\"queue\","
	"\"routing_key\":\"\",\"source\":\"amq.fanout\",\"vhost\":\"/\"},"
	"{\"arguments\":{},\"destination\":\"agents\",\"destination_type\":\"exchange\","
	"\"routing_key\":\"x\",\"source\":\"amq.topic\",\"vhost\":\"/\"}],\n"
	"\"exchanges\":[{\"arguments\":{},\"auto_delete\":false,\"durable\":true,\"internal\":"
	"false,"
	"\"name\":\"agents\",\"type\":\"topic\",\"vhost\":\"/\"}],\n"
	"\"global_parameters\":[{\"name\":\"cluster_name\",\"value\":\"rabbit@db1\"}],"
	"\"parameters\":[{\"component\":\"vhost-limits\",\"name\":\"limits\",\"value\":{\"max-"
	"queues\":9},"
	"\"vhost\":\"/\"}],\n"
	"\"permissions\":[{\"configure\":\".*\",\"read\":\".*\",\"user\":\"app\",\"vhost\":\"/\","
	"\"write\":\".*\"}],"
	"\"policies\":[{\"apply-to\":\"queues\",\"definition\":{\"max-length\":1000},\"name\":"
	"\"short\","
	"\"pattern\":\"^t\",\"priority\":0,\"vhost\":\"/\"}],"
	"\"product_name\":\"RabbitMQ\",\"product_version\":\"3.10.8\",\n"
	"\"queues\":[{\"arguments\":{\"x-queue-type\":\"quorum\"},\"auto_delete\":false,"
	"\"durable\":true,"
	"\"name\":\"tasks\",\"type\":\"quorum\",\"vhost\":\"/\"},"
	"{\"arguments\":{},\"auto_delete\":false,\"durable\":true,\"name\":\"Gr\303\274\303\237e "
	"\\u20ac\","
	"\"type\":\"classic\",\"vhost\":\"other\"}],"
	"\"rabbit_version\":\"3.10.8\",\"rabbitmq_version\":\"3.10.8\","
	"\"topic_permissions\":[{\"exchange\":\"agents\",\"read\":\".*\",\"user\":\"app\","
	"\"vhost\":\"/\",\"write\":\".*\"}],"
	"\"users\":[{\"hashing_algorithm\":\"rabbit_password_hashing_sha256\",\"limits\":{},"
	"\"name\":\"app\",\"password_hash\":\"SECRETSECRET\",\"tags\":[\"administrator\"]}],"
	"\"vhosts\":[{\"limits\":[],\"metadata\":{\"description\":\"\",\"tags\":[]},\"name\":\"/"
	"\"},"
	"{\"limits\":[],\"name\":\"other\"}]}\n";

static struct reading read_text(const char *text, size_t block)
{
	struct reading r = { 0 };
	struct error err = ERROR_INIT;

	assert_int_equal(read_bytes(&definitions_reader, text_span(text), block, &r, &err), 0);
	return r;
}

static uint64_t count_of(const struct reading *r, const char *vhost, const char *type)
{
	const struct fact *f = facts_find(&r->facts, FACT_BROKER_OBJECTS, vhost, type);

	return f ? f->count : 0;
}

static void an_export_passes_and_is_counted(void **state)
{
	struct reading r = read_text(export, sizeof(export));
	const struct fact *version;

	(void)state;
	assert_int_equal(r.findings.count, 0);
	assert_true(r.finished);
	assert_true(r.facts.sorted);
	assert_int_equal(count_of(&r, "", "users"), 1);
	assert_int_equal(count_of(&r, "", "vhosts"), 2);
	assert_int_equal(count_of(&r, "", "global_parameters"), 1);
	assert_int_equal(count_of(&r, "/", "permissions"), 1);
	assert_int_equal(count_of(&r, "/", "topic_permissions"), 1);
	assert_int_equal(count_of(&r, "/", "parameters"), 1);
	assert_int_equal(count_of(&r, "/", "policies"), 1);
	assert_int_equal(count_of(&r, "/", "exchanges"), 1);
	assert_int_equal(count_of(&r, "/", "bindings"), 3);
	assert_int_equal(count_of(&r, "/", "queues"), 1);
	assert_int_equal(count_of(&r, "other", "queues"), 1);
	version = facts_find(&r.facts, FACT_SETTING, "", "rabbit_version");
	assert_string_equal(version->value, "3.10.8");
	reading_release(&r);
}

/* A whole export with nothing in it, its lists to be filled in. */
static char *with(const char *users, const char *queues, const char *bindings)
{
	struct buf b = { 0 };

	assert_int_equal(
		buf_printf(&b,
			   "{\"users\":[%s],\"vhosts\":[{\"name\":\"/\"}],\"permissions\":[],"
			   "\"queues\":[%s],\"exchanges\":[],\"bindings\":[%s]}",
			   users, queues, bindings),
		0);
	return b.ptr;
}

#define QUEUE_A                                                                                    \
	"{\"name\":\"a\",\"vhost\":\"/\",\"durable\":true,\"arguments\":{\"x\":1,\"y\":[1,2]}}"
#define QUEUE_A_TURNED                                                                             \
	"{ \"arguments\": {\"y\": [1, 2], \"x\": 1}, \"durable\": true, \"vhost\": \"\\/\",\n"     \
	"\"name\": \"\\u0061\" }"
#define QUEUE_B "{\"name\":\"b\",\"vhost\":\"/\",\"durable\":true}"

static struct fingerprint queues_fingerprint(const char *queues)
{
	char *text = with("", queues, "");
	struct reading r = read_text(text, 7);
	const struct fact *f = facts_find(&r.facts, FACT_BROKER_OBJECTS, "/", "queues");
	struct fingerprint out;

	assert_int_equal(r.findings.count, 0);
	assert_non_null(f);
	out = f->fingerprint;
	reading_release(&r);
	free(text);
	return out;
}

static bool same_queues(const char *a, const char *b)
{
	struct fingerprint x = queues_fingerprint(a), y = queues_fingerprint(b);

	return x.low == y.low && x.high == y.high;
}

static void order_and_spelling_do_not_change_the_fingerprint(void **state)
{
	(void)state;
	assert_true(same_queues(QUEUE_A "," QUEUE_B, QUEUE_B "," QUEUE_A));
	assert_true(same_queues(QUEUE_A, QUEUE_A_TURNED));
	assert_false(same_queues(QUEUE_A, QUEUE_B));
	assert_false(same_queues(QUEUE_A, "{\"name\":\"a\",\"vhost\":\"/\",\"durable\":true,"
					  "\"arguments\":{\"x\":1,\"y\":[2,1]}}"));
}

static void a_password_hash_changes_the_fingerprint_and_is_never_shown(void **state)
{
	static const char *const users[] = {
		"{\"name\":\"u\",\"tags\":\"\",\"password_hash\":\"AAAA\"}",
		"{\"name\":\"u\",\"tags\":[],\"password_hash\":\"AAAB\"}"
	};
	static const char *const broken[] = {
		"{\"name\":\"u\",\"password_hash\":\"SECRET\\q\"}",
		"{\"name\":\"u\",\"password_hash\":\"SECRET\xff\"}",
		"{\"name\":\"u\",\"password_hash\":\"SECRET\" \"SECRET\"}",
		"{\"name\":\"u\",\"password_hash\":SECRET}",
		"{\"name\":\"u\",\"password_hash\":[\"SECRET\"]}",
		"{\"password_hash\":\"SECRET\"}",
	};
	struct fingerprint seen[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char *text = with(users[i], "", "");
		struct reading r = read_text(text, 100);

		seen[i] = facts_find(&r.facts, FACT_BROKER_OBJECTS, "", "users")->fingerprint;
		reading_release(&r);
		free(text);
	}
	assert_false(seen[0].low == seen[1].low && seen[0].high == seen[1].high);
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		char *text = with(broken[i], "", "");
		struct reading r = read_text(text, 100);

		assert_int_equal(findings_verdict(&r.findings), VERDICT_FAIL);
		for (size_t k = 0; k < r.findings.count; k++)
			assert_null(strstr(r.findings.item[k].message, "SECRET"));
		reading_release(&r);
		free(text);
	}
}

static void what_is_wrong_is_named(void **state)
{
#define LISTS                                                                                      \
	"\"users\":[],\"vhosts\":[],\"permissions\":[],\"queues\":[],\"exchanges\":[],"            \
	"\"bindings\":[]"
	static const struct {
		const char *text;
		enum finding_code code;
	} rows[] = {
		{ "", FINDING_EMPTY },
		{ " \n\t", FINDING_EMPTY },
		{ "{}", FINDING_EMPTY },
		{ "[]", FINDING_BAD_SYNTAX },
		{ "null", FINDING_BAD_SYNTAX },
		{ "{\"rabbit_version\":\"3.10.8\"}", FINDING_BAD_STRUCTURE },
		{ "{\"queues\":[],\"exchanges\":[]}", FINDING_BAD_STRUCTURE },
		{ "{\"vhosts\":[],\"queues\":[],\"exchanges\":[],\"bindings\":[]}",
		  FINDING_BAD_STRUCTURE },
		{ "{" LISTS, FINDING_TRUNCATED },
		{ "{" LISTS "}}", FINDING_TRAILING_DATA },
		{ "{" LISTS "} {}", FINDING_TRAILING_DATA },
		{ "{" LISTS ",}", FINDING_BAD_SYNTAX },
		{ "{" LISTS ",\"a\":[1,]}", FINDING_BAD_SYNTAX },
		{ "{" LISTS ",\"a\":[,1]}", FINDING_BAD_SYNTAX },
		{ "{" LISTS ",\"a\":[1 2]}", FINDING_BAD_SYNTAX },
		{ "{" LISTS ",\"a\" 1}", FINDING_BAD_SYNTAX },
		{ "{" LISTS ",\"a\":}", FINDING_BAD_SYNTAX },
		{ "{" LISTS ",\"a\":01}", FINDING_BAD_SYNTAX },
		{ "{" LISTS ",\"a\":nul}", FINDING_BAD_SYNTAX },
		{ "{" LISTS ",\"a\":[[1}]]}", FINDING_BAD_SYNTAX },
		{ "{" LISTS ",a:1}", FINDING_BAD_SYNTAX },
		{ "{" LISTS ",\"a\\q\":1}", FINDING_BAD_SYNTAX },
		{ "{" LISTS ",\"a\":\"\xff\"}", FINDING_BAD_ENCODING },
		{ "{" LISTS ",\"a\xff\":1}", FINDING_BAD_ENCODING },
		{ "{" LISTS ",\"a\":1,\"\\u0061\":2}", FINDING_DUPLICATE },
		{ "{" LISTS ",\"queues\":[]}", FINDING_DUPLICATE },
		{ "{" LISTS ",\"a\":{\"b\":1,\"b\":2}}", FINDING_DUPLICATE },
		{ "{" LISTS ",\"policies\":{}}", FINDING_BAD_STRUCTURE },
		{ "{" LISTS ",\"policies\":[1]}", FINDING_BAD_STRUCTURE },
		{ "{" LISTS ",\"policies\":[{}]}", FINDING_BAD_STRUCTURE },
		{ "{" LISTS ",\"rabbit_version\":3}", FINDING_BAD_STRUCTURE },
		{ "{" LISTS ",\"global_parameters\":[{\"name\":1,\"value\":2}]}",
		  FINDING_BAD_STRUCTURE },
		{ "{" LISTS ",\"policies\":[{\"name\":\"p\",\"pattern\":\"\",\"definition\":{}}]}",
		  FINDING_BAD_STRUCTURE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct reading r = read_text(rows[i].text, 64);

		if (r.findings.count == 0)
			fail_msg("no finding: %s", rows[i].text);
		assert_string_equal(finding_id(r.findings.item[0].code), finding_id(rows[i].code));
		reading_release(&r);
	}
	assert_int_equal(verdict_of(&definitions_reader, text_span("{" LISTS "} \n")),
			 VERDICT_PASS);
}

static void broken_references_and_duplicates_are_named(void **state)
{
#define BINDING(from, to, kind)                                                                    \
	"{\"source\":\"" from "\",\"vhost\":\"/\",\"destination\":\"" to                           \
	"\",\"destination_type\":\"" kind "\",\"routing_key\":\"\"}"
	static const struct {
		const char *queues, *bindings, *message; /* NULL: no finding */
	} rows[] = {
		{ QUEUE_A, BINDING("", "a", "queue"), NULL },
		{ QUEUE_A, BINDING("amq.direct", "a", "queue"), NULL },
		{ "", BINDING("amq.direct", "amq.topic", "exchange"), NULL },
		{ "", BINDING("amq.direct", "amq.gen-xyz", "queue"), NULL },
		{ "", BINDING("amq.direct", "a", "queue"),
		  "line 1: binding \"amq.direct\" refers to queue \"a\", which is not there" },
		{ QUEUE_A, BINDING("gone", "a", "queue"),
		  "line 1: binding \"gone\" refers to exchange \"gone\", which is not there" },
		{ QUEUE_A, BINDING("", "a", "exchange"),
		  "line 1: binding \"\" refers to exchange \"a\", which is not there" },
		{ QUEUE_A, BINDING("", "a", "elsewhere"),
		  "line 1: a binding to neither queue nor exchange" },
		{ QUEUE_A "," QUEUE_A, "", "line 1: queue \"a\" of vhost \"/\" stands twice" },
		{ "{\"name\":\"a\",\"vhost\":\"v\\u001b\",\"durable\":true}", "",
		  "line 1: queue \"a\" refers to vhost \"v\\x1b\", which is not there" },
		{ "\n{\"name\":\"a\",\"durable\":true}", "",
		  "line 2: an object without \"vhost\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = with("", rows[i].queues, rows[i].bindings);
		struct reading r = read_text(text, 5);

		assert_int_equal(r.findings.count, rows[i].message ? 1 : 0);
		if (rows[i].message)
			assert_string_equal(r.findings.item[0].message, rows[i].message);
		reading_release(&r);
		free(text);
	}
}

static void a_binding_of_a_queue_that_is_not_exported_only_warns(void **state)
{
	char *to_queue = with("", "", BINDING("amq.direct", "spring.gen-1", "queue"));
	char *to_exchange = with("", "", BINDING("amq.direct", "gone", "exchange"));

	(void)state;
	assert_int_equal(verdict_of(&definitions_reader, text_span(to_queue)), VERDICT_WARN);
	assert_int_equal(verdict_of(&definitions_reader, text_span(to_exchange)), VERDICT_FAIL);
	free(to_queue);
	free(to_exchange);
}

static void users_of_permissions_must_exist(void **state)
{
	static const char text[] =
		"{\"permissions\":[{\"user\":\"u\",\"vhost\":\"/"
		"\",\"configure\":\"\",\"write\":\"\","
		"\"read\":\"\"}],\"vhosts\":[{\"name\":\"/\"}],\"queues\":[],\"exchanges\":[],"
		"\"bindings\":[],\"users\":[]}";
	struct reading r = read_text(text, 9);

	(void)state;
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_BAD_REFERENCE);
	assert_int_equal(r.findings.item[0].offset, strlen("{\"permissions\":["));
	reading_release(&r);
}

static void an_export_of_one_vhost_passes(void **state)
{
	static const char text[] =
		"{\"rabbit_version\":\"3.10.8\",\"queues\":[{\"name\":\"a\","
		"\"durable\":true}],\"exchanges\":[],\"bindings\":[{\"source\":\"\","
		"\"destination\":\"a\",\"destination_type\":\"queue\","
		"\"routing_key\":\"a\"}],\"policies\":[],\"parameters\":[]}";
	struct reading r = read_text(text, 9);

	(void)state;
	assert_int_equal(r.findings.count, 0);
	assert_int_equal(count_of(&r, "", "queues"), 1);
	reading_release(&r);
}

static struct sweep sweep_of(const char *text)
{
	return (struct sweep){ .name = "definitions",
			       .bytes = text_span(text),
			       .reader = &definitions_reader };
}

static void an_export_cut_at_any_length_never_passes(void **state)
{
	struct sweep s = sweep_of(export);

	(void)state;
	s.sound_from =
		sizeof(export) - 2; /* the newline after the last brace is covered by no check */
	sweep_cuts(&s);
}

static bool is_white_space(struct span tail)
{
	return tail.len == 1 && strchr(" \t\r\n", tail.ptr[0]) && tail.ptr[0];
}

static void nothing_may_follow_an_export_but_white_space(void **state)
{
	struct sweep s = sweep_of(export);

	(void)state;
	s.may_follow = is_white_space;
	sweep_longer(&s);
}

static void the_size_of_the_blocks_makes_no_difference(void **state)
{
	char *broken = with("{\"name\":\"u\",\"tags\":\"\xc3\"}", QUEUE_A "," QUEUE_A "\n,{}",
			    BINDING("x", "y", "queue"));
	struct sweep sound = sweep_of(export), bad = sweep_of(broken);

	(void)state;
	sweep_blocks(&sound);
	sweep_blocks(&bad);
	free(broken);
}

/* A flip that passes may only be one that leaves another legal document: see docs/formats/definitions.md. */
static bool is_name_of_member(const struct span bytes, size_t offset)
{
	while (offset < bytes.len && bytes.ptr[offset] != '"')
		offset++;
	return offset + 1 < bytes.len && bytes.ptr[offset + 1] == ':';
}

static struct sweep_allowance value_or_name(const struct sweep *s, size_t offset, unsigned bit)
{
	const struct uncovered *row = s->reader->coverage->row;
	char was = (char)s->bytes.ptr[offset];
	bool in_string = false;

	(void)bit;
	for (size_t i = 0; i <= offset; i++)
		in_string ^= s->bytes.ptr[i] == '"';
	if (in_string && is_name_of_member(s->bytes, offset))
		return (struct sweep_allowance){ SWEEP_FREE, row + DEFINITIONS_UNCOVERED_MEMBER };
	if (in_string || (was >= '0' && was <= '9'))
		return (struct sweep_allowance){ SWEEP_FREE, row + DEFINITIONS_UNCOVERED_VALUE };
	return (struct sweep_allowance){ SWEEP_COVERED, NULL };
}

static void a_flipped_bit_never_passes_unless_it_lies_in_a_value(void **state)
{
	struct sweep s = sweep_of(export);
	size_t passes[DEFINITIONS_UNCOVERED_COUNT] = { 0 };

	(void)state;
	s.allow = value_or_name;
	s.passes = passes;
	sweep_flips(&s);
	/* white space: one flipped bit makes no other white space, but it can come and go */
	order_and_spelling_do_not_change_the_fingerprint(state);
	assert_int_equal(verdict_of(&definitions_reader,
				    (struct span){ (const uint8_t *)export, strlen(export) - 1 }),
			 VERDICT_PASS);
	passes[DEFINITIONS_UNCOVERED_SPACE]++;
	/* only_what_nothing_asks_for_passes_when_it_is_missing() */
	passes[DEFINITIONS_UNCOVERED_OBJECT]++;
	sweep_assert_rows_met(definitions_reader.coverage, passes);
}

/* Where the members of an object or list begin, the first at `from`: all but the last are pieces with a comma. */
static size_t borders_from(struct span text, size_t from, size_t border[], size_t most)
{
	bool in_string = false;
	size_t count = 0;
	int depth = 0;

	border[count++] = from;
	for (size_t i = from; i < text.len && depth >= 0; i++) {
		char c = (char)text.ptr[i];

		in_string ^= c == '"';
		if (in_string)
			continue;
		depth += (c == '{' || c == '[') - (c == '}' || c == ']');
		if (depth == 0 && c == ',') {
			assert_true(count < most);
			border[count++] = i + 1;
		}
	}
	return count;
}

enum { PIECES_MAX = 40 };

struct list_pieces {
	size_t border[PIECES_MAX];
	bool (*may_miss)(const char *piece);
	bool may_repeat;
};

/* Order is nothing; what nothing refers to may be missing. */
static bool may_pass_changed(const struct sweep *s, enum sweep_change change, size_t k)
{
	const struct list_pieces *list = s->cookie;
	const char *piece = (const char *)s->bytes.ptr + list->border[k];

	if (change == SWEEP_DROP)
		return list->may_miss(piece);
	return change == SWEEP_SWAP || list->may_repeat;
}

static void sweep_list(const char *text, size_t from, struct list_pieces list)
{
	struct sweep s = sweep_of(text);
	const struct sweep_pieces pieces = { list.border,
					     borders_from(s.bytes, from, list.border, PIECES_MAX),
					     may_pass_changed };

	assert_true(pieces.borders >= 2);
	s.cookie = &list;
	sweep_pieces(&s, &pieces);
}

static bool is_not_asked_for(const char *member)
{
	static const char *const required[] = { "users",  "vhosts",    "permissions",
						"queues", "exchanges", "bindings" };

	for (size_t i = 0; i < sizeof(required) / sizeof(*required); i++) {
		if (strncmp(strchr(member, '"') + 1, required[i], strlen(required[i])) == 0)
			return false;
	}
	return true;
}

static bool is_none(const char *object)
{
	return object == NULL;
}

static bool is_any(const char *object)
{
	return object != NULL;
}

static void sweep_objects(const char *text, const char *list, struct list_pieces pieces)
{
	sweep_list(text, (size_t)(strstr(text, list) + strlen(list) - text), pieces);
}

/* A queue whose bindings stay is a warning only: see a_binding_of_a_queue_that_is_not_exported_only_warns. */
static void only_what_nothing_asks_for_passes_when_it_is_missing(void **state)
{
	char *text = with("", QUEUE_A "," QUEUE_B,
			  BINDING("", "a", "queue") "," BINDING("amq.direct", "a", "queue"));

	(void)state;
	sweep_list(export, 1, (struct list_pieces){ .may_miss = is_not_asked_for });
	sweep_objects(export, "\"vhosts\":[", (struct list_pieces){ .may_miss = is_none });
	sweep_objects(text, "\"queues\":[", (struct list_pieces){ .may_miss = is_any });
	sweep_objects(text, "\"bindings\":[",
		      (struct list_pieces){ .may_miss = is_any, .may_repeat = true });
	free(text);
}

static void nesting_and_length_are_limited(void **state)
{
	struct buf text = { 0 };
	struct reading r;

	(void)state;
	assert_int_equal(buf_puts(&text, "{\"a\":[{\"b\":"), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(buf_puts(&text, "["), 0);
	r = read_text(text.ptr, 100);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_BAD_STRUCTURE);
	reading_release(&r);

	buf_clear(&text);
	assert_int_equal(buf_puts(&text, "{\"a\":[\""), 0);
	for (int i = 0; i < SPLITTER_VALUE_MAX / 64; i++)
		assert_int_equal(buf_printf(&text, "%064d", i), 0);
	r = read_text(text.ptr, 65536);
	assert_int_equal(r.findings.count, 1);
	assert_int_equal(r.findings.item[0].code, FINDING_BAD_LENGTH);
	assert_int_equal(r.findings.item[0].offset, 6);
	reading_release(&r);
	buf_release(&text);
}

static void a_large_export_is_counted(void **state)
{
	struct buf text = { 0 };
	struct reading r;

	(void)state;
	assert_int_equal(buf_puts(&text, "{\"bindings\":["), 0);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(
			buf_printf(&text,
				   "%s{\"source\":\"\",\"destination\":\"q%d\",\"vhost\":\"v%d\","
				   "\"destination_type\":\"queue\",\"routing_key\":\"\"}",
				   i ? "," : "", i, i % 100),
			0);
	assert_int_equal(buf_puts(&text, "],\"exchanges\":[],\"queues\":["), 0);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(
			buf_printf(&text, "%s{\"name\":\"q%d\",\"vhost\":\"v%d\",\"durable\":true}",
				   i ? "," : "", i, i % 100),
			0);
	assert_int_equal(buf_puts(&text, "]}"), 0);
	r = read_text(text.ptr, 65536);
	assert_int_equal(r.findings.count, 0);
	assert_int_equal(count_of(&r, "v7", "queues"), 50);
	assert_int_equal(count_of(&r, "v99", "bindings"), 50);
	reading_release(&r);
	buf_release(&text);
}

static void any_failing_allocation_is_an_error_and_leaks_nothing(void **state)
{
	struct sweep s = sweep_of(export);

	(void)state;
	SKIP_UNLESS_ALLOCATIONS_CAN_FAIL;
	sweep_allocations(&s, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_export_passes_and_is_counted),
		cmocka_unit_test(order_and_spelling_do_not_change_the_fingerprint),
		cmocka_unit_test(a_password_hash_changes_the_fingerprint_and_is_never_shown),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(broken_references_and_duplicates_are_named),
		cmocka_unit_test(a_binding_of_a_queue_that_is_not_exported_only_warns),
		cmocka_unit_test(users_of_permissions_must_exist),
		cmocka_unit_test(an_export_of_one_vhost_passes),
		cmocka_unit_test(an_export_cut_at_any_length_never_passes),
		cmocka_unit_test(nothing_may_follow_an_export_but_white_space),
		cmocka_unit_test(the_size_of_the_blocks_makes_no_difference),
		cmocka_unit_test(a_flipped_bit_never_passes_unless_it_lies_in_a_value),
		cmocka_unit_test(only_what_nothing_asks_for_passes_when_it_is_missing),
		cmocka_unit_test(nesting_and_length_are_limited),
		cmocka_unit_test(a_large_export_is_counted),
		cmocka_unit_test(any_failing_allocation_is_an_error_and_leaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
