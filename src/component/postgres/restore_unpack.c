/* SPDX-License-Identifier: Apache-2.0 */
/* pg_dump's directory format out of a tar: plain files of plain names, side by side. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "component/postgres/restore.h"
#include "format/tar.h"

enum { BLOCK = 64 * 1024 };

struct unpacking {
	const char *path, *directory;
	const struct place *place;
	struct tar tar;
	struct findings findings;
	int out; /* the member's; -1: none is kept */
};

/* A ustar header's size: octal, or from 8 GiB on in base 256 (as GNU's and pg_dump's are). */
static uint64_t size_of(const uint8_t header[TAR_BLOCK])
{
	const uint8_t *field = header + 124;
	uint64_t size = 0;

	if (field[0] == 0x80) {
		for (int i = 4; i < 12; i++)
			size = size << 8 | field[i];
		return size;
	}
	for (int i = 0; i < 12 && field[i] >= '0' && field[i] <= '7'; i++)
		size = size * 8 + (uint64_t)(field[i] - '0');
	return size;
}

/*
 * pg_dump's own tar begins with its table of contents and ends with a script; pg_restore
 * takes no other. Anything strange is left to the reader of tars.
 */
static bool is_own_tar(int fd)
{
	static const char first[] = "toc.dat", last[] = "restore.sql";
	uint8_t header[TAR_BLOCK];
	uint64_t offset = 0;

	while (offset < INT64_MAX / 2 &&
	       pread(fd, header, sizeof(header), (off_t)offset) == (ssize_t)sizeof(header)) {
		uint64_t size = size_of(header);

		if ((offset == 0 && memcmp(header, first, sizeof(first)) != 0) ||
		    size > INT64_MAX / 4)
			return false;
		if (memcmp(header, last, sizeof(last)) == 0)
			return true;
		offset += TAR_BLOCK + (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	}
	return false;
}

/* What pg_dump calls its files; a directory before it is of no interest. */
static const char *plain_name(const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *base = slash ? slash + 1 : name;

	return *base && *base != '.' &&
			       strspn(base, "abcdefghijklmnopqrstuvwxyz0123456789_.") ==
				       strlen(base) ?
		       base :
		       NULL;
}

static int begin_member(struct unpacking *u, struct error *err)
{
	const char *name = plain_name(u->tar.member.name);
	char path[TAR_NAME_SIZE + 257];

	if (!name || (u->tar.member.type != '0' && u->tar.member.type != '\0'))
		return 0;
	(void)snprintf(path, sizeof(path), "%.255s/%s", u->directory, name);
	u->out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);
	if (u->out < 0 || (u->place->drop && fchown(u->out, u->place->uid, u->place->gid) < 0))
		return error_set_errno(err, ERROR_IO, "create %s", path);
	return 0;
}

static int take(struct unpacking *u, struct span in, uint64_t offset, struct error *err)
{
	const uint8_t *start = in.ptr;

	for (;;) {
		struct span data = { 0 };
		enum tar_event event =
			tar_read(&u->tar, &in, offset + (uint64_t)(in.ptr - start), &data);

		if (event == TAR_MORE)
			return 0;
		if (event == TAR_MEMBER && begin_member(u, err) < 0)
			return -1;
		if (event == TAR_DATA && u->out >= 0 &&
		    file_write_all(u->out, u->directory, data.ptr, data.len, err) < 0)
			return -1;
		if (event == TAR_MEMBER_END)
			cleanup_close(&u->out);
		if (event == TAR_MEMBER_END)
			u->out = -1;
	}
}

static int unpack(struct unpacking *u, int fd, struct error *err)
{
	uint8_t block[BLOCK];
	uint64_t offset = 0;
	ssize_t n;

	while ((n = file_read_some(fd, u->path, block, sizeof(block), err)) > 0) {
		if (take(u, (struct span){ block, (size_t)n }, offset, err) < 0)
			return -1;
		offset += (uint64_t)n;
	}
	return n < 0 ? -1 : 0;
}

int postgres_restore_unpack(const struct postgres_restore *r, const struct restore_part *p,
			    char out[128], struct error *err)
{
	const struct place *place = &r->server->place;
	CLEANUP(cleanup_close)
	int fd = open(p->path, O_RDONLY | O_CLOEXEC);
	CLEANUP(cleanup_free)
	struct unpacking *u = calloc(1, sizeof(*u));
	int rc;

	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "open %s", p->path);
	if (!u)
		return error_set(err, ERROR_NOMEM, "no memory to unpack %s", p->path);
	if (is_own_tar(fd))
		return 0;
	(void)snprintf(out, 128, "%s/dump-%zu", place->directory, (size_t)(p - r->job->part));
	if (mkdir(out, 0700) < 0 || (place->drop && chown(out, place->uid, place->gid) < 0))
		return error_set_errno(err, ERROR_IO, "create directory %s", out);
	*u = (struct unpacking){ .path = p->path, .directory = out, .place = place, .out = -1 };
	u->tar.findings = &u->findings;
	rc = unpack(u, fd, err);
	cleanup_close(&u->out);
	findings_release(&u->findings);
	return rc < 0 ? -1 : 1;
}
