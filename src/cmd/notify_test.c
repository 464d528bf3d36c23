/* SPDX-License-Identifier: Apache-2.0 */
/* muster notify test: does it arrive? */
#include "base/nearest.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/interrupt.h"
#include "model/json.h"
#include "notify/test_notice.h"

static const char *outcome_name(enum delivery_outcome o)
{
	switch (o) {
	case DELIVERY_DONE:
		return "done";
	case DELIVERY_LATER:
		return "later";
	case DELIVERY_REFUSED:
		break;
	}
	return "refused";
}

static int exit_code_of(enum delivery_outcome o)
{
	switch (o) {
	case DELIVERY_DONE:
		return EXIT_CODE_PASS;
	case DELIVERY_LATER:
		return EXIT_CODE_ERROR;
	case DELIVERY_REFUSED:
		break;
	}
	return EXIT_CODE_FAIL;
}

static const struct receiver_config *find(const struct config *config, const char *name,
					  struct error *err)
{
	const struct receiver_config *r = config_receiver(config, name);
	struct nearest near = { .word = name };

	if (r)
		return r;
	(void)error_set(err, ERROR_NOT_FOUND, "there is no receiver \"%.60s\"", name);
	for (size_t i = 0; i < config->notify.receiver_count; i++)
		nearest_offer(&near, config->notify.receiver[i].name);
	if (near.best)
		(void)error_hint(err, "did you mean \"%s\"?", near.best);
	else
		(void)error_hint(err, "muster notify routes shows them");
	return NULL;
}

static int send_test(const struct config *config, const struct receiver_config *r,
		     struct delivery *out, struct error *err)
{
	char title[160];
	const struct test_notice t = {
		.kind = "notify", .title = title, .run = "", .next = "muster notify routes"
	};

	(void)snprintf(title, sizeof(title), "a test of receiver %s: nothing has happened",
		       r->name);
	return test_notice_send(config, r, &t, &interrupt_stop, out, err);
}

static int print_json(const struct invocation *inv, const struct receiver_config *r,
		      const struct delivery *d, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = document_new("notify-test");

	if (!o || !member_put(o, "receiver", text_to_json(r->name)) ||
	    !member_put(o, "type", text_to_json(receiver_kind_name(r->kind))) ||
	    !member_put(o, "outcome", text_to_json(outcome_name(d->outcome))) ||
	    !member_put(o, "answer", text_to_json(d->answer)) ||
	    !member_put(o, "hint", *d->hint ? text_to_json(d->hint) : json_null()) ||
	    !member_put(o, "retry_after", json_real((double)d->retry_after_ns / 1e9)))
		return document_no_memory(err);
	return document_print(inv->out, TAKE(o), err);
}

static void print(const struct invocation *inv, const struct receiver_config *r,
		  const struct delivery *d)
{
	static const char *const words[] = { [DELIVERY_DONE] = "took it",
					     [DELIVERY_LATER] = "could not be told now",
					     [DELIVERY_REFUSED] = "refused it" };
	enum verdict v = d->outcome == DELIVERY_DONE  ? VERDICT_PASS :
			 d->outcome == DELIVERY_LATER ? VERDICT_ERROR :
							VERDICT_FAIL;

	(void)fprintf(inv->out, "%s%s%s ", terminal_begin(&inv->screen, terminal_verdict_tone(v)),
		      terminal_symbol(&inv->screen, v), terminal_end(&inv->screen));
	terminal_puts(&inv->screen, r->name);
	(void)fprintf(inv->out, " (%s) %s: ", receiver_kind_name(r->kind), words[d->outcome]);
	terminal_puts(&inv->screen, d->answer);
	(void)fputc('\n', inv->out);
	if (!*d->hint)
		return;
	(void)fputs("  hint: ", inv->out);
	terminal_puts(&inv->screen, d->hint);
	(void)fputc('\n', inv->out);
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	const struct receiver_config *r;
	struct delivery d = { .hint = "" };

	if (configuration_load(inv, &config, err) < 0)
		return -1;
	r = find(&config, inv->argument[0], err);
	if (!r || send_test(&config, r, &d, err) < 0)
		return -1;
	if (!inv->global.json)
		print(inv, r, &d);
	else if (print_json(inv, r, &d, err) < 0)
		return -1;
	return exit_code_of(d.outcome);
}

const struct command notify_test_command = {
	.name = "test",
	.summary = "send a test message to a receiver, now",
	.description =
		"Sends one message of the event \"test\" and prints what the other side answered. "
		"It is tried once and does not go through the outbox. The exit code is 0 when it "
		"was taken, 1 when the receiver refused it (a wrong address or key), 4 when it "
		"could not be told now (no connection, a busy server) and could be later.\n\n"
		"With --json the document muster.notify-test/v1 holds receiver, type, outcome "
		"(done, later, refused), answer, hint and retry_after (seconds).",
	.arguments = "RECEIVER",
	.arguments_min = 1,
	.arguments_max = 1,
	.examples = "muster notify test ops-mail",
	.run = run,
};
