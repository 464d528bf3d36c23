/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

/* What to limit, and where each version of cgroups keeps it. */
static const struct resource {
	const char *controller, *v1_limit, *v2_limit;
} resources[CGROUP_HIERARCHIES] = {
	{ "memory", "memory.limit_in_bytes", "memory.max" },
	{ "pids", "pids.max", "pids.max" },
};

static bool has_word(const char *list, const char *word, const char *separators)
{
	size_t len = strlen(word);

	while (*list) {
		size_t n = strcspn(list, separators);

		if (n == len && strncmp(list, word, n) == 0)
			return true;
		list += n + (list[n] != '\0');
	}
	return false;
}

static bool write_text(const char *directory, const char *name, const char *text)
{
	CLEANUP(cleanup_close)
	int fd = -1;
	char path[PATH_MAX + 64];

	(void)snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

static bool has_controller(const char *mount, const char *controller)
{
	CLEANUP(cleanup_fclose)
	FILE *f = NULL;
	char path[PATH_MAX + 64], line[512];

	(void)snprintf(path, sizeof(path), "%s/cgroup.controllers", mount);
	f = fopen(path, "re");
	return f && fgets(line, sizeof(line), f) && has_word(line, controller, " \n");
}

/*
 * A line of mountinfo: its fifth field is the mount point; after " - " stand type, source,
 * options. False: not a hierarchy with this controller.
 */
static bool parse_mount(char *line, const char *controller, char mount[PATH_MAX], bool *v2)
{
	char *rest = strstr(line, " - "), point[PATH_MAX], type[32], options[512];

	if (!rest || sscanf(line, "%*s %*s %*s %*s %4095s", point) != 1 ||
	    sscanf(rest, " - %31s %*s %511s", type, options) != 2)
		return false;
	*v2 = strcmp(type, "cgroup2") == 0;
	(void)snprintf(mount, PATH_MAX, "%s", point);
	if (*v2)
		return has_controller(mount, controller);
	return strcmp(type, "cgroup") == 0 && has_word(options, controller, ",\n");
}

static bool find_mount(const char *controller, char mount[PATH_MAX], bool *v2)
{
	CLEANUP(cleanup_fclose)
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[PATH_MAX + 1024];

	while (f && fgets(line, sizeof(line), f)) {
		if (parse_mount(line, controller, mount, v2))
			return true;
	}
	return false;
}

static bool make_one(struct cgroup *g, size_t i, const char *name, uint64_t limit)
{
	const struct resource *r = &resources[i];
	char mount[PATH_MAX], text[32];
	bool v2;
	int n;

	if (!limit || !find_mount(r->controller, mount, &v2))
		return false;
	n = snprintf(g->path[i], sizeof(g->path[i]), "%s/%s", mount, name);
	if (n < 0 || (size_t)n >= sizeof(g->path[i]) ||
	    (mkdir(g->path[i], 0755) < 0 && errno != EEXIST)) {
		g->path[i][0] = '\0';
		return false;
	}
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)limit);
	return write_text(g->path[i], v2 ? r->v2_limit : r->v1_limit, text);
}

void cgroup_make(struct cgroup *g, const char *name, uint64_t memory_max, unsigned process_max)
{
	*g = (struct cgroup){ 0 };
	g->memory = make_one(g, 0, name, memory_max);
	g->processes = make_one(g, 1, name, process_max);
}

void cgroup_find(struct cgroup *g, const char *name)
{
	*g = (struct cgroup){ 0 };
	for (size_t i = 0; i < CGROUP_HIERARCHIES; i++) {
		char mount[PATH_MAX];
		bool v2;
		int n;

		if (!find_mount(resources[i].controller, mount, &v2))
			continue;
		n = snprintf(g->path[i], sizeof(g->path[i]), "%s/%s", mount, name);
		if (n < 0 || (size_t)n >= sizeof(g->path[i]) || access(g->path[i], F_OK) < 0)
			g->path[i][0] = '\0';
	}
}

int cgroup_join(const struct cgroup *g, struct error *err)
{
	for (size_t i = 0; i < CGROUP_HIERARCHIES; i++) {
		if (g->path[i][0] && !write_text(g->path[i], "cgroup.procs", "0"))
			return error_set_errno(err, ERROR_REFUSED, "sandbox: enter %s", g->path[i]);
	}
	return 0;
}

static int limit(__rlimit_resource_t resource, rlim_t value, struct error *err)
{
	struct rlimit now;

	if (getrlimit(resource, &now) < 0)
		return error_set_errno(err, ERROR_IO, "sandbox: read a resource limit");
	if (value > now.rlim_max)
		value = now.rlim_max;
	if (setrlimit(resource, &(struct rlimit){ value, value }) < 0)
		return error_set_errno(err, ERROR_IO, "sandbox: set a resource limit");
	return 0;
}

int cgroup_limit_self(const struct cgroup *g, uint64_t memory_max, unsigned process_max,
		      struct error *err)
{
	/* 1, not 0: that alone keeps a crash from the host's own handler, which would keep the data */
	if (limit(RLIMIT_CORE, 1, err) < 0)
		return -1;
	if (memory_max && !g->memory && limit(RLIMIT_DATA, memory_max, err) < 0)
		return -1;
	return process_max && !g->processes ? limit(RLIMIT_NPROC, process_max, err) : 0;
}

/* The kernel may take a moment to let go of the last process. */
void cgroup_remove(struct cgroup *g)
{
	for (size_t i = 0; i < CGROUP_HIERARCHIES; i++) {
		for (int tries = 0; g->path[i][0] && tries < 100; tries++) {
			if (rmdir(g->path[i]) == 0 || errno != EBUSY)
				break;
			(void)usleep(10000);
		}
		g->path[i][0] = '\0';
	}
}
