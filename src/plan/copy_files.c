/* SPDX-License-Identifier: Apache-2.0 */
/* Writes files to the off-site copy and judges whether they arrived. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/quantity.h"
#include "plan/copy.intern.h"
#include "plan/judge.h"

/* Clocks differ, and a file's time there is that of its arrival. */
enum { LOCK_SPARE_S = 600, READ_SIZE = 256 << 10 };

struct copying {
	struct plan_run *run;
	const struct offsite *offsite;
	const struct copy_file *file;
	struct buf key;
};

static void release(struct copying *c)
{
	buf_release(&c->key);
}

int copy_hash(const char *path, uint8_t sha256[SHA256_SIZE], struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	CLEANUP(cleanup_free)
	uint8_t *block = malloc(READ_SIZE);
	CLEANUP(sha256_release)
	struct sha256 sum = { 0 };
	ssize_t n;

	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "open %s", path);
	if (!block)
		return error_set(err, ERROR_NOMEM, "no memory to hash a file");
	if (sha256_init(&sum, err) < 0)
		return -1;
	while ((n = file_read_some(fd, path, block, READ_SIZE, err)) > 0) {
		if (sha256_update(&sum, (struct span){ block, (size_t)n }, err) < 0)
			return -1;
	}
	return n < 0 ? -1 : sha256_final(&sum, sha256, err);
}

static void report_sent(void *cookie, uint64_t sent)
{
	const struct copying *c = cookie;
	struct error ignored = ERROR_INIT;

	/* a renderer's business; the transfer itself asks whether it may go on */
	if (plan_progress(c->run, c->file->relative, sent, c->file->size, &ignored) < 0)
		error_clear(&ignored);
}

static bool wants_lock(const struct offsite_config *config)
{
	return config->lock_for_ns && strcmp(config->lock, "none") != 0;
}

/* As the configuration wants it: the mode, until when; without a time the bucket's own. */
static void choose_lock(const struct offsite_config *config, struct s3_write *what)
{
	if (!wants_lock(config))
		return;
	what->lock_mode = strcmp(config->lock, "compliance") == 0 ? "COMPLIANCE" : "GOVERNANCE";
	what->lock_until_ns = clock_wall_ns() + config->lock_for_ns + config->within_ns +
			      LOCK_SPARE_S * NS_PER_SECOND;
}

/* An object that is the file by more than what was once said of it, and locked as a new one would be. */
static int is_there(const struct copying *c, bool *there, struct error *err)
{
	const struct offsite_file file = { .path = c->file->path,
					   .size = c->file->size,
					   .sha256 = c->file->sha256 };
	struct error of_stat = ERROR_INIT;
	enum offsite_evidence evidence;
	struct s3_stat stat;

	*there = false;
	if (s3_stat(c->offsite->s3, c->key.ptr, &stat, &of_stat) < 0) {
		/* who may write need not be allowed to read; then the file is written again */
		if (of_stat.kind == ERROR_NOT_FOUND || of_stat.kind == ERROR_PERMISSION)
			return 0;
		*err = of_stat;
		return -1;
	}
	if (offsite_compare(c->offsite, &stat, &file, &evidence, err) < 0)
		return -1;
	*there = evidence >= OFFSITE_BY_ETAG && *stat.sha256 &&
		 (!wants_lock(c->offsite->config) || offsite_is_locked(c->offsite->config, &stat));
	return 0;
}

static int send_file(struct copying *c, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = open(c->file->path, O_RDONLY | O_CLOEXEC);
	char sha256[SHA256_TEXT_SIZE];
	struct s3_write what = { .key = c->key.ptr,
				 .sha256 = sha256_format(c->file->sha256, sha256),
				 .progress = report_sent,
				 .cookie = c };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set_errno(err, ERROR_IO, "open %s", c->file->path);
	if ((uint64_t)st.st_size != c->file->size)
		return error_set(err, ERROR_IO,
				 "%s has %lld bytes, not %llu as its manifest says: it has "
				 "changed, and is not uploaded",
				 c->file->path, (long long)st.st_size,
				 (unsigned long long)c->file->size);
	choose_lock(c->offsite->config, &what);
	return s3_write(c->offsite->s3, &what, fd, c->file->size, err);
}

/* `why` tells what kept it from arriving. */
static int copy_file(struct copying *c, const char **how, struct error *why)
{
	bool there;

	buf_clear(&c->key);
	report_sent(c, 0);
	if (offsite_key(c->offsite, c->file->relative, &c->key, why) < 0 ||
	    is_there(c, &there, why) < 0 || (!there && send_file(c, why) < 0))
		return -1;
	report_sent(c, c->file->size);
	*how = there ? "is there already" : "has arrived";
	return 0;
}

static int skip_rest(struct plan_run *run, const struct copy_files *files, size_t failed,
		     struct error *err)
{
	for (size_t i = failed + 1; i < files->count; i++) {
		struct question q = { .id = CHECK_COPIED,
				      .component = files->file[i].component,
				      .subject = files->file[i].relative };

		if (judge_skipped(run, &q, err, "not tried, since %s did not arrive",
				  files->file[failed].relative) < 0)
			return -1;
	}
	return 0;
}

static int copy_all(struct copying *c, const struct copy_files *files, struct error *err)
{
	for (size_t i = 0; i < files->count; i++) {
		struct question q = {
			.id = CHECK_COPIED,
			.component = files->file[i].component,
			.subject = files->file[i].relative,
			.hint = "the set is kept here; `muster backup copy` tries again"
		};
		struct error why = ERROR_INIT;
		const char *how = "";
		char size[QUANTITY_TEXT_SIZE];

		c->file = &files->file[i];
		if (plan_may_go_on(c->run, err) < 0)
			return -1;
		if (copy_file(c, &how, &why) < 0 && copy_ends_run(&why)) {
			*err = why;
			return -1;
		}
		if (why.kind != ERROR_NONE)
			return judge_error(c->run, &q, &why, err) < 0 ?
				       -1 :
				       skip_rest(c->run, files, i, err);
		if (judge(c->run, &q, true, err, "%s, %s %s", q.subject,
			  quantity_format_size(c->file->size, size), how) < 0)
			return -1;
	}
	return 0;
}

int copy_files(struct plan_run *run, const struct copy_files *files, struct error *err)
{
	CLEANUP(offsite_close)
	struct offsite offsite = { 0 };
	CLEANUP(release)
	struct copying c = { .run = run, .offsite = &offsite };

	if (offsite_open(&files->config->offsite, run->stop_requested, &offsite, err) < 0 ||
	    copy_sweep(run, &offsite, files, err) < 0)
		return -1;
	return copy_all(&c, files, err);
}
