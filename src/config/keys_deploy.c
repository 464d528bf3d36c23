/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of how a drill starts a service beside the restored servers. */
#include "config/keys.intern.h"

#define PART(field) offsetof(struct component_config, deploy.field)
#define SERVICE     KEY_OF(SERVICE)

static const struct key_row rows[] = {
	{ .path = "components.*.deploy",
	  .type = KEY_MAP,
	  .engines = SERVICE,
	  .help = "How a drill starts the service in the sandbox of the restored servers. There it "
		  "is shut in: it reaches these servers and other services at 127.0.0.1, and "
		  "nothing else." },
	{ .path = "components.*.deploy.command",
	  .type = KEY_ARGV,
	  .offset = PART(command),
	  .otherwise = "required to deploy it",
	  .engines = SERVICE,
	  .help = "The program and its arguments, which may hold ${NAME} as in env. No shell reads "
		  "it. It stays in the foreground, and "
		  "its standard output and error are its log. One whose log grows beyond 1 GiB is "
		  "ended, so that it does not fill the disk." },
	{ .path = "components.*.deploy.env",
	  .type = KEY_VARIABLES,
	  .offset = PART(env),
	  .otherwise = "those of the sandbox alone",
	  .engines = SERVICE,
	  .help = "Its variables by their names. ${NAME} stands for one that comes before it in "
		  "this "
		  "map, or for one of the sandbox, such as PGHOST, REDIS_SOCKET or RABBITMQ_URL: "
		  "see "
		  "muster-env-shell(1). The sandbox's are its variables, too. $$ is a dollar "
		  "sign. What it prints of the secrets among them is shown as \"[hidden]\"." },
	{ .path = "components.*.deploy.cwd",
	  .type = KEY_PATH,
	  .offset = PART(cwd),
	  .built_in = "",
	  .otherwise = "the sandbox's directory, which it may write to",
	  .engines = SERVICE,
	  .help = "Where it is started." },
	{ .path = "components.*.deploy.files",
	  .type = KEY_PATHS,
	  .offset = PART(files),
	  .otherwise = "none but the program",
	  .engines = SERVICE,
	  .help = "Files and directories that it may read, beside the program and the system's own "
		  "below /usr." },
	{ .path = "components.*.deploy.needs",
	  .type = KEY_WORDS,
	  .offset = PART(needs),
	  .otherwise = "none",
	  .engines = SERVICE,
	  .help = "Components that must be up before it is started." },
	{ .path = "components.*.deploy.health",
	  .type = KEY_MAP,
	  .engines = SERVICE,
	  .help = "How to see inside that it is well: all that are given must hold." },
	{ .path = "components.*.deploy.health.http",
	  .type = KEY_TEMPLATE,
	  .offset = PART(health.http),
	  .built_in = "",
	  .otherwise = "the component's health, where it is on this machine",
	  .engines = SERVICE,
	  .help = "A URL to get." },
	{ .path = "components.*.deploy.health.status",
	  .type = KEY_NUMBER16,
	  .offset = PART(health.status),
	  .built_in = "200",
	  .minimum = 100,
	  .maximum = 599,
	  .engines = SERVICE,
	  .help = "The HTTP status that it must answer." },
	{ .path = "components.*.deploy.health.tcp",
	  .type = KEY_TEMPLATE,
	  .offset = PART(health.tcp),
	  .built_in = "",
	  .otherwise = "the component's health, where it is on this machine",
	  .engines = SERVICE,
	  .help = "HOST:PORT that must accept a connection." },
	{ .path = "components.*.deploy.health.command",
	  .type = KEY_ARGV,
	  .offset = PART(health.command),
	  .otherwise = "none",
	  .engines = SERVICE,
	  .help = "A program and its arguments that must exit with 0, with variables. It is "
		  "started inside, with the "
		  "service's variables." },
	{ .path = "components.*.deploy.health.log",
	  .type = KEY_PATTERN,
	  .offset = PART(health.log),
	  .built_in = "",
	  .otherwise = "none",
	  .engines = SERVICE,
	  .help = "What a line of its log must match, for a service that listens nowhere." },
	{ .path = "components.*.deploy.within",
	  .type = KEY_DURATION,
	  .offset = PART(within_ns),
	  .built_in = "1min",
	  .minimum = 1,
	  .maximum = DAY,
	  .engines = SERVICE,
	  .help = "How soon after its start it must be well." },
	{ .path = "components.*.deploy.log_errors",
	  .type = KEY_PATTERNS,
	  .offset = PART(log_errors),
	  .otherwise = "(^|[^a-z])(error|fatal|panic|critical)([^a-z]|$)",
	  .engines = SERVICE,
	  .help = "What makes a line of its log an error, letter case aside." },
	{ .path = "components.*.deploy.log_harmless",
	  .type = KEY_PATTERNS,
	  .offset = PART(log_harmless),
	  .otherwise = "none",
	  .engines = SERVICE,
	  .help = "What makes such a line harmless again." },
};

const struct key_table keys_deploy = KEY_TABLE(rows);
