/* SPDX-License-Identifier: Apache-2.0 */
/* From the wait for what it needs to the word that it is well: the thread of one service. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "service/services.intern.h"
#include "service/values.h"

/* One question about health may last so long before it is looked whether the service still is. */
static const int64_t question_ns = 5 * NS_PER_SECOND;
static const int64_t pause_ns = 200 * (NS_PER_SECOND / 1000);
/* Without any health: one that ends at once is not up. */
static const int64_t settling_ns = NS_PER_SECOND;

static int may_go_on(const struct service *s, struct error *err)
{
	if (s->all->given_up || stop_is_asked(&s->all->options.stop))
		return error_set(err, ERROR_INTERRUPTED, "interrupted");
	return 0;
}

static struct service *find(struct services *all, const char *name)
{
	for (size_t i = 0; i < all->count; i++) {
		if (strcmp(all->item[i].component->name, name) == 0)
			return &all->item[i];
	}
	return NULL;
}

/* Under the lock: what it waits for, or what it waits for in vain. */
static const struct service *missing(const struct service *s)
{
	const struct string_list *needs = &s->component->deploy.needs;
	const struct service *waits = NULL;

	for (size_t i = 0; i < needs->count; i++) {
		const struct service *other = find(s->all, needs->item[i]);

		/* restored servers are up already */
		if (!other || (other->settled && other->up))
			continue;
		if (other->settled)
			return other;
		waits = other;
	}
	return waits;
}

/* 1: all is there; 0: what it needs never will be, `*in_vain`. */
static int await_needs(struct service *s, const struct service **in_vain, struct error *err)
{
	struct services *all = s->all;
	int rc = 1;

	(void)pthread_mutex_lock(&all->lock);
	while ((*in_vain = missing(s)) && !(*in_vain)->settled) {
		const struct timespec until = clock_moment_ahead(pause_ns);

		(void)pthread_cond_timedwait(&all->changed, &all->lock, &until);
		if (may_go_on(s, err) < 0) {
			rc = -1;
			break;
		}
	}
	(void)pthread_mutex_unlock(&all->lock);
	return rc < 0 ? -1 : !*in_vain;
}

static void settle(struct service *s, bool up)
{
	(void)pthread_mutex_lock(&s->all->lock);
	s->settled = true;
	s->up = up;
	if (s->state == SERVICE_WAITS)
		s->state = SERVICE_NEVER;
	(void)pthread_cond_broadcast(&s->all->changed);
	(void)pthread_mutex_unlock(&s->all->lock);
}

/* What it could not read inside is said here: there it would only be "not found". */
static const char *absent_file(const struct deploy_config *d)
{
	const char *program = d->command.item[0];

	for (size_t i = 0; i < d->files.count; i++) {
		if (access(d->files.item[i], F_OK) < 0)
			return d->files.item[i];
	}
	return *program == '/' && !strchr(program, '$') && access(program, F_OK) < 0 ? program :
										       NULL;
}

/* What its health is to be read from. */
static int open_followed(struct service *s, struct error *err)
{
	const char *pattern = s->health.log;

	return pattern && *pattern ? log_follow_open(pattern, &s->followed, err) : 0;
}

static int start_program(struct service *s, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	const struct deploy_config *d = &s->component->deploy;
	struct visit_program program = { .directory = *d->cwd ? d->cwd : NULL };
	char log[SERVICE_LOG_NAME_SIZE];
	int connection = -1;

	program.argv = values_words(&s->variables, &d->command, &arena, err);
	program.env = values_env(&s->variables);
	if (!program.argv || visit_start(s->all->options.sandbox, &program,
					 service_log_name(s, log), &connection, err) < 0)
		return -1;
	(void)pthread_mutex_lock(&s->all->lock);
	s->connection = connection;
	s->state = SERVICE_STARTED;
	s->began_ns = clock_monotonic_ns();
	(void)pthread_mutex_unlock(&s->all->lock);
	return 0;
}

/* 1: it runs; 0: it will not, and a check says why. */
static int start(struct service *s, struct error *err)
{
	const struct service_question q = { .id = CHECK_DEPLOYED,
					    .expected = "is started",
					    .found = "cannot be started",
					    .hint = "see components.*.deploy in muster.yaml(5)" };
	const char *absent = absent_file(&s->component->deploy);
	struct error cause = ERROR_INIT;

	if (absent)
		return service_judge(s, &q, false, &s->checks, err, "%s: %s is not there",
				     s->component->name, absent);
	if (values_fill(s->all->options.env, &s->component->deploy.env, &s->variables, &cause) ==
		    0 &&
	    hidden_add_list(s->all->hidden, &s->component->deploy.env, &s->variables, &cause) ==
		    0 &&
	    open_followed(s, &cause) == 0 && start_program(s, &cause) == 0)
		return 1;
	if (cause.kind == ERROR_CONFIG || cause.kind == ERROR_USAGE ||
	    cause.kind == ERROR_NOT_FOUND || cause.kind == ERROR_PERMISSION ||
	    cause.kind == ERROR_REFUSED)
		return service_judge(s, &q, false, &s->checks, err, "%s: %s%s%s",
				     s->component->name, cause.message, *cause.hint ? "; " : "",
				     cause.hint);
	*err = cause;
	return -1;
}

