/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "format/foreign.h"
#include "format/reader.h"

#define BYTES(text)                                                                                \
	{                                                                                          \
		(const uint8_t *)(text), sizeof(text) - 1                                          \
	}

/* Of each what its tool writes first; those of gpg, openssl, zip, sqlite3 and PostgreSQL were taken from files they made. */
struct sample {
	struct span head;
	const char *name; /* in the message */
};

static const struct sample foreign[] = {
	{ BYTES("Salted__\x07\x6c\xbf\x4f"), "encrypted by openssl enc:" },
	{ BYTES("U2FsdGVkX1+G"), "openssl enc, in base64" },
	{ BYTES("age-encryption.org/v1\n-> X25519 "), "encrypted by age" },
	{ BYTES("-----BEGIN PGP MESSAGE-----\n\nhQGM"), "encrypted by GnuPG" },
	{ BYTES("\x8c\x0d\x04\x09\x03\x02\x87\x76"), "encrypted by GnuPG" },
	{ BYTES("\xc3\x0d\x04\x09\x03\x02\x87\x76"), "encrypted by GnuPG" },
	{ BYTES("\xc3\x2e\x05\x09\x02\x03\x08\x00"), "encrypted by GnuPG" },
	{ BYTES("\xc3\x2e\x06\x1d\x09\x02\x03\x08"), "encrypted by GnuPG" },
	{ BYTES("\x84\x5e\x03\xa4\x7c\x36\x40\x8e"), "encrypted by GnuPG" },
	{ BYTES("\x85\x01\x8c\x03\x00\x00\x00\x00"), "encrypted by GnuPG" },
	{ BYTES("\x85\x02\x0c\x03\xa4\x7c\x36\x40"), "encrypted by GnuPG" },
	{ BYTES("\xc1\xc0\x4c\x03\xa4\x7c\x36\x40"), "encrypted by GnuPG" },
	{ BYTES("\xc1\xc1\x2c\x03\xa4\x7c\x36\x40"), "encrypted by GnuPG" },
	{ BYTES("\xd2\xff\x00\x00\x10\x00\x01\x00"), "encrypted by GnuPG" },
	{ BYTES("\x90\x0d\x03\x00\x0a\x01\xf4\xbd"), "signed by GnuPG" },
	{ BYTES("\xa3\x01\x01\xf5\x01\x0a\xfe\x90"), "signed or packed by GnuPG" },
	{ BYTES("LUKS\xba\xbe\x00\x02"), "an encrypted disk (LUKS)" },
	{ BYTES("AES\x02\x00\x00\x1b"), "AES Crypt" },
	{ BYTES("$ANSIBLE_VAULT;1.1;AES256\n"), "Ansible Vault" },
	{ BYTES("vault:v1:8SDd3WHDOjf7mq69"), "HashiCorp Vault" },
	{ BYTES("\x1f\x8b\x08\x00"), "compressed again, by gzip" },
	{ BYTES("\x28\xb5\x2f\xfd\x04"), "compressed again, by zstd" },
	{ BYTES("\xfd\x37zXZ\x00"), "compressed again, by xz" },
	{ BYTES("BZh91AY&SY"), "compressed again, by bzip2" },
	{ BYTES("\x04\x22\x4d\x18\x64"), "compressed again, by lz4" },
	{ BYTES("\x1f\x9d\x90"), "compressed by compress" },
	{ BYTES("\x89LZO\x00"), "lzop" },
	{ BYTES("LZIP\x01"), "lzip" },
	{ BYTES("\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff"), "lzma" },
	{ BYTES("\xff\x06\x00\x00sNaPpY"), "snappy" },
	{ BYTES("PK\x03\x04\x0a\x00\x00\x00\x00\x00"), "a zip archive" },
	{ BYTES("PK\x03\x04\x0a\x00\x09\x00\x00\x00"), "an encrypted zip archive" },
	{ BYTES("7z\xbc\xaf\x27\x1c\x00\x04"), "a 7z archive" },
	{ BYTES("Rar!\x1a\x07\x01\x00"), "a rar archive" },
	{ BYTES("070701000000"), "a cpio archive" },
	{ BYTES("!<arch>\ndebian-binary"), "Debian package" },
	{ BYTES("UEdETVABDgAECAEA"), "in base64" },
	{ BYTES("START WAL LOCATION: 0/2000028 (file"), "backup_label" },
	{ BYTES("{ \"PostgreSQL-Backup-Manifest-Version\": 1,\n\"Files\": ["), "backup_manifest" },
	{ BYTES("[backrest]\nbackrest-checksum=\"1\"\n"), "pgBackRest" },
	{ BYTES("backup_label='START WAL LOCATION"), "Barman" },
	{ BYTES("{\"LSN\":83886120,\"PgVersion\":130000"), "WAL-G" },
	{ BYTES("\x10\xd1\x02\x00\x01\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00"
		"\x00\x00\x00\x00\x00\x00\x00\x00\xd9\xad\x09\x00\x42\x6f\x03\x6b"
		"\x00\x00\x00\x01\x00\x20\x00\x00"),
	  "a WAL segment of PostgreSQL 15, 000000010000000000000001, from 0/1000000:" },
	{ BYTES("\x18\xd1\x06\x00\x02\x00\x00\x00\x00\x00\x00\xab\x07\x00\x00\x00"
		"\x00\x00\x00\x00\x00\x00\x00\x00\xd9\xad\x09\x00\x42\x6f\x03\x6b"
		"\x00\x00\x00\x01\x00\x20\x00\x00"),
	  "a WAL segment of PostgreSQL 18, 0000000200000007000000AB, from 7/AB000000:" },
	{ BYTES("SQLite format 3\x00\x10\x00"), "a SQLite database" },
	{ BYTES("-- MySQL dump 10.13  Distrib 8.0.36"), "a MySQL dump" },
	{ BYTES("-- a note\n-- MySQL dump 10.13  Distrib"), "a MySQL dump" },
	{ BYTES("/*!999999\\- enable the sandbox mode */ \n-- MariaDB dump"), "a MariaDB dump" },
	{ BYTES("/*M!999999\\- enable the sandbox mode */ \n-- Maria"), "a MariaDB dump" },
	{ BYTES("XBSTCK01\x00P"), "XtraBackup" },
	{ BYTES("\x6d\xe2\x99\x81\x63\x00\x00\x00"), "mongodump" },
	{ BYTES("TAPE\x00\x00\x03\x00"), "SQL Server" },
	{ BYTES("\x03\x03\x69"
		"EXPORT:V11.02.00\n"),
	  "an Oracle export" },
	{ BYTES("\x04\x01\x00\x00\"SYS\".\"SYS_EXPORT_SCHEMA_01\""), "Data Pump" },
	{ BYTES("\0\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0\xed\xda\x0c\xed\x02"), "etcd" },
	{ BYTES("\x3f\xd7\x6c\x17\x05"), "Elasticsearch" },
	{ BYTES("*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n"), "a Redis append-only file" },
	{ BYTES("*3\r\n$3\r\nSET\r\n"), "a Redis append-only file" },
	{ BYTES("VCS\x01\x01\x00\x01\x04\x22\x4d\x18"), "compressed as a whole by Valkey 9.2" },
	{ BYTES("file appendonly.aof.1.base.rdb seq 1 type b\n"),
	  "the manifest of a Redis append-only file" },
	{ BYTES("\xff\xfe-\x00-\x00\r\x00"), "UTF-16, as PowerShell" },
	{ BYTES("version https://git-lfs.github.com/spec/v1\n"), "Git LFS" },
};

