/* SPDX-License-Identifier: Apache-2.0 */
#include "component/part.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "config/keys.h"

#define TEMPORARY_SUFFIX ".partial"

static bool is_temporary(const char *name)
{
	size_t len = strlen(name), suffix = strlen(TEMPORARY_SUFFIX);

	return name[0] == '.' && len > suffix && strcmp(name + len - suffix, TEMPORARY_SUFFIX) == 0;
}

/* A run that lives holds the lock of its temporaries; those of dead ones are free. */
static void sweep(const char *directory)
{
	DIR *d = opendir(directory);
	struct dirent *entry;

	if (!d)
		return;
	while ((entry = readdir(d))) {
		int fd;

		if (!is_temporary(entry->d_name))
			continue;
		fd = openat(dirfd(d), entry->d_name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			(void)unlinkat(dirfd(d), entry->d_name, 0);
		(void)close(fd);
	}
	(void)closedir(d);
}

/* The pattern after "KIND:" in the first row of that kind; NULL: none. */
static const char *pattern_of(const char *const *row, size_t count, const char *kind)
{
	size_t len = strlen(kind);

	for (size_t i = 0; i < count && row[i]; i++) {
		if (strncmp(row[i], kind, len) == 0 && row[i][len] == ':')
			return row[i] + len + 1;
	}
	return NULL;
}

static int put_quoted(struct buf *out, const char *database)
{
	int rc = 0;

	for (const unsigned char *s = (const unsigned char *)database; *s; s++) {
		bool plain = *s > ' ' && *s != '/' && *s != '%' && *s != 0x7f;

		rc |= plain ? buf_append(out, s, 1) : buf_printf(out, "%%%02X", *s);
	}
	return rc;
}

static int expand(const char *pattern, const struct backup_job *job, const char *database,
		  struct buf *out)
{
	static const char time[] = "{time}", name[] = "{database}";
	int rc = 0;

	while (*pattern) {
		if (strncmp(pattern, time, sizeof(time) - 1) == 0) {
			rc |= buf_puts(out, job->stamp);
			pattern += sizeof(time) - 1;
		} else if (strncmp(pattern, name, sizeof(name) - 1) == 0) {
			rc |= put_quoted(out, database);
			pattern += sizeof(name) - 1;
		} else {
			rc |= buf_append(out, pattern++, 1);
		}
	}
	return rc;
}

int part_name(const struct backup_job *job, enum part_kind kind, const char *database,
	      struct buf *out, struct error *err)
{
	const struct component_config *c = job->component;
	const char *pattern =
		pattern_of(c->backups.files.item, c->backups.files.count, part_kind_id(kind));

	if (!pattern && !c->backups.files.count)
		pattern = pattern_of(key_built_in_files(c->engine), SIZE_MAX, part_kind_id(kind));
	if (!pattern || strchr(pattern, '*') || !strstr(pattern, "{time}")) {
		(void)error_set(err, ERROR_CONFIG,
				"%s: backups.files has no name for a new file of part %s", c->name,
				part_kind_id(kind));
		return error_hint(err, "give it a pattern with {time} and without *");
	}
	if (expand(pattern, job, database, out) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a file name");
	return 0;
}

static int set_paths(struct part *p, const struct backup_job *job, const char *name,
		     struct error *err)
{
	const char *directory = job->component->backups.path;
	struct backup_part *place = &p->place;
	size_t root = strlen(job->root);
	int n = snprintf(place->final, sizeof(place->final), "%s/%s", directory, name);
	int m = snprintf(place->temporary, sizeof(place->temporary),
			 "%s/.%s.XXXXXX" TEMPORARY_SUFFIX, directory, name);
	const char *relative = place->final;

	if (n < 0 || m < 0 || (size_t)m >= sizeof(place->temporary) || strlen(name) > 240)
		return error_set(err, ERROR_CONFIG, "the path of %s in %s is too long", name,
				 directory);
	while (root && job->root[root - 1] == '/')
		root--;
	if (strncmp(relative, job->root, root) == 0 && relative[root] == '/')
		relative += root + 1;
	(void)snprintf(p->path, sizeof(p->path), "%s", relative);
	return 0;
}

int part_open(struct part *p, const struct backup_job *job, enum part_kind kind,
	      const char *database, struct error *err)
{
	CLEANUP(buf_release)
	struct buf name = { 0 };
	struct gzip_writer_options options = { 0 };

	*p = (struct part)PART_INIT;
	if (part_name(job, kind, database, &name, err) < 0 ||
	    set_paths(p, job, name.ptr, err) < 0 ||
	    file_make_directories(job->component->backups.path, 0750, err) < 0)
		return -1;
	sweep(job->component->backups.path);
	p->file = (struct manifest_file){ .kind = kind,
					  .component = job->component->name,
					  .database = database,
					  .started_ns = clock_wall_ns() };
	p->place.fd = mkostemps(p->place.temporary, (int)strlen(TEMPORARY_SUFFIX), O_CLOEXEC);
	if (p->place.fd < 0)
		return error_set_errno(err, ERROR_IO, "create %s", p->place.temporary);
	if (flock(p->place.fd, LOCK_EX | LOCK_NB) < 0)
		return error_set_errno(err, ERROR_IO, "lock %s", p->place.temporary);
	options.fd = p->place.fd;
	options.path = p->place.final;
	p->writer = gzip_writer_open(&options, err);
	return p->writer ? 0 : -1;
}

int part_push(struct part *p, const void *bytes, size_t len, struct error *err)
{
	p->content += len;
	return gzip_writer_push(p->writer, (struct span){ bytes, len }, err);
}

int part_finish(struct part *p, struct error *err)
{
	struct gzip_written written;

	if (gzip_writer_finish(p->writer, &written, err) < 0)
		return -1;
	if (fsync(p->place.fd) < 0)
		return error_set_errno(err, ERROR_IO, "sync %s", p->place.temporary);
	p->file.size = written.size;
	memcpy(p->file.sha256, written.sha256, sizeof(p->file.sha256));
	p->file.finished_ns = clock_wall_ns();
	return 0;
}

static struct backup_part *next_slot(struct backup_parts *parts)
{
	if (parts->count == parts->capacity) {
		size_t capacity = parts->capacity ? parts->capacity * 2 : 8;
		struct backup_part *grown = realloc(parts->item, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		parts->item = grown;
		parts->capacity = capacity;
	}
	return &parts->item[parts->count];
}

int part_keep(struct part *p, struct manifest *manifest, struct backup_parts *parts,
	      struct facts *facts, struct error *err)
{
	struct backup_part *slot = next_slot(parts);

	p->file.path = p->path;
	p->file.facts = facts;
	if (!slot || manifest_add_file(manifest, &p->file) < 0)
		return error_set(err, ERROR_NOMEM, "no memory to enter %s into the manifest",
				 p->path);
	*slot = p->place;
	parts->count++;
	p->place.fd = -1;
	return 0;
}

void part_release(struct part *p)
{
	gzip_writer_free(p->writer);
	p->writer = NULL;
	if (p->place.fd < 0)
		return;
	(void)unlink(p->place.temporary);
	(void)close(p->place.fd);
	p->place.fd = -1;
}

void backup_parts_release(struct backup_parts *p)
{
	for (size_t i = 0; i < p->count; i++) {
		(void)unlink(p->item[i].temporary);
		if (p->item[i].fd >= 0)
			(void)close(p->item[i].fd);
	}
	free(p->item);
	*p = (struct backup_parts){ 0 };
}

int part_stop_requested(const struct backup_job *job, struct error *err)
{
	if (job->stop_requested && job->stop_requested())
		return error_set(err, ERROR_INTERRUPTED, "interrupted while backing up %s",
				 job->component->name);
	return 0;
}
