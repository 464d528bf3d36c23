/* SPDX-License-Identifier: Apache-2.0 */
/* Real servers inside a sandbox, and what a hostile database can do from there: nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libpq-fe.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../unit/both_users.h"
#include "base/buf.h"
#include "component/engine.h"
#include "sandbox/sandbox.h"

static void say(int out, const char *text)
{
	if (write(out, text, strlen(text)) < 0)
		_exit(99);
}

/* A directory of its own for each server. */
static struct place place_of(const struct place *sandbox, const char *name)
{
	struct place p = *sandbox;

	(void)snprintf(p.directory, sizeof(p.directory), "%.60s/%s", sandbox->directory, name);
	if (mkdir(p.directory, 0700) < 0)
		_exit(98);
	return p;
}

static int start_all(const struct place *sandbox, struct sandbox_pipes pipes, void *cookie)
{
	static const struct {
		enum engine_kind kind;
		const char *name;
	} rows[] = { { ENGINE_POSTGRESQL, "postgres" },
		     { ENGINE_REDIS, "redis" },
		     { ENGINE_RABBITMQ, "rabbitmq" } };

	(void)cookie;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct engine *engine = engine_of(rows[i].kind);
		struct place place = place_of(sandbox, rows[i].name);
		struct server server = SERVER_INIT;
		struct error err = ERROR_INIT;

		if (engine->start(&place, &server, &err) < 0) {
			say(pipes.out, err.message);
			return 1;
		}
		say(pipes.out, rows[i].name);
		say(pipes.out, " is up\n");
		engine->stop(&server);
	}
	return 0;
}

/* What a superuser of the restored database could try, by SQL. */
static const char *const attacks[] = {
	"COPY (SELECT 1) TO '/usr/share/escape'",
	"COPY (SELECT 1) TO PROGRAM 'cat >/etc/escape'",
	"CREATE TABLE stolen (line text); COPY stolen FROM '/etc/shadow'",
	"COPY stolen FROM PROGRAM 'cat /proc/[0-9]*/environ | grep -a MUSTER_TEST_SECRET'",
	"COPY stolen FROM PROGRAM 'cat /root/.bashrc'",
	"COPY stolen FROM PROGRAM 'ls /home/*'",
	"COPY stolen FROM PROGRAM 'bash -c \"exec 3<>/dev/tcp/1.1.1.1/80\"'",
	"COPY stolen FROM PROGRAM 'unshare --user --map-root-user --mount umount /etc'",
	"COPY stolen FROM PROGRAM 'mknod /work/disk b 254 0'",
};

static int be_attacked(const struct place *sandbox, struct sandbox_pipes pipes, void *cookie)
{
	const struct engine *engine = engine_of(ENGINE_POSTGRESQL);
	struct place place = place_of(sandbox, "postgres");
	struct server server = SERVER_INIT;
	struct error err = ERROR_INIT;
	const char *const keys[] = { "host", "port", "user", "dbname", NULL };
	PGconn *c;

	(void)cookie;
	if (engine->start(&place, &server, &err) < 0) {
		say(pipes.out, err.message);
		return 1;
	}
	c = PQconnectdbParams(
		keys, (const char *const[]){ server.socket, "5432", "postgres", "postgres", NULL },
		0);
	if (PQstatus(c) != CONNECTION_OK) {
		say(pipes.out, PQerrorMessage(c));
		return 1;
	}
	/* the kernel lets no signal from inside through to its init, and says so to nobody */
	PQclear(PQexec(c, "COPY (SELECT 1) TO PROGRAM 'kill -9 1'"));
	for (size_t i = 0; i < sizeof(attacks) / sizeof(*attacks); i++) {
		PGresult *r = PQexec(c, attacks[i]);

		if (PQresultStatus(r) == PGRES_COMMAND_OK) {
			say(pipes.out, attacks[i]);
			say(pipes.out, "\n");
		}
		PQclear(r);
	}
	PQfinish(c);
	engine->stop(&server);
	return 0;
}

static struct buf run(sandbox_work *work, int *code)
{
	const struct sandbox_options options = { .work = work };
	struct sandbox s = SANDBOX_INIT;
	struct error err = ERROR_INIT;
	struct buf said = { 0 };
	char block[512];
	ssize_t n;

	if (sandbox_open(&options, &s, &err) < 0)
		fail_msg("%s", err.message);
	while ((n = read(s.out, block, sizeof(block))) > 0)
		assert_int_equal(buf_append(&said, block, (size_t)n), 0);
	if (sandbox_wait(&s, -1, code, &err) < 0)
		fail_msg("%s", err.message);
	sandbox_close(&s);
	return said;
}

static void each_server_starts_inside(void **state)
{
	int code = -1;
	CLEANUP(buf_release)
	struct buf said = run(start_all, &code);

	(void)state;
	assert_string_equal(said.ptr, "postgres is up\nredis is up\nrabbitmq is up\n");
	assert_int_equal(code, 0);
}

static void a_hostile_superuser_reaches_nothing(void **state)
{
	int code = -1;
	CLEANUP(buf_release)
	struct buf said = { 0 };

	(void)state;
	assert_int_equal(setenv("MUSTER_TEST_SECRET", "secret", 1), 0);
	said = run(be_attacked, &code);
	assert_int_equal(code, 0);
	assert_string_equal(said.len ? said.ptr : "", "");
	assert_int_not_equal(access("/usr/share/escape", F_OK), 0);
	assert_int_not_equal(access("/etc/escape", F_OK), 0);
}

static int run_group(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_server_starts_inside),
		cmocka_unit_test(a_hostile_superuser_reaches_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	return run_as_both_users(run_group);
}
