/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The effective configuration: flag > environment > conf.d > file > built-in.
 * Every key is one row in config/keys.c, which makes parsing, checking,
 * `muster config show` and muster.yaml(5).
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "config/lists.h"
#include "config/secret.h"
#include "config/trial_config.h"
#include "model/check.h"

enum engine_kind { ENGINE_POSTGRESQL, ENGINE_REDIS, ENGINE_RABBITMQ, ENGINE_SERVICE, ENGINE_COUNT };
const char *engine_kind_name(enum engine_kind e); /* "postgresql" … */

/* How to reach a component. Which keys an engine takes is in the key rows. */
struct connect_config {
	const char *host;         /* "" = built-in: the socket, else 127.0.0.1 */
	const char *socket;       /* postgresql: socket directory; redis: socket path; "" = none */
	uint16_t port;            /* 0: the engine's default (5432, 6379, 5672) */
	uint16_t management_port; /* rabbitmq; 0: 15672 */
	const char *service;      /* postgresql: pg_service.conf entry */
	const char *user;
	struct secret password;
	const char *vhost;   /* rabbitmq; "/" */
	const char *sslmode; /* postgresql: as libpq's; "" = libpq's default */
	bool tls;            /* redis, rabbitmq */
	const char *ca_file; /* "" = the system's */
	struct string_list
		databases; /* postgresql: to back up; empty: every one that accepts connections but templates and "postgres" */
	int64_t timeout_ns; /* for one attempt to connect */
};

struct backups_config {
	const char *path; /* absolute; built-in: <repository.path>/{postgres,redis,rabbitmq} */
	struct string_list
		files; /* names this component's files bear; built-in per engine: see muster.yaml(5) */
	int64_t max_age_ns;
	uint64_t min_size; /* bytes, per file that carries data */
	struct string_list
		decode; /* argv of a filter that turns a stored file into a plain one; empty = none */
	int64_t lock_timeout_ns;  /* postgresql: for the tables' locks */
	bool sql;                 /* postgresql: also write .sql.gz */
	bool globals;             /* postgresql: also write globals */
	const char *source_facts; /* postgresql: "fingerprints" or "counts" */
};

struct thresholds_config {
	double size_change; /* share by which a size may differ from the earlier sets' median; 0.5 */
	double count_drop; /* share by which rows, keys or objects may fall since the last set; 0.2 */
};

/* A question of the user's own to a restored database. */
struct sql_check {
	const char *name;     /* unique in its component */
	const char *database; /* "" = each that is restored */
	const char *sql;      /* one query */
	const char *
		expect; /* of the first row's first column: "n > 0", "nonempty", …; see muster.yaml(5) */
};

/* How a component's restore test is made. */
struct restore_config {
	struct string_list
		harmless; /* postgresql: beginnings of messages of pg_restore or psql that do not fail it */
	struct sql_check *check; /* postgresql */
	size_t check_count;
	const char *
		recovery_point; /* postgresql: query that yields the newest time in the data; "" = the canary, when there is one */
	uint64_t memory_max, disk_max; /* of its sandbox, bytes; 0: none */
	bool realistic; /* with production's settings, not those of a throw-away load */
	bool standby;   /* postgresql: a standby streams from what was restored */
};

struct component_config {
	const char *name;
	const char *origin; /* "muster.yaml:12:3" */
	enum engine_kind engine;
	struct connect_config connect;
	struct health_config health;
	struct deploy_config deploy;
	struct backups_config backups;
	struct thresholds_config thresholds;
	struct restore_config restore;
	int64_t rto_ns, rpo_ns; /* 0: none set */
	/* verdict of each check when it does not hold; VERDICT_SKIPPED: not wanted */
	enum verdict severity[CHECK_ID_COUNT];
};

/* One key with what holds for it and who said so: what `muster config show` prints. */
struct config_value {
	const char *key;    /* "components.redis.backups.max_age" */
	const char *text;   /* as YAML, secrets as their reference; NULL: not set */
	const char *note;   /* what holds when it is not set; NULL: none */
	const char *origin; /* "muster.yaml:12", "MUSTER_RUN_JOBS", "--set run.jobs", "built-in" */
};