/* No backup of anything. */
static const struct sample no_backups[] = {
	{ BYTES("\x7f"
		"ELF\x02\x01\x01"),
	  "a program" },
	{ BYTES("#!/bin/sh\npg_dump"), "a script" },
	{ BYTES("<!DOCTYPE html>\n<html>"), "a web page" },
	{ BYTES("\xef\xbb\xbf\n <HTML><head>"), "a web page" },
	{ BYTES("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code>"),
	  "an error message of an object store" },
	{ BYTES("<?xml version=\"1.0\"?>\n<rss>"), "an XML document" },
	{ BYTES("{\"error\":\"not_found\",\"reason\":\"x\"}"), "an error message in JSON" },
	{ BYTES(" {\n \"message\": \"Internal Server Error\"}"), "an error message in JSON" },
	{ BYTES("pg_dump: error: connection to server failed\nmore"),
	  "this is a message, \"pg_dump: error: connection to server failed\":" },
	{ BYTES("Error response from daemon: No such container: db\n"),
	  "\"Error response from daemon: No such container: db\"" },
	{ BYTES("ERROR:  permission denied for table t"), "this is a message" },
	{ BYTES("the input device is not a TTY\n"), "this is a message" },
	{ BYTES("bash: pg_dump: command not found\n"), "this is a message" },
	{ BYTES("Could not connect to Redis at 127.0.0.1:6379: Connection refused\n"),
	  "this is a message" },
	{ BYTES("-NOAUTH Authentication required.\r\n"), "this is a message" },
	{ BYTES("\0\0\0\0\0\0\0\0"), "a hole, or never written" },
};

