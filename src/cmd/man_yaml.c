/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/man_yaml.h"

#include <string.h>

#include "cmd/mdoc.h"
#include "config/keys.h"
#include "model/check.h"

static const char description[] =
	"The configuration of muster is a map in YAML, checked strictly: an unknown or doubled "
	"key, "
	"a value of the wrong type or out of range are errors, told all at once with file, line "
	"and column by muster check-config. Anchors, aliases, tags, tabs outside comments and "
	"several documents in a file are refused.\n\n"
	"The file is the one that -c names, else the one that MUSTER_CONFIG names, else "
	"./muster.yaml, else /etc/muster/muster.yaml. The files conf.d/*.yaml beside it are read "
	"after it in the order of their names: maps merge, lists append, and a value set in two "
	"files is an error. Relative paths start from the directory of the file they stand in.\n\n"
	"A value given by --set KEY=VALUE on the command line wins over an environment variable, "
	"which wins over the files, which win over what is built in. The variable of a key is its "
	"name in capitals with underscores for dots, such as MUSTER_REPOSITORY_PATH for "
	"repository.path; components have none. muster config show --origin tells who set what.";

static const char types[][2][400] = {
	{ "duration",
	  "Numbers with units, the larger first: 36h, 1h30m, 90s, 15min, 2d. The units are ms, s "
	  "(sec), m (min), h, d, w and y, which is 365 days." },
	{ "size",
	  "A number with B, kB, MB, GB, TB (thousands) or KiB, MiB, GiB, TiB (1024s); without a "
	  "unit, bytes." },
	{ "share", "20% or 0.2." },
	{ "condition",
	  "Of one value: \"n > 0\" (or <, <=, >=) of a number; \"= x\" or \"!= x\"; \"between 1 "
	  "and "
	  "10\"; \"matches REGEX\", a POSIX extended regular expression; \"nonempty\" or "
	  "\"empty\", "
	  "which is no row, NULL or ''; \"age < 1h\" (or >) of a time, counted to when the backup "
	  "was made." },
	{ "text with variables",
	  "${NAME} in it stands for the value of a variable, $$ for a dollar sign." },
	{ "text or condition",
	  "A condition when it begins like one (\"n > 0\", \"matches ^a\", \"nonempty\"), else the "
	  "text; a text that begins so is written \"= n > 0\". Variables stand in it as above." },
	{ "regular expression", "POSIX extended; letter case does not matter." },
	{ "path", "Absolute, or relative to the directory of the file; ~ is not expanded." },
	{ "secret",
	  "A reference: {file: PATH}, a file that only its owner may read; {env: NAME}; or "
	  "{command: [PROGRAM, ARGUMENT]}, whose output is the secret. A literal works and warns. "
	  "Nothing ever shows a secret." },
};

static const char example[] =
	"version: 1\n"
	"platform: {name: shop, timezone: Europe/London}\n"
	"repository: {path: /var/backups/shop}\n"
	"components:\n"
	"  postgres-main:\n"
	"    engine: postgresql\n"
	"    connect: {user: backup, password: {file: /etc/muster/pg}}\n"
	"    objectives: {rto: 1h, rpo: 24h}\n"
	"    restore:\n"
	"      checks:\n"
	"        orders: {sql: SELECT count(*) FROM public.orders, expect: \"n > 0\"}\n"
	"  redis-cache:\n"
	"    engine: redis\n"
	"    backups: {max_age: 36h}\n"
	"  api:\n"
	"    engine: service\n"
	"    health: {http: \"http://127.0.0.1:8080/health\"}\n"
	"    deploy:\n"
	"      command: [/opt/shop/bin/api, --listen, \"127.0.0.1:8080\"]\n"
	"      env: {DATABASE_URL: \"postgresql:///shop?host=${PGHOST}&port=${PGPORT}\"}\n"
	"offsite: {url: \"s3://shop-backups/muster\", region: eu-west-2, copy: true}\n"
	"notify:\n"
	"  receivers:\n"
	"    on-call: {type: mail, to: [on-call@example.org]}\n"
	"drill:\n"
	"  smoke:\n"
	"    customers: {command: [psql, -At, -d, shop, -c, SELECT count(*) FROM customers], "
	"expect: \"n > 0\"}\n"
	"  workflows:\n"
	"    order:\n"
	"      http:\n"
	"        - {url: \"http://127.0.0.1:8080/orders\", body: \"{}\", save: {ID: id}}\n"
	"        - url: \"http://127.0.0.1:8080/orders/${ID}\"\n"
	"          expect: {json: {state: paid}}\n"
	"          within: 30s\n"
	"schedules:\n"
	"  nightly-backup: {run: backup, when: \"*-*-* 02:00\"}\n"
	"  daily-verify: {run: verify, when: \"*-*-* 06:00\", stale_after: 26h}\n"
	"  weekly-restore-test: {run: restore-test, when: \"Sun 04:00\", stale_after: 8d}\n";

