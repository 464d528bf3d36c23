/* SPDX-License-Identifier: Apache-2.0 */
#include "service/services.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "service/services.intern.h"

/* A question about the health of one that is up. */
static const int64_t question_ns = 10 * NS_PER_SECOND;

/* One that is killed may have ended alone, or with its sandbox: then nothing is to be said of it. */
static int check_sandbox(const struct services *all, struct error *err)
{
	const struct ask_order nothing = { .time_ns = question_ns };
	struct ask_answer answer;

	return ask_inside(all->options.sandbox, &nothing, NULL, &answer, err);
}

int service_look(struct service *s, struct error *err)
{
	struct services *all = s->all;
	int rc = 0, code = 0;

	(void)pthread_mutex_lock(&all->lock);
	if (s->state == SERVICE_STARTED)
		rc = visit_await(all->options.sandbox, s->connection, 0, &code, err);
	if (rc > 0) {
		s->state = SERVICE_ENDED;
		s->code = code;
		s->ended_ns = clock_monotonic_ns();
	}
	(void)pthread_mutex_unlock(&all->lock);
	if (rc > 0 && code == 128 + SIGKILL)
		return check_sandbox(all, err);
	return rc < 0 ? -1 : 0;
}

enum service_state service_state_now(struct service *s)
{
	enum service_state state;

	(void)pthread_mutex_lock(&s->all->lock);
	state = s->state;
	(void)pthread_mutex_unlock(&s->all->lock);
	return state;
}

static size_t count_deployed(const struct config *config)
{
	size_t count = 0;

	for (size_t i = 0; i < config->component_count; i++)
		count += config_is_deployed(&config->component[i]);
	return count;
}

static struct services *services_new(const struct services_options *options, struct error *err)
{
	struct services *s = calloc(1, sizeof(*s));
	const struct config *config = options->config;

	if (s)
		s->item = calloc(count_deployed(config) + 1, sizeof(*s->item));
	if (!s || !s->item) {
		free(s);
		(void)error_set(err, ERROR_NOMEM, "no memory for services");
		return NULL;
	}
	if (hidden_new(&s->hidden, err) < 0) {
		free(s->item);
		free(s);
		return NULL;
	}
	s->options = *options;
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->changed, NULL);
	for (size_t i = 0; i < config->component_count; i++) {
		struct service *service = &s->item[s->count];

		if (!config_is_deployed(&config->component[i]))
			continue;
		*service = (struct service){ .all = s,
					     .component = &config->component[i],
					     .connection = -1 };
		service->has_health = config_inner_health(service->component, &service->health);
		s->count++;
	}
	return s;
}

static int append(struct checks *to, const struct checks *from, struct error *err)
{
	for (size_t i = 0; i < from->count; i++) {
		if (checks_add(to, &from->item[i]) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for the checks of services");
	}
	return 0;
}

/* Threads that were begun; -1 when one could not be. */
static int begin_all(struct services *s, size_t *begun, struct error *err)
{
	for (*begun = 0; *begun < s->count; (*begun)++) {
		struct service *service = &s->item[*begun];
		int rc = pthread_create(&service->thread, NULL, service_start_main, service);

		if (rc != 0) {
			s->given_up = true;
			return error_set(err, ERROR_IO, "start a thread: %s", strerror(rc));
		}
	}
	return 0;
}

/* The cause, rather than that others were interrupted for it. */
static const struct error *first_error(const struct services *s)
{
	const struct error *first = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct error *e = &s->item[i].error;

		if (e->kind != ERROR_NONE && (!first || first->kind == ERROR_INTERRUPTED))
			first = e;
	}
	return first;
}

int services_deploy(const struct services_options *options, struct services **out,
		    struct checks *checks, struct error *err)
{
	struct services *s = services_new(options, err);
	struct error further = ERROR_INIT;
	size_t begun = 0;
	int rc;

