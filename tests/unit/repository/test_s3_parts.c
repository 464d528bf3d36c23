/* SPDX-License-Identifier: Apache-2.0 */
/* What of S3 needs no server: URLs, the spelling of keys, profile files, dates, digests, XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "repository/s3.intern.h"
#include "repository/s3_digest.h"
#include "repository/s3_xml.h"

static void a_url_is_a_bucket_and_a_key(void **state)
{
	const struct {
		const char *url, *bucket, *key; /* NULL: it is none */
	} cases[] = {
		{ "s3://bucket/key", "bucket", "key" },
		{ "s3://bucket/a/b//c", "bucket", "a/b//c" },
		{ "s3://bucket//a", "bucket", "/a" },
		{ "s3://bucket/", "bucket", "" },
		{ "s3://my.bucket-1", "my.bucket-1", "" },
		{ "s3://Old_bucket/k", "Old_bucket", "k" },
		{ "s3://b/k", NULL, NULL },
		{ "s3:///k", NULL, NULL },
		{ "s3://user@host/k", NULL, NULL },
		{ "s3://bu cket/k", NULL, NULL },
		{ "S3://bucket/k", NULL, NULL },
		{ "https://bucket/k", NULL, NULL },
		{ "/s3://bucket/k", NULL, NULL },
		{ "s3:/bucket", NULL, NULL },
		{ "", NULL, NULL },
		{ "s3://0123456789012345678901234567890123456789012345678901234567890123/k", NULL,
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char bucket[S3_BUCKET_SIZE];
		const char *key = NULL;

		assert_int_equal(s3_url_parse(cases[i].url, bucket, &key), cases[i].bucket != NULL);
		if (!cases[i].bucket)
			continue;
		assert_string_equal(bucket, cases[i].bucket);
		assert_string_equal(key, cases[i].key);
	}
}

static void expect_encoded(const char *text, bool keep_slash, const char *expected)
{
	struct buf out = { 0 };

	assert_int_equal(s3_encode(&out, text, keep_slash), 0);
	assert_string_equal(out.ptr ? out.ptr : "", expected);
	buf_release(&out);
}

static void keys_are_spelled_as_signatures_want_them(void **state)
{
	(void)state;
	expect_encoded("", true, "");
	expect_encoded("azAZ09-._~", false, "azAZ09-._~");
	expect_encoded("a/b", true, "a/b");
	expect_encoded("a/b", false, "a%2Fb");
	expect_encoded(" +%&=?#", true, "%20%2B%25%26%3D%3F%23");
	expect_encoded("!*'();:@,$", true, "%21%2A%27%28%29%3B%3A%40%2C%24");
	expect_encoded("\303\274\x7f\x01", true, "%C3%BC%7F%01");
	expect_encoded("//../.", true, "//../.");
}

static void what_was_spelled_is_read_again(void **state)
{
	char all[256], copy[1024];
	struct buf out = { 0 };

	(void)state;
	for (int i = 0; i < 255; i++)
		all[i] = (char)(i + 1);
	all[255] = '\0';
	assert_int_equal(s3_encode(&out, all, false), 0);
	(void)snprintf(copy, sizeof(copy), "%s", out.ptr);
	assert_true(s3_decode(copy));
	assert_string_equal(copy, all);
	buf_release(&out);
	(void)snprintf(copy, sizeof(copy), "%s", "a+b%2Bc%c3%BC");
	assert_true(s3_decode(copy));
	assert_string_equal(copy, "a b+c\303\274");
}

static void a_cut_or_wrong_escape_is_refused(void **state)
{
	static const char *const wrong[] = { "%", "a%2", "%g0", "%0g", "%00", "%%20" };
	char copy[16];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		(void)snprintf(copy, sizeof(copy), "%s", wrong[i]);
		assert_false(s3_decode(copy));
	}
}

