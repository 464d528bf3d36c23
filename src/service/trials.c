/* SPDX-License-Identifier: Apache-2.0 */
#include "service/trials.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/quantity.h"
#include "model/quote.h"
#include "service/ask.h"
#include "service/content.h"
#include "service/values.h"

enum { OUTPUT_SHOWN = 400 };
/* Time for one attempt to connect, and for an answer to go on. */
static const int64_t attempt_ns = 10 * NS_PER_SECOND;

/* One trial and what becomes of it. */
struct trying {
	const struct trials_request *request;
	const struct trial_config *trial;
	struct variables variables;
	struct ask_answer answer;
	int64_t took_ns;
};

/* What the kinds of trials have for themselves. */
static const struct {
	enum check_id check;
	const char *noun, *success;
} kinds[] = { [TRIALS_SMOKE] = { CHECK_SMOKE, "smoke test", "passes" },
	      [TRIALS_WORKFLOW] = { CHECK_WORKFLOW, "workflow", "goes through" },
	      [TRIALS_MONITORING] = { CHECK_MONITORING, "monitoring test", "passes" } };

static void unjudged(struct trying *t, const struct error *cause)
{
	t->answer = (struct ask_answer){ .unjudged = true };
	(void)snprintf(t->answer.message, sizeof(t->answer.message), "%s", cause->message);
	(void)snprintf(t->answer.hint, sizeof(t->answer.hint), "%.250s", cause->hint);
}

static int try_requests(struct trying *t, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	const struct ask_order order = { .request = t->trial->request,
					 .request_count = t->trial->request_count,
					 .tcp = "",
					 .env = values_env(&t->variables),
					 .hidden = hidden_values(t->request->hidden, &arena, err),
					 .time_ns = t->trial->within_ns,
					 .attempt_ns = attempt_ns };

	if (!order.hidden)
		return -1;
	return ask_inside(t->request->sandbox, &order, &t->request->stop, &t->answer, err);
}

/* Without the end of its last line, as it is seen. */
static void trim(struct buf *output)
{
	while (output->len &&
	       (output->ptr[output->len - 1] == '\n' || output->ptr[output->len - 1] == '\r'))
		output->ptr[--output->len] = '\0';
}

static void judge_output(struct trying *t, struct buf *output)
{
	struct ask_answer *a = &t->answer;
	const struct content_question q = { .variables = &t->variables,
					    .wanted = t->trial->expect,
					    .of = CONTENT_PART,
					    .hidden = t->request->hidden };
	struct error err = ERROR_INIT;
	char found[EXPECT_FOUND_SIZE];
	int held = 1;

	trim(output);
	if (*t->trial->expect)
		held = content_judge(&q, output, found, &err);
	a->held = held > 0;
	if (held < 0)
		unjudged(t, &err);
	if (held != 0)
		return;
	(void)snprintf(a->expected, sizeof(a->expected), "%s", t->trial->expect);
	(void)snprintf(a->found, sizeof(a->found), "%s", found);
	(void)snprintf(a->message, sizeof(a->message), "its output is %.200s, not %.200s", found,
		       t->trial->expect);
}

static void judge_command(struct trying *t, struct visit_captured *c)
{
	char shown[OUTPUT_SHOWN], within[QUANTITY_TEXT_SIZE];
	struct ask_answer *a = &t->answer;

	if (c->code == 0 && !c->time_is_up) {
		judge_output(t, &c->output);
		return;
	}
	hidden_from(t->request->hidden, &c->output);
	(void)process_quote_text(&c->output, shown, sizeof(shown));
	(void)snprintf(a->expected, sizeof(a->expected), "exits with code 0");
	if (c->time_is_up)
		(void)snprintf(a->found, sizeof(a->found), "no end within %s",
			       quantity_format_duration(t->trial->within_ns, within));
	else if (c->code > 128)
		(void)snprintf(a->found, sizeof(a->found), "killed by signal %d", c->code - 128);
	else
		(void)snprintf(a->found, sizeof(a->found), "code %d", c->code);
	(void)snprintf(a->message, sizeof(a->message), "%.60s: %.120s%s%.380s",
		       t->trial->command.item[0], a->found, *shown ? "; " : "", shown);
}