	*out = NULL;
	if (!s)
		return -1;
	rc = services_limit_begin(s, err) < 0 ? -1 : begin_all(s, &begun, err);
	for (size_t i = 0; i < begun; i++)
		(void)pthread_join(s->item[i].thread, NULL);
	for (size_t i = 0; i < begun && rc == 0; i++)
		rc = append(checks, &s->item[i].checks, err);
	if (rc == 0 && first_error(s)) {
		*err = *first_error(s);
		rc = -1;
	}
	if (rc == 0)
		*out = s;
	else if (services_stop(s, NULL, &further) < 0)
		error_clear(&further); /* the first error stands */
	return rc;
}

/* Each is told of by one thread. */
static bool is_to_be_told(struct service *s)
{
	bool is;

	(void)pthread_mutex_lock(&s->all->lock);
	is = s->state == SERVICE_ENDED && !s->told;
	s->told = s->told || is;
	(void)pthread_mutex_unlock(&s->all->lock);
	return is;
}

int services_watch(struct services *s, size_t *ended, struct checks *checks, struct error *err)
{
	for (size_t i = 0; i < s->count; i++) {
		if (service_look(&s->item[i], err) < 0)
			return -1;
		if (!is_to_be_told(&s->item[i]))
			continue;
		if (service_tell_end(&s->item[i], CHECK_HEALTH, checks, err) < 0)
			return -1;
		if (ended)
			(*ended)++;
	}
	return 0;
}

static int ask_again(struct service *s, struct checks *checks, struct error *err)
{
	const char *name = s->component->name;
	struct ask_answer a = { 0 };
	const struct service_question q = {
		.id = CHECK_HEALTH, .expected = a.expected, .found = a.found, .hint = a.hint
	};

	if (!s->has_health)
		return service_judge(s, &q, true, checks, err,
				     "%s runs; how to see that it is well is not configured", name);
	if (service_ask_health(s, question_ns, &a, err) < 0)
		return -1;
	if (a.unjudged)
		return service_not_judged(s, &q, checks, err, "%s: %s", name, a.message);
	return a.held ? service_judge(s, &q, true, checks, err, "%s is well", name) :
			service_judge(s, &q, false, checks, err, "%s is not well: %s", name,
				      a.message);
}

int services_health(struct services *s, struct checks *checks, struct error *err)
{
	if (services_watch(s, NULL, checks, err) < 0)
		return -1;
	for (size_t i = 0; i < s->count; i++) {
		if (service_state_now(&s->item[i]) == SERVICE_STARTED &&
		    ask_again(&s->item[i], checks, err) < 0)
			return -1;
	}
	return services_watch(s, NULL, checks, err);
}

size_t services_up(struct services *s)
{
	size_t up = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct error ignored = ERROR_INIT;

		if (service_look(&s->item[i], &ignored) == 0)
			up += service_state_now(&s->item[i]) == SERVICE_STARTED;
	}
	return up;
}

struct hidden *services_hidden(const struct services *s)
{
	return s ? s->hidden : NULL;
}

static int stop(struct service *s, struct error *err)
{
	int code, rc = 0;

	log_follow_close(s->followed);
	if (s->state == SERVICE_STARTED)
		rc = visit_end(s->all->options.sandbox, s->connection, &code, err);
	else
		cleanup_close(&s->connection);
	variables_release(&s->variables);
	checks_release(&s->checks);
	return rc;
}

int services_stop(struct services *s, struct checks *checks, struct error *err)
{
	struct error further = ERROR_INIT;
	int rc;

	if (!s)
		return 0;
	services_limit_end(s);
	rc = checks ? services_watch(s, NULL, checks, err) : 0;
	/* all of them, whatever becomes of one; the first error is told */
	for (size_t i = s->count; i-- > 0;) {
		if (stop(&s->item[i], rc < 0 ? &further : err) < 0)
			rc = -1;
	}
	(void)pthread_cond_destroy(&s->changed);
	(void)pthread_mutex_destroy(&s->lock);
	hidden_free(s->hidden);
	free(s->item);
	free(s);
	return rc;
}