static void a_bucket_has_its_place(void **state)
{
	const struct {
		struct s3_place place;
		const char *url; /* NULL: an error */
	} cases[] = {
		{ { "", "eu-west-1", "bucket", false },
		  "https://bucket.s3.eu-west-1.amazonaws.com" },
		{ { "", "eu-west-1", "bucket", true },
		  "https://s3.eu-west-1.amazonaws.com/bucket" },
		{ { "", "eu-west-1", "a.b", false }, "https://s3.eu-west-1.amazonaws.com/a.b" },
		{ { "", "cn-north-1", "bucket", false },
		  "https://bucket.s3.cn-north-1.amazonaws.com.cn" },
		{ { "https://s3.example.org", "r", "bucket", false },
		  "https://bucket.s3.example.org" },
		{ { "https://s3.example.org:9000/", "r", "bucket", true },
		  "https://s3.example.org:9000/bucket" },
		{ { "http://127.0.0.1:8080", "r", "bucket", false },
		  "http://127.0.0.1:8080/bucket" },
		{ { "http://[::1]:8080", "r", "bucket", false }, "http://[::1]:8080/bucket" },
		{ { "http://localhost", "r", "bucket", false }, "http://localhost/bucket" },
		{ { "http://localhost.example", "r", "bucket", false },
		  "http://bucket.localhost.example" },
		{ { "s3.example.org", "r", "bucket", false }, NULL },
		{ { "ftp://s3.example.org", "r", "bucket", false }, NULL },
		{ { "https://key:secret@s3.example.org", "r", "bucket", false }, NULL },
		{ { "https://", "r", "bucket", false }, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf out = { 0 };
		struct error err = ERROR_INIT;

		assert_int_equal(s3_place_url(&cases[i].place, &out, &err), cases[i].url ? 0 : -1);
		if (cases[i].url)
			assert_string_equal(out.ptr, cases[i].url);
		else
			assert_int_equal(err.kind, ERROR_CONFIG);
		assert_null(strstr(err.message, "secret"));
		buf_release(&out);
	}
}

static void dates_of_http_are_read(void **state)
{
	static const char *const wrong[] = { "",
					     "Fri, 27 Nov 2026 14:56:09",
					     "Fri, 27 Nov 2026 14:56:09 CET",
					     "Fri, 27 Nov 2026 14:56:09 GMT+1",
					     "Fri, 27 nov 2026 14:56:09 GMT",
					     "Fri, 27 anF 2026 14:56:09 GMT",
					     "Fri, 32 Nov 2026 14:56:09 GMT",
					     "Fri, 27 Nov 2026 24:56:09 GMT",
					     "2026-11-27T14:56:09Z" };
	int64_t ns;

	(void)state;
	assert_int_equal(s3_parse_http_date("Fri, 27 Nov 2026 14:56:09 GMT", &ns), 0);
	assert_int_equal(ns, 1795791369 * NS_PER_SECOND);
	assert_int_equal(s3_parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT", &ns), 0);
	assert_int_equal(ns, 0);
	assert_int_equal(s3_parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT", &ns), 0);
	assert_int_equal(ns, 1709251199 * NS_PER_SECOND);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(s3_parse_http_date(wrong[i], &ns), -1);
}

static void digests_are_spelled_in_base64(void **state)
{
	uint8_t bytes[32], again[32];
	char text[S3_BASE64_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 37);
	assert_true(s3_base64_parse(s3_base64(bytes, 32, text), again, 32));
	assert_memory_equal(bytes, again, 32);
	assert_string_equal(s3_base64((const uint8_t *)"hello", 5, text), "aGVsbG8=");
	assert_true(s3_base64_parse("aGVsbG8=", again, 5));
	assert_false(s3_base64_parse("aGVsbG8=", again, 4));
	assert_false(s3_base64_parse("aGVsbG9=", again, 5));
	assert_false(s3_base64_parse("aGVsbG8=-3", again, 5));
	assert_false(s3_base64_parse("aGVs!G8=", again, 5));
	assert_false(s3_base64_parse("", again, 5));
}

static const char credentials_file[] = "# a comment\n"
				       "[default]\n"
				       "aws_access_key_id = DEFAULTKEY\n"
				       "aws_secret_access_key=default/secret+=\n"
				       "\n"
				       "[ other ]\r\n"
				       "aws_access_key_id = OTHERKEY\r\n"
				       "aws_secret_access_key = other=secret\r\n"
				       "aws_session_token = token\r\n";

static const char config_file[] = "[default]\n"
				  "region = eu-west-1\n"
				  "s3 =\n"
				  "    region = nested\n"
				  "    endpoint_url = nested\n"
				  "[other]\n"
				  "region = wrong\n"
				  "[profile other]\n"
				  "region=eu-north-1\n"
				  "endpoint_url = https://s3.example.org\n"
				  "aws_access_key_id = LATER\n"
				  "[profile default]\n"
				  "region = second\n"
				  "[profile process]\n"
				  "credential_process = /bin/keys\n";

static void profiles_are_read_as_awss_tools_read_them(void **state)
{
	struct s3_profile p = { 0 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(s3_profile_parse(credentials_file, false, "default", &p, &err), 0);
	assert_int_equal(s3_profile_parse(config_file, true, "default", &p, &err), 0);
	assert_true(p.found);
	assert_string_equal(p.access_key.ptr, "DEFAULTKEY");
	assert_string_equal(p.secret_key.ptr, "default/secret+=");
	assert_int_equal(p.token.len, 0);
	assert_string_equal(p.region.ptr, "eu-west-1");
	assert_int_equal(p.endpoint.len, 0);
	s3_profile_release(&p);

	p = (struct s3_profile){ 0 };
	assert_int_equal(s3_profile_parse(credentials_file, false, "other", &p, &err), 0);
	assert_int_equal(s3_profile_parse(config_file, true, "other", &p, &err), 0);
	assert_string_equal(p.access_key.ptr, "OTHERKEY");
	assert_string_equal(p.secret_key.ptr, "other=secret");
	assert_string_equal(p.token.ptr, "token");
	assert_string_equal(p.region.ptr, "eu-north-1");
	assert_string_equal(p.endpoint.ptr, "https://s3.example.org");
	s3_profile_release(&p);

	p = (struct s3_profile){ 0 };
	assert_int_equal(s3_profile_parse(config_file, true, "process", &p, &err), 0);
	assert_string_equal(p.refused, "credential_process");
	s3_profile_release(&p);
	p = (struct s3_profile){ 0 };
	assert_int_equal(s3_profile_parse(credentials_file, false, "absent", &p, &err), 0);
	assert_false(p.found);
	s3_profile_release(&p);
}

/* A directory with both files, which the environment names. */
struct home {
	char root[40], credentials[60], config[60];
};

static void clear_environment(void)
{
	static const char *const names[] = { "AWS_ACCESS_KEY_ID",  "AWS_SECRET_ACCESS_KEY",
					     "AWS_SESSION_TOKEN",  "AWS_REGION",
					     "AWS_DEFAULT_REGION", "AWS_PROFILE",
					     "AWS_ENDPOINT_URL",   "AWS_ENDPOINT_URL_S3",
					     "AWS_CA_BUNDLE",      "AWS_SHARED_CREDENTIALS_FILE",
					     "AWS_CONFIG_FILE" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(unsetenv(names[i]), 0);
}

static void set_up(struct home *h)
{
	struct error err = ERROR_INIT;

	*h = (struct home){ .root = "/tmp/muster-s3-home.XXXXXX" };
	assert_non_null(mkdtemp(h->root));
	(void)snprintf(h->credentials, sizeof(h->credentials), "%s/keys", h->root);
	(void)snprintf(h->config, sizeof(h->config), "%s/settings", h->root);
	assert_int_equal(file_write_atomic(h->credentials, 0600, credentials_file,
					   sizeof(credentials_file) - 1, &err),
			 0);
	assert_int_equal(
		file_write_atomic(h->config, 0600, config_file, sizeof(config_file) - 1, &err), 0);
	clear_environment();
	assert_int_equal(setenv("AWS_SHARED_CREDENTIALS_FILE", h->credentials, 1), 0);
	assert_int_equal(setenv("AWS_CONFIG_FILE", h->config, 1), 0);
}

static void tear_down(struct home *h)
{
	struct error err = ERROR_INIT;

	assert_int_equal(file_remove_tree(h->root, &err), 0);
	clear_environment();
}

static void expect_opened(const struct s3_config *config, const char *key, const char *region,
			  const char *base)
{
	struct error err = ERROR_INIT;
	struct s3 *s = NULL;

	if (s3_open(config, "bucket", NULL, &s, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(s->credentials.access_key.ptr, key);
	assert_string_equal(s->region, region);
	assert_string_equal(s->base.ptr, base);
	s3_close(s);
}

static void credentials_come_from_the_nearest_place(void **state)
{
	struct s3_config config = { .endpoint = "", .region = "", .profile = "", .ca_file = "" };
	struct home home;

	(void)state;
	set_up(&home);
	expect_opened(&config, "DEFAULTKEY", "eu-west-1",
		      "https://bucket.s3.eu-west-1.amazonaws.com");
	assert_int_equal(setenv("AWS_PROFILE", "other", 1), 0);
	expect_opened(&config, "OTHERKEY", "eu-north-1", "https://bucket.s3.example.org");
	assert_int_equal(setenv("AWS_ACCESS_KEY_ID", "ENVKEY", 1), 0);
	assert_int_equal(setenv("AWS_SECRET_ACCESS_KEY", "s", 1), 0);
	assert_int_equal(setenv("AWS_REGION", "ap-south-1", 1), 0);
	assert_int_equal(setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1", 1), 0);
	expect_opened(&config, "ENVKEY", "ap-south-1", "http://127.0.0.1:1/bucket");
	config.profile = "default";
	expect_opened(&config, "DEFAULTKEY", "ap-south-1", "http://127.0.0.1:1/bucket");
	config.access_key = (struct secret){ .kind = SECRET_LITERAL, .text = "CONFIGKEY" };
	config.secret_key = (struct secret){ .kind = SECRET_LITERAL, .text = "s" };
	config.region = "sa-east-1";
	config.endpoint = "https://s3.local";
	expect_opened(&config, "CONFIGKEY", "sa-east-1", "https://bucket.s3.local");
	tear_down(&home);
}

static void what_is_missing_is_named(void **state)
{
	const struct s3_config none = {
		.endpoint = "", .region = "", .profile = "", .ca_file = ""
	};
	const struct {
		const char *variable, *value, *profile, *region, *words;
	} cases[] = {
		{ "AWS_ACCESS_KEY_ID", "KEY", "", "", "$AWS_SECRET_ACCESS_KEY is not" },
		{ "AWS_PROFILE", "absent", "", "", "the profile absent is neither in" },
		{ "AWS_REGION", "", "absent", "", "the profile absent is neither in" },
		{ "AWS_PROFILE", "process", "", "", "credential_process, which is not followed" },
		{ "AWS_REGION", "", "", "no such/region", "is no region" },
		{ "AWS_SHARED_CREDENTIALS_FILE", "/nowhere", "", "", "no credentials for S3" },
		{ "AWS_ENDPOINT_URL", "ftp://x", "", "", "the S3 endpoint is not" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct s3_config config = none;
		struct error err = ERROR_INIT;
		struct s3 *s = NULL;
		struct home home;

		set_up(&home);
		config.profile = cases[i].profile;
		config.region = cases[i].region;
		assert_int_equal(setenv(cases[i].variable, cases[i].value, 1), 0);
		assert_int_equal(s3_open(&config, "bucket", NULL, &s, &err), -1);
		assert_int_equal(err.kind, ERROR_CONFIG);
		if (!strstr(err.message, cases[i].words))
			fail_msg("%s", err.message);
		assert_null(strstr(err.message, "default/secret"));
		tear_down(&home);
	}
}

static void expect_refusal(long status, const char *body, enum error_kind kind, bool again,
			   const char *words)
{
	const struct s3 s = { .bucket = "bucket", .region = "us-east-1" };
	const struct s3_call call = { .method = "GET", .key = "a\nb" };
	struct s3_answer answer = { .status = status };
	struct error err = ERROR_INIT;

	assert_int_equal(s3_refused(&s, &call, (struct span){ (const uint8_t *)body, strlen(body) },
				    "", &answer, &err),
			 -1);
	if (err.kind != kind || answer.again != again || !strstr(err.message, words))
		fail_msg("%ld %s: %s", status, body, err.message);
	assert_null(strchr(err.message, '\n'));
}

static void refusals_are_understood_with_and_without_a_document(void **state)
{
	(void)state;
	expect_refusal(403, "", ERROR_PERMISSION, false, "AccessDenied");
	expect_refusal(404, "", ERROR_NOT_FOUND, false, "NoSuchKey");
	expect_refusal(404, "<Error><Code>NoSuchBucket</Code></Error>", ERROR_CONFIG, false,
		       "NoSuchBucket");
	expect_refusal(503, "<html>busy", ERROR_TARGET, true, "ServiceUnavailable");
	expect_refusal(502, "<html><Code>x</Code></html>", ERROR_TARGET, true, "HTTP 502");
	expect_refusal(504, "", ERROR_TARGET, true, "HTTP 504");
	expect_refusal(429, "", ERROR_TARGET, true, "SlowDown");
	expect_refusal(400, "<Error><Code>RequestTimeout</Code></Error>", ERROR_TARGET, true,
		       "RequestTimeout");
	expect_refusal(418, "", ERROR_TARGET, false, "HTTP 418");
	expect_refusal(400, "<Error><Code>Odd</Code><Message>line\none</Message></Error>",
		       ERROR_TARGET, false, "Odd");
	expect_refusal(403, "<Error><Code>AccessDenied</Code>", ERROR_PERMISSION, false,
		       "AccessDenied");
	expect_refusal(403, "<Error xmlns=\"urn:x\"><Code>ExpiredToken</Code></Error>",
		       ERROR_PERMISSION, false, "ExpiredToken");
}

static int note_paths(void *cookie, const char *path, const char *text, struct error *err)
{
	(void)err;
	return buf_printf(cookie, "%s=%s;", path, text);
}

static void xml_is_read_in_pieces_of_any_size(void **state)
{
	static const char text[] = "<?xml version=\"1.0\"?>\n<r xmlns:q=\"u\"><a>x&amp;y&#65;</a>"
				   "<q:b c=\"d\"><e>\303\274</e></q:b><f/></r>\n";
	const size_t steps[] = { 1, 7, sizeof(text) - 1 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct buf got = { 0 };
		struct error err = ERROR_INIT;
		struct s3_xml *x = NULL;

		assert_int_equal(s3_xml_open(note_paths, &got, &x, &err), 0);
		for (size_t at = 0; at < sizeof(text) - 1; at += steps[i]) {
			size_t left = sizeof(text) - 1 - at;
			struct span piece = { (const uint8_t *)text + at,
					      left < steps[i] ? left : steps[i] };

			assert_int_equal(s3_xml_push(x, piece, &err), 0);
		}
		assert_int_equal(s3_xml_end(x, &err), 0);
		assert_string_equal(got.ptr, "r/a=x&yA;r/b/e=\303\274;r/b=;r/f=;r=;");
		s3_xml_close(x);
		buf_release(&got);
	}
}

static void xml_that_is_cut_or_spoilt_is_an_error_at_every_byte(void **state)
{
	static const char text[] = "<r><a>x&amp;y</a><b><c>d</c></b></r>";
	size_t size = sizeof(text) - 1;

	(void)state;
	for (size_t i = 0; i < size; i++) {
		uint8_t *copy = malloc(i ? i : 1);
		struct buf got = { 0 };
		struct error err = ERROR_INIT;

		assert_non_null(copy);
		memcpy(copy, text, i);
		assert_int_equal(s3_xml_parse((struct span){ copy, i }, note_paths, &got, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_TARGET);
		free(copy);
		buf_release(&got);
	}
	for (size_t i = 0; i < size * 8; i++) {
		uint8_t *copy = malloc(size);
		struct buf got = { 0 };
		struct error err = ERROR_INIT;

		assert_non_null(copy);
		memcpy(copy, text, size);
		copy[i / 8] = (uint8_t)(copy[i / 8] ^ 1 << i % 8);
		/* either way nothing breaks, and an error says so */
		if (s3_xml_parse((struct span){ copy, size }, note_paths, &got, &err) < 0)
			assert_int_equal(err.kind, ERROR_TARGET);
		else
			assert_int_equal(err.kind, ERROR_NONE);
		free(copy);
		buf_release(&got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_is_a_bucket_and_a_key),
		cmocka_unit_test(keys_are_spelled_as_signatures_want_them),
		cmocka_unit_test(what_was_spelled_is_read_again),
		cmocka_unit_test(a_cut_or_wrong_escape_is_refused),
		cmocka_unit_test(a_bucket_has_its_place),
		cmocka_unit_test(dates_of_http_are_read),
		cmocka_unit_test(digests_are_spelled_in_base64),
		cmocka_unit_test(profiles_are_read_as_awss_tools_read_them),
		cmocka_unit_test(credentials_come_from_the_nearest_place),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(refusals_are_understood_with_and_without_a_document),
		cmocka_unit_test(xml_is_read_in_pieces_of_any_size),
		cmocka_unit_test(xml_that_is_cut_or_spoilt_is_an_error_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