/* How to speak to an S3 server. */
struct s3_config {
	const char *endpoint; /* "https://host:port"; "" = AWS's of the region */
	const char
		*region; /* "" = $AWS_REGION, $AWS_DEFAULT_REGION, the profile's, else us-east-1 */
	const char *
		profile; /* of ~/.aws/config and ~/.aws/credentials; "" = $AWS_PROFILE, else default */
	bool path_style;     /* endpoint/bucket/key, not bucket.endpoint/key */
	const char *ca_file; /* "" = the system's */
	struct secret access_key, secret_key, session_token;
	bool instance_role; /* ask the metadata address of a cloud's instance */
	int64_t timeout_ns; /* of an answer to begin or go on; 0: 30 s */
	unsigned attempts;  /* at one request; 0: 6 */
	unsigned parallel;  /* ranges of one object at once; 0: 4 */
	uint64_t part_size; /* of ranges and of parts of an upload; 0: 8 MiB */
};

/* The copy of the backups that is kept elsewhere. */
struct offsite_config {
	const char *url; /* "s3://bucket/prefix"; "" = none */
	bool copy;       /* every backup is copied there */
	struct s3_config s3;
	int64_t within_ns; /* a file must be there so long after the backup */
	double read_share; /* of the bytes of each set that are read back and hashed a day when the server tells no SHA-256; 0 to 1 */
	bool versioning;   /* the bucket must keep versions */
	const char *lock;  /* "none", "governance", "compliance": what each object must have */
	int64_t lock_for_ns; /* from its upload on; 0: any */
};

/* What every item of a named map begins with. */
struct named_config {
	const char *name;
	const char *origin; /* "muster.yaml:12:3"; "built-in" */
};

/* Something that is to happen at times of a calendar. */
struct schedule_config {
	const char *name, *origin;
	const char *
		run; /* the kind of run: "verify", "restore-test", "backup", "drill", "assessment", "exercise" */
	const char *when;              /* see schedule/calendar.h */
	const char *zone;              /* NULL or "" = platform.timezone */
	struct string_list components; /* empty: all */
	const char *pick;              /* restore-test: "latest", "random", "oldest" */
	const char *plan;              /* drill: the name of its plan; "monthly" */
	int64_t run_within_ns; /* a time that passed is made up for by `schedule run` this long; later it is missed */
	int64_t stale_ns; /* no success newer than this is worth an alert; 0: none */
	bool enabled;
};

enum receiver_kind {
	RECEIVER_MAIL,
	RECEIVER_SLACK,
	RECEIVER_PAGERDUTY,
	RECEIVER_WEBHOOK,
	RECEIVER_PING,
	RECEIVER_COUNT
};
const char *receiver_kind_name(enum receiver_kind k); /* "mail" … */

/* Who is told. Which keys a type takes is in the key rows. */
struct receiver_config {
	const char *name, *origin;
	enum receiver_kind kind;
	struct string_list to; /* mail: addresses */
	const char *from;      /* mail; "" = muster@HOST */
	const char *smtp;      /* mail: "smtp://host:587", "smtps://host:465"; "" = sendmail */
	bool starttls;         /* mail over smtp://: refuse to go on without it */
	struct string_list sendmail; /* mail: argv; built-in: sendmail -t -oi */
	const char *user;            /* mail */
	struct secret password;      /* mail */
	const char *subject;         /* mail: template; "" = the built-in subjects */
	struct secret url;           /* slack, webhook, ping; pagerduty: another endpoint */
	struct secret key;           /* pagerduty: routing key; webhook: of the HMAC */
	const char *ca_file;         /* "" = the system's */
	int64_t timeout_ns;
	const char *
		instead; /* name of the receiver that is told when this one gives up; "" = any other */
};

/* Which events go to which receivers. An empty list means: any. */
struct route_config {
	const char *name, *origin;
	struct string_list events, kinds, components, to;
};

struct notify_config {
	struct receiver_config *receiver;
	size_t receiver_count;
	struct route_config *route;
	size_t route_count;
	int64_t reminder_ns; /* an alert that lasts is told again so often */
	int64_t give_up_ns;  /* after so long a message is not tried again */
	const char *link;    /* of a run, {run} filled in; "" = none */
};

