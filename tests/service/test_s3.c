/* SPDX-License-Identifier: Apache-2.0 */
/* A bucket of a real server that checks signatures: radosgw, or with --kind=swift Swift, which has no locks. */
#include "s3_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "repository/s3.intern.h"

enum { MIB = 1 << 20, LISTED = 2100, NOT_INSTALLED = 77 };

static struct s3_server server;
static bool is_radosgw;

static struct s3 *open_bucket(const char *bucket)
{
	static struct s3_config config;
	struct error err = ERROR_INIT;
	struct s3 *s = NULL;

	config = s3_server_config(&server);
	config.attempts = 3;
	config.part_size = 5 * MIB;
	if (s3_open(&config, bucket, NULL, &s, &err) < 0)
		fail_msg("%s", err.message);
	return s;
}

static void expect(int done, const struct error *err)
{
	if (done < 0)
		fail_msg("%s (%s)", err->message, err->hint);
}

/* A file without a name with `size` bytes that differ from one seed to the next. */
static int file_of(uint64_t size, unsigned seed, char sha256[SHA256_TEXT_SIZE])
{
	char name[] = "/tmp/muster-s3-file.XXXXXX";
	struct sha256 sum = { 0 };
	struct error err = ERROR_INIT;
	uint8_t digest[SHA256_SIZE], block[8192];
	uint64_t state = seed * 2654435761U + 1;
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	(void)unlink(name);
	assert_int_equal(sha256_init(&sum, &err), 0);
	while (size) {
		size_t n = size < sizeof(block) ? (size_t)size : sizeof(block);

		for (size_t i = 0; i < n; i++) {
			state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
			block[i] = (uint8_t)(state >> 56);
		}
		assert_int_equal(write(fd, block, n), n);
		assert_int_equal(sha256_update(&sum, (struct span){ block, n }, &err), 0);
		size -= n;
	}
	assert_int_equal(sha256_final(&sum, digest, &err), 0);
	sha256_release(&sum);
	(void)sha256_format(digest, sha256);
	return fd;
}

static void put(struct s3 *s, const char *key, uint64_t size, unsigned seed)
{
	char sha256[SHA256_TEXT_SIZE];
	int fd = file_of(size, seed, sha256);
	const struct s3_write what = { .key = key, .sha256 = sha256 };
	struct error err = ERROR_INIT;

	expect(s3_write(s, &what, fd, size, &err), &err);
	(void)close(fd);
}

static int collect(void *cookie, const void *bytes, size_t len, struct error *err)
{
	(void)err;
	return buf_append(cookie, bytes, len);
}

/* What the object at `key` should hold is in the file. */
static void expect_bytes(const struct buf *got, int fd, uint64_t offset, uint64_t size)
{
	char *wanted = malloc((size_t)size + 1);

	assert_non_null(wanted);
	assert_int_equal(got->len, size);
	assert_int_equal(pread(fd, wanted, (size_t)size, (off_t)offset), size);
	assert_int_equal(size ? memcmp(got->ptr, wanted, (size_t)size) : 0, 0);
	free(wanted);
}

struct names {
	char *name[LISTED + 100];
	size_t count;
};

static int remember(void *cookie, const struct s3_object *object, struct error *err)
{
	struct names *n = cookie;

	(void)err;
	assert_true(n->count < LISTED + 100);
	assert_true(object->modified_ns > 0);
	assert_int_equal(strlen(object->etag), 32);
	n->name[n->count++] = strdup(object->key);
	return 0;
}

static void forget(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		free(n->name[i]);
	n->count = 0;
}

static int make_buckets(void **state)
{
	struct error err = ERROR_INIT;
	static const char *const buckets[] = { "plain-bucket", "listed.with-dots" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct s3 *s = open_bucket(buckets[i]);

		expect(s3_bucket_make(s, false, &err), &err);
		expect(s3_bucket_make(s, false, &err), &err);
		s3_close(s);
	}
	return 0;
}