/* Until it is well, has ended, or its time is over. */
static int await_health(struct service *s, struct ask_answer *answer, struct error *err)
{
	int64_t end_ns = s->began_ns + s->component->deploy.within_ns;

	if (!s->has_health && settling_ns < s->component->deploy.within_ns)
		end_ns = s->began_ns + settling_ns;
	for (;;) {
		const struct timespec pause = { .tv_nsec = (long)pause_ns };
		int64_t left_ns = end_ns - clock_monotonic_ns();

		if (may_go_on(s, err) < 0 || service_look(s, err) < 0)
			return -1;
		if (service_state_now(s) == SERVICE_ENDED || left_ns <= 0)
			return 0;
		if (s->has_health &&
		    service_ask_health(s, left_ns < question_ns ? left_ns : question_ns, answer,
				       err) < 0)
			return -1;
		if (s->has_health && (answer->held || answer->unjudged))
			return service_look(s, err);
		(void)nanosleep(&pause, NULL);
	}
}

static int judge_health(struct service *s, const struct ask_answer *a, struct error *err)
{
	const char *name = s->component->name;
	char took[QUANTITY_TEXT_SIZE], within[QUANTITY_TEXT_SIZE];
	const struct service_question q = { .id = CHECK_HEALTH,
					    .expected = a->expected,
					    .found = a->found,
					    .hint = *a->hint ?
							    a->hint :
							    "its log says more; deploy.within is "
							    "the time that it has" };

	(void)quantity_format_duration(clock_monotonic_ns() - s->began_ns, took);
	(void)quantity_format_duration(s->component->deploy.within_ns, within);
	if (service_state_now(s) == SERVICE_ENDED && s->flooded)
		return service_tell_end(s, CHECK_HEALTH, &s->checks, err);
	if (service_state_now(s) == SERVICE_ENDED)
		return service_not_judged(s, &q, &s->checks, err, "%s has ended", name);
	if (!s->has_health)
		return service_judge(s, &q, true, &s->checks, err,
				     "%s runs; how to see that it is well is not configured", name);
	if (a->held)
		return service_judge(s, &q, true, &s->checks, err, "%s is well, %s after its start",
				     name, took);
	if (a->unjudged)
		return service_not_judged(s, &q, &s->checks, err, "%s: %s", name, a->message);
	return service_judge(s, &q, false, &s->checks, err, "%s is not well within %s: %s", name,
			     within, a->message);
}

static int judge_deployed(struct service *s, struct error *err)
{
	const struct service_question q = { .id = CHECK_DEPLOYED,
					    .expected = "stays up",
					    .found = "runs" };
	bool ended = service_state_now(s) == SERVICE_ENDED;

	if (ended && !s->flooded)
		return service_tell_end(s, CHECK_DEPLOYED, &s->checks, err);
	return service_judge(s, &q, true, &s->checks, err, "%s was started%s", s->component->name,
			     ended ? "" : " and runs");
}

static int not_begun(struct service *s, const struct service *in_vain, struct error *err)
{
	const struct service_question q = { .id = CHECK_DEPLOYED };

	return service_not_judged(s, &q, &s->checks, err,
				  "%s was not started: it needs %s, which is not up",
				  s->component->name, in_vain->component->name);
}

static int bring_up(struct service *s, bool *up, struct error *err)
{
	struct ask_answer answer = { 0 };
	const struct service *in_vain = NULL;
	int rc = await_needs(s, &in_vain, err);

	*up = false;
	if (rc <= 0)
		return rc < 0 ? -1 : not_begun(s, in_vain, err);
	rc = start(s, err);
	if (rc <= 0)
		return rc;
	if (await_health(s, &answer, err) < 0 || judge_deployed(s, err) < 0 ||
	    judge_health(s, &answer, err) < 0)
		return -1;
	*up = service_state_now(s) == SERVICE_STARTED && (answer.held || !s->has_health);
	return 0;
}

void *service_start_main(void *service)
{
	struct service *s = service;
	bool up = false;

	if (bring_up(s, &up, &s->error) < 0)
		s->all->given_up = true;
	settle(s, up);
	return NULL;
}
