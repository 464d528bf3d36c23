/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/deliver.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"
#include "model/json.h"
#include "notify/given_up.h"

#define FIRST_WAIT_NS (5 * NS_PER_SECOND)
#define LAST_WAIT_NS  (3600 * NS_PER_SECOND)
/* What an attempt may take before the others of its receiver are left in peace for a while. */
#define SLOW_NS  (2 * NS_PER_SECOND)
#define PAUSE_NS (30 * NS_PER_SECOND)
/* What others hold is looked at again so often. */
#define LOOK_NS (NS_PER_SECOND / 4)

/* One round of deliveries. */
struct round {
	const struct deliver_request *request;
	struct deliver_result *result;
	struct outbox_claim claim;
	int64_t *paused_ns; /* per receiver of the configuration: until then, wall clock */
};

int64_t deliver_backoff_ns(unsigned attempts, uint32_t random)
{
	int64_t wait = FIRST_WAIT_NS;

	for (unsigned i = 0; i < attempts && wait < LAST_WAIT_NS; i++)
		wait *= 2;
	if (wait > LAST_WAIT_NS)
		wait = LAST_WAIT_NS;
	return wait - wait / 2 * (random >> 16) / (1 << 16);
}

static uint32_t draw(void)
{
	uint32_t random = 0;

	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		random = (uint32_t)clock_monotonic_ns();
	return random;
}

static bool must_stop(const void *cookie)
{
	const struct round *r = cookie;

	return r->request->stop_requested && r->request->stop_requested();
}

static bool is_over(const struct round *r)
{
	return clock_monotonic_ns() >= r->request->deadline_ns;
}

static void rest(int64_t ns)
{
	struct timespec span = { .tv_sec = (time_t)(ns / NS_PER_SECOND),
				 .tv_nsec = (long)(ns % NS_PER_SECOND) };

	(void)nanosleep(&span, NULL);
}

/* A run that records its checks, or another process like this, writes for a moment. */
static bool was_busy(struct error *err)
{
	if (err->kind != ERROR_BUSY)
		return false;
	error_clear(err);
	rest(LOOK_NS);
	return true;
}

static int read_notice(const struct outbox_item *item, struct notice *out, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *json = NULL;
	struct span text = { (const uint8_t *)item->document, strlen(item->document) };
	json_error_t problem = { .text = "" };

	json = model_json_load(text, &problem, err);
	if (!json)
		return error_set(err, ERROR_IO, "a notification that is no JSON: %.80s",
				 problem.text);
	return notice_from_json(json, out, err);
}

/* What is wrong on our side may be put right: a secret that cannot be fetched, no memory. */
static int try_once(const struct round *r, const struct receiver_config *receiver,
		    const struct notice *n, struct delivery *out, struct error *err)
{
	const struct stop stop = { .asked = must_stop, .cookie = r };

	if (receiver_send(receiver, n, &stop, out, err) == 0)
		return 0;
	if (err->kind == ERROR_INTERRUPTED)
		return -1;
	*out = (struct delivery){ .outcome = DELIVERY_LATER };
	(void)snprintf(out->answer, sizeof(out->answer), "%.399s", err->message);
	(void)snprintf(out->hint, sizeof(out->hint), "%s", err->hint);
	error_clear(err);
	return 0;
}

/* However long the other side asks to be left alone: the last attempt is made when it is given up. */
static int64_t next_attempt_ns(const struct round *r, const struct delivery *d, int64_t now_ns)
{
	const struct outbox_item *item = &r->claim.one.item[0];
	int64_t wait = deliver_backoff_ns(item->attempts, draw());
	int64_t last = item->tried_since_ns + r->request->config->notify.give_up_ns;

	if (wait < d->retry_after_ns)
		wait = d->retry_after_ns;
	return now_ns + wait < last ? now_ns + wait : last;
}

