/* SPDX-License-Identifier: Apache-2.0 */
/* The inner half: requests and connections, tried again as long as they may be. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "component/service/service.h"
#include "service/ask_request.h"

enum { ORDER_MAX = 16 << 20, BLOCK = 64 * 1024 };
static const int64_t pause_ns = 200 * (NS_PER_SECOND / 1000);

static void wait_a_little(void)
{
	const struct timespec pause = { .tv_nsec = (long)pause_ns };

	(void)nanosleep(&pause, NULL);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Until it holds, or is no longer to be tried. */
static void ask_request(const struct ask_order *order, const struct ask_attempt *all,
			struct ask_answer *out)
{
	const struct request_config *r = all->request;
	int64_t end_ns = all->deadline_ns;
	int64_t last_ns = earlier(clock_monotonic_ns() + r->within_ns, end_ns);
	const struct ask_attempt attempt = { .request = r,
					     .variables = all->variables,
					     .hidden = all->hidden,
					     .attempt_ns = order->attempt_ns,
					     .deadline_ns = r->within_ns ? last_ns : end_ns };
	unsigned attempts = 0;

	for (;;) {
		struct ask_answer answer;

		ask_request_send(&attempt, &answer);
		/* when time ran out on the very last one, the one before says more */
		if (!attempts++ || !answer.unanswered ||
		    clock_monotonic_ns() + pause_ns < attempt.deadline_ns)
			*out = answer;
		if (answer.held || answer.unjudged ||
		    clock_monotonic_ns() + pause_ns >= (r->within_ns ? last_ns : 0))
			break;
		wait_a_little();
	}
}

static bool accepts_connections(const char *tcp, int64_t timeout_ns, struct ask_answer *out)
{
	const struct component_config c = { .name = "",
					    .health = { .tcp = tcp },
					    .connect = { .timeout_ns = timeout_ns } };
	CLEANUP(checks_release)
	struct checks checks = { 0 };
	struct error err = ERROR_INIT;

	*out = (struct ask_answer){ 0 };
	if (engine_service_probe(&c, &checks, &err) < 0 || !checks.count) {
		out->unjudged = true;
		(void)snprintf(out->message, sizeof(out->message), "%s", err.message);
		return false;
	}
	out->held = checks.item[0].verdict == VERDICT_PASS;
	(void)snprintf(out->expected, sizeof(out->expected), "a connection");
	(void)snprintf(out->found, sizeof(out->found), "%s", checks.item[0].found);
	(void)snprintf(out->message, sizeof(out->message), "%s", checks.item[0].message);
	return out->held;
}

/* Once: whoever wants it again asks again. */
static void ask_tcp(const struct ask_order *order, const struct variables *variables,
		    struct ask_answer *out)
{
	CLEANUP(buf_release)
	struct buf address = { 0 };
	struct error err = ERROR_INIT;

	if (variables_expand(variables, order->tcp, &address, &err) == 0) {
		(void)accepts_connections(address.ptr, earlier(order->attempt_ns, order->time_ns),
					  out);
		return;
	}
	*out = (struct ask_answer){ .unjudged = true };
	(void)snprintf(out->message, sizeof(out->message), "%s", err.message);
	(void)snprintf(out->hint, sizeof(out->hint), "%s", err.hint);
}

/* What the order brings along. */
static int unpack(const struct ask_order *order, struct variables *variables, struct hidden *hidden,
		  struct error *err)
{
	for (const char *const *e = order->env; e && *e; e++) {
		if (variables_put(variables, *e, err) < 0)
			return -1;
	}
	for (const char *const *h = order->hidden; h && *h; h++) {
		if (hidden_add(hidden, *h, err) < 0)
			return -1;
	}
	return 0;
}

static void ask_requests(const struct ask_order *order, struct ask_attempt *all,
			 struct ask_answer *out)
{
	for (size_t i = 0; i < order->request_count && out->held; i++) {
		all->request = &order->request[i];
		ask_request(order, all, out);
		if (!out->held && order->request_count > 1) {
			char message[ASK_MESSAGE_SIZE];

			(void)snprintf(message, sizeof(message), "request %zu: %.600s", i + 1,
				       out->message);
			memcpy(out->message, message, sizeof(message));
		}
	}
}

void ask_perform(const struct ask_order *order, struct ask_answer *out)
{
	CLEANUP(variables_release)
	struct variables variables = { 0 };
	CLEANUP(cleanup_hidden)
	struct hidden *hidden = NULL;
	struct error err = ERROR_INIT;
	struct ask_attempt all = { .variables = &variables,
				   .deadline_ns = clock_monotonic_ns() + order->time_ns };

	*out = (struct ask_answer){ .held = true };
	if (hidden_new(&hidden, &err) < 0 || unpack(order, &variables, hidden, &err) < 0) {
		*out = (struct ask_answer){ .unjudged = true };
		(void)snprintf(out->message, sizeof(out->message), "%s", err.message);
		return;
	}
	all.hidden = hidden;
	ask_requests(order, &all, out);
	if (out->held && order->tcp && *order->tcp)
		ask_tcp(order, &variables, out);
}

static int read_order(int fd, struct buf *out, struct error *err)
{
	for (;;) {
		char *end = out->len ? memchr(out->ptr, '\n', out->len) : NULL;
		ssize_t n;

		if (end) {
			out->len = (size_t)(end - out->ptr);
			return 0;
		}
		if (out->len > ORDER_MAX || buf_reserve(out, BLOCK) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for an order");
		n = file_read_some(fd, "the order", out->ptr + out->len, BLOCK, err);
		if (n < 0)
			return -1;
		if (n == 0)
			return error_set(err, ERROR_IO, "the order ends too early");
		out->len += (size_t)n;
	}
}

int ask_work(void *cookie, const char *name, struct sandbox_pipes pipes)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(buf_release)
	struct buf line = { 0 };
	struct ask_order order;
	struct ask_answer answer = { .unjudged = true };
	struct error err = ERROR_INIT;

	(void)cookie;
	if (strcmp(name, ASK_WORK) != 0)
		return 2;
	(void)signal(SIGPIPE, SIG_IGN);
	if (read_order(pipes.in, &text, &err) < 0 ||
	    ask_order_parse(buf_span(&text), &arena, &order, &err) < 0)
		(void)snprintf(answer.message, sizeof(answer.message), "%s", err.message);
	else
		ask_perform(&order, &answer);
	error_clear(&err);
	if (ask_answer_write(&answer, &line, &err) < 0 ||
	    file_write_all(pipes.out, "the answer", line.ptr, line.len, &err) < 0)
		return 1;
	return 0;
}
