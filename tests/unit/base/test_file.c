/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

static char directory[64];

static char *in_directory(const char *name, char path[128])
{
	(void)snprintf(path, 128, "%s/%s", directory, name);
	return path;
}

static int open_directory(void **state)
{
	(void)state;
	(void)snprintf(directory, sizeof(directory), "/tmp/muster-file.XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int close_directory(void **state)
{
	struct error err = ERROR_INIT;

	(void)state;
	return file_remove_tree(directory, &err);
}

static int entries(void)
{
	DIR *dir = opendir(directory);
	int count = 0;

	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir));)
		count += e->d_name[0] != '.';
	(void)closedir(dir);
	return count;
}

static void assert_content(const char *path, const char *expected)
{
	struct error err = ERROR_INIT;
	struct buf b = { 0 };

	assert_int_equal(file_read(path, 1000, &b, &err), 0);
	assert_string_equal(b.ptr, expected);
	buf_release(&b);
}

static void a_file_is_replaced_as_a_whole(void **state)
{
	struct error err = ERROR_INIT;
	struct stat st;
	char path[128];

	(void)state;
	(void)in_directory("file", path);
	assert_int_equal(file_write_atomic(path, 0640, "first", 5, &err), 0);
	assert_content(path, "first");
	assert_int_equal(file_write_atomic(path, 0600, "2nd", 3, &err), 0);
	assert_content(path, "2nd");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(entries(), 1);
}

static void a_write_that_fails_leaves_nothing_behind(void **state)
{
	struct error err = ERROR_INIT;
	char path[128];
	int before = entries();

	(void)state;
	assert_int_equal(mkdir(in_directory("occupied", path), 0700), 0);
	assert_int_equal(file_write_atomic(path, 0600, "x", 1, &err), -1);
	assert_non_null(strstr(err.message, path));
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(entries(), before);
}