static const struct {
	const struct sample *sample;
	size_t count;
	enum finding_code code;
} kinds[] = {
	{ foreign, sizeof(foreign) / sizeof(foreign[0]), FINDING_UNKNOWN_FORMAT },
	{ no_backups, sizeof(no_backups) / sizeof(no_backups[0]), FINDING_NOT_A_BACKUP },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static struct reading detect(struct span bytes)
{
	struct reading out = { 0 };
	struct error err = ERROR_INIT;
	struct stage *stage = detect_open(&out, &err);
	uint8_t *exact = malloc(bytes.len ? bytes.len : 1);

	assert_non_null(stage);
	assert_non_null(exact);
	memcpy(exact, bytes.ptr, bytes.len);
	assert_int_equal(stage_push(stage, (struct span){ exact, bytes.len }, &err), 0);
	assert_int_equal(stage_finish(stage, &err), 0);
	stage_free_chain(stage);
	free(exact);
	return out;
}

static void assert_named(const struct sample *s, enum finding_code code)
{
	struct reading r = detect(s->head);

	assert_int_equal(r.format, FORMAT_UNKNOWN);
	assert_int_equal(r.findings.count, 1);
	if (r.findings.item[0].code != code || !strstr(r.findings.item[0].message, s->name))
		fail_msg("%s: %s: %s", s->name, finding_id(r.findings.item[0].code),
			 r.findings.item[0].message);
	assert_true(strlen(r.findings.item[0].message) < sizeof(r.findings.item[0].message) - 1);
	reading_release(&r);
}

static void each_is_named_and_not_read(void **state)
{
	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		for (size_t i = 0; i < kinds[k].count; i++)
			assert_named(&kinds[k].sample[i], kinds[k].code);
	}
}

static void assert_any_finding(struct span head)
{
	struct reading r = detect(head);

	assert_true(r.findings.count > 0);
	reading_release(&r);
}

/* No shorter head is read beyond its end, and none is claimed by a reader. */
static void a_head_may_be_short(void **state)
{
	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		for (size_t i = 0; i < kinds[k].count; i++) {
			struct span head = kinds[k].sample[i].head;

			while (--head.len)
				assert_any_finding(head);
		}
	}
}

static void no_backup_is_taken_for_a_foreign_file(void **state)
{
	static const struct {
		const char *path;
		enum format format;
	} backups[] = {
		{ "pg-archive/stored.dump", FORMAT_PG_ARCHIVE },
		{ "pg-tar/tar.tar", FORMAT_PG_TAR },
		{ "pg-tar/directory-gzip.tar", FORMAT_PG_TAR },
		{ "pg-sql/fixture-18.sql", FORMAT_PG_SQL },
		{ "rdb/all.rdb", FORMAT_RDB },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(backups) / sizeof(backups[0]); i++) {
		struct buf bytes = { 0 };
		struct error err = ERROR_INIT;
		struct reading r;
		char path[512];

		(void)snprintf(path, sizeof(path), SOURCE_ROOT "/tests/fixtures/%s",
			       backups[i].path);
		assert_int_equal(file_read(path, 1 << 20, &bytes, &err), 0);
		r = detect(buf_span(&bytes));
		assert_int_equal(r.format, backups[i].format);
		reading_release(&r);
		buf_release(&bytes);
	}
}

static void json_is_claimed_by_its_first_key_alone(void **state)
{
	static const struct {
		struct span head;
		bool claimed;
	} cases[] = {
		{ BYTES("{\"error\":1}"), true },
		{ BYTES("\n{ \"Code\" : 1}"), true },
		{ BYTES("{\"rabbit_version\":\"3.10.8\",\"error\":1}"), false },
		{ BYTES("{\"errors_seen\":1}"), false },
		{ BYTES("{"), false },
		{ BYTES("[\"error\"]"), false },
		{ { NULL, 0 }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(foreign_claims(cases[i].head), cases[i].claimed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_named_and_not_read),
		cmocka_unit_test(a_head_may_be_short),
		cmocka_unit_test(no_backup_is_taken_for_a_foreign_file),
		cmocka_unit_test(json_is_claimed_by_its_first_key_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
