/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Magic numbers are from the formats' own documentation or source: RFC 9580 for
 * OpenPGP, src/include/access/xlog_internal.h of PostgreSQL for WAL, file(1) for
 * the rest.
 */
#include "format/foreign.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/quote.h"

#define DECRYPT   "decrypt it on the way (backups.decode)"
#define UNPACK    "unpack it and inspect what is in it"
#define AGAIN     "it was compressed twice: unpack the outer one"
#define NOT_READ  "muster does not read it"
#define RUN_AGAIN "see why the program that made it failed"
#define MESSAGES  "no backup, or one with the program's messages in it: keep standard error apart"
#define MIXED_UP  "a path was mixed up"

enum how {
	AT,      /* these bytes at this offset */
	BEGINS,  /* text, after white space and a byte order mark, in any case */
	CONTAINS /* these bytes, anywhere in the head */
};

struct row {
	enum how how;
	size_t offset;
	const char *bytes;
	size_t len;
	const char *name, *advice;
	enum finding_code code;
};
#define ROW(how, offset, bytes, name, advice)                                                      \
	{                                                                                          \
		how, offset, bytes, sizeof(bytes) - 1, name, advice, FINDING_UNKNOWN_FORMAT        \
	}
/* What is surely no backup of anything. */
#define NO_BACKUP(how, offset, bytes, name, advice)                                                \
	{                                                                                          \
		how, offset, bytes, sizeof(bytes) - 1, name, advice, FINDING_NOT_A_BACKUP          \
	}

/* JSON: the first key, as a definitions file or a manifest never has it. */
static const struct row claimed[] = {
	ROW(AT, 0, "\"PostgreSQL-Backup-Manifest-Version\"",
	    "a PostgreSQL base backup's manifest (backup_manifest)",
	    "it only lists files: use pg_verifybackup on the backup"),
	ROW(AT, 0, "\"LSN\"", "WAL-G's description of a backup", NOT_READ),
	NO_BACKUP(AT, 0, "\"error\"", "an error message in JSON", RUN_AGAIN),
	NO_BACKUP(AT, 0, "\"errors\"", "an error message in JSON", RUN_AGAIN),
	NO_BACKUP(AT, 0, "\"Error\"", "an error message in JSON", RUN_AGAIN),
	NO_BACKUP(AT, 0, "\"message\"", "an error message in JSON", RUN_AGAIN),
	NO_BACKUP(AT, 0, "\"Message\"", "an error message in JSON", RUN_AGAIN),
	NO_BACKUP(AT, 0, "\"code\"", "an error message in JSON", RUN_AGAIN),
	NO_BACKUP(AT, 0, "\"Code\"", "an error message in JSON", RUN_AGAIN),
	NO_BACKUP(AT, 0, "\"reason\"", "an error message in JSON", RUN_AGAIN),
};

