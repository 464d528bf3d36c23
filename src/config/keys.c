/* SPDX-License-Identifier: Apache-2.0 */
#include "config/keys.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define TOP(field)      offsetof(struct config, field)
#define PART(field)     offsetof(struct component_config, field)
#define QUESTION(field) offsetof(struct sql_check, field)

#define PG     KEY_OF(POSTGRESQL)
#define REDIS  KEY_OF(REDIS)
#define BROKER KEY_OF(RABBITMQ)
#define STORED (PG | REDIS | BROKER)

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

static const char *const ssl_modes[] = { "disable",   "allow",       "prefer", "require",
					 "verify-ca", "verify-full", NULL };
static const char *const fact_depths[] = { "fingerprints", "counts", NULL };
static const char *const severities[] = { "warn", "fail", "error", "ignore", NULL };
static const char *const engines[] = { "postgresql", "redis", "rabbitmq", "service", NULL };

const struct key_row key_rows[] = {
	{ .path = "version",
	  .type = KEY_VERSION,
	  .otherwise = "required",
	  .help = "The version of this format: 1." },

	{ .path = "platform", .type = KEY_MAP, .help = "The platform as a whole." },
	{ .path = "platform.name",
	  .type = KEY_TEXT,
	  .offset = TOP(platform),
	  .built_in = "platform",
	  .help = "Its name in reports and manifests." },
	{ .path = "platform.timezone",
	  .type = KEY_ZONE,
	  .offset = TOP(timezone),
	  .built_in = "UTC",
	  .help = "The IANA time zone, such as Europe/London, of the times in file names." },
	{ .path = "platform.owner",
	  .type = KEY_TEXT,
	  .offset = TOP(owner),
	  .built_in = "",
	  .help = "Who answers for it; shown in reports." },
	{ .path = "platform.objectives",
	  .type = KEY_MAP,
	  .help = "What the whole platform must hold in a disaster." },
	{ .path = "platform.objectives.rto",
	  .type = KEY_DURATION,
	  .offset = TOP(rto_ns),
	  .otherwise = "no objective",
	  .help = "Recovery time objective: how long the platform may be down." },
	{ .path = "platform.objectives.rpo",
	  .type = KEY_DURATION,
	  .offset = TOP(rpo_ns),
	  .otherwise = "no objective",
	  .help = "Recovery point objective: how much time's data may be lost." },

	{ .path = "repository", .type = KEY_MAP, .help = "Where the backups lie." },
	{ .path = "repository.path",
	  .type = KEY_PATH,
	  .offset = TOP(repository),
	  .otherwise = "required as soon as a component has backups",
	  .help = "The directory below which all backups lie." },
	{ .path = "repository.time_pattern",
	  .type = KEY_TEXT,
	  .offset = TOP(time_pattern),
	  .built_in = "",
	  .otherwise = "YYYYMMDD_HHMMSS or YYYYMMDD",
	  .help = "How the time is written in file names, with the conversions %Y %m %d %H %M %S "
		  "and %s of strftime(3)." },
	{ .path = "repository.tolerance",
	  .type = KEY_DURATION,
	  .offset = TOP(set_tolerance_ns),
	  .built_in = "15min",
	  .maximum = DAY,
	  .help = "Files whose names' times differ by at most this make one backup set." },
	{ .path = "repository.disk_free_min",
	  .type = KEY_SHARE,
	  .offset = TOP(disk_free_min),
	  .built_in = "20%",
	  .maximum = 1,
	  .help = "The share of the repository's disk that must be free." },

	{ .path = "components",
	  .type = KEY_MAP,
	  .help = "The parts of the platform, each under a name of its own: letters, digits, - "
		  "and _." },
	{ .path = "components.*", .type = KEY_MAP, .help = "One component." },
	{ .path = "components.*.engine",
	  .type = KEY_ENGINE,
	  .offset = PART(engine),
	  .otherwise = "required",
	  .choices = engines,
	  .help = "What it is." },

	{ .path = "components.*.connect", .type = KEY_MAP, .help = "How to reach it." },
	{ .path = "components.*.connect.host",
	  .type = KEY_TEXT,
	  .offset = PART(connect.host),
	  .built_in = "",
	  .otherwise = "the socket, else 127.0.0.1",
	  .engines = STORED,
	  .help = "Host name or address." },
	{ .path = "components.*.connect.socket",
	  .type = KEY_PATH,
	  .offset = PART(connect.socket),
	  .built_in = "",
	  .otherwise = "none",
	  .engines = PG | REDIS,
	  .help = "PostgreSQL: the directory of its Unix socket. Redis: the socket itself." },
	{ .path = "components.*.connect.port",
	  .type = KEY_NUMBER16,
	  .offset = PART(connect.port),
	  .otherwise = "5432, 6379 or 5672",
	  .minimum = 1,
	  .maximum = 65535,
	  .engines = STORED,
	  .help = "TCP port; PostgreSQL: also the number in its socket's name." },
	{ .path = "components.*.connect.management_port",
	  .type = KEY_NUMBER16,
	  .offset = PART(connect.management_port),
	  .otherwise = "15672",
	  .minimum = 1,
	  .maximum = 65535,
	  .engines = BROKER,
	  .help = "TCP port of the management plugin's HTTP interface." },
	{ .path = "components.*.connect.service",
	  .type = KEY_TEXT,
	  .offset = PART(connect.service),
	  .built_in = "",
	  .otherwise = "none",
	  .engines = PG,
	  .help = "An entry of pg_service.conf(5) that says how to connect." },
	{ .path = "components.*.connect.user",
	  .type = KEY_TEXT,
	  .offset = PART(connect.user),
	  .built_in = "",
	  .otherwise = "as the client library has it",
	  .engines = STORED,
	  .help = "User name." },
	{ .path = "components.*.connect.password",
	  .type = KEY_SECRET,
	  .offset = PART(connect.password),
	  .otherwise = "none",
	  .engines = STORED,
	  .help = "A secret, by reference." },
	{ .path = "components.*.connect.vhost",
	  .type = KEY_TEXT,
	  .offset = PART(connect.vhost),
	  .built_in = "/",
	  .engines = BROKER,
	  .help = "The virtual host that the AMQP probe opens." },
	{ .path = "components.*.connect.sslmode",
	  .type = KEY_CHOICE,
	  .offset = PART(connect.sslmode),
	  .built_in = "",
	  .otherwise = "as libpq has it",
	  .choices = ssl_modes,
	  .engines = PG,
	  .help = "As libpq's parameter of that name." },
	{ .path = "components.*.connect.tls",
	  .type = KEY_SWITCH,
	  .offset = PART(connect.tls),
	  .built_in = "false",
	  .engines = REDIS | BROKER,
	  .help = "Connect by TLS." },
	{ .path = "components.*.connect.ca_file",
	  .type = KEY_PATH,
	  .offset = PART(connect.ca_file),
	  .built_in = "",
	  .otherwise = "the system's",
	  .engines = STORED,
	  .help = "Certificates of the authorities that may have signed the server's." },
	{ .path = "components.*.connect.databases",
	  .type = KEY_WORDS,
	  .offset = PART(connect.databases),
	  .otherwise = "all that accept connections, but templates and postgres",
	  .engines = PG,
	  .help = "The databases to back up." },
	{ .path = "components.*.connect.timeout",
	  .type = KEY_DURATION,
	  .offset = PART(connect.timeout_ns),
	  .built_in = "10s",
	  .minimum = 1,
	  .maximum = HOUR,
	  .help = "Time for one attempt to connect." },

	{ .path = "components.*.objectives",
	  .type = KEY_MAP,
	  .help = "What the component must hold in a disaster." },
	{ .path = "components.*.objectives.rto",
	  .type = KEY_DURATION,
	  .offset = PART(rto_ns),
	  .otherwise = "no objective",
	  .help = "Recovery time objective." },
	{ .path = "components.*.objectives.rpo",
	  .type = KEY_DURATION,
	  .offset = PART(rpo_ns),
	  .otherwise = "no objective",
	  .help = "Recovery point objective." },

	{ .path = "components.*.backups",
	  .type = KEY_MAP,
	  .engines = STORED,
	  .help = "Its backups: where they lie and what they must hold." },
	{ .path = "components.*.backups.path",
	  .type = KEY_PATH,
	  .offset = PART(backups.path),
	  .otherwise = "postgres, redis or rabbitmq below repository.path",
	  .engines = STORED,
	  .help = "The directory of its files, below repository.path." },
	{ .path = "components.*.backups.files",
	  .type = KEY_WORDS,
	  .offset = PART(backups.files),
	  .otherwise = "the names that muster backup gives",
	  .engines = STORED,
	  .help = "The names that its files bear, each as PART:PATTERN. PART is dump, sql, "
		  "globals, "
		  "manifest, rdb or definitions. In PATTERN {time} stands for the time, {database} "
		  "for a database and * for anything, as in "
		  "\"dump:backup_{database}_{time}.dump.gz\" or "
		  "\"rdb:redis-{time}.rdb.zst\". What compresses a file is told from its first "
		  "bytes, not from its name; the names that muster backup gives may end in "
		  ".zst, .lz4, .xz or .bz2 for .gz, or in none of them." },
	{ .path = "components.*.backups.max_age",
	  .type = KEY_DURATION,
	  .offset = PART(backups.max_age_ns),
	  .built_in = "24h",
	  .minimum = 1,
	  .engines = STORED,
	  .help = "How old the newest set may be." },
	{ .path = "components.*.backups.min_size",
	  .type = KEY_SIZE,
	  .offset = PART(backups.min_size),
	  .built_in = "64 B",
	  .engines = STORED,
	  .help = "The least size of each file that carries data." },
	{ .path = "components.*.backups.decode",
	  .type = KEY_WORDS,
	  .offset = PART(backups.decode),
	  .otherwise = "none",
	  .engines = STORED,
	  .help = "A program and its arguments that turns a stored file on standard input into a "
		  "plain one on standard output, such as [gpg, --decrypt, --batch]. No shell reads "
		  "it." },
	{ .path = "components.*.backups.lock_timeout",
	  .type = KEY_DURATION,
	  .offset = PART(backups.lock_timeout_ns),
	  .built_in = "30s",
	  .minimum = 1,
	  .maximum = DAY,
	  .engines = PG,
	  .help = "How long a backup waits for the locks on the tables before it lets go and tries "
		  "again." },
	{ .path = "components.*.backups.sql",
	  .type = KEY_SWITCH,
	  .offset = PART(backups.sql),
	  .built_in = "true",
	  .engines = PG,
	  .help = "Also write the database as plain SQL." },
	{ .path = "components.*.backups.globals",
	  .type = KEY_SWITCH,
	  .offset = PART(backups.globals),
	  .built_in = "true",
	  .engines = PG,
	  .help = "Also write roles and tablespaces, without passwords." },
	{ .path = "components.*.backups.source_facts",
	  .type = KEY_CHOICE,
	  .offset = PART(backups.source_facts),
	  .built_in = "fingerprints",
	  .choices = fact_depths,
	  .engines = PG,
	  .help = "What a backup reads from the source, in the dump's own snapshot: counts and a "
		  "fingerprint of each table's content, or counts alone, which is cheaper." },

	{ .path = "components.*.restore",
	  .type = KEY_MAP,
	  .engines = STORED,
	  .help = "How it is proven that its backups restore." },
	{ .path = "components.*.restore.harmless",
	  .type = KEY_WORDS,
	  .offset = PART(restore.harmless),
	  .otherwise = "none",
	  .engines = PG,
	  .help = "Beginnings of messages of pg_restore or psql that do not make a restore fail." },
	{ .path = "components.*.restore.checks",
	  .type = KEY_MAP,
	  .engines = PG,
	  .help = "Questions to the restored databases, each under a name of its own. Each is "
		  "asked in a transaction that may only read and is given up after a minute." },
	{ .path = KEY_SQL_CHECK, .type = KEY_MAP, .engines = PG, .help = "One question." },
	{ .path = KEY_SQL_CHECK ".sql",
	  .type = KEY_TEXT,
	  .offset = QUESTION(sql),
	  .otherwise = "required",
	  .engines = PG,
	  .help = "One query. The first column of its first row is judged; "
		  "names need their schemas." },
	{ .path = KEY_SQL_CHECK ".expect",
	  .type = KEY_EXPECT,
	  .offset = QUESTION(expect),
	  .otherwise = "required",
	  .engines = PG,
	  .help = "What the value must be." },
	{ .path = KEY_SQL_CHECK ".database",
	  .type = KEY_TEXT,
	  .offset = QUESTION(database),
	  .built_in = "",
	  .otherwise = "each that is restored",
	  .engines = PG,
	  .help = "The database to ask." },
	{ .path = "components.*.restore.recovery_point",
	  .type = KEY_TEXT,
	  .offset = PART(restore.recovery_point),
	  .built_in = "",
	  .otherwise = "the row of muster canary, else the newest time in indexed columns",
	  .engines = PG,
	  .help = "A query that yields the newest time in the data, to tell how much a "
		  "disaster would lose." },
	{ .path = "components.*.restore.memory_max",
	  .type = KEY_SIZE,
	  .offset = PART(restore.memory_max),
	  .otherwise = "no limit",
	  .engines = STORED,
	  .help = "Memory that the restored server may take." },
	{ .path = "components.*.restore.disk_max",
	  .type = KEY_SIZE,
	  .offset = PART(restore.disk_max),
	  .otherwise = "no limit",
	  .engines = STORED,
	  .help = "Room on disk that the restored server may take." },
	{ .path = "components.*.restore.realistic",
	  .type = KEY_SWITCH,
	  .offset = PART(restore.realistic),
	  .built_in = "false",
	  .engines = STORED,
	  .help = "Restore with settings of production's, such as synchronous writes, rather than "
		  "with those of a server that is thrown away: slower, and the time it takes is "
		  "that of a disaster." },

	{ .path = "components.*.thresholds",
	  .type = KEY_MAP,
	  .engines = STORED,
	  .help = "What is abnormal against earlier sets." },
	{ .path = "components.*.thresholds.size_change",
	  .type = KEY_SHARE,
	  .offset = PART(thresholds.size_change),
	  .built_in = "50%",
	  .maximum = 100,
	  .engines = STORED,
	  .help = "The share by which a file's size may differ from the median of earlier sets." },
	{ .path = "components.*.thresholds.count_drop",
	  .type = KEY_SHARE,
	  .offset = PART(thresholds.count_drop),
	  .built_in = "20%",
	  .maximum = 1,
	  .engines = STORED,
	  .help = "The share by which rows, keys or objects may fall since the last set." },

	{ .path = "components.*.severities",
	  .type = KEY_MAP,
	  .help = "How grave it is when a check does not hold, by the check's name." },
	{ .path = "components.*.severities.*",
	  .type = KEY_SEVERITY,
	  .offset = PART(severity),
	  .otherwise = "as listed under CHECKS",
	  .choices = severities,
	  .help = "The verdict; ignore leaves the check out and shows it as skipped." },

	{ .path = "components.*.health",
	  .type = KEY_MAP,
	  .engines = KEY_OF(SERVICE),
	  .help = "How to see that a service is well: all that are given must hold." },
	{ .path = "components.*.health.http",
	  .type = KEY_TEXT,
	  .offset = PART(health.http),
	  .built_in = "",
	  .otherwise = "none",
	  .engines = KEY_OF(SERVICE),
	  .help = "A URL to get." },
	{ .path = "components.*.health.status",
	  .type = KEY_NUMBER16,
	  .offset = PART(health.status),
	  .built_in = "200",
	  .minimum = 100,
	  .maximum = 599,
	  .engines = KEY_OF(SERVICE),
	  .help = "The HTTP status that it must answer." },
	{ .path = "components.*.health.tcp",
	  .type = KEY_TEXT,
	  .offset = PART(health.tcp),
	  .built_in = "",
	  .otherwise = "none",
	  .engines = KEY_OF(SERVICE),
	  .help = "HOST:PORT that must accept a connection." },
	{ .path = "components.*.health.command",
	  .type = KEY_WORDS,
	  .offset = PART(health.command),
	  .otherwise = "none",
	  .engines = KEY_OF(SERVICE),
	  .help = "A program and its arguments that must exit with 0. No shell reads it." },

	{ .path = "history", .type = KEY_MAP, .help = "What muster remembers." },
	{ .path = "history.state_dir",
	  .type = KEY_PATH,
	  .offset = TOP(state_dir),
	  .otherwise = "/var/lib/muster for root, else $XDG_STATE_HOME/muster or "
		       "~/.local/state/muster",
	  .help = "The directory of history, lock and reports." },
	{ .path = "history.keep_facts",
	  .type = KEY_DURATION,
	  .offset = TOP(keep_facts_ns),
	  .built_in = "730d",
	  .minimum = DAY,
	  .help = "How long the facts of old runs are kept; verdicts are kept for ever." },

	{ .path = "run", .type = KEY_MAP, .help = "How runs are carried out." },
	{ .path = "run.time_limit",
	  .type = KEY_DURATION,
	  .offset = TOP(time_limit_ns),
	  .otherwise = "no limit",
	  .help = "A run that takes longer ends with exit code 124; 0 is no limit." },
	{ .path = "run.jobs",
	  .type = KEY_COUNT,
	  .offset = TOP(jobs),
	  .otherwise = "as many as there are processors",
	  .maximum = 1024,
	  .help = "How many files are read at a time." },

	{ .path = "inspect", .type = KEY_MAP, .help = "Limits on the reading of one file." },
	{ .path = "inspect.memory_limit",
	  .type = KEY_SIZE,
	  .offset = TOP(inspect.memory_max),
	  .built_in = "1 GiB",
	  .minimum = 64 << 20,
	  .help = "A file whose reader needs more memory is an error, not a bad backup." },
	{ .path = "inspect.time_limit",
	  .type = KEY_DURATION,
	  .offset = TOP(inspect.time_max_ns),
	  .otherwise = "no limit",
	  .help = "A file that takes longer to read is an error; 0 is no limit." },
	{ .path = "inspect.expansion_limit",
	  .type = KEY_COUNT,
	  .offset = TOP(inspect.expansion_max),
	  .otherwise = "what the compression can reach",
	  .help = "A compressed file may unpack to so many times its size, and to 64 MiB in any "
		  "case; more is an error." },
};
const size_t key_row_count = sizeof(key_rows) / sizeof(key_rows[0]);

