/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/keeper.h"

#include <signal.h>
#include <time.h>

#include "base/clock.h"

struct recipe {
	const char *place, *account;
	int (*fill)(const struct server *s, const struct fill *fill, struct error *err);
};

static const struct recipe recipes[] = {
	[ENGINE_POSTGRESQL] = { "postgres", "postgres", fill_postgres },
	[ENGINE_REDIS] = { "redis", "redis", fill_redis },
	[ENGINE_RABBITMQ] = { "rabbitmq", "rabbitmq", fill_rabbitmq },
};

static void ignore_signal(int signal_number)
{
	(void)signal_number;
}

void keeper_prepare(void)
{
	struct sigaction action = { .sa_handler = ignore_signal };

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGUSR1, &action, NULL);
}

static void enter_state(struct keeper *k, enum keeper_state state)
{
	(void)pthread_mutex_lock(&k->gate->mutex);
	k->state = state;
	(void)pthread_cond_broadcast(&k->gate->changed);
	(void)pthread_mutex_unlock(&k->gate->mutex);
}

static bool told_to_end(struct keeper *k)
{
	bool end;

	(void)pthread_mutex_lock(&k->gate->mutex);
	end = k->gate->end;
	(void)pthread_mutex_unlock(&k->gate->mutex);
	return end;
}

static void await_end(struct keeper *k)
{
	(void)pthread_mutex_lock(&k->gate->mutex);
	while (!k->gate->end)
		(void)pthread_cond_wait(&k->gate->changed, &k->gate->mutex);
	(void)pthread_mutex_unlock(&k->gate->mutex);
}

static int start_and_fill(struct keeper *k, const struct place *place)
{
	const struct engine *engine = engine_of(k->kind);

	if (told_to_end(k))
		return error_set(&k->error, ERROR_INTERRUPTED, "the start was interrupted");
	if (engine->start(place, &k->server, &k->error) < 0)
		return -1;
	if (recipes[k->kind].fill(&k->server, k->fill, &k->error) == 0) {
		enter_state(k, KEEPER_READY);
		await_end(k);
	}
	engine->stop(&k->server);
	return k->error.kind == ERROR_NONE ? 0 : -1;
}

static int start_store(struct keeper *k, const struct place *place)
{
	if (told_to_end(k))
		return error_set(&k->error, ERROR_INTERRUPTED, "the start was interrupted");
	if (object_store_start(k->store_kind, place, k->store, &k->error) < 0)
		return -1;
	enter_state(k, KEEPER_READY);
	await_end(k);
	object_store_stop(k->store);
	return 0;
}

static void *keep(void *cookie)
{
	struct keeper *k = cookie;
	const char *name = k->store ? "s3" : recipes[k->kind].place;
	const char *account = k->store ? k->store_kind->account : recipes[k->kind].account;
	struct place place = { 0 };

	if (place_open(&place, k->directory, name, account, &k->error) == 0) {
		(void)(k->store ? start_store(k, &place) : start_and_fill(k, &place));
		/* the first error wins: a failure to remove does not hide why the server ended */
		(void)!place_remove(&place, &k->error);
	}
	enter_state(k, KEEPER_ENDED);
	return NULL;
}

int keeper_start(struct keeper *k, struct error *err)
{
	int rc;

	k->server = (struct server)SERVER_INIT;
	rc = pthread_create(&k->thread, NULL, keep, k);
	if (rc != 0)
		return error_set(err, ERROR_IO, "start a thread: error %d", rc);
	k->running = true;
	return 0;
}

/* What a thread waits for while it starts a server is cut short by signals. */
static void hurry(struct keeper *k)
{
	struct timespec interval;

	(void)pthread_mutex_lock(&k->gate->mutex);
	while (k->state == KEEPER_STARTING) {
		(void)pthread_kill(k->thread, SIGUSR1);
		(void)clock_gettime(CLOCK_REALTIME, &interval);
		interval.tv_nsec += 20000000;
		if (interval.tv_nsec >= NS_PER_SECOND) {
			interval.tv_nsec -= NS_PER_SECOND;
			interval.tv_sec++;
		}
		(void)pthread_cond_timedwait(&k->gate->changed, &k->gate->mutex, &interval);
	}
	(void)pthread_mutex_unlock(&k->gate->mutex);
}

void keeper_end(struct keeper *keepers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct keeper *k = &keepers[i];

		if (!k->running)
			continue;
		(void)pthread_mutex_lock(&k->gate->mutex);
		k->gate->end = true;
		(void)pthread_cond_broadcast(&k->gate->changed);
		(void)pthread_mutex_unlock(&k->gate->mutex);
	}
	for (size_t i = 0; i < count; i++) {
		if (!keepers[i].running)
			continue;
		hurry(&keepers[i]);
		(void)pthread_join(keepers[i].thread, NULL);
		keepers[i].running = false;
	}
}
