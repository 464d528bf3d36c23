/* SPDX-License-Identifier: Apache-2.0 */
/* Lists the repository. Names are any bytes but NUL and '/'; no symbolic link is followed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "repository/catalogue.intern.h"

enum { DEPTH_MAX = 16, DAY = 86400 };

static void cleanup_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory to list the repository");
}

const struct component_config *scan_root_component(const struct config *config)
{
	for (size_t i = 0; i < config->component_count; i++) {
		if (config_has_backups(&config->component[i]))
			return &config->component[i];
	}
	return NULL;
}

bool scan_is_below(const char *path, const char *parent)
{
	size_t len = strlen(parent);

	while (len > 1 && parent[len - 1] == '/')
		len--;
	return strncmp(path, parent, len) == 0 && (path[len] == '/' || parent[len - 1] == '/');
}

static const char *relative_to(const char *path, const char *root)
{
	if (!scan_is_below(path, root))
		return path;
	path += strlen(root);
	while (*path == '/')
		path++;
	return path;
}

static int add_foreign(struct scan *s, const char *relative)
{
	if (s->foreign_count == s->foreign_capacity) {
		size_t capacity = s->foreign_capacity ? s->foreign_capacity * 2 : 64;
		const char **grown = realloc(s->foreign, capacity * sizeof(*grown));

		if (!grown)
			return -1;
		s->foreign = grown;
		s->foreign_capacity = capacity;
	}
	s->foreign[s->foreign_count++] = relative;
	return 0;
}

static struct scanned_file *add_file(struct scan *s)
{
	if (s->count == s->capacity) {
		size_t capacity = s->capacity ? s->capacity * 2 : 256;
		struct scanned_file *grown = realloc(s->item, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		s->item = grown;
		s->capacity = capacity;
	}
	return &s->item[s->count++];
}

/* Which component's name is it? Fills kind and component of `file`. */
static bool recognise(const struct scan *s, const char *path, const char *name,
		      struct backup_file *file, struct name_match *match)
{
	struct name_rules rules = { .time_pattern = s->config->time_pattern ?
							    s->config->time_pattern :
							    "" };
	const char *relative = relative_to(path, s->config->repository);

	for (size_t c = 0; c < s->config->component_count; c++) {
		const struct component_config *component = &s->config->component[c];

		if (!config_has_backups(component) || !scan_is_below(path, component->backups.path))
			continue;
		rules.built_in = pattern_built_in(component);
		rules.decoded = component->backups.decode.count > 0;
		for (size_t i = 0; i < s->patterns[c].count; i++) {
			file->component = component;
			file->kind = s->patterns[c].item[i].kind;
			if (pattern_match(&s->patterns[c].item[i], &rules, name, match))
				return true;
		}
	}
	rules.built_in = rules.decoded = false;
	file->component = scan_root_component(s->config);
	file->kind = PART_MANIFEST;
	return file->component && strcmp(relative, name) == 0 &&
	       pattern_match(&pattern_root_manifest, &rules, name, match);
}

static void set_times(const struct scan *s, const struct name_match *m, struct scanned_file *f)
{
	int64_t utc;

	if (!m->stamp.len) {
		f->time_ns = f->file.mtime_ns;
		f->day = f->time_ns / NS_PER_SECOND / DAY;
		return;
	}
	utc = m->utc ? m->local : timezone_to_utc(s->zone, m->local);
	f->file.name_time_ns = utc * NS_PER_SECOND;
	f->time_ns = f->file.name_time_ns;
	f->day = (m->utc ? utc + timezone_offset(s->zone, utc) : m->local) / DAY;
	f->date_only = m->date_only;
}

int scan_take_file(struct scan *s, const struct scan_entry *e, struct error *err)
{
	struct name_match match = { 0 };
	struct backup_file file = { .path = e->path,
				    .copy = s->copy,
				    .key = e->key,
				    .relative = relative_to(e->path, s->config->repository),
				    .size = e->size,
				    .mtime_ns = e->mtime_ns };
	struct scanned_file *slot;

	if (!recognise(s, e->path, e->name, &file, &match))
		return add_foreign(s, file.relative) < 0 ? no_memory(err) : 0;
	if (s->copy)
		file.path = arena_printf(s->arena, "s3://%s/%s", s->copy->bucket, e->key);
	file.database = pattern_unquote_database(match.database, s->arena);
	file.stamp = arena_strndup(s->arena, (const char *)match.stamp.ptr, match.stamp.len);
	slot = add_file(s);
	if (!slot || !file.path || !file.database || !file.stamp)
		return no_memory(err);
	*slot = (struct scanned_file){ .file = file };
	set_times(s, &match, slot);
	return 0;
}

