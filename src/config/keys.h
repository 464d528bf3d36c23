/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every key of muster.yaml as one row: it drives reading, checking, built-in
 * values, environment variables, `muster config show` and muster.yaml(5).
 */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

/* What a key holds, and the type of its target field. */
enum key_type {
	KEY_MAP,       /* keys of its own; no target */
	KEY_VERSION,   /* the number 1; no target */
	KEY_TEXT,      /* const char * */
	KEY_PATH,      /* const char *, made absolute */
	KEY_ZONE,      /* an IANA time zone; const char * */
	KEY_CHOICE,    /* one of `choices`; const char * */
	KEY_KIND,      /* one of `choices`; an enumeration in their order */
	KEY_DURATION,  /* int64_t, nanoseconds; range in seconds */
	KEY_SIZE,      /* uint64_t, bytes */
	KEY_SHARE,     /* double */
	KEY_COUNT,     /* unsigned */
	KEY_NUMBER16,  /* uint16_t */
	KEY_SWITCH,    /* true or false; bool */
	KEY_WORDS,     /* a list of texts; struct string_list */
	KEY_SECRET,    /* struct secret */
	KEY_SEVERITY,  /* one of warn, fail, error, ignore; enum verdict */
	KEY_EXPECT,    /* of a query's answer, see model/expect.h; const char * */
	KEY_CALENDAR,  /* see schedule/calendar.h; const char * */
	KEY_PATHS,     /* a list of paths, made absolute; struct string_list */
	KEY_PATTERN,   /* a POSIX extended regular expression; const char * */
	KEY_PATTERNS,  /* a list of them; struct string_list */
	KEY_TEMPLATE,  /* a text with variables, see model/variables.h; const char * */
	KEY_ARGV,      /* a list of such texts: a program and its arguments; struct string_list */
	KEY_CONTENT,   /* a condition, else a text, with variables; const char * */
	KEY_TEMPLATES, /* struct text_map */
	KEY_CONTENTS,  /* struct text_map */
	KEY_FIELDS, /* by the paths of members of a JSON document, see model/member_path.h; struct text_map */
	KEY_SAVED,     /* such paths by names of variables; struct text_map */
	KEY_VARIABLES, /* struct variable_list */
	KEY_REQUESTS, /* a list of maps; an array of struct request_config, and a count behind it */
};

/* Bits of key_row.engines. */
#define KEY_OF(engine) (1U << ENGINE_##engine)

struct key_row {
	const char *path; /* dotted; "*" stands for any name */
	enum key_type type;
	size_t offset;           /* in the struct that key_scope() tells */
	const char *built_in;    /* as it would be written; NULL: none */
	const char *otherwise;   /* says what holds when it is not set, where `built_in` cannot */
	double minimum, maximum; /* both 0: any */
	const char *const *choices; /* NULL-terminated */
	/* bits: of components' engines, or of receivers' types, that it applies to; 0: all */
	unsigned engines;
	const char *help; /* sentences of muster.yaml(5) */
};

/* The row after `row`, in the order of the manual page; the first after NULL; NULL: no more. */
const struct key_row *key_next(const struct key_row *row);
size_t key_count(void);

/* The row of exactly that path; NULL. */
const struct key_row *key_find(const char *path);

enum key_scope {
	KEY_OF_ALL,       /* struct config */
	KEY_OF_COMPONENT, /* below "components.*": struct component_config */
	KEY_OF_SQL_CHECK, /* below KEY_SQL_CHECK: struct sql_check */
	KEY_OF_REQUEST,   /* below KEY_REQUEST: struct request_config */
	KEY_OF_TRIAL,     /* below KEY_TRIAL: struct trial_config */
	KEY_OF_SCHEDULE,  /* below "schedules.*": struct schedule_config */
	KEY_OF_RECEIVER,  /* below "notify.receivers.*": struct receiver_config */
	KEY_OF_ROUTE,     /* below "notify.routes.*": struct route_config */
	KEY_SCOPE_COUNT
};
#define KEY_SQL_CHECK "components.*.restore.checks.*"
/* These rows are drill.workflows' and drill.monitoring's too. */
#define KEY_TRIAL   "drill.smoke.*"
#define KEY_REQUEST KEY_TRIAL ".http.*"
enum key_scope key_scope(const struct key_row *row);

/*
 * A map whose keys are names of the users' own, each an item of an array in struct
 * config. An item begins with its name and its origin (struct named_config).
 */
struct key_section {
	const char *path,
		*item_path; /* "schedules", "schedules.*", whose rows are the items'; NULL ends the table */
	const char *noun; /* "schedule" */
	enum key_scope scope;
	size_t item_size, array, count; /* offsets in struct config */
	const char *
		type_key; /* decoded first, into `type`: which other keys apply hangs on it; NULL: none */
	size_t type;
	const char *const *required; /* keys; NULL-terminated */
};
extern const struct key_section key_sections[];
/* Of exactly that path; NULL. */
const struct key_section *key_section(const char *path);

/* Settable by an environment variable: a single value outside components. Its name goes to `out`. */
bool key_environment_name(const struct key_row *row, char *out, size_t size);

enum key_secrecy {
	KEY_IS_OPEN,
	KEY_MAY_HOLD_SECRETS, /* a map's, below which some are */
	KEY_IS_SECRET
};
/* Of a key with names in the place of "*", which ends at its "=" or its end: "notify.receivers". */
enum key_secrecy key_secrecy(const char *key);

/* "duration", "list of words": what a key takes, for messages and the manual page. */
const char *key_type_name(enum key_type type);

/* The files that an engine's component has when `backups.files` is not set; NULL-terminated. */
const char *const *key_built_in_files(enum engine_kind engine);

/* The directory below repository.path; NULL for an engine without backups. */
const char *key_built_in_directory(enum engine_kind engine);

#endif
