/* SPDX-License-Identifier: Apache-2.0 */
#include "component/redis/server_log.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "component/start.h"
#include "model/quote.h"

enum { LINES_MAX_BYTES = 64 * 1024 };

/* Beginnings of warnings that tell nothing of what is loaded. Until 7.2 greetings were warnings too. */
static const char *const harmless[] = {
	"oO0OoO0OoO0Oo ",
	"Redis version=",
	"Valkey version=",
	"Configuration loaded",
	"Server initialized",
	"WARNING Memory overcommit must be enabled!",
	"WARNING overcommit_memory is set to 0!",
	"WARNING you have Transparent Huge Pages",
	"WARNING: The TCP backlog setting",
	/* a low limit of open files */
	"You requested maxclients of",
	"Server can't set maximum open files to",
	"Current maximum open files is",
	/* the master that nobody serves, and the end of being its replica */
	"Error condition on socket for SYNC: Connection refused",
	"Setting secondary replication ID to",
	/* a finding of our reader's (no-checksum), which is told of the file */
	"RDB file was saved with checksum disabled",
	/* jemalloc in a sandbox with fewer processors than the machine */
	"<jemalloc>: Number of CPUs detected is not deterministic.",
};

/* Words of lines about what this machine has too little of, or has not installed. */
static const char *const lacking[] = {
	"No space left on device",         "Disk quota exceeded",     "Cannot allocate memory",
	"Out Of Memory allocating",        "can't open the RDB file", "no matching module type",
	"Can't handle RDB format version", "Permission denied",       "Read-only file system",
};

static bool is_harmless(const char *line)
{
	for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++) {
		if (strncmp(line, harmless[i], strlen(harmless[i])) == 0)
			return true;
	}
	return false;
}

static bool is_of_machine(const char *line)
{
	for (size_t i = 0; i < sizeof(lacking) / sizeof(*lacking); i++) {
		if (strstr(line, lacking[i]))
			return true;
	}
	return false;
}

/*
 * "27466:M 27 Nov 2026 10:06:28.444 # words": process, role, time, level ('.', '-', '*', '#'
 * rising). NULL: a notice, or less. What is no such line is taken whole.
 */
static const char *complaint_of(const char *line)
{
	int at = 0;
	char level = 0;

	if (sscanf(line, "%*d:%*c %*d %*3s %*d %*d:%*d:%*d.%*d %c %n", &level, &at) != 1 || !at)
		return *line ? line : NULL;
	return level == '#' ? line + at : NULL;
}

static int take_complaint(struct server_log *l, const char *line, struct error *err)
{
	/* where it says what is wrong with a file it names the place in its source */
	bool says_most = strstr(line, "Internal error in RDB") != NULL;

	if (is_harmless(line))
		return 0;
	if (!l->count || says_most)
		(void)quote_text(line, l->reason, sizeof(l->reason));
	if (!l->lacking[0] && is_of_machine(line))
		(void)quote_text(line, l->lacking, sizeof(l->lacking));
	l->count++;
	if (l->lines.len < LINES_MAX_BYTES && buf_printf(&l->lines, "%s\n", line) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the log of Redis");
	return 0;
}

static int take_line(void *cookie, char *line, struct error *err)
{
	const char *complaint;

	line[strcspn(line, "\r")] = '\0';
	complaint = complaint_of(line);
	return complaint ? take_complaint(cookie, complaint, err) : 0;
}

int server_log_read(const char *path, uint64_t from, struct server_log *out, struct error *err)
{
	return server_read_log(path, from, take_line, out, err);
}

void server_log_release(struct server_log *l)
{
	buf_release(&l->lines);
	*l = (struct server_log){ 0 };
}