static int try_command(struct trying *t, struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	CLEANUP(visit_captured_release)
	struct visit_captured captured = { 0 };
	struct visit_capture capture = { .time_max_ns = t->trial->within_ns,
					 .stop = t->request->stop };
	struct error cause = ERROR_INIT;

	capture.program.argv = values_words(&t->variables, &t->trial->command, &arena, &cause);
	capture.program.env = values_env(&t->variables);
	if (!capture.program.argv) {
		unjudged(t, &cause);
		return 0;
	}
	if (visit_capture(t->request->sandbox, &capture, &captured, err) < 0)
		return -1;
	judge_command(t, &captured);
	return 0;
}

static int perform(struct trying *t, struct error *err)
{
	int64_t began_ns = clock_monotonic_ns();
	struct error cause = ERROR_INIT;
	int rc = 0;

	if (values_fill(t->request->env, &t->trial->env, &t->variables, &cause) < 0 ||
	    hidden_add_list(t->request->hidden, &t->trial->env, &t->variables, &cause) < 0)
		unjudged(t, &cause);
	else
		rc = t->trial->command.count ? try_command(t, err) : try_requests(t, err);
	ask_answer_hide(&t->answer, t->request->hidden);
	t->took_ns = clock_monotonic_ns() - began_ns;
	return rc;
}

static int tell(const struct trying *t, struct checks *checks, struct error *err)
{
	enum check_id id = kinds[t->request->kind].check;
	const struct ask_answer *a = &t->answer;
	char took[QUANTITY_TEXT_SIZE], message[ASK_MESSAGE_SIZE + 100], shown[ASK_MESSAGE_SIZE];
	const struct check check = { .name = check_name(id),
				     .subject = t->trial->name,
				     .verdict = a->held     ? VERDICT_PASS :
						a->unjudged ? VERDICT_ERROR :
							      check_default_severity(id),
				     .expected = a->expected,
				     .found = a->found,
				     .message = message,
				     .hint = a->held ? "" : a->hint };

	(void)quote_text(a->message, shown, sizeof(shown));
	if (a->held)
		(void)snprintf(message, sizeof(message), "%s %s in %s", t->trial->name,
			       kinds[t->request->kind].success,
			       quantity_format_duration(t->took_ns, took));
	else
		(void)snprintf(message, sizeof(message), "%s: %s", t->trial->name, shown);
	if (checks_add(checks, &check) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the checks of trials");
	return 0;
}

static int try_one(const struct trials_request *request, const struct trial_config *trial,
		   struct checks *checks, struct error *err)
{
	struct trying t = { .request = request, .trial = trial };
	int rc = perform(&t, err);

	if (rc == 0)
		rc = tell(&t, checks, err);
	variables_release(&t.variables);
	return rc;
}

size_t trials_of(const struct config *c, enum trials_kind kind, const struct trial_config **first)
{
	switch (kind) {
	case TRIALS_SMOKE:
		*first = c->smoke;
		return c->smoke_count;
	case TRIALS_WORKFLOW:
		*first = c->workflow;
		return c->workflow_count;
	case TRIALS_MONITORING:
		break;
	}
	*first = c->monitoring;
	return c->monitoring_count;
}

static int try_them(const struct trials_request *request, struct checks *checks, struct error *err)
{
	const struct trial_config *trial = NULL;
	size_t count = trials_of(request->config, request->kind, &trial);
	bool found = !request->name;

	for (size_t i = 0; i < count; i++) {
		if (request->name && strcmp(request->name, trial[i].name) != 0)
			continue;
		found = true;
		if (try_one(request, &trial[i], checks, err) < 0)
			return -1;
	}
	if (!found)
		return error_set(err, ERROR_NOT_FOUND, "there is no %s \"%s\"",
				 kinds[request->kind].noun, request->name);
	return 0;
}

int trials_run(const struct trials_request *request, struct checks *checks, struct error *err)
{
	CLEANUP(cleanup_hidden)
	struct hidden *own = NULL;
	struct trials_request with_own = *request;

	if (!request->hidden && hidden_new(&own, err) < 0)
		return -1;
	with_own.hidden = request->hidden ? request->hidden : own;
	return try_them(&with_own, checks, err);
}
