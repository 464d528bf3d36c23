/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log_follow.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "service/log_reader.h"

enum { BLOCK = 64 * 1024 };

struct log_follow {
	pthread_mutex_t lock;
	struct log_rules *rules;
	struct log_found found;
	struct log_reader reader;
};

int log_follow_open(const char *pattern, struct log_follow **out, struct error *err)
{
	const char *one[] = { pattern };
	const struct string_list list = { one, 1 }, none = { 0 };
	struct log_follow *f = calloc(1, sizeof(*f));

	*out = NULL;
	if (!f)
		return error_set(err, ERROR_NOMEM, "no memory to read a log");
	if (log_rules_open(&list, &none, &f->rules, err) < 0) {
		free(f);
		return -1;
	}
	(void)pthread_mutex_init(&f->lock, NULL);
	f->reader.rules = f->rules;
	f->reader.found = &f->found;
	*out = f;
	return 0;
}

void log_follow_close(struct log_follow *f)
{
	if (!f)
		return;
	log_rules_close(f->rules);
	(void)pthread_mutex_destroy(&f->lock);
	free(f);
}

/* A service may write faster than it is read: then it is the deadline that ends this. */
static int read_on(struct log_follow *f, int fd, int64_t deadline_ns, struct error *err)
{
	char block[BLOCK];

	while (!f->found.errors && clock_monotonic_ns() < deadline_ns) {
		ssize_t n = pread(fd, block, sizeof(block), (off_t)f->found.bytes);

		if (n < 0)
			return error_set_errno(err, ERROR_IO, "read a log");
		if (n == 0)
			return 0;
		f->found.bytes += (uint64_t)n;
		log_reader_take(&f->reader, block, (size_t)n);
	}
	return 0;
}

int log_follow_on(struct log_follow *f, int fd, int64_t deadline_ns, bool *found, struct error *err)
{
	int rc;

	(void)pthread_mutex_lock(&f->lock);
	rc = read_on(f, fd, deadline_ns, err);
	*found = f->found.errors || log_reader_matches(&f->reader);
	(void)pthread_mutex_unlock(&f->lock);
	return rc;
}