static void an_object_is_read_as_it_was_written(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 100000, 3 * MIB + 1 };
	struct s3 *s = open_bucket("plain-bucket");
	struct error err = ERROR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char sha256[SHA256_TEXT_SIZE];
		int fd = file_of(sizes[i], (unsigned)i, sha256);
		struct buf got = { 0 };
		struct s3_stat stat;

		put(s, "round/trip", sizes[i], (unsigned)i);
		expect(s3_stat(s, "round/trip", &stat, &err), &err);
		assert_int_equal(stat.size, sizes[i]);
		assert_string_equal(stat.sha256, sha256);
		assert_int_equal(strlen(stat.etag), 32);
		assert_true(stat.modified_ns > clock_wall_ns() - 600 * NS_PER_SECOND);
		assert_false(stat.archived);
		assert_string_equal(stat.lock_mode, "");
		expect(s3_read(s, "round/trip", stat.etag, 0, 0, collect, &got, &err), &err);
		expect_bytes(&got, fd, 0, sizes[i]);
		buf_release(&got);
		(void)close(fd);
	}
	s3_close(s);
}

static void ranges_are_read_to_the_byte(void **state)
{
	static const uint64_t ranges[][2] = { { 0, 1 },      { 0, 200000 },    { 199999, 1 },
					      { 1, 65536 },  { 5000, 0 },      { 199999, 0 },
					      { 0, 100000 }, { 150000, 50000 } };
	struct s3 *s = open_bucket("plain-bucket");
	char sha256[SHA256_TEXT_SIZE];
	int fd = file_of(200000, 7, sha256);
	struct error err = ERROR_INIT;

	(void)state;
	put(s, "ranges", 200000, 7);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		struct buf got = { 0 };
		uint64_t length = ranges[i][1] ? ranges[i][1] : 200000 - ranges[i][0];

		expect(s3_read(s, "ranges", NULL, ranges[i][0], ranges[i][1], collect, &got, &err),
		       &err);
		expect_bytes(&got, fd, ranges[i][0], length);
		buf_release(&got);
	}
	(void)close(fd);
	s3_close(s);
}

static void a_large_object_goes_up_in_parts_and_comes_back_by_ranges(void **state)
{
	const uint64_t size = 47 * (uint64_t)MIB + 12345;
	struct s3 *s = open_bucket("plain-bucket");
	char sha256[SHA256_TEXT_SIZE];
	int fd = file_of(size, 3, sha256);
	const struct s3_write what = { .key = "large", .sha256 = sha256 };
	struct error err = ERROR_INIT;
	struct s3_stat stat;
	struct buf got = { 0 };

	(void)state;
	expect(s3_write(s, &what, fd, size, &err), &err);
	expect(s3_stat(s, "large", &stat, &err), &err);
	assert_int_equal(stat.size, size);
	assert_string_equal(stat.sha256, sha256);
	assert_string_equal(stat.etag + 32, "-10");
	assert_string_equal(stat.server_sha256, "");
	expect(s3_read_parallel(s, "large", &stat, collect, &got, &err), &err);
	expect_bytes(&got, fd, 0, size);
	buf_release(&got);
	(void)close(fd);
	s3_close(s);
}

static int refuse_after(void *cookie, const void *bytes, size_t len, struct error *err)
{
	uint64_t *left = cookie;

	(void)bytes;
	if (len > *left)
		return error_set(err, ERROR_IO, "enough");
	*left -= len;
	return 0;
}

