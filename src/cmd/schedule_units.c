/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/schedule_units.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

void schedule_units_release(struct schedule_units *u)
{
	for (size_t i = 0; i < u->count; i++) {
		free(u->item[i].name);
		buf_release(&u->item[i].text);
	}
	free(u->item);
	*u = (struct schedule_units){ 0 };
}

static struct buf *add(struct schedule_units *u, const char *name, const char *kind)
{
	struct schedule_unit *unit = &u->item[u->count];

	if (asprintf(&unit->name, "muster-%s.%s", name, kind) < 0) {
		unit->name = NULL;
		return NULL;
	}
	u->count++;
	return &unit->text;
}

static int add_schedule(const struct export_plan *plan, const struct export_schedule *s,
			struct schedule_units *u, struct error *err)
{
	struct buf *text = add(u, s->name, "service");

	if (!text)
		return error_set(err, ERROR_NOMEM, "no memory for units");
	if (export_systemd_service(plan, s, text, err) < 0)
		return -1;
	text = add(u, s->name, "timer");
	if (!text)
		return error_set(err, ERROR_NOMEM, "no memory for units");
	return export_systemd_timer(plan, s, text, err);
}

static int add_outbox(const struct export_plan *plan, struct schedule_units *u, struct error *err)
{
	struct buf *text = add(u, "outbox", "service");

	if (!text)
		return error_set(err, ERROR_NOMEM, "no memory for units");
	if (export_systemd_outbox_service(plan, text, err) < 0)
		return -1;
	text = add(u, "outbox", "timer");
	if (!text)
		return error_set(err, ERROR_NOMEM, "no memory for units");
	return export_systemd_outbox_timer(plan, text, err);
}

int schedule_units_make(const struct export_plan *plan, struct schedule_units *out,
			struct error *err)
{
	out->item = calloc(plan->count * 2 + 2, sizeof(*out->item));
	if (!out->item)
		return error_set(err, ERROR_NOMEM, "no memory for units");
	for (size_t i = 0; i < plan->count; i++) {
		if (strcmp(plan->schedule[i].name, "outbox") == 0) {
			(void)error_set(err, ERROR_CONFIG,
					"schedule outbox: muster-outbox is the unit that delivers "
					"notifications");
			return error_hint(err, "give the schedule another name");
		}
		if (add_schedule(plan, &plan->schedule[i], out, err) < 0)
			return -1;
	}
	return plan->outbox ? add_outbox(plan, out, err) : 0;
}

/* Where files are kept until all are written: beside their place, so that a rename moves them. */
struct stage {
	char directory[PATH_MAX], path[PATH_MAX];
};

enum { FILE_PATH_SIZE = PATH_MAX + NAME_MAX + 8 };

static char *in_place(const struct stage *s, const char *name, char out[FILE_PATH_SIZE])
{
	(void)snprintf(out, FILE_PATH_SIZE, "%s/%.*s", s->directory, NAME_MAX, name);
	return out;
}

static char *in_stage(const struct stage *s, const char *name, bool old, char out[FILE_PATH_SIZE])
{
	(void)snprintf(out, FILE_PATH_SIZE, "%s/%.*s%s", s->path, NAME_MAX, name,
		       old ? ".old" : "");
	return out;
}

/* The one that was there is kept aside. */
static int put(const struct stage *s, const char *name, struct error *err)
{
	char new[FILE_PATH_SIZE], old[FILE_PATH_SIZE], place[FILE_PATH_SIZE];
	struct stat there;

	(void)in_place(s, name, place);
	if (lstat(place, &there) == 0 && !S_ISREG(there.st_mode) && !S_ISLNK(there.st_mode))
		return error_set(err, ERROR_IO, "%s: is in the way, and no file", place);
	if (rename(place, in_stage(s, name, true, old)) < 0 && errno != ENOENT)
		return error_set_errno(err, ERROR_IO, "%s", place);
	if (rename(in_stage(s, name, false, new), place) < 0) {
		(void)error_set_errno(err, ERROR_IO, "%s", place);
		(void)rename(old, place);
		return -1;
	}
	return 0;
}

static void put_back(const struct stage *s, const char *name)
{
	char old[FILE_PATH_SIZE], place[FILE_PATH_SIZE];

	(void)in_place(s, name, place);
	if (rename(in_stage(s, name, true, old), place) < 0)
		(void)remove(place);
}

static int put_all(const struct schedule_units *u, const struct stage *s, struct error *err)
{
	for (size_t i = 0; i < u->count; i++) {
		if (put(s, u->item[i].name, err) == 0)
			continue;
		while (i-- > 0)
			put_back(s, u->item[i].name);
		return -1;
	}
	return 0;
}

static int write_all(const struct schedule_units *u, const struct stage *s, struct error *err)
{
	char path[FILE_PATH_SIZE];

	for (size_t i = 0; i < u->count; i++) {
		const struct buf *text = &u->item[i].text;

		if (file_write_atomic(in_stage(s, u->item[i].name, false, path), 0644, text->ptr,
				      text->len, err) < 0)
			return -1;
	}
	return 0;
}

int schedule_units_write(const struct schedule_units *u, const char *directory, struct error *err)
{
	struct stage s;
	struct error left = ERROR_INIT;
	int rc;

	(void)snprintf(s.directory, sizeof(s.directory), "%s", directory);
	if (snprintf(s.path, sizeof(s.path), "%s/.muster-export-XXXXXX", directory) >= PATH_MAX)
		return error_set(err, ERROR_USAGE, "%.60s…: the path is too long", directory);
	if (!mkdtemp(s.path)) {
		(void)error_set_errno(err, ERROR_IO, "%s", directory);
		return error_hint(err, "the directory must exist, and this user write into it");
	}
	rc = write_all(u, &s, err) < 0 || put_all(u, &s, err) < 0 ||
			     file_sync_directory(directory, err) < 0 ?
		     -1 :
		     0;
	if (file_remove_tree(s.path, &left) < 0 && rc == 0)
		return error_set(err, left.kind, "%s", left.message);
	return rc;
}
