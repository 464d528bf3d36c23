/* SPDX-License-Identifier: Apache-2.0 */
/* What services wrote: kept, and searched for errors. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/owner.h"
#include "base/quantity.h"
#include "service/services.intern.h"

enum { SHOWN_HITS = 3, LINES_SIZE = 900 };
/* More is not searched: a drill's log is not so long unless it went mad. */
static const uint64_t bytes_max = UINT64_C(1) << 30;

static int create_copy(const struct service *s, const char *directory, struct service_log *log,
		       struct error *err)
{
	int fd;

	if (!directory)
		return -1;
	(void)snprintf(log->path, sizeof(log->path), "%.3900s/%s.log", directory,
		       s->component->name);
	fd = open(log->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "make %s", log->path);
	if (owner_adopt(log->path, err) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* Where the first ones stand, and what they say. */
static void name_hits(const struct service_log *log, char out[LINES_SIZE])
{
	const struct log_found *f = &log->found;
	const char *file = *log->path ? log->path : log->component->name;
	size_t used = 0;

	*out = '\0';
	for (size_t i = 0; i < f->errors && i < SHOWN_HITS && used + 1 < LINES_SIZE; i++) {
		int n = snprintf(out + used, LINES_SIZE - used, "%s%s:%llu: %s", i ? "; " : "",
				 file, (unsigned long long)f->hit[i].line, f->hit[i].shown);

		used += n > 0 ? (size_t)n : 0;
	}
	if (f->errors > SHOWN_HITS && used + 1 < LINES_SIZE)
		(void)snprintf(out + used, LINES_SIZE - used, "; and %llu more",
			       (unsigned long long)(f->errors - SHOWN_HITS));
}

static int judge(const struct service *s, const struct service_log *log, struct checks *checks,
		 struct error *err)
{
	const struct log_found *f = &log->found;
	char found[64], lines[LINES_SIZE], number[NUMBER_TEXT_SIZE];
	const struct service_question q = {
		.id = CHECK_APP_LOG,
		.expected = "no error",
		.found = found,
		.hint = "what is no error, deploy.log_harmless may say"
	};

	(void)snprintf(found, sizeof(found), "%s line%s", number_format(f->errors, number),
		       f->errors == 1 ? "" : "s");
	if (!f->errors)
		return service_judge(s, &q, true, checks, err,
				     "no line of %s's log tells of an error; it has %s",
				     s->component->name, number_format(f->lines, number));
	name_hits(log, lines);
	return service_judge(s, &q, false, checks, err, "%s", lines);
}

/* What the service did to its own log says nothing of errors, and the drill goes on. */
static int unreadable(const struct service *s, const struct error *cause, struct checks *checks,
		      struct error *err)
{
	const struct service_question q = { .id = CHECK_APP_LOG };

	return service_not_judged(s, &q, checks, err, "%s's log cannot be read: %s",
				  s->component->name, cause->message);
}

static int too_long(const struct service *s, uint64_t bytes, struct checks *checks,
		    struct error *err)
{
	const struct service_question q = { .id = CHECK_APP_LOG };
	char size[QUANTITY_TEXT_SIZE];

	return service_not_judged(s, &q, checks, err, "%s's log has %s: it is not searched",
				  s->component->name, quantity_format_size(bytes, size));
}

static int search(struct service *s, int fd, const char *directory, struct service_log *log,
		  struct checks *checks, struct error *err)
{
	const struct string_list errors = config_log_errors(s->component);
	CLEANUP(cleanup_log_rules)
	struct log_rules *rules = NULL;
	CLEANUP(cleanup_close)
	int copy = create_copy(s, directory, log, err);

	if (directory && copy < 0)
		return -1;
	if (log_rules_open(&errors, &s->component->deploy.log_harmless, &rules, err) < 0 ||
	    log_search(&(struct log_job){ fd, copy, rules, s->all->hidden }, &log->found, err) < 0)
		return -1;
	return judge(s, log, checks, err);
}

static int look_at(struct service *s, const char *directory, struct service_log *log,
		   struct checks *checks, struct error *err)
{
	char name[SERVICE_LOG_NAME_SIZE];
	struct error cause = ERROR_INIT;
	CLEANUP(cleanup_close)
	int fd = sandbox_open_file(s->all->options.sandbox, service_log_name(s, name), &cause);
	struct stat st;

	if (fd < 0)
		return unreadable(s, &cause, checks, err);
	if (fstat(fd, &st) < 0)
		return error_set_errno(err, ERROR_IO, "the log of %s", s->component->name);
	if ((uint64_t)st.st_size > bytes_max)
		return too_long(s, (uint64_t)st.st_size, checks, err);
	return search(s, fd, directory, log, checks, err);
}

int services_logs(struct services *s, const char *directory,
		  void (*told)(void *cookie, const struct service_log *log), void *cookie,
		  struct checks *checks, struct error *err)
{
	CLEANUP(cleanup_free)
	struct service_log *log = malloc(sizeof(*log));

	if (!log)
		return error_set(err, ERROR_NOMEM, "no memory to read logs");
	if (directory && owner_make_directories(directory, 0700, err) < 0)
		return -1;
	for (size_t i = 0; i < s->count; i++) {
		struct service *service = &s->item[i];
		enum service_state state = service_state_now(service);

		if (state == SERVICE_WAITS || state == SERVICE_NEVER)
			continue;
		*log = (struct service_log){ .component = service->component };
		if (look_at(service, directory, log, checks, err) < 0)
			return -1;
		if (told)
			told(cookie, log);
	}
	return 0;
}