static void a_receiver_ends_a_parallel_reading_with_its_own_error(void **state)
{
	struct s3 *s = open_bucket("plain-bucket");
	struct error err = ERROR_INIT;
	struct s3_stat stat;

	(void)state;
	put(s, "ended", 30 * MIB, 4);
	expect(s3_stat(s, "ended", &stat, &err), &err);
	for (uint64_t after = 0; after <= 20 * MIB; after += 10 * MIB) {
		uint64_t left = after;

		err = (struct error)ERROR_INIT;
		assert_int_equal(s3_read_parallel(s, "ended", &stat, refuse_after, &left, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_IO);
		assert_string_equal(err.message, "enough");
	}
	s3_close(s);
}

static void an_object_written_anew_is_not_taken_for_the_one_that_was_looked_at(void **state)
{
	struct s3 *s = open_bucket("plain-bucket");
	struct error err = ERROR_INIT;
	struct s3_stat stat;
	struct buf got = { 0 };

	(void)state;
	put(s, "anew", 12 * MIB, 5);
	expect(s3_stat(s, "anew", &stat, &err), &err);
	put(s, "anew", 12 * MIB, 6);
	assert_int_equal(s3_read(s, "anew", stat.etag, 0, 0, collect, &got, &err), -1);
	assert_int_equal(err.kind, ERROR_TARGET);
	assert_non_null(strstr(err.message, "PreconditionFailed"));
	assert_non_null(strstr(err.hint, "written anew"));
	err = (struct error)ERROR_INIT;
	assert_int_equal(s3_read_parallel(s, "anew", &stat, collect, &got, &err), -1);
	assert_non_null(strstr(err.message, "PreconditionFailed"));
	assert_int_equal(got.len, 0);
	s3_close(s);
}

static void a_listing_goes_over_pages_in_order_and_keeps_to_its_prefix(void **state)
{
	struct s3 *s = open_bucket("listed.with-dots");
	struct names *names = calloc(1, sizeof(*names));
	struct error err = ERROR_INIT;
	char key[64];
	/* Swift takes its time for each */
	const unsigned count = is_radosgw ? LISTED : LISTED / 2;

	(void)state;
	assert_non_null(names);
	for (unsigned i = 0; i < count; i++) {
		const struct s3_call call = { .method = "PUT",
					      .key = key,
					      .body = { (const uint8_t *)"x", 1 } };
		struct s3_answer answer;

		(void)snprintf(key, sizeof(key), "many/%05u", i);
		expect(s3_send(s, &call, &answer, &err), &err);
	}
	put(s, "another", 1, 1);
	expect(s3_list(s, "many/", remember, names, &err), &err);
	assert_int_equal(names->count, count);
	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(key, sizeof(key), "many/%05u", i);
		assert_string_equal(names->name[i], key);
	}
	forget(names);
	expect(s3_list(s, "", remember, names, &err), &err);
	assert_int_equal(names->count, count + 1);
	forget(names);
	expect(s3_list(s, "many/0210", remember, names, &err), &err);
	assert_int_equal(names->count, 0);
	free(names);
	s3_close(s);
}

/* XML cannot hold them: they come spelled as in URLs. */
static void keys_with_control_characters_are_listed(void **state)
{
	static const char *const keys[] = {
		"control/bell\a",        "control/c1\302\205", "control/delete\177",
		"control/esc\33[31mred", "control/one\1",      "control/turned\342\200\256round",
	};
	enum { COUNT = sizeof(keys) / sizeof(*keys) };
	struct s3 *s = open_bucket("plain-bucket");
	struct names *names = calloc(1, sizeof(*names));
	struct error err = ERROR_INIT;

	(void)state;
	assert_non_null(names);
	for (size_t i = 0; i < COUNT; i++)
		put(s, keys[i], 100 + i, (unsigned)i);
	expect(s3_list(s, "control/", remember, names, &err), &err);
	assert_int_equal(names->count, COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		struct s3_stat stat;

		assert_string_equal(names->name[i], keys[i]);
		expect(s3_stat(s, keys[i], &stat, &err), &err);
		assert_int_equal(stat.size, 100 + i);
		expect(s3_remove(s, keys[i], &err), &err);
	}
	forget(names);
	free(names);
	s3_close(s);
}

static void odd_keys_are_keys_like_any_other(void **state)
{
	char longest[S3_KEY_MAX + 1];
	const char *const keys[] = {
		"with space",
		"plus+plus",
		"per%cent%20%2F",
		"double//slash",
		"/leading",
		"trailing/",
		"gr\303\274\303\237e/\346\227\245\346\234\254",
		"up/../away",
		"./here",
		"it's \"quoted\"",
		"a&b=c?d#e;f:g",
		"!*'()[]{}<>|~^`",
		"back\\slash",
		"comma,at@$",
		"tab\tnew\nline\rreturn",
		"\360\237\222\276",
		longest,
	};
	enum { COUNT = sizeof(keys) / sizeof(*keys) };
	struct s3 *s = open_bucket("plain-bucket");
	struct names *names = calloc(1, sizeof(*names));
	struct error err = ERROR_INIT;

	(void)state;
	assert_non_null(names);
	memset(longest, 'k', S3_KEY_MAX);
	longest[S3_KEY_MAX] = '\0';
	for (size_t i = 0; i < COUNT; i++) {
		struct s3_stat stat;
		struct buf got = { 0 };

		put(s, keys[i], 100 + i, (unsigned)i);
		expect(s3_stat(s, keys[i], &stat, &err), &err);
		assert_int_equal(stat.size, 100 + i);
		expect(s3_read(s, keys[i], stat.etag, 0, 10, collect, &got, &err), &err);
		assert_int_equal(got.len, 10);
		buf_release(&got);
		expect(s3_list(s, keys[i], remember, names, &err), &err);
		assert_int_equal(names->count, 1);
		assert_string_equal(names->name[0], keys[i]);
		forget(names);
		expect(s3_remove(s, keys[i], &err), &err);
		assert_int_equal(s3_stat(s, keys[i], &stat, &err), -1);
		assert_int_equal(err.kind, ERROR_NOT_FOUND);
		err = (struct error)ERROR_INIT;
	}
	free(names);
	s3_close(s);
}