static int record_once(struct round *r, const struct notice *n, const struct delivery *d,
		       enum outbox_state state, struct error *err)
{
	const struct outbox_item *item = &r->claim.one.item[0];
	const struct notify_scope scope = { .config = r->request->config,
					    .history = r->request->history,
					    .now_ns = clock_wall_ns() };

	if (state == OUTBOX_SENT)
		return given_up_no_more(&scope, item, d, err);
	if (state == OUTBOX_GIVEN_UP)
		return given_up(&scope, item, n, d, err);
	return outbox_later(scope.history, item->id, next_attempt_ns(r, d, scope.now_ns), d->answer,
			    err);
}

/* What was sent and is not recorded will be sent again: so it is tried hard. */
static int record(struct round *r, const struct notice *n, const struct delivery *d,
		  enum outbox_state state, struct error *err)
{
	enum { TRIES = 6 };
	int rc = record_once(r, n, d, state, err);

	for (int i = 1; rc < 0 && i < TRIES && was_busy(err); i++)
		rc = record_once(r, n, d, state, err);
	return rc;
}

static enum outbox_state state_after(const struct round *r, const struct delivery *d)
{
	const struct outbox_item *item = &r->claim.one.item[0];
	int64_t give_up_ns = r->request->config->notify.give_up_ns;

	if (d->outcome == DELIVERY_DONE)
		return OUTBOX_SENT;
	if (d->outcome == DELIVERY_REFUSED || clock_wall_ns() - item->tried_since_ns >= give_up_ns)
		return OUTBOX_GIVEN_UP;
	return OUTBOX_WAITING;
}

static void count(struct round *r, enum outbox_state state, const struct delivery *d)
{
	struct deliver_result *out = r->result;

	out->sent += state == OUTBOX_SENT;
	out->later += state == OUTBOX_WAITING;
	out->given_up += state == OUTBOX_GIVEN_UP;
	if (r->request->heard)
		r->request->heard(r->request->cookie, &r->claim.one.item[0], state, d->answer);
}

/* `receiver` NULL: nobody of that name. */
static int attempt(struct round *r, const struct receiver_config *receiver, int64_t *paused_ns,
		   struct error *err)
{
	CLEANUP(notice_release)
	struct notice n = { .title = NULL };
	struct delivery d = { .outcome = DELIVERY_REFUSED, .hint = "" };
	int64_t began_ns = clock_monotonic_ns();
	bool readable = read_notice(&r->claim.one.item[0], &n, err) == 0;
	enum outbox_state state;

	if (!readable) {
		(void)snprintf(d.answer, sizeof(d.answer), "%.399s", err->message);
		if (err->kind == ERROR_NOMEM)
			d.outcome = DELIVERY_LATER;
		error_clear(err);
	} else if (!receiver) {
		(void)snprintf(d.answer, sizeof(d.answer),
			       "no receiver of this name is configured");
	} else if (try_once(r, receiver, &n, &d, err) < 0) {
		return -1;
	}
	state = state_after(r, &d);
	if (record(r, readable ? &n : NULL, &d, state, err) < 0)
		return -1;
	count(r, state, &d);
	if (d.retry_after_ns)
		*paused_ns = clock_wall_ns() + d.retry_after_ns;
	else if (d.outcome == DELIVERY_LATER && clock_monotonic_ns() - began_ns > SLOW_NS)
		*paused_ns = clock_wall_ns() + PAUSE_NS;
	return 0;
}

/* 1: something was tried; 0: nothing is to be. */
static int serve(struct round *r, const char *name, const struct receiver_config *receiver,
		 int64_t *paused_ns, struct error *err)
{
	int64_t now_ns = clock_wall_ns();
	int rc;

	if (*paused_ns > now_ns)
		return 0;
	rc = outbox_claim(r->request->history, name, now_ns, &r->claim, err);
	if (rc > 0 && attempt(r, receiver, paused_ns, err) < 0)
		rc = -1;
	outbox_unclaim(&r->claim);
	return rc;
}

