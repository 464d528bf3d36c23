/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/drill_alert.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/quantity.h"
#include "notify/test_notice.h"

enum { OUTPUT_MAX = 64 * 1024, AGAIN_US = 500000 };

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the checks of a test alert");
}

static int add(struct checks *out, const struct check *c, struct error *err)
{
	struct check check = *c;

	check.name = check_name(CHECK_MONITORING);
	return checks_add(out, &check) < 0 ? no_memory(err) : 0;
}

/* What the other side said to it. */
static int send_one(const struct config *config, const struct receiver_config *r,
		    const struct test_notice *t, const struct stop *stop, struct checks *out,
		    struct error *err)
{
	struct delivery d = { .hint = "" };
	struct error cause = ERROR_INIT;
	char message[512];
	struct check check = { .subject = r->name, .message = message, .hint = d.hint };
	int rc = test_notice_send(config, r, t, stop, &d, &cause);

	if (rc < 0 && cause.kind == ERROR_INTERRUPTED) {
		*err = cause;
		return -1;
	}
	check.verdict = rc < 0                     ? VERDICT_ERROR :
			d.outcome == DELIVERY_DONE ? VERDICT_PASS :
						     VERDICT_FAIL;
	(void)snprintf(message, sizeof(message), "%s %s the test alert: %.400s", r->name,
		       check.verdict == VERDICT_PASS ? "took" : "did not take",
		       rc < 0 ? cause.message : d.answer);
	return add(out, &check, err);
}

/* The alert that is waited for. */
struct awaited {
	const struct config *config;
	const char *title;
	const struct stop *stop;
};

/* 1: the program says that it has arrived; 0: not yet. */
static int ask_arrived(const struct awaited *w, const char *const *set, int64_t left_ns,
		       struct error *why, struct error *err)
{
	const struct string_list *command = &w->config->drill_alert.arrived;
	CLEANUP(buf_release)
	struct buf said = { 0 };
	const struct process_spec spec = {
		.argv = command->item, .set_env = set, .in = -1, .own_group = true, .stop = *w->stop
	};

	error_clear(why);
	if (process_run(&spec, left_ns, OUTPUT_MAX, &said, why) == 0)
		return 1;
	if (why->kind != ERROR_INTERRUPTED)
		return 0;
	*err = *why;
	return -1;
}

/* Again and again, until its time is over. */
static int await_arrival(const struct awaited *w, struct checks *out, struct error *err)
{
	const int64_t within_ns = w->config->drill_alert.within_ns;
	char variable[200], took[QUANTITY_TEXT_SIZE], message[512];
	const char *const set[] = { variable, NULL };
	int64_t began_ns = clock_monotonic_ns(), spent_ns = 0;
	struct error why = ERROR_INIT;
	struct check check = { .subject = "arrival", .message = message };
	int rc = 0;

	(void)snprintf(variable, sizeof(variable), "MUSTER_ALERT=%s", w->title);
	while (rc == 0 && spent_ns < within_ns) {
		if (stop_is_asked(w->stop))
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
		rc = ask_arrived(w, set, within_ns - spent_ns, &why, err);
		if (rc < 0)
			return -1;
		if (rc == 0)
			(void)usleep(AGAIN_US);
		spent_ns = clock_monotonic_ns() - began_ns;
	}
	check.verdict = rc > 0 ? VERDICT_PASS : VERDICT_FAIL;
	(void)quantity_format_duration(spent_ns, took);
	if (rc > 0)
		(void)snprintf(message, sizeof(message), "the test alert arrived within %s", took);
	else
		(void)snprintf(message, sizeof(message),
			       "the test alert had not arrived after %s: %.300s", took,
			       why.message);
	return add(out, &check, err);
}

int drill_alert(const struct config *config, const char *run, const struct stop *stop,
		struct checks *out, struct error *err)
{
	const struct drill_alert_config *c = &config->drill_alert;
	size_t before = checks_count(out, VERDICT_PASS);
	char title[160];
	const struct awaited awaited = { .config = config, .title = title, .stop = stop };
	const struct test_notice t = {
		.kind = "drill", .title = title, .run = run, .next = "muster drill watch"
	};

	(void)snprintf(title, sizeof(title), "test alert of drill %s: nothing has happened", run);
	for (size_t i = 0; i < c->to.count; i++) {
		if (send_one(config, config_receiver(config, c->to.item[i]), &t, stop, out, err) <
		    0)
			return -1;
	}
	/* what nobody took need not be waited for */
	return checks_count(out, VERDICT_PASS) > before && c->arrived.count ?
		       await_arrival(&awaited, out, err) :
		       0;
}