static void a_missing_object_is_not_a_missing_bucket(void **state)
{
	struct s3 *there = open_bucket("plain-bucket"), *missing = open_bucket("no-such-bucket");
	struct error err = ERROR_INIT;
	struct s3_stat stat;
	struct s3_bucket bucket;
	struct buf got = { 0 };

	(void)state;
	assert_int_equal(s3_stat(there, "nothing", &stat, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(err.message, "s3://plain-bucket/nothing"));
	err = (struct error)ERROR_INIT;
	assert_int_equal(s3_read(there, "nothing", NULL, 0, 0, collect, &got, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	err = (struct error)ERROR_INIT;
	expect(s3_remove(there, "nothing", &err), &err);
	for (int i = 0; i < 4; i++) {
		err = (struct error)ERROR_INIT;
		assert_int_equal(
			i == 0 ? s3_stat(missing, "nothing", &stat, &err) :
			i == 1 ? s3_read(missing, "nothing", NULL, 0, 0, collect, &got, &err) :
			i == 2 ? s3_list(missing, "", remember, NULL, &err) :
				 s3_bucket_status(missing, &bucket, &err),
			-1);
		assert_int_equal(err.kind, ERROR_CONFIG);
		assert_non_null(strstr(err.message, "NoSuchBucket"));
		assert_non_null(strstr(err.hint, "bucket's name"));
	}
	s3_close(there);
	s3_close(missing);
}

/* Every way to ask, with other keys than the owner's. */
static void expect_denied(struct s3_config config, const char *word)
{
	struct error err = ERROR_INIT;
	struct s3_stat stat;
	struct s3 *s = NULL;
	struct buf got = { 0 };

	expect(s3_open(&config, "plain-bucket", NULL, &s, &err), &err);
	for (int i = 0; i < 3; i++) {
		err = (struct error)ERROR_INIT;
		assert_int_equal(i == 0 ? s3_stat(s, "round/trip", &stat, &err) :
				 i == 1 ? s3_list(s, "", remember, NULL, &err) :
					  s3_read(s, "round/trip", NULL, 0, 5, collect, &got, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_PERMISSION);
		if (!strstr(err.message, word))
			fail_msg("%s, not %s", err.message, word);
		assert_true(*err.hint);
		assert_null(strstr(err.message, s3_server_text(&server, "secret_key")));
	}
	assert_int_equal(got.len, 0);
	s3_close(s);
}

static void wrong_keys_are_told_apart(void **state)
{
	struct s3_config config = s3_server_config(&server);

	(void)state;
	config.secret_key = s3_literal("wrong");
	expect_denied(config, "SignatureDoesNotMatch");
	config.access_key = s3_literal("nobody");
	/* Swift does not tell these two apart */
	expect_denied(config, is_radosgw ? "InvalidAccessKeyId" : "SignatureDoesNotMatch");
	config.access_key = s3_literal(s3_server_text(&server, "other_access_key"));
	config.secret_key = s3_literal(s3_server_text(&server, "other_secret_key"));
	expect_denied(config, "AccessDenied");
}

static void a_bucket_tells_of_versions_and_locks(void **state)
{
	static const char enable[] = "<VersioningConfiguration><Status>Enabled</Status>"
				     "</VersioningConfiguration>";
	static const char years[] = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled"
				    "</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE"
				    "</Mode><Years>2</Years></DefaultRetention></Rule>"
				    "</ObjectLockConfiguration>";
	struct s3 *plain = open_bucket("plain-bucket"), *locked = open_bucket("locked-bucket");
	const struct s3_query versioning[] = { { "versioning", "" }, { NULL, NULL } };
	const struct s3_query lock[] = { { "object-lock", "" }, { NULL, NULL } };
	struct s3_call call = { .method = "PUT",
				.query = versioning,
				.body = { (const uint8_t *)enable, sizeof(enable) - 1 } };
	struct error err = ERROR_INIT;
	struct s3_answer answer;
	struct s3_bucket b;
	struct s3_stat first, second;

	(void)state;
	expect(s3_bucket_status(plain, &b, &err), &err);
	assert_false(b.versioning || b.object_lock);
	expect(s3_send(plain, &call, &answer, &err), &err);
	expect(s3_bucket_status(plain, &b, &err), &err);
	assert_true(b.versioning);
	assert_false(b.object_lock);
	put(plain, "versions", 10, 1);
	expect(s3_stat(plain, "versions", &first, &err), &err);
	put(plain, "versions", 10, 2);
	expect(s3_stat(plain, "versions", &second, &err), &err);
	assert_true(*first.version && *second.version);
	assert_string_not_equal(first.version, second.version);

	expect(s3_bucket_make(locked, true, &err), &err);
	expect(s3_bucket_status(locked, &b, &err), &err);
	assert_true(b.versioning && b.object_lock);
	assert_string_equal(b.lock_mode, "");
	call.query = lock;
	call.body = (struct span){ (const uint8_t *)years, sizeof(years) - 1 };
	expect(s3_send(locked, &call, &answer, &err), &err);
	expect(s3_bucket_status(locked, &b, &err), &err);
	assert_string_equal(b.lock_mode, "GOVERNANCE");
	assert_int_equal(b.lock_days, 730);
	s3_close(plain);
	s3_close(locked);
}

static void a_locked_object_stays(void **state)
{
	struct s3 *s = open_bucket("keeping-bucket");
	int64_t until = (clock_wall_ns() / NS_PER_SECOND + 86400) * NS_PER_SECOND;
	static const uint64_t sizes[] = { 1000, 41 * MIB };
	struct error err = ERROR_INIT;

	(void)state;
	expect(s3_bucket_make(s, true, &err), &err);
	for (size_t i = 0; i < 2; i++) {
		char sha256[SHA256_TEXT_SIZE];
		int fd = file_of(sizes[i], 1, sha256);
		const struct s3_write what = { .key = "kept",
					       .sha256 = sha256,
					       .lock_mode = "COMPLIANCE",
					       .lock_until_ns = until };
		struct s3_stat stat;
		const struct s3_query version[] = { { "versionId", stat.version }, { NULL, NULL } };
		const struct s3_call call = { .method = "DELETE", .key = "kept", .query = version };
		struct s3_answer answer;

		expect(s3_write(s, &what, fd, sizes[i], &err), &err);
		expect(s3_stat(s, "kept", &stat, &err), &err);
		assert_int_equal(stat.size, sizes[i]);
		assert_string_equal(stat.lock_mode, "COMPLIANCE");
		assert_int_equal(stat.lock_until_ns, until);
		assert_false(stat.legal_hold);
		assert_int_equal(s3_send(s, &call, &answer, &err), -1);
		assert_int_equal(err.kind, ERROR_PERMISSION);
		err = (struct error)ERROR_INIT;
		(void)close(fd);
	}
	s3_close(s);
}

static void a_file_that_is_not_what_was_promised_is_not_uploaded(void **state)
{
	static const uint64_t sizes[] = { 1000, 41 * MIB };
	static const struct s3_query uploads[] = { { "uploads", "" }, { NULL, NULL } };
	struct s3 *s = open_bucket("plain-bucket");
	struct buf list = { 0 };
	const struct s3_call call = {
		.method = "GET", .query = uploads, .receive = collect, .cookie = &list
	};
	struct error err = ERROR_INIT;
	struct s3_answer answer;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char sha256[SHA256_TEXT_SIZE];
		int fd = file_of(sizes[i], 1, sha256);
		const struct s3_write what = { .key = "promised", .sha256 = sha256 };
		struct s3_stat stat;

		sha256[0] = sha256[0] == '0' ? '1' : '0';
		assert_int_equal(s3_write(s, &what, fd, sizes[i], &err), -1);
		assert_int_equal(err.kind, ERROR_IO);
		assert_non_null(strstr(err.message, "it has changed"));
		err = (struct error)ERROR_INIT;
		assert_int_equal(s3_stat(s, "promised", &stat, &err), -1);
		assert_int_equal(err.kind, ERROR_NOT_FOUND);
		err = (struct error)ERROR_INIT;
		(void)close(fd);
	}
	expect(s3_send(s, &call, &answer, &err), &err);
	assert_non_null(strstr(list.ptr, "ListMultipartUploadsResult"));
	assert_null(strstr(list.ptr, "<Upload>"));
	buf_release(&list);
	s3_close(s);
}

static void a_server_without_locks_has_none(void **state)
{
	struct s3 *s = open_bucket("plain-bucket");
	struct error err = ERROR_INIT;
	struct s3_bucket b;

	(void)state;
	expect(s3_bucket_status(s, &b, &err), &err);
	assert_false(b.versioning || b.object_lock);
	assert_string_equal(b.lock_mode, "");
	s3_close(s);
}

static void tls_wants_the_servers_own_authority(void **state)
{
	struct s3_config config = s3_server_config(&server);
	struct error err = ERROR_INIT;
	struct s3_bucket b;
	struct s3 *s = NULL;

	(void)state;
	config.endpoint = s3_server_text(&server, "tls_endpoint");
	expect(s3_open(&config, "plain-bucket", NULL, &s, &err), &err);
	assert_int_equal(s3_bucket_status(s, &b, &err), -1);
	assert_int_equal(err.kind, ERROR_TARGET);
	assert_non_null(strstr(err.hint, "ca_file"));
	s3_close(s);
	err = (struct error)ERROR_INIT;
	config.ca_file = s3_server_text(&server, "ca_file");
	expect(s3_open(&config, "plain-bucket", NULL, &s, &err), &err);
	expect(s3_bucket_status(s, &b, &err), &err);
	put(s, "by-tls", 100000, 1);
	s3_close(s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest any[] = {
		cmocka_unit_test(an_object_is_read_as_it_was_written),
		cmocka_unit_test(ranges_are_read_to_the_byte),
		cmocka_unit_test(a_large_object_goes_up_in_parts_and_comes_back_by_ranges),
		cmocka_unit_test(a_receiver_ends_a_parallel_reading_with_its_own_error),
		cmocka_unit_test(
			an_object_written_anew_is_not_taken_for_the_one_that_was_looked_at),
		cmocka_unit_test(a_listing_goes_over_pages_in_order_and_keeps_to_its_prefix),
		cmocka_unit_test(keys_with_control_characters_are_listed),
		cmocka_unit_test(odd_keys_are_keys_like_any_other),
		cmocka_unit_test(a_missing_object_is_not_a_missing_bucket),
		cmocka_unit_test(wrong_keys_are_told_apart),
		cmocka_unit_test(a_file_that_is_not_what_was_promised_is_not_uploaded),
	};
	const struct CMUnitTest radosgw[] = {
		cmocka_unit_test(a_bucket_tells_of_versions_and_locks),
		cmocka_unit_test(a_locked_object_stays),
		cmocka_unit_test(tls_wants_the_servers_own_authority),
	};
	const struct CMUnitTest swift[] = { cmocka_unit_test(a_server_without_locks_has_none) };
	int failed;

	if (s3_server_start("s3_server.py", argc > 1 ? argv[1] : "--kind=radosgw", &server) != 0)
		return NOT_INSTALLED;
	is_radosgw = strcmp(s3_server_text(&server, "kind"), "radosgw") == 0;
	failed = cmocka_run_group_tests(any, make_buckets, NULL);
	failed += is_radosgw ? cmocka_run_group_tests(radosgw, NULL, NULL) :
			       cmocka_run_group_tests(swift, NULL, NULL);
	s3_server_stop(&server);
	return failed;
}