/* Once to each receiver, so that none has to wait for all of another's. */
static int serve_each(struct round *r, struct error *err)
{
	const struct notify_config *notify = &r->request->config->notify;
	int served = 0;

	for (size_t i = 0; i < notify->receiver_count && !is_over(r); i++) {
		int rc;

		if (must_stop(r))
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
		rc = serve(r, notify->receiver[i].name, &notify->receiver[i], &r->paused_ns[i],
			   err);
		if (rc < 0 && !was_busy(err))
			return -1;
		served |= rc > 0;
	}
	return served;
}

/* When something will be due, wall clock; INT64_MAX: nothing waits. */
static int next_due(const struct round *r, int64_t *out_ns, struct error *err)
{
	const struct notify_config *notify = &r->request->config->notify;

	*out_ns = INT64_MAX;
	for (size_t i = 0; i < notify->receiver_count; i++) {
		int64_t due_ns = 0;
		bool any = false;

		if (outbox_next_due(r->request->history, notify->receiver[i].name, &due_ns, &any,
				    err) < 0)
			return -1;
		if (due_ns < r->paused_ns[i])
			due_ns = r->paused_ns[i];
		if (any && due_ns < *out_ns)
			*out_ns = due_ns;
	}
	return 0;
}

/* 1: something is due now; 0: nothing will be before the deadline. */
static int wait_for_due(const struct round *r, struct error *err)
{
	int64_t due_ns = 0, left_ns = r->request->deadline_ns - clock_monotonic_ns();

	if (next_due(r, &due_ns, err) < 0)
		return was_busy(err) ? 1 : -1;
	if (left_ns <= 0 || due_ns == INT64_MAX || due_ns - clock_wall_ns() > left_ns)
		return 0;
	/* one that is due and was not served is in another process's hands */
	rest(LOOK_NS);
	return 1;
}

/* What waits for somebody who was taken out of the configuration. */
static int serve_strangers(struct round *r, struct error *err)
{
	CLEANUP(outbox_items_release)
	struct outbox_items names = { 0 };

	if (outbox_receivers(r->request->history, &names, err) < 0)
		return was_busy(err) ? 0 : -1;
	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.item[i].receiver;
		int64_t paused_ns = 0;
		int rc = 1;

		while (rc > 0 && !config_receiver(r->request->config, name))
			rc = serve(r, name, NULL, &paused_ns, err);
		if (rc < 0 && !was_busy(err))
			return -1;
	}
	return 0;
}

/* Before more is given up for their sake: what that tells is to stand until the next delivery. */
static int settle(const struct deliver_request *request, struct error *err)
{
	const struct notify_scope scope = { .config = request->config,
					    .history = request->history,
					    .now_ns = clock_wall_ns() };

	return given_up_settle(&scope, err) < 0 && !was_busy(err) ? -1 : 0;
}

int deliver(const struct deliver_request *request, struct deliver_result *out, struct error *err)
{
	CLEANUP(cleanup_free)
	int64_t *paused_ns = calloc(request->config->notify.receiver_count + 1, sizeof(*paused_ns));
	struct round r = { .request = request,
			   .result = out,
			   .claim = OUTBOX_CLAIM_INIT,
			   .paused_ns = paused_ns };
	int rc = 1;

	if (!paused_ns)
		return error_set(err, ERROR_NOMEM, "no memory for deliveries");
	if (outbox_set_clock_back(request->history, clock_wall_ns(), err) < 0 && !was_busy(err))
		rc = -1;
	if (rc > 0 && (settle(request, err) < 0 || serve_strangers(&r, err) < 0))
		rc = -1;
	while (rc > 0 && !is_over(&r)) {
		rc = serve_each(&r, err);
		if (rc == 0)
			rc = wait_for_due(&r, err);
	}
	outbox_claim_close(&r.claim);
	return rc < 0 ? -1 : 0;
}