/* A component's directory that lies elsewhere below the root is walked by itself. */
static bool walked_apart(const struct scan *s, const char *path)
{
	for (size_t i = 0; i < s->config->component_count; i++) {
		if (config_has_backups(&s->config->component[i]) &&
		    strcmp(path, s->config->component[i].backups.path) == 0)
			return true;
	}
	return false;
}

static int walk(struct scan *s, int parent, const char *path, unsigned depth, struct error *err);

static int take_entry(struct scan *s, int directory, const char *parent, const char *name,
		      unsigned depth, struct error *err)
{
	struct stat st;
	size_t len = strlen(parent);
	struct scan_entry entry;
	const char *path;

	/* our own temporaries are hidden, and so is what else should not be seen */
	if (name[0] == '.')
		return 0;
	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ?
			       0 :
			       error_set_errno(err, ERROR_IO, "look at %s/%s", parent, name);
	path = arena_printf(s->arena, "%s%s%s", parent, len && parent[len - 1] == '/' ? "" : "/",
			    name);
	if (!path)
		return no_memory(err);
	if (S_ISDIR(st.st_mode))
		return walked_apart(s, path) ? 0 : walk(s, directory, path, depth + 1, err);
	if (!S_ISREG(st.st_mode))
		return add_foreign(s, relative_to(path, s->config->repository)) < 0 ?
			       no_memory(err) :
			       0;
	entry = (struct scan_entry){ .path = path,
				     .name = name,
				     .size = (uint64_t)st.st_size,
				     .mtime_ns = (int64_t)st.st_mtim.tv_sec * NS_PER_SECOND +
						 st.st_mtim.tv_nsec };
	return scan_take_file(s, &entry, err);
}

/* Can a file in the directory, or below it, be a backup? What e2fsck keeps for itself cannot. */
static bool may_hold_backups(const struct scan *s, const char *path)
{
	if (strcmp(strrchr(path, '/') + 1, "lost+found") == 0)
		return false;
	for (size_t i = 0; i < s->config->component_count; i++) {
		const char *own = s->config->component[i].backups.path;

		if (config_has_backups(&s->config->component[i]) &&
		    (scan_is_below(path, own) || scan_is_below(own, path) ||
		     strcmp(path, own) == 0))
			return true;
	}
	return false;
}

/* `depth` 0 is a configured directory: it may be a link, and it may be missing. */
static int walk(struct scan *s, int parent, const char *path, unsigned depth, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = openat(parent, depth ? strrchr(path, '/') + 1 : path,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth ? O_NOFOLLOW : 0));
	CLEANUP(cleanup_dir)
	DIR *dir = NULL;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 && errno == EACCES && depth && !may_hold_backups(s, path))
		return add_foreign(s, relative_to(path, s->config->repository)) < 0 ?
			       no_memory(err) :
			       0;
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "open %s", path);
	if (depth > DEPTH_MAX)
		return error_set(err, ERROR_IO, "%s: directories nested deeper than %d", path,
				 DEPTH_MAX);
	dir = fdopendir(fd);
	if (!dir)
		return error_set_errno(err, ERROR_IO, "list %s", path);
	fd = -1;
	for (;;) {
		struct dirent *e;

		errno = 0;
		e = readdir(dir);
		if (!e && errno)
			return error_set_errno(err, ERROR_IO, "list %s", path);
		if (!e)
			return 0;
		if (take_entry(s, dirfd(dir), path, e->d_name, depth, err) < 0)
			return -1;
	}
}

static bool seen_before(const struct config *config, size_t component)
{
	const char *path = config->component[component].backups.path;

	if (config->repository && strcmp(path, config->repository) == 0)
		return true;
	for (size_t i = 0; i < component; i++) {
		if (config_has_backups(&config->component[i]) &&
		    strcmp(path, config->component[i].backups.path) == 0)
			return true;
	}
	return false;
}

int scan_read_patterns(struct scan *s, struct error *err)
{
	const struct config *config = s->config;

	s->patterns = arena_alloc(s->arena, (config->component_count + 1) * sizeof(*s->patterns));
	if (!s->patterns)
		return no_memory(err);
	for (size_t i = 0; i < config->component_count; i++) {
		if (config_has_backups(&config->component[i]) &&
		    pattern_list(&config->component[i], s->arena, &s->patterns[i], err) < 0)
			return -1;
	}
	return 0;
}

int scan_repository(struct scan *s, struct error *err)
{
	const struct config *config = s->config;

	if (scan_read_patterns(s, err) < 0 || walk(s, AT_FDCWD, config->repository, 0, err) < 0)
		return -1;
	for (size_t i = 0; i < config->component_count; i++) {
		const struct component_config *c = &config->component[i];

		if (config_has_backups(c) && !seen_before(config, i) &&
		    walk(s, AT_FDCWD, c->backups.path, 0, err) < 0)
			return -1;
	}
	return 0;
}

void scan_release(struct scan *s)
{
	free(s->item);
	free(s->foreign);
	s->item = NULL;
	s->foreign = NULL;
}