/* The alert that a drill sends to see that one would arrive. */
struct drill_alert_config {
	struct string_list to;      /* names of receivers; empty: none is sent */
	struct string_list arrived; /* argv that succeeds when it has arrived; empty: none */
	int64_t within_ns;
};

/* Limits on the reading of one file; 0: none, or the built-in one. */
struct inspect_config {
	uint64_t memory_max;
	int64_t time_max_ns;
	unsigned expansion_max; /* unpacked bytes per stored one */
};

struct config {
	struct arena arena;
	const char *path;     /* of the main file, for messages */
	const char *platform; /* name */
	const char *timezone; /* IANA name, of the times in file names; "UTC" */
	const char *owner;
	int64_t rto_ns, rpo_ns; /* of the platform; 0: none set */
	const char *repository; /* absolute path of the backups' root */
	const char *
		time_pattern; /* "" = YYYYMMDD_HHMMSS or YYYYMMDD; else strptime-like, see muster.yaml(5) */
	int64_t set_tolerance_ns; /* parts of one set differ by at most this */
	double disk_free_min;     /* share of the disk; 0.2 */
	const char *state_dir;    /* history, lock, reports */
	int64_t keep_facts_ns;    /* facts of older runs are dropped */
	int64_t keep_logs_ns;     /* and services' logs of older drills */
	int64_t time_limit_ns;    /* of a whole run; 0: none */
	unsigned jobs;            /* files at a time; 0: as many as processors */
	struct inspect_config inspect;
	struct offsite_config offsite;
	struct schedule_config *schedule; /* those of the file, else the built-in five */
	size_t schedule_count;
	/* absolute paths, NULL or "" for none: a directory of plans; a file with a text */
	const char *drill_plans, *drill_announcement;
	const char *drill_sets; /* "newest" or "proven": which backups a drill trusts */
	struct drill_alert_config drill_alert;
	struct trial_config *smoke, *workflow, *monitoring;
	size_t smoke_count, workflow_count, monitoring_count;
	struct notify_config notify;
	struct component_config *component;
	size_t component_count;
	struct config_value *value; /* every key that applies, in the order of the key rows */
	size_t value_count;
};

/* Where settings come from besides the built-in values. */
struct config_source {
	const char *path; /* -c; NULL: $MUSTER_CONFIG, ./muster.yaml, /etc/muster/muster.yaml */
	const char *const
		*flags; /* "key=value" from the command line, NULL-terminated; NULL: none */
};

/* One complaint about a configuration, with everything needed to print it like a compiler. */
struct config_complaint {
	bool is_error; /* else a warning */
	const char *file;
	unsigned line, column, width; /* from 1; 0: not about a place */
	const char *message;          /* with "did you mean" where there is one */
	const char *source_line;      /* NULL: none */
};

struct config_complaints {
	struct arena arena;
	struct config_complaint *item;
	size_t count, capacity, errors;
};
void config_complaints_release(struct config_complaints *c);

/*
 * Read and check everything into zeroed `out`. All complaints of all files are
 * gathered; with any error among them the result is -1 and `err` is ERROR_CONFIG
 * with their number. A file that is not there is ERROR_NOT_FOUND.
 */
MUST_CHECK int config_load(const struct config_source *source, struct config *out,
			   struct config_complaints *complaints, struct error *err);
void config_release(struct config *c);

const struct schedule_config *config_schedule(const struct config *c, const char *name);
const struct receiver_config *config_receiver(const struct config *c, const char *name);
const struct component_config *config_component(const struct config *c, const char *name);

/* Has a verification something to ask of it? Not of a service that only drills start. */
bool config_is_verified(const struct component_config *c);

/* Is it started in the sandbox of a drill? */
static inline bool config_is_deployed(const struct component_config *c)
{
	return c->deploy.command.count > 0;
}

/*
 * How to see inside that a deployed service is well: what `deploy` says, else what is said of
 * the component as far as that is on a loopback address. False: nothing is.
 */
bool config_inner_health(const struct component_config *c, struct health_config *out);

/* The regexes that make a line of a deployed service's log an error; never empty but by the user's will. */
struct string_list config_log_errors(const struct component_config *c);

/* Has the component backups, and so restores? A service has none. */
static inline bool config_has_backups(const struct component_config *c)
{
	return c->engine != ENGINE_SERVICE;
}

#endif
