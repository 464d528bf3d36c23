/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/holder.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "demo/application.h"
#include "demo/keeper.h"
#include "demo/settings.h"
#include "demo/site.h"

struct holder {
	struct site site;
	struct fill fill;
	struct keeper_gate gate;
	struct keeper keeper[PLATFORM_SERVERS + 1]; /* the last one keeps the store, if any does */
	size_t keepers;
	struct object_store store;
	struct holder_report report;
};

/* For stop_requested(), which the fills call from the keepers' threads. */
static int signals = -1, lifeline = -1;

/* A signal came, or whoever asked for the platform is gone. */
static int stop_requested(void)
{
	struct pollfd fds[2] = { { .fd = signals, .events = POLLIN }, { .fd = lifeline } };

	return poll(fds, 2, 0) > 0;
}

/* What libpq would take from the starter's environment is meant for other servers. */
static void forget_settings(void)
{
	char name[64];

	for (char **e = environ; e && *e;) {
		size_t len = strcspn(*e, "=");

		if (strncmp(*e, "PG", 2) != 0 || len >= sizeof(name)) {
			e++;
			continue;
		}
		(void)snprintf(name, sizeof(name), "%.*s", (int)len, *e);
		(void)unsetenv(name); /* moves the rest down */
	}
}

/* Its own session, no terminal, no files of the starter's: a pipe there would never end. */
static int detach(struct error *err)
{
	CLEANUP(cleanup_close)
	int null = -1;
	sigset_t set;

	/* whatever else the starter was given (locks, pipes) is not ours to hold for long */
	lifeline = fcntl(lifeline, F_DUPFD_CLOEXEC, 3);
	if (lifeline > 3)
		(void)close_range(3, (unsigned)lifeline - 1, 0);
	(void)close_range((unsigned)lifeline + 1, ~0U, 0);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	(void)setsid();
	if (lifeline < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(null, 2) < 0 || chdir("/") < 0)
		return error_set_errno(err, ERROR_IO, "detach from the terminal");
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0)
		return error_set_errno(err, ERROR_IO, "watch for signals");
	keeper_prepare();
	forget_settings();
	return 0;
}

static int start_keepers(struct holder *h, struct error *err)
{
	for (size_t i = 0; i < PLATFORM_SERVERS; i++) {
		h->keeper[i] = (struct keeper){
			.kind = (enum engine_kind)i,
			.directory = h->site.directory,
			.fill = &h->fill,
			.gate = &h->gate,
		};
		if (keeper_start(&h->keeper[i], err) < 0)
			return -1;
		h->keepers++;
	}
	return 0;
}

static void say_what_is_missing(struct platform_offsite *o)
{
	const struct object_store_kind *const *kind = object_store_kinds;

	(void)snprintf(o->why_not, sizeof(o->why_not),
		       "%s is not installed, nor is %s; to see it: apt-get install "
		       "--no-install-recommends %s (or: %s)",
		       object_store_missing(kind[0]), object_store_missing(kind[1]),
		       kind[0]->packages, kind[1]->packages);
}

/* What is not there is left out of the show, which says so. */
static int start_store_keeper(struct holder *h, struct error *err)
{
	const struct object_store_kind *kind = object_store_choose();

	if (!kind) {
		say_what_is_missing(&h->report.platform.offsite);
		return 0;
	}
	h->keeper[PLATFORM_SERVERS] = (struct keeper){
		.directory = h->site.directory,
		.store = &h->store,
		.store_kind = kind,
		.gate = &h->gate,
	};
	h->keepers++;
	return keeper_start(&h->keeper[PLATFORM_SERVERS], err);
}

static int await_keepers(struct holder *h, struct error *err)
{
	for (;;) {
		size_t ready = 0;
		const struct error *failure = NULL;

		(void)pthread_mutex_lock(&h->gate.mutex);
		for (size_t i = 0; i < h->keepers; i++) {
			bool ended = h->keeper[i].state == KEEPER_ENDED;

			ready +=
				h->keeper[i].state == KEEPER_READY || (ended && h->keeper[i].store);
			if (ended && !h->keeper[i].store && !failure)
				failure = &h->keeper[i].error;
		}
		(void)pthread_mutex_unlock(&h->gate.mutex);
		if (failure) {
			*err = *failure;
			return -1;
		}
		if (ready == h->keepers)
			return 0;
		if (stop_requested())
			return error_set(err, ERROR_INTERRUPTED, "the start was interrupted");
		(void)poll(NULL, 0, 20);
	}
}

