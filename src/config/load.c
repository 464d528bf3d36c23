/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "config/config.h"
#include "config/decode.h"
#include "config/merge.h"
#include "config/yaml.h"

/* What lives only while a configuration is read. */
struct loading {
	struct arena arena; /* texts and trees */
	struct config_complaints *complaints;
	struct error *err;
};

static int no_memory(struct loading *l)
{
	return error_set(l->err, ERROR_NOMEM, "out of memory");
}

static const char *find_path(const char *given, struct error *err)
{
	const char *variable = getenv("MUSTER_CONFIG");

	if (given)
		return given;
	if (variable && *variable)
		return variable;
	if (access("muster.yaml", F_OK) == 0)
		return "muster.yaml";
	if (access("/etc/muster/muster.yaml", F_OK) == 0)
		return "/etc/muster/muster.yaml";
	(void)error_set(err, ERROR_NOT_FOUND,
			"no configuration: neither ./muster.yaml nor /etc/muster/muster.yaml "
			"is there");
	(void)error_hint(err, "name one with -c FILE or MUSTER_CONFIG");
	return NULL;
}

/* The directory of `path`, absolute. */
static const char *directory_of(struct loading *l, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *copy = slash ? arena_strndup(&l->arena, path, (size_t)(slash - path + 1)) : ".";
	CLEANUP(cleanup_free)
	char *resolved = copy ? realpath(copy, NULL) : NULL;

	return resolved ? arena_strdup(&l->arena, resolved) : NULL;
}

/* Read a file into a tree; `*out` is NULL when it has complaints that leave no tree. */
static int read_file(struct loading *l, const char *path, struct node **out)
{
	CLEANUP(buf_release)
	struct buf bytes = { 0 };
	struct node_source *source = arena_alloc(&l->arena, sizeof(*source));
	size_t errors = l->complaints->errors;

	if (!source)
		return no_memory(l);
	if (file_read(path, YAML_SIZE_MAX, &bytes, l->err) < 0)
		return -1;
	source->name = path;
	source->directory = directory_of(l, path);
	source->text = arena_strndup(&l->arena, bytes.ptr ? bytes.ptr : "", bytes.len);
	source->len = bytes.len;
	source->is_file = true;
	if (!source->text || !source->directory)
		return no_memory(l);
	if (yaml_read(source, &l->arena, l->complaints, out, l->err) < 0)
		return -1;
	if (!*out || (*out)->kind != NODE_MAP) {
		if (l->complaints->errors == errors)
			complain(l->complaints, source, (struct mark){ 1, 1, 1 },
				 "a configuration is a map of keys, beginning with \"version: 1\"");
		*out = NULL;
	}
	return 0;
}

static int is_yaml(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

/* By bytes, so that the order does not hang on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_part(struct loading *l, const char *directory, const char *name, struct node *root)
{
	const char *path = arena_printf(&l->arena, "%s/%s", directory, name);
	struct node *extra;

	if (!path)
		return no_memory(l);
	if (read_file(l, path, &extra) < 0)
		return -1;
	if (extra && root)
		merge_file(root, extra, l->complaints);
	return 0;
}

/* conf.d beside the main file: also read when that one is broken, to show everything in one go. */
static int read_parts(struct loading *l, const char *main_path, struct node *root)
{
	const char *slash = strrchr(main_path, '/');
	int above = slash ? (int)(slash - main_path + 1) : 0;
	const char *directory = arena_printf(&l->arena, "%.*sconf.d", above, main_path);
	struct dirent **entries;
	int count, rc = 0;

	if (!directory)
		return no_memory(l);
	count = scandir(directory, &entries, is_yaml, by_name);
	if (count < 0)
		return access(directory, F_OK) < 0 ?
			       0 :
			       error_set_errno(l->err, ERROR_IO, "cannot list %s", directory);
	for (int i = 0; i < count; i++) {
		if (rc == 0)
			rc = read_part(l, directory, entries[i]->d_name, root);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

static int by_place(const void *a, const void *b)
{
	const struct config_complaint *x = a, *y = b;
	int order = strcmp(x->file, y->file);

	if (order)
		return order;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

/* What holds when nothing is said of schedules: the rhythms of a testing plan. */
static const char rhythms[] = "schedules:\n"
			      "  daily-verify: {run: verify, when: \"*-*-* 03:00\"}\n"
			      "  weekly-restore-test: {run: restore-test, when: \"Sun 01:00\"}\n"
			      "  monthly-drill: {run: drill, when: \"Thu *-*-1..7 10:00\"}\n"
			      "  quarterly-assessment:\n"
			      "    {run: assessment, when: \"Mon *-03,06,09,12~07/1 09:00\"}\n"
			      "  annual-exercise: {run: exercise, when: \"Mon *-11-1..7 09:00\"}\n";

static int add_built_in(struct loading *l, struct node *root)
{
	static const struct node_source source = {
		.name = "built-in", .directory = "/", .text = rhythms, .len = sizeof(rhythms) - 1
	};
	struct node *extra;

	if (node_child(root, "schedules"))
		return 0;
	if (yaml_read(&source, &l->arena, l->complaints, &extra, l->err) < 0)
		return -1;
	merge_file(root, extra, l->complaints);
	return 0;
}

static int read_all(struct loading *l, const struct config_source *source, const char *path,
		    struct config *out)
{
	struct node *root;

	if (read_file(l, path, &root) < 0 || read_parts(l, path, root) < 0)
		return -1;
	if (!root)
		return 0;
	if (merge_environment(root, &l->arena, l->complaints, l->err) < 0 ||
	    merge_flags(root, source->flags, &l->arena, l->complaints, l->err) < 0 ||
	    add_built_in(l, root) < 0 || decode_config(root, out, l->complaints, l->err) < 0)
		return -1;
	return l->complaints->errors ? 0 : values_collect(root, out, l->err);
}

int config_load(const struct config_source *source, struct config *out,
		struct config_complaints *complaints, struct error *err)
{
	struct loading l = { .complaints = complaints, .err = err };
	const char *path = find_path(source->path, err);
	int rc = -1;

	if (path) {
		out->path = arena_strdup(&out->arena, path);
		rc = out->path ? read_all(&l, source, path, out) : no_memory(&l);
	}
	arena_release(&l.arena);
	if (complaints->count)
		qsort(complaints->item, complaints->count, sizeof(*complaints->item), by_place);
	if (rc == 0 && complaints->errors)
		return error_set(err, ERROR_CONFIG, "%s: %zu %s", path, complaints->errors,
				 complaints->errors == 1 ? "error" : "errors");
	return rc;
}
