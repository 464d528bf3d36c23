/* SPDX-License-Identifier: Apache-2.0 */
/* What S3 servers and networks do wrong (faulty_s3.py): what passes is borne, the rest is told for what it is. */
#include "s3_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "net/http.h"

enum { ATTEMPTS = 3, MIB = 1 << 20 };

static struct s3_server server;
static bool stoppable;
static atomic_int asked; /* whether to stop, by any thread */

/* Not at once. */
static int stop_requested(void)
{
	return stoppable && atomic_fetch_add(&asked, 1) > 2;
}

static struct s3 *open_patiently(const char *bucket, int64_t timeout_ns)
{
	static struct s3_config config;
	struct error err = ERROR_INIT;
	struct s3 *s = NULL;

	config = s3_server_config(&server);
	config.attempts = ATTEMPTS;
	config.timeout_ns = timeout_ns;
	config.part_size = 5 * MIB;
	stoppable = false;
	atomic_store(&asked, 0);
	if (s3_open(&config, bucket, stop_requested, &s, &err) < 0)
		fail_msg("%s", err.message);
	return s;
}

/* For as long as a busy machine may take. */
static struct s3 *open_bucket(const char *bucket)
{
	return open_patiently(bucket, 60 * NS_PER_SECOND);
}

static int start(void **state)
{
	(void)state;
	return s3_server_start("faulty_s3.py", NULL, &server);
}

static int stop(void **state)
{
	(void)state;
	s3_server_stop(&server);
	return 0;
}

/* The requests that the server has seen of a key. */
static json_t *seen(const char *key)
{
	char url[200];
	struct buf text = { 0 };
	const struct http_request request = { .url = url,
					      .timeout_ns = 10 * NS_PER_SECOND,
					      .receive = http_receive_to_buf,
					      .cookie = &text };
	struct http_answer answer;
	struct error err = ERROR_INIT;
	json_t *list;

	(void)snprintf(url, sizeof(url), "%s/_seen/%s", s3_server_text(&server, "endpoint"), key);
	assert_int_equal(http_send(&request, &answer, &err), 0);
	list = json_loadb(text.ptr, text.len, 0, NULL);
	assert_non_null(list);
	buf_release(&text);
	return list;
}

static size_t seen_count(const char *key)
{
	json_t *list = seen(key);
	size_t count = json_array_size(list);

	json_decref(list);
	return count;
}

static size_t seen_method(const char *key, const char *method)
{
	json_t *list = seen(key), *one;
	size_t i, count = 0;

	json_array_foreach (list, i, one)
		count += strcmp(json_string_value(json_object_get(one, "method")), method) == 0;
	json_decref(list);
	return count;
}

static void expect_error(const struct error *err, enum error_kind kind, const char *words,
			 const char *hint)
{
	if (err->kind != kind || !strstr(err->message, words) || !strstr(err->hint, hint))
		fail_msg("%s: %s (%s), not %s: …%s… (…%s…)", error_kind_name(err->kind),
			 err->message, err->hint, error_kind_name(kind), words, hint);
	assert_null(strstr(err->message, "Signature="));
}

static int hash(void *cookie, const void *bytes, size_t len, struct error *err)
{
	return sha256_update(cookie, (struct span){ bytes, len }, err);
}

/* Read all of it, by one range or several; the bytes are those of the server's content. */
static int read_whole(const char *key, bool parallel, struct error *err)
{
	bool stalls = strncmp(key, "stall", 5) == 0;
	struct s3 *s = stalls ? open_patiently("faults", 2 * NS_PER_SECOND) : open_bucket("faults");
	struct s3_stat stat = { .size = 20 * MIB, .etag = "e" };
	struct sha256 sum = { 0 };
	uint8_t digest[SHA256_SIZE];
	char text[SHA256_TEXT_SIZE];
	int done;

	assert_int_equal(sha256_init(&sum, err), 0);
	done = parallel ? s3_read_parallel(s, key, &stat, hash, &sum, err) :
			  s3_read(s, key, NULL, 0, 0, hash, &sum, err);
	if (done == 0) {
		assert_int_equal(sha256_final(&sum, digest, err), 0);
		assert_string_equal(sha256_format(digest, text), s3_server_text(&server, "sha256"));
	}
	sha256_release(&sum);
	s3_close(s);
	return done;
}