static int describe_store(struct holder *h, struct error *err)
{
	struct platform *p = &h->report.platform;
	struct platform_offsite *o = &p->offsite;
	const struct object_store *s = &h->store;
	const struct keeper *k = &h->keeper[PLATFORM_SERVERS];

	if (h->keepers == PLATFORM_SERVERS)
		return 0;
	if (k->state == KEEPER_ENDED) {
		(void)snprintf(o->why_not, sizeof(o->why_not), "%s could not be started: %.200s",
			       k->store_kind->name, k->error.message);
		return 0;
	}
	(void)snprintf(o->server, sizeof(o->server), "%s", k->store_kind->name);
	(void)snprintf(o->url, sizeof(o->url), "s3://muster-demo/backups");
	(void)snprintf(o->endpoint, sizeof(o->endpoint), "%s", s->endpoint);
	(void)snprintf(o->access_key_file, sizeof(o->access_key_file), "%s/s3.access-key",
		       p->directory);
	(void)snprintf(o->secret_key_file, sizeof(o->secret_key_file), "%s/s3.secret-key",
		       p->directory);
	if (file_write_atomic(o->access_key_file, 0600, s->access_key, strlen(s->access_key), err) <
	    0)
		return -1;
	return file_write_atomic(o->secret_key_file, 0600, s->secret_key, strlen(s->secret_key),
				 err);
}

static int describe(struct holder *h, struct error *err)
{
	struct platform *p = &h->report.platform;
	const struct server *rabbitmq = &h->keeper[ENGINE_RABBITMQ].server;
	char repository[80], state[80], mail[80], application[PATH_MAX];

	(void)snprintf(p->directory, sizeof(p->directory), "%s", h->site.directory);
	(void)snprintf(p->settings, sizeof(p->settings), "%s/muster.yaml", p->directory);
	(void)snprintf(p->password_file, sizeof(p->password_file), "%s/rabbitmq.password",
		       p->directory);
	(void)snprintf(repository, sizeof(repository), "%s/backups", p->directory);
	(void)snprintf(state, sizeof(state), "%s/state", p->directory);
	(void)snprintf(mail, sizeof(mail), "%s/mail", p->directory);
	for (size_t i = 0; i < PLATFORM_SERVERS; i++)
		p->server[i] = h->keeper[i].server;
	if (file_make_directories(repository, 0700, err) < 0 ||
	    file_make_directories(state, 0700, err) < 0 ||
	    file_make_directories(mail, 0700, err) < 0 ||
	    file_write_atomic(p->password_file, 0600, rabbitmq->password,
			      strlen(rabbitmq->password), err) < 0 ||
	    describe_store(h, err) < 0)
		return -1;
	return settings_write(&(struct settings){ .path = p->settings,
						  .repository = repository,
						  .state = state,
						  .mail = mail,
						  .password_file = p->password_file,
						  .offsite = &p->offsite,
						  .application = application_find(application) ?
									 application :
									 NULL,
						  .server = p->server },
			      err);
}

static int bring_up(struct holder *h, const struct platform_request *request, struct error *err)
{
	h->fill = (struct fill){ .size = request->size, .stop_requested = stop_requested };
	generator_init(&h->fill.generator, request->seed, request->size);
	(void)pthread_mutex_init(&h->gate.mutex, NULL);
	(void)pthread_cond_init(&h->gate.changed, NULL);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, ERROR_INTERNAL, "libcurl cannot be used");
	if (site_open(&h->site, request->directory, err) < 0 || start_keepers(h, err) < 0 ||
	    (request->offsite && start_store_keeper(h, err) < 0) || await_keepers(h, err) < 0)
		return -1;
	return describe(h, err);
}

/* Until a signal, or until the line closes without the word to stay. */
static void hold(void)
{
	struct pollfd fds[2] = { { .fd = signals, .events = POLLIN },
				 { .fd = lifeline, .events = POLLIN } };

	for (;;) {
		char word = 0;

		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents)
			return;
		if (recv(fds[1].fd, &word, 1, 0) != 1 || word != HOLDER_STAY)
			return;
		fds[1].fd = -1;
	}
}

noreturn void holder_main(const struct platform_request *request, int line)
{
	static struct holder h = { .site.lock = -1 };
	struct error *err = &h.report.error;
	struct error trouble = ERROR_INIT;
	int rc;

	lifeline = line;
	rc = detach(err) < 0 ? -1 : bring_up(&h, request, err);
	if (rc == 0) {
		(void)send(lifeline, &h.report, sizeof(h.report), MSG_NOSIGNAL);
		hold();
	}
	keeper_end(h.keeper, h.keepers);
	(void)!site_remove(&h.site, &trouble);
	if (rc < 0)
		(void)send(lifeline, &h.report, sizeof(h.report), MSG_NOSIGNAL);
	_exit(rc < 0 || trouble.kind != ERROR_NONE);
}
