/* SPDX-License-Identifier: Apache-2.0 */
/* A directory-format dump on disk reads as the tar of it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../format/tar_fixture.h"
#include "inspect/inspect.h"

static char place[64];

static int make_place(void **state)
{
	(void)state;
	(void)snprintf(place, sizeof(place), "/tmp/muster-pack-XXXXXX");
	return mkdtemp(place) ? 0 : -1;
}

static int remove_place(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	return file_remove_tree(place, &err);
}

static void write_file(const char *name, struct span content)
{
	struct error err = ERROR_INIT;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", place, name);
	if (file_write_atomic(path, 0600, content.ptr, content.len, &err) < 0)
		fail_msg("%s", err.message);
}

/* The files of a fixture, as tar would unpack them into one directory. */
static void unpack(struct span tar)
{
	static struct tar_layout l;

	tar_layout(&l, tar);
	for (size_t k = 0; k < l.count; k++) {
		const char *base = strrchr(l.member[k].name, '/');

		base = base ? base + 1 : l.member[k].name;
		if (l.member[k].type == '0' && *base)
			write_file(base, tar_content(&l, k, tar));
	}
}

static struct inspection inspect_place(void)
{
	const struct inspect_request request = { .path = place };
	struct inspect_options options = { .jobs = 1 };
	struct inspection out = { 0 };
	struct error err = ERROR_INIT;

	if (inspect_files(&request, 1, &options, &out, &err) < 0)
		fail_msg("%s", err.message);
	return out;
}

static void a_directory_reads_as_a_tar_of_it(void **state)
{
	static const char *const names[] = { "pg-tar/directory.tar", "pg-tar/directory-gzip.tar" };

	(void)state;
	for (size_t n = 0; n < 2; n++) {
		struct buf tar = tar_file(names[n]);
		struct reading expected = read_tar(buf_span(&tar));
		struct inspection once, again;

		assert_int_equal(remove_place(NULL), 0);
		assert_int_equal(make_place(NULL), 0);
		unpack(buf_span(&tar));
		once = inspect_place();
		again = inspect_place();
		assert_int_equal(once.error.kind, ERROR_NONE);
		assert_int_equal(once.verdict, VERDICT_PASS);
		assert_int_equal(once.reading.format, FORMAT_PG_TAR);
		assert_true(once.mtime_ns > 0);
		assert_true(same_facts(&expected.facts, &once.reading.facts));
		assert_memory_equal(once.sha256, again.sha256, sizeof(once.sha256));
		inspection_release(&once);
		inspection_release(&again);
		reading_release(&expected);
		buf_release(&tar);
	}
}

static void what_is_no_file_of_the_dump_is_told(void **state)
{
	struct buf tar = tar_file("pg-tar/small-gzip.tar");
	char name[201], path[512];
	struct inspection i;

	(void)state;
	unpack(buf_span(&tar));
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	write_file(name, text_span("a note"));
	i = inspect_place();
	assert_int_equal(i.verdict, VERDICT_WARN);
	assert_int_equal(i.reading.findings.count, 1);
	assert_non_null(strstr(i.reading.findings.item[0].message, "nnnnnnnnn"));
	inspection_release(&i);

	(void)snprintf(path, sizeof(path), "%s/1.dat", place);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	(void)snprintf(path, sizeof(path), "%s/2.dat", place);
	assert_int_equal(mkfifo(path, 0600), 0);
	i = inspect_place();
	assert_int_equal(i.verdict, VERDICT_FAIL);
	assert_int_equal(i.reading.findings.count, 3);
	for (int k = 0; k < 2; k++)
		assert_int_equal(i.reading.findings.item[k].code, FINDING_BAD_STRUCTURE);
	inspection_release(&i);
	buf_release(&tar);
}

static void a_file_that_is_gone_is_found(void **state)
{
	struct buf tar = tar_file("pg-tar/small-gzip.tar");
	struct inspection i;
	char path[512];

	(void)state;
	unpack(buf_span(&tar));
	(void)snprintf(path, sizeof(path), "%s/blob_18.dat.gz", place);
	assert_int_equal(unlink(path), 0);
	i = inspect_place();
	assert_int_equal(i.verdict, VERDICT_FAIL);
	assert_int_equal(i.reading.findings.item[0].code, FINDING_MISSING_BLOCK);
	inspection_release(&i);
	buf_release(&tar);
}

static void a_directory_without_toc_dat_is_no_dump(void **state)
{
	struct inspection i;

	(void)state;
	write_file("1.dat", text_span("\\.\n\n\n"));
	i = inspect_place();
	assert_int_equal(i.error.kind, ERROR_USAGE);
	assert_int_equal(i.verdict, VERDICT_ERROR);
	inspection_release(&i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_directory_reads_as_a_tar_of_it, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(what_is_no_file_of_the_dump_is_told, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(a_file_that_is_gone_is_found, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(a_directory_without_toc_dat_is_no_dump, make_place,
						remove_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
