/* SPDX-License-Identifier: Apache-2.0 */
/* Services that write without end are ended before they fill the host's disk. */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "service/services.intern.h"

/* What a program can write in it beyond the limit is some part of a GiB. */
static const int64_t pause_ns = NS_PER_SECOND / 10;
static const uint64_t built_in_max = UINT64_C(1) << 30;

uint64_t services_log_max(const struct services *s)
{
	return s->options.log_max ? s->options.log_max : built_in_max;
}

static uint64_t log_size(const struct service *s)
{
	char name[SERVICE_LOG_NAME_SIZE];
	struct error absent = ERROR_INIT;
	struct stat st;
	CLEANUP(cleanup_close)
	int fd = sandbox_open_file(s->all->options.sandbox, service_log_name(s, name), &absent);

	return fd < 0 || fstat(fd, &st) < 0 || st.st_size < 0 ? 0 : (uint64_t)st.st_size;
}

/* Under the lock. */
static void limit(struct service *s)
{
	if (s->state != SERVICE_STARTED || s->flooded || log_size(s) <= services_log_max(s->all))
		return;
	s->flooded = true;
	visit_ask_to_end(s->connection);
}

static void *limit_main(void *services)
{
	struct services *s = services;

	(void)pthread_mutex_lock(&s->lock);
	while (!s->over) {
		const struct timespec until = clock_moment_ahead(pause_ns);

		for (size_t i = 0; i < s->count; i++)
			limit(&s->item[i]);
		(void)pthread_cond_timedwait(&s->changed, &s->lock, &until);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

int services_limit_begin(struct services *s, struct error *err)
{
	sigset_t all, before;
	int rc;

	/* signals are for the threads that wait for something */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&s->limiter, NULL, limit_main, s);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	s->limited = rc == 0;
	return rc == 0 ? 0 : error_set(err, ERROR_IO, "start a thread: %s", strerror(rc));
}

void services_limit_end(struct services *s)
{
	if (!s->limited)
		return;
	(void)pthread_mutex_lock(&s->lock);
	s->over = true;
	(void)pthread_cond_broadcast(&s->changed);
	(void)pthread_mutex_unlock(&s->lock);
	(void)pthread_join(s->limiter, NULL);
	s->limited = false;
}