static void what_passes_is_borne(void **state)
{
	static const char *const keys[] = { "good",      "cut",       "reset",       "stall",
					    "twice-500", "once-slow", "once-timeout" };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct error err = ERROR_INIT;

		if (read_whole(keys[i], false, &err) < 0)
			fail_msg("%s: %s", keys[i], err.message);
	}
	assert_int_equal(seen_count("good"), 1);
	assert_int_equal(seen_count("reset"), 2);
	assert_int_equal(seen_count("twice-500"), 3);
	assert_true(seen_count("cut") > 5);
}

static void several_ranges_bear_it_as_well(void **state)
{
	static const char *const keys[] = { "good", "cut", "reset", "less" };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct error err = ERROR_INIT;

		if (read_whole(keys[i], true, &err) < 0)
			fail_msg("%s: %s", keys[i], err.message);
	}
}

static void a_broken_transfer_goes_on_where_it_broke(void **state)
{
	struct error err = ERROR_INIT;
	json_t *list;

	(void)state;
	if (read_whole("stall", false, &err) < 0)
		fail_msg("%s", err.message);
	list = seen("stall");
	assert_true(json_is_null(json_object_get(json_array_get(list, 0), "range")));
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "range")),
			    "bytes=1000-20971519");
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "match")),
			    "\"e\"");
	json_decref(list);
}

static void a_server_that_asks_for_time_gets_it(void **state)
{
	struct error err = ERROR_INIT;
	json_t *list;
	size_t count;

	(void)state;
	if (read_whole("once-slow", false, &err) < 0)
		fail_msg("%s", err.message);
	list = seen("once-slow");
	count = json_array_size(list);
	assert_true(count >= 2);
	assert_true(json_real_value(json_object_get(json_array_get(list, 1), "waited")) >= 1);
	json_decref(list);
}

