/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of one service. */
#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "model/quote.h"
#include "service/services.intern.h"

enum { MESSAGE_SIZE = 1024, TAIL_SIZE = 600 };

char *service_log_name(const struct service *s, char out[SERVICE_LOG_NAME_SIZE])
{
	(void)snprintf(out, SERVICE_LOG_NAME_SIZE, "service-%s.log", s->component->name);
	return out;
}

static int add(const struct service *s, const struct service_question *q, enum verdict verdict,
	       const char *message, struct checks *checks, struct error *err)
{
	const struct check check = { .name = check_name(q->id),
				     .component = s->component->name,
				     .verdict = verdict,
				     .expected = q->expected,
				     .found = q->found,
				     .message = message,
				     .hint = verdict <= VERDICT_PASS ? NULL : q->hint,
				     /* leaving a question out by configuration is no want */
				     .required = verdict == VERDICT_SKIPPED &&
						 s->component->severity[q->id] != VERDICT_SKIPPED };

	if (checks_add(checks, &check) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the checks of services");
	return 0;
}

int service_judge(const struct service *s, const struct service_question *q, bool holds,
		  struct checks *checks, struct error *err, const char *fmt, ...)
{
	char message[MESSAGE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	hidden_from_text(s->all->hidden, message, sizeof(message));
	return add(s, q, holds ? VERDICT_PASS : s->component->severity[q->id], message, checks,
		   err);
}

int service_not_judged(const struct service *s, const struct service_question *q,
		       struct checks *checks, struct error *err, const char *fmt, ...)
{
	char message[MESSAGE_SIZE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	hidden_from_text(s->all->hidden, message, sizeof(message));
	return add(s, q, VERDICT_SKIPPED, message, checks, err);
}

/* As far as they can be read: they are no more than a help. */
static void last_words(const struct service *s, char *out, size_t size)
{
	char name[SERVICE_LOG_NAME_SIZE], tail[TAIL_SIZE * 2];
	struct error ignored = ERROR_INIT;
	CLEANUP(cleanup_close)
	int fd = sandbox_open_file(s->all->options.sandbox, service_log_name(s, name), &ignored);

	*out = '\0';
	if (fd < 0 || log_tail(fd, s->all->hidden, tail, sizeof(tail), &ignored) < 0 || !*tail)
		(void)snprintf(out, size, "it wrote nothing");
	else
		(void)quote_text(tail, out, size);
}

/* It did not end by itself: it had to be ended. */
static int tell_flood(struct service *s, enum check_id id, struct checks *checks, struct error *err)
{
	char words[TAIL_SIZE], lasted[QUANTITY_TEXT_SIZE], most[QUANTITY_TEXT_SIZE];
	char expected[64], found[64];
	const struct service_question q = { .id = id,
					    .expected = expected,
					    .found = found,
					    .hint = "let it log less, or find out what it "
						    "cannot do and tells of again and again" };

	(void)quantity_format_size(services_log_max(s->all), most);
	(void)snprintf(expected, sizeof(expected), "a log of at most %s", most);
	(void)snprintf(found, sizeof(found), "more than %s", most);
	last_words(s, words, sizeof(words));
	s->told = true;
	return service_judge(
		s, &q, false, checks, err,
		"%s was ended after %s: its log had grown to more than %s; %s", s->component->name,
		quantity_format_duration(s->ended_ns - s->began_ns, lasted), most, words);
}

int service_tell_end(struct service *s, enum check_id id, struct checks *checks, struct error *err)
{
	char words[TAIL_SIZE], lasted[QUANTITY_TEXT_SIZE], found[64];
	const char *name = s->component->name;
	const struct service_question q = {
		.id = id,
		.expected = "stays up",
		.found = found,
		.hint = s->code == 126 || s->code == 127 ?
				"is the program below /usr, or among deploy.files, and is it "
				"executable?" :
				"its log says why; deploy.env is what it gets"
	};

	if (s->flooded)
		return tell_flood(s, id, checks, err);
	if (s->code > 128)
		(void)snprintf(found, sizeof(found), "killed by signal %d", s->code - 128);
	else
		(void)snprintf(found, sizeof(found), "exited with code %d", s->code);
	last_words(s, words, sizeof(words));
	s->told = true;
	return service_judge(s, &q, false, checks, err, "%s ended after %s: %s; %s", name,
			     quantity_format_duration(s->ended_ns - s->began_ns, lasted), found,
			     words);
}
