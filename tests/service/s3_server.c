/* SPDX-License-Identifier: Apache-2.0 */
#include "s3_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"

enum { SKIPPED = 77 };

static void begin(const char *script, const char *argument, struct s3_server *out)
{
	char path[400];
	const char *argv[] = { path, argument, NULL };
	int in[2], answers[2];
	struct error err = ERROR_INIT;
	struct process_spec spec = { .argv = argv, .err = STDERR_FILENO, .die_with_parent = true };

	(void)snprintf(path, sizeof(path), "%s/tests/service/%s", SOURCE_ROOT, script);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
	spec.in = in[0];
	spec.out = answers[1];
	*out = (struct s3_server){ .process = PROCESS_INIT, .lifeline = in[1] };
	if (process_start(&spec, &out->process, &err) < 0)
		fail_msg("%s", err.message);
	(void)close(in[0]);
	(void)close(answers[1]);
	out->answers = fdopen(answers[0], "r");
	assert_non_null(out->answers);
}

int s3_server_start(const char *script, const char *argument, struct s3_server *out)
{
	char line[4096];
	struct error err = ERROR_INIT;

	begin(script, argument, out);
	if (fgets(line, sizeof(line), out->answers)) {
		out->told = json_loads(line, 0, NULL);
		assert_non_null(out->told);
		return 0;
	}
	assert_int_equal(process_wait(&out->process, -1, &err), 1);
	if (!WIFEXITED(out->process.status) || WEXITSTATUS(out->process.status) != SKIPPED)
		fail_msg("%s did not start", script);
	s3_server_stop(out);
	return 1;
}

void s3_server_stop(struct s3_server *s)
{
	struct error err = ERROR_INIT;

	(void)close(s->lifeline);
	if (!s->process.reaped && process_wait(&s->process, 60 * NS_PER_SECOND, &err) != 1)
		process_stop(&s->process, SIGTERM, NS_PER_SECOND);
	cleanup_process(&s->process);
	(void)fclose(s->answers);
	json_decref(s->told);
}

const char *s3_server_text(const struct s3_server *s, const char *name)
{
	const char *text = json_string_value(json_object_get(s->told, name));

	if (!text)
		fail_msg("the server does not tell its %s", name);
	return text;
}

struct secret s3_literal(const char *text)
{
	return (struct secret){ .kind = SECRET_LITERAL, .text = text, .origin = "test" };
}

struct s3_config s3_server_config(const struct s3_server *s)
{
	return (struct s3_config){
		.endpoint = s3_server_text(s, "endpoint"),
		.region = s3_server_text(s, "region"),
		.profile = "",
		.path_style = true,
		.ca_file = "",
		.access_key = s3_literal(s3_server_text(s, "access_key")),
		.secret_key = s3_literal(s3_server_text(s, "secret_key")),
	};
}
