/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of services share. */
#ifndef SERVICE_SERVICES_INTERN_H
#define SERVICE_SERVICES_INTERN_H

#include <pthread.h>
#include <stdatomic.h>

#include "model/variables.h"
#include "service/ask.h"
#include "service/log_follow.h"
#include "service/services.h"

enum service_state {
	SERVICE_WAITS,   /* for what it needs */
	SERVICE_STARTED, /* goes on, as far as is known */
	SERVICE_ENDED,   /* by itself */
	SERVICE_NEVER    /* could not be started, or what it needs is not up */
};

struct service {
	struct services *all;
	const struct component_config *component;
	struct variables variables;
	struct health_config health;
	bool has_health;
	struct log_follow *followed; /* for health.log; NULL: it is not asked for */
	/* under the lock of all: */
	enum service_state state;
	bool settled; /* whether it is up is decided */
	bool up;      /* well, when it was settled */
	bool told;    /* of its end */
	bool flooded; /* its log has grown too long, so that it was asked to end */
	int connection;
	int code;
	int64_t began_ns, ended_ns; /* monotonic clock */
	/* of the thread that starts it: */
	pthread_t thread;
	struct checks checks;
	struct error error;
};

struct services {
	struct services_options options;
	struct hidden *hidden; /* what services and trials were given in confidence */
	struct service *item;
	size_t count;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	atomic_bool given_up; /* no more are to be started */
	pthread_t limiter;    /* looks how long the logs are */
	bool limited;         /* that runs */
	bool over;            /* under the lock: it is to end */
};

/* "service-api.log": what it writes, in the sandbox's directory. Returns `out`. */
enum { SERVICE_LOG_NAME_SIZE = 96 };
char *service_log_name(const struct service *s, char out[SERVICE_LOG_NAME_SIZE]);

/* See whether it has ended, without waiting. -1: the sandbox has. */
MUST_CHECK int service_look(struct service *s, struct error *err);

enum service_state service_state_now(struct service *s);

/* Its health, once: as ask_inside(), of all that is told of it. */
MUST_CHECK int service_ask_health(const struct service *s, int64_t time_ns, struct ask_answer *out,
				  struct error *err);

struct service_question {
	enum check_id id;
	const char *expected, *found, *hint;
};
/* Add that it holds or not, by the component's severity. */
__attribute__((format(printf, 6, 7))) MUST_CHECK int service_judge(
	const struct service *s, const struct service_question *q, bool holds,
	struct checks *checks, struct error *err, const char *fmt, ...);
/* Add that it could not be judged. */
__attribute__((format(printf, 5, 6))) MUST_CHECK int service_not_judged(
	const struct service *s, const struct service_question *q, struct checks *checks,
	struct error *err, const char *fmt, ...);
/* Add as that check that it has ended, with its code and last words. */
MUST_CHECK int service_tell_end(struct service *s, enum check_id id, struct checks *checks,
				struct error *err);

/* How long a log may become. */
uint64_t services_log_max(const struct services *s);
/*
 * From now on, until the end is asked for, whose log has grown longer than that is ended, and
 * `flooded`.
 */
MUST_CHECK int services_limit_begin(struct services *s, struct error *err);
void services_limit_end(struct services *s); /* safe where none has begun */

/* The life of the thread that starts it. */
void *service_start_main(void *service);

#endif
