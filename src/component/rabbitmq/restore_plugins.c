/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins that definitions need, enabled in the running node by RabbitMQ's own tool. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "component/rabbitmq/rabbitmq.h"
#include "component/rabbitmq/restore.intern.h"
#include "component/start.h"

enum { PLUGINS_MAX = 16 };
static const int64_t tool_timeout_ns = 180 * NS_PER_SECOND;

/* `arguments` ends by NULL; at most PLUGINS_MAX + 2 of them. */
static int run_tool(const struct broker_restore *r, const char *const *arguments, struct buf *said,
		    struct error *err)
{
	const char *d = r->server->place.directory;
	char script[256], home[120], plugins[150], epmd[32];
	const char *argv[PLUGINS_MAX + 6] = { script, "-n", "muster@localhost" };
	const char *const env[] = { "PATH=/usr/lib/rabbitmq/bin:/usr/bin:/bin",
				    "LANG=C.UTF-8",
				    "RABBITMQ_CONF_ENV_FILE=/dev/null",
				    "ERL_EPMD_ADDRESS=127.0.0.1",
				    "ERL_CRASH_DUMP_BYTES=0",
				    home,
				    plugins,
				    epmd,
				    NULL };
	struct process_spec spec;
	size_t n = 3;

	if (rabbitmq_find_script("rabbitmq-plugins", script, sizeof(script), err) < 0)
		return -1;
	while (*arguments)
		argv[n++] = *arguments++;
	(void)snprintf(home, sizeof(home), "HOME=%s", d);
	(void)snprintf(plugins, sizeof(plugins), "RABBITMQ_ENABLED_PLUGINS_FILE=%s/enabled_plugins",
		       d);
	(void)snprintf(epmd, sizeof(epmd), "ERL_EPMD_PORT=%u", (unsigned)r->server->epmd_port);
	spec = server_process_spec(&r->server->place, argv, env, -1);
	return process_run(&spec, tool_timeout_ns, 1 << 20, said, err);
}

/* Has the list, a name a line, that one? */
static bool has_line(const struct buf *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = list->ptr; at && *at; at += *at == '\n') {
		size_t line = strcspn(at, "\n");

		if (line == len && memcmp(at, name, len) == 0)
			return true;
		at += line;
	}
	return false;
}

static int refuse_missing(const struct buf *installed, const char *const *names, struct error *err)
{
	for (; *names; names++) {
		if (has_line(installed, *names))
			continue;
		(void)error_set(err, ERROR_TARGET,
				"the backup needs the plugin %s of RabbitMQ, which is not "
				"installed here",
				*names);
		return error_hint(err, "install the plugin %s where the restore test runs", *names);
	}
	return 0;
}

int broker_enable_plugins(struct broker_restore *r, const char *const *names, struct error *err)
{
	static const char *const list[] = { "list", "--silent", "--minimal", NULL };
	const char *arguments[PLUGINS_MAX + 2] = { "enable" };
	CLEANUP(buf_release)
	struct buf installed = { 0 };
	CLEANUP(buf_release)
	struct buf said = { 0 };
	CLEANUP(buf_release)
	struct buf note = { 0 };

	if (!names[0])
		return 0;
	if (run_tool(r, list, &installed, err) < 0)
		return error_context(err, "list the plugins of RabbitMQ");
	if (refuse_missing(&installed, names, err) < 0)
		return -1;
	for (size_t i = 0; i < PLUGINS_MAX && names[i]; i++) {
		arguments[1 + i] = names[i];
		if (buf_printf(&note, "%s%s", i ? " " : "", names[i]) < 0)
			return broker_no_memory(err);
	}
	broker_progress(r, RESTORE_PREPARE, note.ptr, 0, 0);
	if (run_tool(r, arguments, &said, err) < 0)
		return error_context(err, "enable plugins of RabbitMQ");
	return broker_note(r, "plugins enabled", note.ptr, err);
}
