/* SPDX-License-Identifier: Apache-2.0 */
/* muster notify deliver: tell what waits to be told. */
#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/drill_dead.h"
#include "cmd/interrupt.h"
#include "cmd/schedule_state.h"
#include "cmd/sender.h"
#include "model/json.h"
#include "notify/deliver.h"
#include "notify/notify.h"

struct deliver_options {
	int64_t time_ns;
};

static const struct option_row rows[] = {
	{ .name = "for",
	  .type = OPTION_DURATION,
	  .metavar = "DURATION",
	  .summary = "begin no attempt after that long (2m)",
	  .help = "What will be due within that time is waited for.",
	  .offset = offsetof(struct deliver_options, time_ns) },
	{ 0 },
};

static void show(void *cookie, const struct outbox_item *item, enum outbox_state now,
		 const char *answer)
{
	const struct invocation *inv = cookie;

	(void)fprintf(inv->out, "%lld %s to ", (long long)item->id, item->event);
	terminal_puts(&inv->screen, item->receiver);
	(void)fprintf(inv->out, ": %s: ", now == OUTBOX_WAITING ? "later" : outbox_state_name(now));
	terminal_puts(&inv->screen, answer);
	(void)fputc('\n', inv->out);
	(void)fflush(inv->out);
}

static int print(const struct invocation *inv, const struct deliver_result *r,
		 const struct outbox_counts *c, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = NULL;

	if (!inv->global.json) {
		if (!inv->global.quiet)
			(void)fprintf(inv->out, "%zu sent, %zu given up, %llu waiting\n", r->sent,
				      r->given_up, (unsigned long long)c->waiting);
		return 0;
	}
	o = document_new("notify-deliver");
	if (!o || !member_put(o, "sent", json_integer((json_int_t)r->sent)) ||
	    !member_put(o, "later", json_integer((json_int_t)r->later)) ||
	    !member_put(o, "given_up", json_integer((json_int_t)r->given_up)) ||
	    !member_put(o, "waiting", uint_to_json(c->waiting)))
		return document_no_memory(err);
	return document_print(inv->out, TAKE(o), err);
}

/* Runs that were killed before they could tell of themselves, or be told of; runs there were none of. */
static int catch_up(const struct invocation *inv, const struct config *config, struct history *h,
		    struct error *err)
{
	const struct notify_scope scope = { .config = config,
					    .history = h,
					    .now_ns = clock_wall_ns() };
	size_t queued = 0;

	if (drill_dead_recover(inv, config, h, err) < 0 ||
	    schedule_settle(config, h, scope.now_ns, err) < 0 ||
	    notify_runs(&scope, &queued, err) < 0)
		return -1;
	return schedule_tell(config, h, scope.now_ns, &queued, err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct deliver_options *options = inv->options;
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	int64_t time_ns = options->time_ns ? options->time_ns : SENDER_TIME_NS;
	struct deliver_request request = { .config = &config,
					   .deadline_ns = clock_add(clock_monotonic_ns(), time_ns),
					   .stop_requested = interrupt_requested };
	struct deliver_result result = { 0 };
	struct outbox_counts counts = { 0 };

	if (!inv->global.quiet && !inv->global.json) {
		request.heard = show;
		request.cookie = (void *)(uintptr_t)inv;
	}
	if (configuration_load(inv, &config, err) < 0 ||
	    history_open(config.state_dir, &h, err) < 0 || catch_up(inv, &config, h, err) < 0)
		return -1;
	request.history = h;
	if (deliver(&request, &result, err) < 0 || outbox_count(h, 0, &counts, err) < 0 ||
	    print(inv, &result, &counts, err) < 0)
		return -1;
	return EXIT_CODE_PASS;
}

const struct command notify_deliver_command = {
	.name = "deliver",
	.summary = "deliver the notifications that are due",
	.description =
		"Delivers what is due, and what will be within two minutes, and tells what came of "
		"each attempt; before that, runs that were killed are given their end, what "
		"schedules missed is recorded, and all that is told of. "
		"Any number of these may run at once, and beside a run. The exit code is 0 also "
		"when receivers could not be told: muster notify list and muster status tell that. "
		"The timers of muster schedule export start it every five minutes.\n\n"
		"With --json the document muster.notify-deliver/v1 holds sent, later, given_up "
		"(attempts that came to that) and waiting.",
	.options = rows,
	.options_size = sizeof(struct deliver_options),
	.examples = "muster notify deliver",
	.run = run,
};