const struct key_row *key_find(const char *path)
{
	for (size_t i = 0; i < key_row_count; i++) {
		if (strcmp(key_rows[i].path, path) == 0)
			return &key_rows[i];
	}
	return NULL;
}

static bool is_below(const char *path, const char *map)
{
	size_t len = strlen(map);

	return strncmp(path, map, len) == 0 && path[len] == '.';
}

enum key_scope key_scope(const struct key_row *row)
{
	if (is_below(row->path, KEY_SQL_CHECK))
		return KEY_OF_SQL_CHECK;
	return is_below(row->path, "components.*") ? KEY_OF_COMPONENT : KEY_OF_ALL;
}

bool key_environment_name(const struct key_row *row, char *out, size_t size)
{
	int len;

	if (row->type == KEY_MAP || row->type == KEY_VERSION || strchr(row->path, '*'))
		return false;
	len = snprintf(out, size, "MUSTER_%s", row->path);
	for (char *c = out; *c; c++)
		*c = *c == '.' ? '_' : (char)toupper((unsigned char)*c);
	return len > 0 && (size_t)len < size;
}

const char *key_type_name(enum key_type type)
{
	static const char *const names[] = {
		[KEY_MAP] = "map",
		[KEY_VERSION] = "number",
		[KEY_TEXT] = "text",
		[KEY_PATH] = "path",
		[KEY_ZONE] = "time zone",
		[KEY_CHOICE] = "word",
		[KEY_ENGINE] = "word",
		[KEY_DURATION] = "duration",
		[KEY_SIZE] = "size",
		[KEY_SHARE] = "share",
		[KEY_COUNT] = "whole number",
		[KEY_NUMBER16] = "whole number",
		[KEY_SWITCH] = "true or false",
		[KEY_WORDS] = "list of words",
		[KEY_SECRET] = "secret",
		[KEY_SEVERITY] = "word",
		[KEY_EXPECT] = "condition",
	};

	return names[type];
}

const char *const *key_built_in_files(enum engine_kind engine)
{
	static const char *const none[] = { NULL };
	static const char *const postgresql[] = {
		"dump:backup_{database}_{time}.dump.gz",
		"sql:backup_{database}_{time}.sql.gz",
		"globals:globals_{time}.sql.gz",
		"manifest:backup_{database}_{time}.json",
		NULL,
	};
	static const char *const redis[] = { "rdb:snapshot_{time}.rdb.gz", NULL };
	static const char *const broker[] = { "definitions:definitions_{time}.json.gz", NULL };
	static const char *const *const files[ENGINE_COUNT] = {
		[ENGINE_POSTGRESQL] = postgresql,
		[ENGINE_REDIS] = redis,
		[ENGINE_RABBITMQ] = broker,
		[ENGINE_SERVICE] = none,
	};

	return files[engine];
}

const char *key_built_in_directory(enum engine_kind engine)
{
	static const char *const directories[ENGINE_COUNT] = {
		[ENGINE_POSTGRESQL] = "postgres",
		[ENGINE_REDIS] = "redis",
		[ENGINE_RABBITMQ] = "rabbitmq",
		[ENGINE_SERVICE] = NULL,
	};

	return directories[engine];
}
