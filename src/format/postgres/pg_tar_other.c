/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_tar_other.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "model/quote.h"

enum where {
	BASE,      /* the file's name */
	BASE_END,  /* its end */
	DIRECTORY, /* a directory on the way to it */
	WAL,       /* 24 hexadecimal digits */
};

/* The later, the stronger the sign. */
static const struct {
	enum where where;
	const char *text, *name, *advice;
} kinds[] = {
	{ BASE_END, ".bson", "a tar of a mongodump", "" },
	{ BASE_END, ".sql", "a tar of SQL dumps", "unpack it and inspect the files in it" },
	{ BASE_END, ".dump", "a tar of dumps", "unpack it and inspect the files in it" },
	{ BASE_END, ".rdb", "a tar of Redis snapshots", "unpack it and inspect the files in it" },
	{ BASE, "ibdata1", "a tar of a MySQL data directory", "" },
	{ BASE, "xtrabackup_checkpoints", "a tar of an XtraBackup backup of MySQL", "" },
	{ DIRECTORY, "appendonlydir", "a tar of a Redis append-only file", "" },
	{ DIRECTORY, "mnesia", "a tar of a RabbitMQ node's directory",
	  "export the definitions instead" },
	{ WAL, "", "a tar of PostgreSQL WAL segments", "only a restore can prove it" },
	{ DIRECTORY, "pg_wal", "a tar of files of a PostgreSQL server",
	  "only a restore can prove it" },
	{ BASE, "pg_control", "a tar of a PostgreSQL data directory",
	  "only a restore can prove it" },
	{ BASE, "tablespace_map", "a tar of a PostgreSQL base backup", "use pg_verifybackup" },
	{ BASE, "backup_label", "a tar of a PostgreSQL base backup", "use pg_verifybackup" },
	{ BASE, "backup.info", "a tar of a Barman backup", "use barman check-backup" },
	{ BASE, "archive.info", "a tar of a pgBackRest repository", "use pgbackrest verify" },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static bool is_wal(const char *base)
{
	return strspn(base, "0123456789ABCDEF") == 24 && (base[24] == '\0' || base[24] == '.');
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len > n && strcmp(text + len - n, end) == 0;
}

/* Is `part` one of the directories of "a/b/c/"? */
static bool has_part(const struct pg_tar_name *name, const char *part)
{
	size_t len = strlen(part), at = 0;

	while (at < name->directory_len) {
		const char *p = name->directory + at;
		const char *slash = memchr(p, '/', name->directory_len - at);
		size_t n = slash ? (size_t)(slash - p) : name->directory_len - at;

		if (n == len && memcmp(p, part, len) == 0)
			return true;
		at += n + 1;
	}
	return false;
}

static bool is_kind(const struct pg_tar_name *name, size_t i)
{
	switch (kinds[i].where) {
	case BASE:
		return strcmp(name->base, kinds[i].text) == 0;
	case BASE_END:
		return ends_with(name->base, kinds[i].text);
	case DIRECTORY:
		return has_part(name, kinds[i].text);
	case WAL:
		return is_wal(name->base);
	}
	return false;
}

void pg_tar_other_begin(struct pg_tar_other *o, const struct pg_tar_name *name)
{
	if (!o->members++)
		(void)quote_text(name->base, o->first, sizeof(o->first));
	for (size_t i = KINDS; i > o->kind; i--) {
		if (is_kind(name, i - 1))
			o->kind = i;
	}
	o->reading = OTHER_SKIP;
	if (strcmp(name->base, "backup_label") == 0 && !o->label_len)
		o->reading = OTHER_LABEL;
	else if (strcmp(name->base, "PG_VERSION") == 0 && !o->version_len)
		o->reading = OTHER_VERSION;
}

static void keep(char *to, size_t *len, size_t size, struct span content)
{
	size_t room = size - 1 - *len, n = content.len < room ? content.len : room;

	if (n)
		memcpy(to + *len, content.ptr, n);
	*len += n;
	to[*len] = '\0';
}

void pg_tar_other_push(struct pg_tar_other *o, struct span content)
{
	if (o->reading == OTHER_LABEL)
		keep(o->label, &o->label_len, sizeof(o->label), content);
	else if (o->reading == OTHER_VERSION)
		keep(o->version, &o->version_len, sizeof(o->version), content);
}

/* The rest of the line of backup_label that begins with `key`, quoted. */
static const char *label_line(const struct pg_tar_other *o, const char *key, char *out, size_t size)
{
	const char *p = strstr(o->label, key);

	out[0] = '\0';
	if (p) {
		size_t len;

		p += strlen(key);
		len = strcspn(p, "\n(");
		while (len && p[len - 1] == ' ')
			len--;
		(void)quote_bytes((struct span){ (const uint8_t *)p, len }, out, size);
	}
	return out;
}

void pg_tar_other_report(struct pg_tar_other *o, struct findings *findings)
{
	char version[16] = "", time[40], wal[24];

	if (!o->members) {
		findings_add(findings, FINDING_EMPTY, 0, "this is a tar without a file in it");
		return;
	}
	if (!o->kind) {
		findings_add(findings, FINDING_UNKNOWN_FORMAT, 0,
			     "this is a tar of %" PRIu64
			     " files, the first of which is %s: unpack it and inspect them",
			     o->members, o->first);
		return;
	}
	if (o->version_len) {
		size_t len = strcspn(o->version, "\n");

		(void)quote_bytes((struct span){ (const uint8_t *)o->version, len }, version,
				  sizeof(version));
	}
	if (o->label_len)
		findings_add(findings, FINDING_UNKNOWN_FORMAT, 0,
			     "this is %s%s%s, begun %s, WAL from %s: %s", kinds[o->kind - 1].name,
			     *version ? " of version " : "", version,
			     label_line(o, "START TIME: ", time, sizeof(time)),
			     label_line(o, "START WAL LOCATION: ", wal, sizeof(wal)),
			     kinds[o->kind - 1].advice);
	else
		findings_add(findings, FINDING_UNKNOWN_FORMAT, 0, "this is %s%s%s%s%s",
			     kinds[o->kind - 1].name, *version ? " of version " : "", version,
			     *kinds[o->kind - 1].advice ? ": " :
							  ", which this reader does not decode",
			     kinds[o->kind - 1].advice);
}