/* The first that fits. */
static const struct row rows[] = {
	/* encrypted */
	ROW(AT, 0, "Salted__", "encrypted by openssl enc", DECRYPT),
	ROW(AT, 0, "U2FsdGVkX1", "encrypted by openssl enc, in base64", DECRYPT),
	ROW(AT, 0, "age-encryption.org/", "encrypted by age", DECRYPT),
	ROW(AT, 0, "-----BEGIN AGE ENCRYPTED FILE", "encrypted by age", DECRYPT),
	ROW(AT, 0, "-----BEGIN PGP MESSAGE", "encrypted by GnuPG", DECRYPT),
	ROW(AT, 0, "-----BEGIN CMS", "encrypted as a CMS message", DECRYPT),
	ROW(AT, 0, "LUKS\xba\xbe", "an encrypted disk (LUKS)", "open it and inspect what is in it"),
	ROW(AT, 0, "AES\x02", "encrypted by AES Crypt", DECRYPT),
	ROW(AT, 0, "AES\x03", "encrypted by AES Crypt", DECRYPT),
	ROW(AT, 0, "$ANSIBLE_VAULT;", "encrypted by Ansible Vault", DECRYPT),
	ROW(AT, 0, "vault:v", "encrypted by HashiCorp Vault", DECRYPT),
	/* packed */
	ROW(AT, 0, "\x1f\x8b", "compressed again, by gzip", AGAIN),
	ROW(AT, 0, "\x28\xb5\x2f\xfd", "compressed again, by zstd", AGAIN),
	ROW(AT, 0, "\xfd\x37zXZ", "compressed again, by xz", AGAIN),
	ROW(AT, 0, "BZh", "compressed again, by bzip2", AGAIN),
	ROW(AT, 0, "\x04\x22\x4d\x18", "compressed again, by lz4", AGAIN),
	ROW(AT, 0, "\x02\x21\x4c\x18", "compressed by lz4's legacy format", UNPACK),
	ROW(AT, 0, "\x1f\x9d", "compressed by compress", UNPACK),
	ROW(AT, 0, "\x89LZO", "compressed by lzop", UNPACK),
	/* its properties as every program writes them, and a dictionary of whole 64 KiB */
	ROW(AT, 0, "\x5d\0\0", "compressed by lzma (the format before xz)", UNPACK),
	ROW(AT, 0, "LZIP", "compressed by lzip", UNPACK),
	ROW(AT, 0, "\xff\x06\x00\x00sNaPpY", "compressed by snappy", UNPACK),
	ROW(AT, 0, "7z\xbc\xaf\x27\x1c", "a 7z archive", UNPACK),
	ROW(AT, 0, "Rar!\x1a\x07", "a rar archive", UNPACK),
	ROW(AT, 0, "070701", "a cpio archive", UNPACK),
	ROW(AT, 0, "!<arch>\n", "an ar archive or a Debian package", NOT_READ),
	ROW(AT, 0, "UEdETVA", "a custom archive of pg_dump in base64",
	    "decode it (backups.decode)"),
	/* of PostgreSQL and its tools */
	ROW(AT, 0, "START WAL LOCATION: ", "the backup_label of a PostgreSQL base backup",
	    "it holds no data: keep the whole backup"),
	ROW(AT, 0, "[backrest]", "a file of a pgBackRest repository", "use pgbackrest verify"),
	ROW(AT, 0, "[backup]\nbackup-archive-start", "a pgBackRest manifest",
	    "use pgbackrest verify"),
	ROW(AT, 0, "backup_label=", "Barman's description of a backup", "use barman check-backup"),
	/* of others */
	ROW(AT, 0, "SQLite format 3", "a SQLite database", NOT_READ),
	ROW(AT, 0, "-- MySQL dump", "a MySQL dump", NOT_READ),
	ROW(AT, 0, "-- MariaDB dump", "a MariaDB dump", NOT_READ),
	ROW(AT, 0, "/*!999999\\- enable the sandbox mode", "a MariaDB dump", NOT_READ),
	ROW(AT, 0, "/*M!999999\\- enable the sandbox mode", "a MariaDB dump", NOT_READ),
	ROW(CONTAINS, 0, "\n-- MySQL dump ", "a MySQL dump", NOT_READ),
	ROW(CONTAINS, 0, "\n-- MariaDB dump ", "a MariaDB dump", NOT_READ),
	ROW(AT, 0, "XBSTCK01", "an XtraBackup stream of MySQL", NOT_READ),
	ROW(AT, 0, "\x6d\xe2\x99\x81", "a mongodump archive", NOT_READ),
	ROW(AT, 0, "TAPE\0\0", "a SQL Server backup", NOT_READ),
	ROW(AT, 3, "EXPORT:V", "an Oracle export", NOT_READ),
	ROW(CONTAINS, 0, "SYS_EXPORT_", "an Oracle Data Pump export", NOT_READ),
	ROW(AT, 16, "\xed\xda\x0c\xed", "a bolt database, such as an etcd snapshot", NOT_READ),
	ROW(AT, 0, "\x3f\xd7\x6c\x17", "a file of Lucene or Elasticsearch", NOT_READ),
	ROW(AT, 0, "BORG_SEG", "a segment of a Borg repository", "use borg check"),
	ROW(AT, 0, "*1\r\n$", "a Redis append-only file", "back up the RDB snapshot instead"),
	ROW(AT, 0, "*2\r\n$", "a Redis append-only file", "back up the RDB snapshot instead"),
	ROW(AT, 0, "*3\r\n$", "a Redis append-only file", "back up the RDB snapshot instead"),
	ROW(AT, 0, "#TS:", "a Redis append-only file", "back up the RDB snapshot instead"),
	ROW(AT, 0, "VCS\x01", "a snapshot compressed as a whole by Valkey 9.2 or later",
	    "save one with rdbcompression yes, and inspect that"),
	ROW(AT, 0, "file appendonly.aof", "the manifest of a Redis append-only file",
	    "back up the RDB snapshot instead"),
	/* no data at all */
	NO_BACKUP(AT, 0,
		  "\x7f"
		  "ELF",
		  "a program (ELF)", MIXED_UP),
	NO_BACKUP(AT, 0, "MZ\x90", "a program of Windows", MIXED_UP),
	NO_BACKUP(AT, 0, "#!", "a script", MIXED_UP),
	NO_BACKUP(AT, 0, "%PDF-", "a PDF document", MIXED_UP),
	ROW(AT, 0, "QFI\xfb", "a disk image (qcow2)", NOT_READ),
	ROW(AT, 0, "\xff\xfe", "text in UTF-16, as PowerShell's > writes it",
	    "it cannot be restored: let pg_dump write the file itself (-f)"),
	ROW(AT, 0, "\xfe\xff", "text in UTF-16",
	    "it cannot be restored: let pg_dump write the file itself (-f)"),
	ROW(AT, 0, "version https://git-lfs.github.com/", "a pointer of Git LFS, not the file",
	    "fetch the file (git lfs pull)"),
	NO_BACKUP(BEGINS, 0, "<!doctype html", "a web page", RUN_AGAIN),
	NO_BACKUP(BEGINS, 0, "<html", "a web page", RUN_AGAIN),
	NO_BACKUP(CONTAINS, 0, "<Error>", "an error message of an object store (S3)", RUN_AGAIN),
	NO_BACKUP(CONTAINS, 0, "<Error ", "an error message in XML", RUN_AGAIN),
	NO_BACKUP(BEGINS, 0, "<?xml", "an XML document", RUN_AGAIN),
};

