/* SPDX-License-Identifier: Apache-2.0 */
#include "component/start.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

struct process_spec server_process_spec(const struct place *place, const char *const *argv,
					const char *const *env, int log)
{
	return (struct process_spec){
		.argv = argv,
		.env = env,
		.directory = place->directory,
		.in = -1,
		.out = log,
		.err = log,
		.drop = place->drop,
		.uid = place->uid,
		.gid = place->gid,
		.own_group = true,
		.die_with_parent = true,
	};
}

int server_open_log(const char *name, struct server *server, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = -1;
	const struct place *place = &server->place;
	int n = snprintf(server->log, sizeof(server->log), "%s/%s.log", place->directory, name);

	if (n < 0 || (size_t)n >= sizeof(server->log))
		return error_set(err, ERROR_USAGE, "path is too long: %s/%s.log", place->directory,
				 name);
	fd = open(server->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || (place->drop && fchown(fd, place->uid, place->gid) < 0))
		return error_set_errno(err, ERROR_IO, "create %s", server->log);
	return TAKE_FD(fd);
}

int server_explain(const char *name, const struct server *server, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct error ignored = ERROR_INIT;
	char words[360];

	if (server->log[0] && file_read(server->log, 16 << 20, &text, &ignored) == 0 && text.len) {
		size_t used = strlen(err->message);

		(void)process_quote_text(&text, words, sizeof(words));
		(void)snprintf(err->message + used, sizeof(err->message) - used,
			       "; its log ends: %s", words);
	}
	return error_context(err, "start %s in %s", name, server->place.directory);
}

int server_read_log(const char *path, uint64_t from, server_line_fn *take, void *cookie,
		    struct error *err)
{
	CLEANUP(cleanup_fclose)
	FILE *log = fopen(path, "re");
	CLEANUP(cleanup_free)
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!log || fseeko(log, (off_t)from, SEEK_SET) < 0)
		return error_set_errno(err, ERROR_IO, "read %s", path);
	while ((len = getline(&line, &size, log)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (take(cookie, line, err) < 0)
			return -1;
	}
	/* a line too long for the memory ends it as well, and sets no error of the file's */
	return feof(log) ? 0 : error_set_errno(err, ERROR_IO, "read %s", path);
}

int server_await(const char *name, struct server *server, server_ready_fn *ready,
		 int64_t timeout_ns, struct error *err)
{
	const int64_t interval_ns = NS_PER_SECOND / 50;
	int64_t deadline = clock_monotonic_ns() + timeout_ns;

	for (;;) {
		char end[80];
		int rc = ready(server, err);

		if (rc != 0)
			return rc < 0 ? server_explain(name, server, err) : 0;
		rc = process_wait(&server->process, interval_ns, err);
		if (rc < 0)
			return error_context(err, "start %s", name);
		if (rc > 0) {
			(void)error_set(err, ERROR_TARGET, "it %s",
					process_describe_end(&server->process, end, sizeof(end)));
			return server_explain(name, server, err);
		}
		if (clock_monotonic_ns() > deadline) {
			(void)error_set(err, ERROR_TARGET,
					"no login was possible within %.0f seconds",
					(double)timeout_ns / 1e9);
			return server_explain(name, server, err);
		}
	}
}

int server_write_file(const struct place *place, const char *name, mode_t mode, const char *text,
		      struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = -1;
	char path[108];
	int n = snprintf(path, sizeof(path), "%s/%s", place->directory, name);

	if (n < 0 || (size_t)n >= sizeof(path))
		return error_set(err, ERROR_USAGE, "path is too long: %s/%s", place->directory,
				 name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "create %s", path);
	if (file_write_all(fd, path, text, strlen(text), err) < 0)
		return -1;
	if (place->drop && fchown(fd, place->uid, place->gid) < 0)
		return error_set_errno(err, ERROR_IO, "give %s to uid %u", path,
				       (unsigned)place->uid);
	return 0;
}