static void a_missing_file_is_not_found(void **state)
{
	struct error err = ERROR_INIT;
	struct buf b = { 0 };
	char path[128];

	(void)state;
	assert_int_equal(file_read(in_directory("missing", path), 10, &b, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(err.message, path));
	error_clear(&err);
	assert_int_equal(file_write_atomic(in_directory("no/such", path), 0600, "x", 1, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	buf_release(&b);
}

static void a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_not(void **state)
{
	struct error err = ERROR_INIT;
	struct buf b = { 0 };
	char path[128];

	(void)state;
	(void)in_directory("limit", path);
	assert_int_equal(file_write_atomic(path, 0600, "12345", 5, &err), 0);
	assert_int_equal(file_read(path, 5, &b, &err), 0);
	assert_int_equal(b.len, 5);
	buf_clear(&b);
	assert_int_equal(file_read(path, 4, &b, &err), -1);
	assert_int_equal(err.kind, ERROR_CONFIG);
	assert_non_null(strstr(err.message, "4 bytes"));
	buf_release(&b);
}

static void what_is_no_file_is_named_and_not_waited_for(void **state)
{
	struct error err = ERROR_INIT;
	struct buf b = { 0 };
	char path[128];
	const struct {
		const char *path, *said;
	} rows[] = { { in_directory("fifo", path), "is no file but a FIFO" },
		     { "/", "/ is no file but a directory" },
		     { "/dev/zero", "/dev/zero is no file but a device" } };

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(file_read(rows[i].path, 10, &b, &err), -1);
		assert_non_null(strstr(err.message, rows[i].said));
		error_clear(&err);
	}
	assert_int_equal(file_read("/dev/null", 10, &b, &err), 0);
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

/* As a shell hands it over by "<(…)". */
static void read_a_pipe(const char *way)
{
	struct error err = ERROR_INIT;
	struct buf b = { 0 };
	char path[128];
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	assert_int_equal(close(ends[1]), 0);
	(void)snprintf(path, sizeof(path), "%s/%d", way, ends[0]);
	assert_int_equal(file_read(path, 10, &b, &err), 0);
	assert_string_equal(b.ptr, "abc");
	assert_int_equal(close(ends[0]), 0);
	buf_release(&b);
}

static void a_pipe_that_is_open_already_is_read(void **state)
{
	(void)state;
	read_a_pipe("/dev/fd");
	read_a_pipe("/proc/self/fd");
}

static void what_is_read_is_appended(void **state)
{
	struct error err = ERROR_INIT;
	struct buf b = { 0 };
	char path[128];

	(void)state;
	(void)in_directory("append", path);
	assert_int_equal(file_write_atomic(path, 0600, "b", 1, &err), 0);
	assert_int_equal(buf_puts(&b, "a"), 0);
	assert_int_equal(file_read(path, 1, &b, &err), 0);
	assert_string_equal(b.ptr, "ab");
	buf_release(&b);
}

static void missing_parents_are_made_and_existing_ones_kept(void **state)
{
	struct error err = ERROR_INIT;
	struct stat st;
	char path[128];

	(void)state;
	(void)in_directory("a/b/c", path);
	assert_int_equal(file_make_directories(path, 0700, &err), 0);
	assert_int_equal(file_make_directories(path, 0755, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void a_tree_is_removed_but_not_what_its_links_name(void **state)
{
	struct error err = ERROR_INIT;
	char outside[128], tree[128], inner[128], link[128];

	(void)state;
	assert_int_equal(file_make_directories(in_directory("outside", outside), 0700, &err), 0);
	assert_int_equal(file_make_directories(in_directory("tree/inner", inner), 0700, &err), 0);
	assert_int_equal(symlink(outside, in_directory("tree/inner/link", link)), 0);
	assert_int_equal(file_remove_tree(in_directory("tree", tree), &err), 0);
	assert_int_equal(access(tree, F_OK), -1);
	assert_int_equal(access(outside, F_OK), 0);
	assert_int_equal(file_remove_tree(tree, &err), 0);
}

static void bytes_go_through_a_pipe_whole(void **state)
{
	struct error err = ERROR_INIT;
	char in[6] = { 0 };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(file_write_all(ends[1], "pipe", "hello", 5, &err), 0);
	assert_int_equal(file_read_some(ends[0], "pipe", in, sizeof(in), &err), 5);
	assert_string_equal(in, "hello");
	(void)close(ends[1]);
	assert_int_equal(file_read_some(ends[0], "pipe", in, sizeof(in), &err), 0);
	(void)close(ends[0]);
	assert_int_equal(file_read_some(ends[0], "the pipe", in, sizeof(in), &err), -1);
	assert_int_equal(err.kind, ERROR_IO);
	assert_non_null(strstr(err.message, "the pipe"));
}

static void a_full_disk_is_an_error_with_the_name(void **state)
{
	struct error err = ERROR_INIT;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, "backup.gz", "x", 1, &err), -1);
	assert_int_equal(err.kind, ERROR_IO);
	assert_non_null(strstr(err.message, "backup.gz"));
	(void)close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_replaced_as_a_whole),
		cmocka_unit_test(a_write_that_fails_leaves_nothing_behind),
		cmocka_unit_test(a_missing_file_is_not_found),
		cmocka_unit_test(a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_not),
		cmocka_unit_test(what_is_no_file_is_named_and_not_waited_for),
		cmocka_unit_test(a_pipe_that_is_open_already_is_read),
		cmocka_unit_test(what_is_read_is_appended),
		cmocka_unit_test(missing_parents_are_made_and_existing_ones_kept),
		cmocka_unit_test(a_tree_is_removed_but_not_what_its_links_name),
		cmocka_unit_test(bytes_go_through_a_pipe_whole),
		cmocka_unit_test(a_full_disk_is_an_error_with_the_name),
	};

	return cmocka_run_group_tests(tests, open_directory, close_directory);
}
