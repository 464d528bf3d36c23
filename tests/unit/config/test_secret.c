/* SPDX-License-Identifier: Apache-2.0 */
#include "config/keys.h"
#include "config/secret.h"

#include "config_fixture.h"

static int fetch(const struct secret *s, struct buf *out, struct error *err)
{
	error_clear(err);
	buf_clear(out);
	return secret_fetch(s, out, err);
}

static void a_private_file_gives_its_bytes_without_the_newline(void **state)
{
	CLEANUP(secret_wipe)
	struct buf out = { 0 };
	struct error err = ERROR_INIT;
	struct fixture f;
	char path[128];
	struct secret s = { .kind = SECRET_FILE, .text = path, .origin = "muster.yaml:3:4" };

	(void)state;
	fixture_open(&f);
	fixture_write(&f, "pw", "hunter2\n");
	(void)snprintf(path, sizeof(path), "%s/pw", f.directory);
	assert_int_equal(fetch(&s, &out, &err), 0);
	assert_string_equal(out.ptr, "hunter2");
	fixture_close(&f);
}

static void a_file_that_others_may_read_is_refused(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0660, 0644 };
	CLEANUP(secret_wipe)
	struct buf out = { 0 };
	struct error err = ERROR_INIT;
	struct fixture f;
	char path[128];
	struct secret s = { .kind = SECRET_FILE, .text = path, .origin = "muster.yaml:3:4" };

	(void)state;
	fixture_open(&f);
	fixture_write(&f, "pw", "hunter2\n");
	(void)snprintf(path, sizeof(path), "%s/pw", f.directory);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(fetch(&s, &out, &err), -1);
		assert_int_equal(err.kind, ERROR_REFUSED);
		assert_non_null(strstr(err.hint, "chmod 600"));
		assert_int_equal(out.len, 0);
	}
	fixture_close(&f);
}

static void what_cannot_hold_a_secret_is_an_error(void **state)
{
	CLEANUP(secret_wipe)
	struct buf out = { 0 };
	struct error err = ERROR_INIT;
	struct secret directory = { .kind = SECRET_FILE, .text = "/", .origin = "m:1:1" };
	struct secret missing = { .kind = SECRET_FILE,
				  .text = "/nonexistent/pw",
				  .origin = "m:1:1" };
	struct secret unset = { .kind = SECRET_ENV,
				.text = "MUSTER_TEST_UNSET",
				.origin = "m:1:1" };

	(void)state;
	assert_int_equal(fetch(&directory, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_CONFIG);
	assert_int_equal(fetch(&missing, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(err.message, "m:1:1"));
	assert_int_equal(fetch(&unset, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_CONFIG);
}

static void variables_and_commands_give_secrets(void **state)
{
	static const char *const echo[] = { "printf", "%s\\n", "a b", NULL };
	static const char *const failing[] = { "false", NULL };
	CLEANUP(secret_wipe)
	struct buf out = { 0 };
	struct error err = ERROR_INIT;
	struct secret variable = { .kind = SECRET_ENV,
				   .text = "MUSTER_TEST_SECRET",
				   .origin = "x" };
	struct secret command = { .kind = SECRET_COMMAND, .argv = echo, .origin = "x" };
	struct secret failure = { .kind = SECRET_COMMAND, .argv = failing, .origin = "x" };
	struct secret none = { .kind = SECRET_NONE };

	(void)state;
	assert_int_equal(setenv("MUSTER_TEST_SECRET", "from env", 1), 0);
	assert_int_equal(fetch(&variable, &out, &err), 0);
	assert_string_equal(out.ptr, "from env");
	assert_int_equal(fetch(&command, &out, &err), 0);
	assert_string_equal(out.ptr, "a b");
	assert_int_equal(fetch(&failure, &out, &err), -1);
	assert_int_equal(err.kind, ERROR_TARGET);
	assert_int_equal(fetch(&none, &out, &err), 0);
	assert_int_equal(out.len, 0);
}

static void keys_of_secrets_and_the_maps_above_them_are_known(void **state)
{
	static const char *const secrets[] = { "components.db.connect.password",
					       "offsite.secret_key=x", "offsite.session_token",
					       "notify.receivers.chat.url=a.b=c",
					       "notify.receivers.pager.key" };
	static const char *const maps[] = { "components={db: {}}",
					    "components.db",
					    "components.db.connect",
					    "offsite",
					    "notify",
					    "notify.receivers=",
					    "notify.receivers.x" };
	static const char *const open[] = { "offsite.url=s3://password",
					    "run.jobs",
					    "",
					    "=",
					    ".",
					    "compo",
					    "components.db.connect.password.file=/x",
					    "components.db.connect.passwords",
					    "notify.receivers.x.type" };

	(void)state;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		assert_int_equal(key_secrecy(secrets[i]), KEY_IS_SECRET);
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		assert_int_equal(key_secrecy(maps[i]), KEY_MAY_HOLD_SECRETS);
	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
		assert_int_equal(key_secrecy(open[i]), KEY_IS_OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_private_file_gives_its_bytes_without_the_newline),
		cmocka_unit_test(a_file_that_others_may_read_is_refused),
		cmocka_unit_test(what_cannot_hold_a_secret_is_an_error),
		cmocka_unit_test(variables_and_commands_give_secrets),
		cmocka_unit_test(keys_of_secrets_and_the_maps_above_them_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