static void what_does_not_pass_is_told_for_what_it_is(void **state)
{
	const struct {
		const char *key;
		enum error_kind kind;
		const char *words, *hint;
		size_t requests;
	} cases[] = {
		{ "expired", ERROR_PERMISSION, "ExpiredToken", "fetch new credentials", 1 },
		{ "skew", ERROR_TARGET, "there 2031-02-03T04:05:06Z", "clock", 1 },
		{ "region", ERROR_CONFIG, "not in the region us-east-1", "eu-north-7", 1 },
		{ "redirect", ERROR_CONFIG, "not in the region us-east-1", "eu-north-8", 1 },
		{ "archived", ERROR_TARGET, "InvalidObjectState", "RestoreObject", 1 },
		{ "long-message", ERROR_PERMISSION, "AccessDenied", "may this key", 1 },
		{ "always-500", ERROR_TARGET, "after 3 attempts", "server's own fault", 3 },
		{ "always-slow", ERROR_TARGET, "SlowDown", "fewer requests", 3 },
		{ "cut-at-1000", ERROR_TARGET, "at byte 1000: after 3 attempts", "", 0 },
		{ "stall-always", ERROR_TARGET, "at byte 1000: after 3 attempts", "", 0 },
		{ "changed", ERROR_TARGET, "written anew while it was read", "again", 2 },
		{ "resized", ERROR_TARGET, "size changed while it was read", "", 2 },
		{ "no-length", ERROR_TARGET, "no Content-Length", "could not be told", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = ERROR_INIT;

		assert_int_equal(read_whole(cases[i].key, false, &err), -1);
		expect_error(&err, cases[i].kind, cases[i].words, cases[i].hint);
		assert_non_null(strstr(err.message, cases[i].key));
		if (cases[i].requests)
			assert_int_equal(seen_count(cases[i].key), cases[i].requests);
	}
}

static void wrong_ranges_are_no_data(void **state)
{
	const struct {
		const char *key, *words;
	} cases[] = {
		{ "ignores-range", "the server ignores ranges" },
		{ "other-range", "another range than was asked for" },
		{ "odd-range", "Content-Range is malformed" },
		{ "no-range", "the server ignores ranges" },
		{ "endless", "longer than it says" },
		{ "part-cut-always", "after 3 attempts" },
		{ "412", "PreconditionFailed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct s3_stat stat = { .size = 20 * MIB, .etag = "e" };
		struct s3 *s = open_bucket("faults");
		struct sha256 sum = { 0 };
		struct error err = ERROR_INIT;

		assert_int_equal(sha256_init(&sum, &err), 0);
		if (strcmp(cases[i].key, "412") == 0)
			memcpy(stat.etag, "old", sizeof("old"));
		assert_int_equal(s3_read_parallel(s, cases[i].key, &stat, hash, &sum, &err), -1);
		expect_error(&err, ERROR_TARGET, cases[i].words, "");
		sha256_release(&sum);
		s3_close(s);
	}
}

static int collect(void *cookie, const void *bytes, size_t len, struct error *err)
{
	(void)err;
	return buf_append(cookie, bytes, len);
}

static void a_whole_answer_in_chunks_has_an_end(void **state)
{
	struct s3 *s = open_bucket("faults");
	struct error err = ERROR_INIT;
	struct buf got = { 0 };

	(void)state;
	assert_int_equal(s3_read(s, "chunked", NULL, 0, 0, collect, &got, &err), 0);
	assert_string_equal(got.ptr, "hello");
	buf_release(&got);
	s3_close(s);
}

static int count_object(void *cookie, const struct s3_object *object, struct error *err)
{
	(void)object, (void)err;
	++*(size_t *)cookie;
	return 0;
}

static void listings_are_bounded_and_whole(void **state)
{
	const struct {
		const char *bucket;
		enum error_kind kind;
		const char *words;
	} cases[] = {
		{ "endless", ERROR_TARGET, "more than 4096 objects" },
		{ "endless-blanks", ERROR_TARGET, "larger than 16 MiB" },
		{ "endless-text", ERROR_TARGET, "too long a text" },
		{ "endless-refusal", ERROR_PERMISSION, "AccessDenied" },
		{ "deep", ERROR_TARGET, "nested too deeply" },
		{ "entities", ERROR_TARGET, "a document type" },
		{ "unfinished", ERROR_TARGET, "no whole XML" },
		{ "no-token", ERROR_TARGET, "does not say where" },
		{ "same-token", ERROR_TARGET, "does not say where" },
		{ "no-size", ERROR_TARGET, "without a size" },
		{ "html", ERROR_TARGET, "s3://html: the answer is no listing" },
		{ "always-500", ERROR_TARGET, "after 3 attempts" },
		{ "expired", ERROR_PERMISSION, "ExpiredToken" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct s3 *s = open_bucket(cases[i].bucket);
		struct error err = ERROR_INIT;
		size_t count = 0;

		assert_int_equal(s3_list(s, "", count_object, &count, &err), -1);
		expect_error(&err, cases[i].kind, cases[i].words, "");
		s3_close(s);
	}
}

static void keys_that_were_not_asked_for_are_no_listing(void **state)
{
	struct s3 *s = open_bucket("any");
	struct error err = ERROR_INIT;
	size_t count = 0;

	(void)state;
	assert_int_equal(s3_list(s, "", count_object, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(s3_list(s, "the/prefix/", count_object, &count, &err), -1);
	expect_error(&err, ERROR_TARGET, "a listing of \"the/prefix/\" has the key \"k\"", "");
	assert_int_equal(count, 1);
	s3_close(s);
}

static void a_page_that_broke_off_is_handed_on_once(void **state)
{
	struct s3 *s = open_bucket("cut-listing");
	struct error err = ERROR_INIT;
	size_t count = 0;

	(void)state;
	assert_int_equal(s3_list(s, "", count_object, &count, &err), 0);
	assert_int_equal(count, 1);
	assert_int_equal(seen_count("cut-listing"), 2);
	s3_close(s);
}

struct long_listing {
	size_t count, of_first_page, most;
	char before[300];
};

static int take_in_order(void *cookie, const struct s3_object *object, struct error *err)
{
	struct long_listing *l = cookie;
	size_t used = mallinfo2().uordblks;

	(void)err;
	assert_true(strcmp(l->before, object->key) < 0);
	(void)snprintf(l->before, sizeof(l->before), "%s", object->key);
	if (l->count++ == 0)
		l->of_first_page = used;
	l->most = used > l->most ? used : l->most;
	return 0;
}

static void a_hundred_thousand_objects_take_the_memory_of_a_page(void **state)
{
	struct s3 *s = open_bucket("many");
	struct long_listing l = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	if (s3_list(s, "", take_in_order, &l, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(l.count, 100000);
	assert_int_equal(seen_count("many"), 100);
	if (l.most > l.of_first_page + MIB)
		fail_msg("%zu bytes at first, %zu later", l.of_first_page, l.most);
	s3_close(s);
}

static bool is_even(const void *cookie, const char *key, int64_t begun_ns)
{
	assert_string_equal(cookie, "cookie");
	assert_int_equal(begun_ns, INT64_C(1577836800) * NS_PER_SECOND);
	assert_true(key[0] == 'k');
	return (key[strlen(key) - 1] - '0') % 2 == 0;
}

static void uploads_that_nobody_ends_are_removed_on_every_page(void **state)
{
	const struct s3_sweep sweep = { .prefix = "k", .is_left = is_even, .cookie = "cookie" };
	const struct s3_sweep others = { .prefix = "x", .is_left = is_even };
	struct s3 *s = open_bucket("uploads-many");
	struct error err = ERROR_INIT;
	size_t count = 0;

	(void)state;
	if (s3_sweep_uploads(s, &sweep, &count, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(count, 1500);
	assert_int_equal(seen_count("uploads-many"), 3);
	assert_int_equal(seen_method("k2998", "DELETE"), 1);
	assert_int_equal(seen_method("k2999", "DELETE"), 0);
	/* a server that does not mind the prefix is not believed */
	assert_int_equal(s3_sweep_uploads(s, &others, &count, &err), 0);
	assert_int_equal(count, 0);
	s3_close(s);
}

static bool is_none(const void *cookie, const char *key, int64_t begun_ns)
{
	(void)cookie, (void)key, (void)begun_ns;
	return false;
}

static void listings_of_uploads_are_bounded_and_whole(void **state)
{
	const struct {
		const char *bucket, *words;
	} cases[] = {
		{ "uploads-endless", "larger than 16 MiB" },
		{ "uploads-html", "is no listing of uploads" },
		{ "uploads-no-marker", "does not say where" },
		{ "uploads-same-marker", "does not say where" },
		{ "always-500", "after 3 attempts" },
	};
	const struct s3_sweep sweep = { .prefix = "", .is_left = is_none };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct s3 *s = open_bucket(cases[i].bucket);
		struct error err = ERROR_INIT;
		size_t count;

		assert_int_equal(s3_sweep_uploads(s, &sweep, &count, &err), -1);
		expect_error(&err, ERROR_TARGET, cases[i].words, "");
		s3_close(s);
	}
}

static struct s3_stat stat_of(const char *key)
{
	struct s3 *s = open_bucket("faults");
	struct error err = ERROR_INIT;
	struct s3_stat stat;

	if (s3_stat(s, key, &stat, &err) < 0)
		fail_msg("%s: %s", key, err.message);
	s3_close(s);
	return stat;
}

static void only_a_checksum_of_the_whole_object_is_one(void **state)
{
	(void)state;
	assert_string_equal(stat_of("checksum").server_sha256,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_string_equal(stat_of("composite").server_sha256, "");
	assert_string_equal(stat_of("composite-type").server_sha256, "");
	assert_int_equal(stat_of("checksum").modified_ns, 1795791369 * NS_PER_SECOND);
}

static void what_lies_in_an_archive_is_told(void **state)
{
	(void)state;
	assert_true(stat_of("glacier").archived);
	assert_true(stat_of("restoring").archived);
	assert_true(stat_of("shelved").archived);
	assert_false(stat_of("restored").archived);
	assert_false(stat_of("instant").archived);
	assert_string_equal(stat_of("instant").storage_class, "GLACIER_IR");
	assert_true(stat_of("held").legal_hold);
	assert_string_equal(stat_of("held").lock_mode, "GOVERNANCE");
}

/* An answer to HEAD has no body, but the reason is told as of any other request. */
static void looking_tells_the_reason_as_well(void **state)
{
	const struct {
		const char *key;
		enum error_kind kind;
		const char *words, *hint;
	} cases[] = {
		{ "expired", ERROR_PERMISSION, "ExpiredToken", "fetch new credentials" },
		{ "skew", ERROR_TARGET, "there 2031-02-03T04:05:06Z", "clock" },
		{ "region", ERROR_CONFIG, "not in the region us-east-1", "eu-north-7" },
		{ "redirect", ERROR_CONFIG, "not in the region us-east-1", "eu-north-8" },
		{ "always-slow", ERROR_TARGET, "after 3 attempts", "overloaded" },
		{ "twice-head-cut", ERROR_TARGET, "after 3 attempts", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct s3 *s = open_bucket("faults");
		struct error err = ERROR_INIT;
		struct s3_stat stat;

		assert_int_equal(s3_stat(s, cases[i].key, &stat, &err), -1);
		expect_error(&err, cases[i].kind, cases[i].words, cases[i].hint);
		s3_close(s);
	}
}

/* Write `size` bytes that are all the same. */
static int write_object(const char *key, uint64_t size, struct error *err)
{
	static uint8_t block[MIB];
	char name[] = "/tmp/muster-s3-file.XXXXXX", sha256[SHA256_TEXT_SIZE];
	const struct s3_write what = { .key = key, .sha256 = sha256 };
	struct sha256 sum = { 0 };
	uint8_t digest[SHA256_SIZE];
	struct s3 *s = open_bucket("faults");
	int fd = mkstemp(name), done;

	assert_true(fd >= 0);
	(void)unlink(name);
	assert_int_equal(sha256_init(&sum, err), 0);
	memset(block, 'w', sizeof(block));
	for (uint64_t left = size; left;) {
		size_t n = left < MIB ? (size_t)left : MIB;

		assert_int_equal(write(fd, block, n), n);
		assert_int_equal(sha256_update(&sum, (struct span){ block, n }, err), 0);
		left -= n;
	}
	assert_int_equal(sha256_final(&sum, digest, err), 0);
	sha256_release(&sum);
	(void)sha256_format(digest, sha256);
	done = s3_write(s, &what, fd, size, err);
	(void)close(fd);
	s3_close(s);
	return done;
}

static void an_upload_bears_what_passes(void **state)
{
	static const char *const keys[] = { "put-good", "put-once-503", "put-odd-etag" };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct error err = ERROR_INIT;

		if (write_object(keys[i], 3 * MIB, &err) < 0)
			fail_msg("%s: %s", keys[i], err.message);
	}
	assert_int_equal(seen_method("put-good", "PUT"), 1);
	assert_int_equal(seen_method("put-good", "GET"), 0);
	assert_int_equal(seen_method("put-once-503", "PUT"), 2);
	assert_int_equal(seen_method("put-odd-etag", "GET"), 1);
}

static void what_the_server_keeps_wrongly_is_removed(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(write_object("put-corrupt", 2 * MIB, &err), -1);
	expect_error(&err, ERROR_TARGET, "what the server keeps is not what was sent", "");
	assert_int_equal(seen_method("put-corrupt", "DELETE"), 1);
	err = (struct error)ERROR_INIT;
	assert_int_equal(write_object("put-refused-digest", MIB, &err), -1);
	expect_error(&err, ERROR_TARGET, "BadDigest", "not what was sent");
}

static void an_upload_in_parts_leaves_none(void **state)
{
	static const char *const failing[] = { "part-500", "complete-error" };
	struct error err = ERROR_INIT;

	(void)state;
	if (write_object("parts-good", 43 * MIB, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(seen_method("parts-good", "PUT"), 9);
	assert_int_equal(seen_method("parts-good", "DELETE"), 0);
	for (size_t i = 0; i < 2; i++) {
		err = (struct error)ERROR_INIT;
		assert_int_equal(write_object(failing[i], 43 * MIB, &err), -1);
		expect_error(&err, ERROR_TARGET, "InternalError", "");
		assert_int_equal(seen_method(failing[i], "DELETE"), 1);
	}
}

static void an_upload_whose_answer_was_lost_is_found(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	if (write_object("complete-lost", 43 * MIB, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(seen_method("complete-lost", "POST"), 3);
	assert_int_equal(seen_method("complete-lost", "DELETE"), 0);
}

static void a_stop_ends_reading_waiting_and_writing(void **state)
{
	struct sha256 sum = { 0 };
	const struct s3_stat stat = { .size = 20 * MIB, .etag = "e" };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct s3 *s = open_bucket("faults");
		struct error err = ERROR_INIT;

		assert_int_equal(sha256_init(&sum, &err), 0);
		stoppable = true;
		assert_int_equal(
			i == 0 ? s3_read(s, "stall-always", NULL, 0, 0, hash, &sum, &err) :
			i == 1 ? s3_read(s, "always-500", NULL, 0, 0, hash, &sum, &err) :
				 s3_read_parallel(s, "stall-always", &stat, hash, &sum, &err),
			-1);
		assert_int_equal(err.kind, ERROR_INTERRUPTED);
		sha256_release(&sum);
		s3_close(s);
	}
}

static void read_by_role(const char *key)
{
	struct s3_config config = s3_server_config(&server);
	struct error err = ERROR_INIT;
	struct buf got = { 0 };
	struct s3 *s = NULL;

	config.access_key = config.secret_key = (struct secret){ 0 };
	config.instance_role = true;
	if (s3_open(&config, "faults", NULL, &s, &err) < 0 ||
	    s3_read(s, key, NULL, 0, 0, collect, &got, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(got.ptr, "role");
	buf_release(&got);
	s3_close(s);
}

static void forget_environment(void)
{
	static const char *const names[] = { "AWS_ACCESS_KEY_ID",
					     "AWS_PROFILE",
					     "AWS_CONTAINER_CREDENTIALS_FULL_URI",
					     "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
					     "AWS_CONTAINER_AUTHORIZATION_TOKEN",
					     "AWS_EC2_METADATA_SERVICE_ENDPOINT" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(unsetenv(names[i]), 0);
	assert_int_equal(setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1), 0);
	assert_int_equal(setenv("AWS_CONFIG_FILE", "/dev/null", 1), 0);
}

static void the_role_of_an_instance_is_asked_for_and_renewed(void **state)
{
	(void)state;
	forget_environment();
	assert_int_equal(
		setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", s3_server_text(&server, "endpoint"), 1),
		0);
	read_by_role("role");
	/* which takes the third key only: the second has ended before its time */
	read_by_role("role-renewed");
	forget_environment();
}

static void the_role_of_a_container_is_asked_for(void **state)
{
	char url[200];

	(void)state;
	forget_environment();
	(void)snprintf(url, sizeof(url), "%s/container/keys", s3_server_text(&server, "endpoint"));
	assert_int_equal(setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1), 0);
	assert_int_equal(setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of-the-container", 1), 0);
	read_by_role("role");
	forget_environment();
}

static void no_role_is_asked_for_unless_the_configuration_does(void **state)
{
	struct s3_config config = s3_server_config(&server);
	struct error err = ERROR_INIT;
	struct s3 *s = NULL;
	struct s3_stat stat;
	size_t before = seen_count("/latest/api/token");

	(void)state;
	forget_environment();
	assert_int_equal(
		setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", s3_server_text(&server, "endpoint"), 1),
		0);
	config.access_key = config.secret_key = (struct secret){ 0 };
	assert_int_equal(s3_open(&config, "faults", NULL, &s, &err), -1);
	expect_error(&err, ERROR_CONFIG, "no credentials for S3", "instance_role");
	assert_int_equal(seen_count("/latest/api/token"), before);
	config.instance_role = true;
	err = (struct error)ERROR_INIT;
	assert_int_equal(setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/keys", 1),
			 0);
	assert_int_equal(s3_open(&config, "faults", NULL, &s, &err), 0);
	assert_int_equal(s3_stat(s, "good", &stat, &err), -1);
	expect_error(&err, ERROR_CONFIG, "neither https:// nor of this host", "");
	s3_close(s);
	forget_environment();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_passes_is_borne),
		cmocka_unit_test(several_ranges_bear_it_as_well),
		cmocka_unit_test(a_broken_transfer_goes_on_where_it_broke),
		cmocka_unit_test(a_server_that_asks_for_time_gets_it),
		cmocka_unit_test(what_does_not_pass_is_told_for_what_it_is),
		cmocka_unit_test(wrong_ranges_are_no_data),
		cmocka_unit_test(a_whole_answer_in_chunks_has_an_end),
		cmocka_unit_test(listings_are_bounded_and_whole),
		cmocka_unit_test(keys_that_were_not_asked_for_are_no_listing),
		cmocka_unit_test(a_page_that_broke_off_is_handed_on_once),
		cmocka_unit_test(a_hundred_thousand_objects_take_the_memory_of_a_page),
		cmocka_unit_test(uploads_that_nobody_ends_are_removed_on_every_page),
		cmocka_unit_test(listings_of_uploads_are_bounded_and_whole),
		cmocka_unit_test(only_a_checksum_of_the_whole_object_is_one),
		cmocka_unit_test(what_lies_in_an_archive_is_told),
		cmocka_unit_test(looking_tells_the_reason_as_well),
		cmocka_unit_test(an_upload_bears_what_passes),
		cmocka_unit_test(what_the_server_keeps_wrongly_is_removed),
		cmocka_unit_test(an_upload_in_parts_leaves_none),
		cmocka_unit_test(an_upload_whose_answer_was_lost_is_found),
		cmocka_unit_test(a_stop_ends_reading_waiting_and_writing),
		cmocka_unit_test(the_role_of_an_instance_is_asked_for_and_renewed),
		cmocka_unit_test(the_role_of_a_container_is_asked_for),
		cmocka_unit_test(no_role_is_asked_for_unless_the_configuration_does),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
