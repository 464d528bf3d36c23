/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private RabbitMQ with its own epmd, on free loopback ports, or in a network of its own
 * on the usual ones. Whatever the Debian wrappers would do (change user, share the machine's
 * epmd, read /etc/rabbitmq) is bypassed.
 */
#include "component/rabbitmq/rabbitmq.h"

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "net/http.h"
#include "component/start.h"

static const int64_t ready_timeout_ns = 180 * NS_PER_SECOND;

enum { ATTEMPTS = 3 };
enum {
	USUAL_PORT = 5672,
	USUAL_MANAGEMENT_PORT = 15672,
	USUAL_EPMD_PORT = 4369,
	USUAL_DISTRIBUTION_PORT = 25672
};

static int make_password(char *out, size_t size, struct error *err)
{
	unsigned char random[20];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return error_set_errno(err, ERROR_IO, "random numbers");
	for (size_t i = 0; i < sizeof(random) && 2 * i + 2 < size; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", random[i]);
	return 0;
}

int rabbitmq_find_script(const char *name, char *out, size_t size, struct error *err)
{
	static const char *const directories[] = { "/usr/lib/rabbitmq/bin",
						   "/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin" };

	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++) {
		char pattern[128];
		glob_t found = { 0 };
		bool got;

		(void)snprintf(pattern, sizeof(pattern), "%s/%s", directories[i], name);
		got = glob(pattern, 0, NULL, &found) == 0;
		if (got)
			(void)snprintf(out, size, "%s", found.gl_pathv[found.gl_pathc - 1]);
		globfree(&found);
		if (got)
			return 0;
	}
	(void)error_set(err, ERROR_NOT_FOUND, "RabbitMQ's %s: not found under /usr/lib/rabbitmq",
			name);
	return error_hint(err, "install the Debian package rabbitmq-server");
}

static int find_epmd(struct buf *out, struct error *err)
{
	struct error missing = ERROR_INIT;
	glob_t found = { 0 };
	int rc = 0;

	if (process_find_program("epmd", "/usr/bin:/usr/local/bin:/bin", out, &missing) == 0)
		return 0;
	if (glob("/usr/lib/erlang/erts-*/bin/epmd", 0, NULL, &found) == 0)
		rc = buf_puts(out, found.gl_pathv[found.gl_pathc - 1]);
	else
		rc = error_set(err, ERROR_NOT_FOUND, "Erlang's epmd: not found");
	globfree(&found);
	return rc < 0 ? error_set(err, ERROR_NOMEM, "no memory to look for epmd") : 0;
}

static int write_files(struct server *s, struct error *err)
{
	CLEANUP(buf_release)
	struct buf conf = { 0 };
	char cookie[48] = "";

	if (buf_printf(&conf,
		       "listeners.tcp.1 = 127.0.0.1:%u\n"
		       "management.tcp.ip = 127.0.0.1\n"
		       "management.tcp.port = %u\n"
		       /* definitions of any size come in by it; its own limit is 10 MB */
		       "management.http.max_body_size = 1073741824\n"
		       "default_user = %s\n"
		       "default_pass = %s\n"
		       "log.console = true\n"
		       "log.file = false\n",
		       (unsigned)s->port, (unsigned)s->management_port, s->user, s->password) < 0 ||
	    (s->place.memory_max && buf_printf(&conf, "vm_memory_high_watermark.absolute = %llu\n",
					       (unsigned long long)(s->place.memory_max / 2)) < 0))
		return error_set(err, ERROR_NOMEM, "no memory for RabbitMQ's configuration");
	if (make_password(cookie, sizeof(cookie), err) < 0 ||
	    server_write_file(&s->place, ".erlang.cookie", 0400, cookie, err) < 0 ||
	    server_write_file(&s->place, "enabled_plugins", 0600, "[rabbitmq_management].\n", err) <
		    0)
		return -1;
	return server_write_file(&s->place, "rabbitmq.conf", 0600, conf.ptr, err);
}

static void remove_files(const struct server *s)
{
	static const char *const names[] = { ".erlang.cookie", "enabled_plugins", "rabbitmq.conf" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[108];

		(void)snprintf(path, sizeof(path), "%s/%s", s->place.directory, names[i]);
		(void)unlink(path);
	}
}

/* In the foreground and before the node: the node would start one that outlives it. */
static int run_epmd(struct server *s, int log, struct error *err)
{
	static const char *const env[] = { "PATH=/usr/bin:/bin", "LANG=C.UTF-8", NULL };
	CLEANUP(buf_release)
	struct buf program = { 0 };
	char port[8];
	struct process_spec spec;

	if (find_epmd(&program, err) < 0)
		return -1;
	(void)snprintf(port, sizeof(port), "%u", (unsigned)s->epmd_port);
	spec = server_process_spec(
		&s->place,
		(const char *const[]){ program.ptr, "-port", port, "-address", "127.0.0.1", NULL },
		env, log);
	return process_start(&spec, &s->companion, err);
}

