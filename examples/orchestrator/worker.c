/* SPDX-License-Identifier: Apache-2.0 */
/* The worker: takes tasks from RabbitMQ, does them, writes what came of it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "broker.h"
#include "cache.h"
#include "log.h"
#include "settings.h"
#include "tasks.h"

struct worker {
	struct database database;
	struct cache cache;
	struct broker broker;
	unsigned long done;
};

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

/* The result is in PostgreSQL already: a cache that is gone is only told of. */
static void keep_result(struct worker *w, int64_t task)
{
	struct error err = ERROR_INIT;
	CLEANUP(cleanup_free)
	char *document = NULL;
	bool finished = false;

	if (tasks_read(&w->database, task, &document, &finished, &err) < 0 ||
	    (document && finished && cache_put(&w->cache, task, document, &err) < 0))
		log_error(LOG_LEVEL_WARNING, &err);
}

/* Data exceptions and violated constraints: trying again would not help (PostgreSQL, appendix A). */
static bool cannot_be_written(const struct database *d)
{
	return strncmp(d->sqlstate, "22", 2) == 0 || strncmp(d->sqlstate, "23", 2) == 0;
}

/* Acknowledged only behind the commit, so that a worker that dies before loses nothing. */
static int handle(struct worker *w, const struct delivery *d, struct error *err)
{
	enum tasks_outcome outcome = TASKS_UNKNOWN;

	if (d->task && tasks_work(&w->database, d->task, &outcome, err) < 0) {
		if (!cannot_be_written(&w->database))
			return -1;
		log_error(LOG_LEVEL_ERROR, err);
		error_clear(err);
		outcome = TASKS_UNKNOWN;
	}
	if (outcome == TASKS_UNKNOWN) {
		log_line(LOG_LEVEL_WARNING,
			 "a message of task %lld, which cannot be done, is rejected",
			 (long long)d->task);
		return broker_reject(&w->broker, d, err);
	}
	keep_result(w, d->task);
	w->done += outcome == TASKS_DONE;
	log_line(LOG_LEVEL_INFO, "task %lld %s%s", (long long)d->task,
		 outcome == TASKS_DONE ? "is done" : "was done before",
		 d->redelivered ? ", redelivered" : "");
	return broker_ack(&w->broker, d, err);
}

/* Until a store fails or the worker is to stop. What was not acknowledged comes again. */
static int serve(struct worker *w, struct backoff *backoff, struct error *err)
{
	if (tasks_ping(&w->database, err) < 0 || broker_consume(&w->broker, err) < 0)
		return -1;
	log_line(LOG_LEVEL_INFO, "waiting for tasks");
	while (!stop) {
		struct delivery d;
		int got = broker_next(&w->broker, &d, err);

		if (got < 0 || (got > 0 && handle(w, &d, err) < 0))
			return -1;
		backoff_succeeded(backoff);
	}
	return 0;
}

static void pause_for(const struct backoff *b)
{
	const struct timespec moment = { .tv_nsec = NS_PER_SECOND / 20 };

	while (!stop && !backoff_may_try(b))
		(void)nanosleep(&moment, NULL);
}

static void work(struct worker *w)
{
	struct backoff backoff = { 0 };

	while (!stop) {
		struct error err = ERROR_INIT;

		if (serve(w, &backoff, &err) == 0)
			break;
		log_error(LOG_LEVEL_WARNING, &err);
		broker_close(&w->broker);
		backoff_failed(&backoff);
		pause_for(&backoff);
	}
}

int main(void)
{
	CLEANUP(settings_release)
	struct settings s = { 0 };
	struct worker w = { 0 };
	const struct sigaction ending = { .sa_handler = on_signal };
	const struct sigaction ignoring = { .sa_handler = SIG_IGN };
	struct error err = ERROR_INIT;

	(void)sigaction(SIGTERM, &ending, NULL);
	(void)sigaction(SIGINT, &ending, NULL);
	(void)sigaction(SIGPIPE, &ignoring, NULL);
	if (settings_read(&s, &err) < 0) {
		log_error(LOG_LEVEL_ERROR, &err);
		return EXIT_FAILURE;
	}
	w.database.url = s.database_url;
	w.cache.address = &s.redis;
	w.cache.ttl_s = s.cache_ttl_s;
	w.broker.settings = &s;
	work(&w);
	broker_close(&w.broker);
	cache_close(&w.cache);
	database_close(&w.database);
	log_line(LOG_LEVEL_INFO, "ended; %lu tasks done", w.done);
	return EXIT_SUCCESS;
}
