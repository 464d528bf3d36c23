/* SPDX-License-Identifier: Apache-2.0 */
#include "component/redis/launch.h"

#include <stdio.h>

#include "component/start.h"

enum { DEFAULT_DATABASES = 16 };

int launch_server(const struct launch *launch, struct server *s, struct error *err)
{
	static const char *const env[] = { "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC", NULL };
	CLEANUP(cleanup_close)
	int log = server_open_log("redis", s, err);
	char memory[32], databases[16], port[8], master_port[8];
	const char *const argv[] = {
		"redis-server",
		"--port",
		port,
		"--bind",
		"127.0.0.1",
		"--unixsocket",
		s->socket,
		"--unixsocketperm",
		"700",
		"--dir",
		s->place.directory,
		"--dbfilename",
		SNAPSHOT_NAME,
		"--save",
		"",
		"--appendonly",
		launch->append_only ? "yes" : "no",
		"--daemonize",
		"no",
		"--repl-diskless-sync-delay", /* a snapshot need not wait for others */
		"0",
		"--maxmemory",
		memory,
		"--databases",
		databases,
		launch->master_port ? "--replicaof" : NULL,
		"127.0.0.1",
		master_port,
		NULL
	};
	struct process_spec spec = server_process_spec(&s->place, argv, env, log);

	if (log < 0)
		return -1;
	(void)snprintf(memory, sizeof(memory), "%llu", (unsigned long long)s->place.memory_max);
	(void)snprintf(databases, sizeof(databases), "%u",
		       launch->databases ? launch->databases : DEFAULT_DATABASES);
	(void)snprintf(port, sizeof(port), "%u", (unsigned)s->port);
	(void)snprintf(master_port, sizeof(master_port), "%u", (unsigned)launch->master_port);
	return process_start(&spec, &s->process, err);
}