/* Programs that say why they failed where a backup should be. */
static const char *const speakers[] = {
	"pg_dump: ",
	"pg_dumpall: ",
	"pg_basebackup: ",
	"pg_restore: ",
	"psql: ",
	"error: ",
	"error response from daemon",
	"error from server",
	"fatal: ",
	"warning: ",
	"notice: ",
	"the input device is not a tty",
	"unable to use a tty",
	"docker: ",
	"podman: ",
	"kubectl: ",
	"bash: ",
	"-bash: ",
	"sh: ",
	"/bin/sh: ",
	"/bin/bash: ",
	"sudo: ",
	"ssh: ",
	"env: ",
	"timeout: ",
	"permission denied",
	"connection refused",
	"curl: (",
	"aws: ",
	"an error occurred (",
	"upload failed",
	"usage: ",
	"mysqldump: ",
	"mariadb-dump: ",
	"redis-cli",
	"could not connect to redis",
	"(error) ",
	"-err ",
	"-noauth ",
	"noauth ",
	"rabbitmqctl",
	"traceback (most recent call last)",
	"gzip: ",
	"zstd: ",
	"gpg: ",
	"tar: ",
	"command not found",
	"no such file or directory",
	"killed",
};

static bool has_bytes(struct span head, size_t offset, const char *bytes, size_t len)
{
	return head.len >= offset + len && memcmp(head.ptr + offset, bytes, len) == 0;
}