static void engines_of(FILE *out, unsigned engines)
{
	const char *before = "Only for ";

	if (!engines)
		return;
	for (int e = 0; e < ENGINE_COUNT; e++) {
		if (!(engines & (1U << e)))
			continue;
		(void)fprintf(out, "%s%s", before, engine_kind_name((enum engine_kind)e));
		before = ", ";
	}
	(void)fputs(".\n", out);
}

static void choices_of(FILE *out, const char *const *choices)
{
	(void)fputs("One of ", out);
	for (size_t i = 0; choices[i]; i++)
		(void)fprintf(out, "%s%s", i ? ", " : "", choices[i]);
	(void)fputs(".\n", out);
}

static void key(FILE *out, const struct key_row *row)
{
	(void)fprintf(out, ".It Cm %s : Ar %s\n", row->path, key_type_name(row->type));
	mdoc_text(out, row->help);
	if (row->choices)
		choices_of(out, row->choices);
	engines_of(out, row->engines);
	if (row->otherwise && strcmp(row->otherwise, "required") == 0) {
		(void)fputs("Required.\n", out);
	} else if (row->otherwise || row->built_in) {
		(void)fputs("Built-in: ", out);
		mdoc_word(out, row->otherwise ? row->otherwise :
			       *row->built_in ? row->built_in :
						"none");
		(void)fputs(".\n", out);
	}
}

static void keys(FILE *out)
{
	(void)fputs(".Sh KEYS\n.Bl -tag -width Ds\n", out);
	for (const struct key_row *row = key_next(NULL); row; row = key_next(row))
		key(out, row);
	(void)fputs(".El\n", out);
}

static void checks(FILE *out)
{
	(void)fputs(".Sh CHECKS\nThe checks that\n.Cm severities\n"
		    "names, with the verdict when one does not hold:\n"
		    ".Bl -tag -width Ds -compact\n",
		    out);
	for (int id = 0; id < CHECK_ID_COUNT; id++) {
		(void)fprintf(out, ".It Cm %s Pq %s\n", check_name((enum check_id)id),
			      verdict_name(check_default_severity((enum check_id)id)));
		mdoc_word(out, check_meaning((enum check_id)id));
		(void)fputc('\n', out);
	}
	(void)fputs(".El\n", out);
}

void man_yaml(FILE *out, const char *title)
{
	mdoc_begin(out, title, 5, "configuration of muster");
	(void)fputs(".Sh DESCRIPTION\n", out);
	mdoc_text(out, description);
	(void)fputs(".Sh VALUES\n.Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		(void)fprintf(out, ".It Ar %s\n", types[i][0]);
		mdoc_text(out, types[i][1]);
	}
	(void)fputs(".El\n", out);
	keys(out);
	checks(out);
	mdoc_examples(out, example);
	(void)fputs(".Sh SEE ALSO\n.Xr muster 1 ,\n.Xr muster-backup-copy 1 ,\n"
		    ".Xr muster-check-config 1 ,\n.Xr muster-config-show 1 ,\n"
		    ".Xr muster-notify 1 ,\n.Xr muster-schedule 1\n",
		    out);
}