static int run_node(struct server *s, uint16_t distribution_port, int log, struct error *err)
{
	const char *d = s->place.directory;
	char script[256], home[120], mnesia[140], logs[140], plugins[150], conf[140], pid[130];
	char distribution[40], epmd[32];
	const char *const argv[] = { script, NULL };
	const char *const env[] = {
		"PATH=/usr/lib/rabbitmq/bin:/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC", home, mnesia,
		logs, plugins, conf, pid, distribution, epmd, "RABBITMQ_NODENAME=muster@localhost",
		"RABBITMQ_CONF_ENV_FILE=/dev/null", "ERL_EPMD_ADDRESS=127.0.0.1",
		"ERL_CRASH_DUMP_BYTES=0",
		/* the script then becomes the node instead of waiting for it */
		"RUNNING_UNDER_SYSTEMD=true",
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1} "
		"+sbwt none +sbwtdcpu none +sbwtdio none",
		NULL
	};
	struct process_spec spec = server_process_spec(&s->place, argv, env, log);

	if (rabbitmq_find_script("rabbitmq-server", script, sizeof(script), err) < 0)
		return -1;
	(void)snprintf(home, sizeof(home), "HOME=%s", d);
	(void)snprintf(mnesia, sizeof(mnesia), "RABBITMQ_MNESIA_BASE=%s/mnesia", d);
	(void)snprintf(logs, sizeof(logs), "RABBITMQ_LOG_BASE=%s/log", d);
	(void)snprintf(plugins, sizeof(plugins), "RABBITMQ_ENABLED_PLUGINS_FILE=%s/enabled_plugins",
		       d);
	(void)snprintf(conf, sizeof(conf), "RABBITMQ_CONFIG_FILE=%s/rabbitmq.conf", d);
	(void)snprintf(pid, sizeof(pid), "RABBITMQ_PID_FILE=%s/pid", d);
	(void)snprintf(distribution, sizeof(distribution), "RABBITMQ_DIST_PORT=%u",
		       (unsigned)distribution_port);
	(void)snprintf(epmd, sizeof(epmd), "ERL_EPMD_PORT=%u", (unsigned)s->epmd_port);
	return process_start(&spec, &s->process, err);
}

/* An open port is not readiness: the administrator may not exist yet. */
static int accepts_login(struct server *s, struct error *err)
{
	struct error not_yet = ERROR_INIT;
	struct http_answer answer;
	char url[64];
	struct http_request request = { .url = url,
					.user = s->user,
					.password = s->password,
					.timeout_ns = 5 * NS_PER_SECOND };

	(void)err;
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/api/whoami",
		       (unsigned)s->management_port);
	return http_send(&request, &answer, &not_yet) == 0 && answer.status == 200;
}

static int choose_ports(struct server *s, uint16_t *distribution, struct error *err)
{
	unsigned number = s->place.number;

	if (s->place.own_network) {
		s->port = (uint16_t)(USUAL_PORT + number);
		s->management_port = (uint16_t)(USUAL_MANAGEMENT_PORT + number);
		s->epmd_port = (uint16_t)(USUAL_EPMD_PORT + number);
		*distribution = (uint16_t)(USUAL_DISTRIBUTION_PORT + number);
		return 0;
	}
	if (place_free_port(&s->port, err) < 0 || place_free_port(&s->management_port, err) < 0 ||
	    place_free_port(&s->epmd_port, err) < 0)
		return -1;
	return place_free_port(distribution, err);
}

static int attempt(struct server *s, struct error *err)
{
	CLEANUP(cleanup_close)
	int log = server_open_log("rabbitmq", s, err);
	uint16_t distribution_port;

	if (log < 0 || choose_ports(s, &distribution_port, err) < 0)
		return -1;
	if (write_files(s, err) < 0 || run_epmd(s, log, err) < 0 ||
	    run_node(s, distribution_port, log, err) < 0)
		return -1;
	return server_await("RabbitMQ", s, accepts_login, ready_timeout_ns, err);
}

/* Somebody took a port between our finding it free and the node's using it. */
static bool lost_a_port(const struct server *s)
{
	CLEANUP(buf_release)
	struct buf log = { 0 };
	struct error ignored = ERROR_INIT;

	return s->log[0] && file_read(s->log, 16 << 20, &log, &ignored) == 0 && log.len &&
	       (strstr(log.ptr, "eaddrinuse") || strstr(log.ptr, "in use"));
}

int engine_rabbitmq_start(const struct place *place, struct server *out, struct error *err)
{
	for (int i = 1;; i++) {
		struct server s = SERVER_INIT;
		struct error failure = ERROR_INIT;
		bool again;

		s.place = *place;
		(void)snprintf(s.user, sizeof(s.user), "muster");
		if (make_password(s.password, sizeof(s.password), err) < 0)
			return -1;
		if (attempt(&s, &failure) == 0) {
			*out = s;
			return 0;
		}
		engine_rabbitmq_stop(&s);
		again = i < ATTEMPTS && lost_a_port(&s);
		if (!again) {
			if (err->kind == ERROR_NONE)
				*err = failure;
			return -1;
		}
		remove_files(&s);
		(void)unlink(s.log);
	}
}

/* SIGKILL: an orderly stop takes six seconds, and the data need not survive. */
void engine_rabbitmq_stop(struct server *s)
{
	process_stop(&s->process, SIGKILL, 0);
	process_stop(&s->companion, SIGKILL, 0);
}