static bool contains(struct span head, const char *bytes, size_t len)
{
	return memmem(head.ptr, head.len, bytes, len) != NULL;
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Without white space and a byte order mark at its beginning. */
static struct span trimmed(struct span head)
{
	if (has_bytes(head, 0, "\xef\xbb\xbf", 3))
		head = (struct span){ head.ptr + 3, head.len - 3 };
	while (head.len && is_space(head.ptr[0]))
		head = (struct span){ head.ptr + 1, head.len - 1 };
	return head;
}

/* In any case; `text` is in lower case. */
static bool begins(struct span head, const char *text)
{
	for (size_t i = 0; text[i]; i++) {
		uint8_t c = i < head.len ? head.ptr[i] : 0;

		if ((c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c) != text[i])
			return false;
	}
	return true;
}

static bool fits(const struct row *r, struct span head)
{
	switch (r->how) {
	case AT:
		return has_bytes(head, r->offset, r->bytes, r->len);
	case BEGINS:
		return begins(trimmed(head), r->bytes);
	case CONTAINS:
		return contains(head, r->bytes, r->len);
	}
	return false;
}

static const struct row *claiming_row(struct span head)
{
	head = trimmed(head);
	if (!head.len || head.ptr[0] != '{')
		return NULL;
	head = trimmed((struct span){ head.ptr + 1, head.len - 1 });
	for (size_t i = 0; i < sizeof(claimed) / sizeof(claimed[0]); i++) {
		if (fits(&claimed[i], head))
			return &claimed[i];
	}
	return NULL;
}

bool foreign_claims(struct span head)
{
	return claiming_row(head) != NULL;
}

/* The body of an OpenPGP packet; false: the head of none. */
static bool openpgp_packet(struct span head, unsigned *tag, struct span *body)
{
	static const size_t old_lengths[] = { 1, 2, 4, 0 };
	size_t skip = 1;

	if (head.len < 2 || !(head.ptr[0] & 0x80))
		return false;
	if (head.ptr[0] & 0x40) {
		uint8_t first = head.ptr[1];

		*tag = head.ptr[0] & 0x3f;
		skip += first == 255 ? 5 : first >= 192 && first < 224 ? 2 : 1;
	} else {
		*tag = head.ptr[0] >> 2 & 0x0f;
		skip += old_lengths[head.ptr[0] & 3];
	}
	if (skip >= head.len)
		return false;
	*body = (struct span){ head.ptr + skip, head.len - skip };
	return true;
}

/* What gpg may put first: a session key by public key or passphrase, one-pass signature, or compressed data. */
static const char *openpgp_name(struct span head)
{
	enum { PUBLIC_KEY = 1, PASSPHRASE = 3, SIGNED = 4, PACKED = 8, PROTECTED = 18 };
	struct span body;
	unsigned tag;

	if (!openpgp_packet(head, &tag, &body))
		return NULL;
	switch (tag) {
	case PUBLIC_KEY:
		return body.ptr[0] == 3 || body.ptr[0] == 6 ? "encrypted by GnuPG" : NULL;
	case PASSPHRASE: /* up to version 5 the cipher follows */
		if (body.ptr[0] != 6 &&
		    (body.len < 2 || body.ptr[0] < 4 || body.ptr[0] > 5 || body.ptr[1] > 13))
			return NULL;
		return "encrypted by GnuPG";
	case PROTECTED:
		return body.ptr[0] == 1 || body.ptr[0] == 2 ? "encrypted by GnuPG" : NULL;
	case SIGNED:
		return body.ptr[0] == 3 ? "signed by GnuPG" : NULL;
	case PACKED:
		return body.ptr[0] >= 1 && body.ptr[0] <= 3 ? "signed or packed by GnuPG" : NULL;
	default:
		return NULL;
	}
}

/* XLOG_PAGE_MAGIC of each major version. */
static const struct {
	uint16_t magic;
	unsigned version;
} wal_pages[] = {
	{ 0xd097, 10 }, { 0xd098, 11 }, { 0xd101, 12 }, { 0xd106, 13 }, { 0xd10d, 14 },
	{ 0xd110, 15 }, { 0xd113, 16 }, { 0xd116, 17 }, { 0xd118, 18 },
};

/* A segment begins with a long page header: magic, flags, timeline, address, …, segment size, page size. */
static bool report_wal(struct span head, struct findings *f)
{
	enum { LONG_HEADER = 2, SMALLEST = 1 << 20, LARGEST = 1 << 30 };
	struct cursor c = { .rest = head };
	uint16_t magic = cursor_le16(&c), flags = cursor_le16(&c);
	uint32_t timeline = cursor_le32(&c), segment, page;
	uint64_t address = cursor_le64(&c);

	(void)cursor_bytes(&c, 16); /* remaining length, padding, system identifier */
	segment = cursor_le32(&c);
	page = cursor_le32(&c);
	if (c.short_read || !(flags & LONG_HEADER) || segment < SMALLEST || segment > LARGEST ||
	    (segment & (segment - 1)) || page < 1024 || page > 65536)
		return false;
	for (size_t i = 0; i < sizeof(wal_pages) / sizeof(wal_pages[0]); i++) {
		if (wal_pages[i].magic != magic)
			continue;
		findings_add(f, FINDING_UNKNOWN_FORMAT, 0,
			     "this is a WAL segment of PostgreSQL %u, %08" PRIX32 "%08" PRIX64
			     "%08" PRIX64 ", from %" PRIX64 "/%" PRIX64
			     ": only a restore can prove it",
			     wal_pages[i].version, timeline, address >> 32,
			     (address & UINT32_MAX) / segment, address >> 32, address & UINT32_MAX);
		return true;
	}
	return false;
}

static bool report_zip(struct span head, struct findings *f)
{
	if (!has_bytes(head, 0, "PK\x03\x04", 4) || head.len < 7)
		return false;
	findings_add(f, FINDING_UNKNOWN_FORMAT, 0, "this is %s",
		     head.ptr[6] & 1 ? "an encrypted zip archive: " UNPACK :
				       "a zip archive: " UNPACK);
	return true;
}

static bool report_message(struct span head, struct findings *f)
{
	struct span text = trimmed(head);
	const uint8_t *end = text.len ? memchr(text.ptr, '\n', text.len) : NULL;
	char line[80];

	for (size_t i = 0; i < sizeof(speakers) / sizeof(speakers[0]); i++) {
		if (!begins(text, speakers[i]))
			continue;
		if (end)
			text.len = (size_t)(end - text.ptr);
		findings_add(f, FINDING_NOT_A_BACKUP, 0, "this is a message, \"%s\": %s",
			     quote_bytes(text, line, sizeof(line)), MESSAGES);
		return true;
	}
	return false;
}

static bool report_zeros(struct span head, struct findings *f)
{
	for (size_t i = 0; i < head.len; i++) {
		if (head.ptr[i])
			return false;
	}
	findings_add(f, FINDING_NOT_A_BACKUP, 0,
		     "the first %zu bytes are zero: a hole, or never written", head.len);
	return true;
}

static const struct row *row_of(struct span head)
{
	const struct row *row = claiming_row(head);

	for (size_t i = 0; !row && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (fits(&rows[i], head))
			row = &rows[i];
	}
	return row;
}

void foreign_report(struct span head, struct findings *findings)
{
	const struct row *row = row_of(head);
	const char *openpgp = openpgp_name(head);

	if (row)
		findings_add(findings, row->code, 0, "this is %s: %s", row->name, row->advice);
	else if (openpgp)
		findings_add(findings, FINDING_UNKNOWN_FORMAT, 0, "this is %s: %s", openpgp,
			     DECRYPT);
	else if (!report_wal(head, findings) && !report_zip(head, findings) &&
		 !report_message(head, findings) && !report_zeros(head, findings))
		findings_add(
			findings, FINDING_UNKNOWN_FORMAT, 0,
			"the leading bytes are of no format known here: see whether it is a backup "
			"at all");
}
