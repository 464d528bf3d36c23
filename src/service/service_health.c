/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a service is well, asked once from inside. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "service/services.intern.h"
#include "service/values.h"

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t attempt_ns(const struct service *s, int64_t time_ns)
{
	int64_t timeout_ns = s->component->connect.timeout_ns;

	return timeout_ns > 0 ? earlier(timeout_ns, time_ns) : time_ns;
}

static int ask_network(const struct service *s, int64_t time_ns, struct ask_answer *out,
		       struct error *err)
{
	const struct health_config *h = &s->health;
	const struct request_config request = { .method = "",
						.url = h->http,
						.body = "",
						.expect = { .status = h->status, .body = "" } };
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	const struct ask_order order = { .request = &request,
					 .request_count = h->http && *h->http,
					 .tcp = h->tcp,
					 .env = values_env(&s->variables),
					 .hidden = hidden_values(s->all->hidden, &arena, err),
					 .time_ns = time_ns,
					 .attempt_ns = attempt_ns(s, time_ns) };

	if (!order.hidden ||
	    ask_inside(s->all->options.sandbox, &order, &s->all->options.stop, out, err) < 0)
		return -1;
	ask_answer_hide(out, s->all->hidden);
	return 0;
}

static int ask_command(const struct service *s, int64_t time_ns, struct ask_answer *out,
		       struct error *err)
{
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	CLEANUP(visit_captured_release)
	struct visit_captured captured = { 0 };
	struct visit_capture capture = { .time_max_ns = attempt_ns(s, time_ns),
					 .stop = s->all->options.stop };
	const char *program = s->health.command.item[0];

	capture.program.argv = values_words(&s->variables, &s->health.command, &arena, err);
	capture.program.env = values_env(&s->variables);
	if (!capture.program.argv ||
	    visit_capture(s->all->options.sandbox, &capture, &captured, err) < 0)
		return -1;
	*out = (struct ask_answer){ .held = captured.code == 0 && !captured.time_is_up };
	(void)snprintf(out->expected, sizeof(out->expected), "exits with code 0");
	if (captured.time_is_up)
		(void)snprintf(out->found, sizeof(out->found), "no end in time");
	else
		(void)snprintf(out->found, sizeof(out->found), "code %d", captured.code);
	(void)snprintf(out->message, sizeof(out->message), "%.200s: %s", program, out->found);
	return 0;
}

static int search_log(const struct service *s, int64_t time_ns, bool *held, struct error *err)
{
	int64_t deadline_ns = clock_monotonic_ns() + time_ns;
	char name[SERVICE_LOG_NAME_SIZE];
	struct error absent = ERROR_INIT;
	CLEANUP(cleanup_close)
	int fd = sandbox_open_file(s->all->options.sandbox, service_log_name(s, name), &absent);

	*held = false;
	if (fd >= 0)
		return log_follow_on(s->followed, fd, deadline_ns, held, err);
	/* it is made when the program begins */
	return absent.kind == ERROR_NOT_FOUND ? 0 :
						error_set(err, absent.kind, "%s", absent.message);
}

static int ask_log(const struct service *s, int64_t time_ns, struct ask_answer *out,
		   struct error *err)
{
	bool held = false;

	if (search_log(s, time_ns, &held, err) < 0)
		return -1;
	*out = (struct ask_answer){ .held = held };
	(void)snprintf(out->expected, sizeof(out->expected), "\"%.200s\" in its log",
		       s->health.log);
	(void)snprintf(out->found, sizeof(out->found), "%s", held ? "there" : "no such line");
	(void)snprintf(out->message, sizeof(out->message),
		       "its log has %s line that matches \"%.200s\"", held ? "a" : "no",
		       s->health.log);
	return 0;
}

int service_ask_health(const struct service *s, int64_t time_ns, struct ask_answer *out,
		       struct error *err)
{
	const struct health_config *h = &s->health;

	*out = (struct ask_answer){ .held = true };
	if (h->log && *h->log && ask_log(s, time_ns, out, err) < 0)
		return -1;
	if (out->held && h->command.count && ask_command(s, time_ns, out, err) < 0)
		return -1;
	if (out->held && ((h->http && *h->http) || (h->tcp && *h->tcp)))
		return ask_network(s, time_ns, out, err);
	return 0;
}
