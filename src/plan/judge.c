/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/judge.h"

#include <stdarg.h>
#include <stdio.h>

enum verdict judge_severity(enum check_id id, const struct component_config *component)
{
	return component ? component->severity[id] : check_default_severity(id);
}

__attribute__((format(printf, 5, 0))) static int record(struct plan_run *run,
							const struct question *q,
							enum verdict verdict, struct error *err,
							const char *fmt, va_list ap)
{
	char message[1024];
	struct check check = { .name = check_name(q->id),
			       .component = q->component ? q->component->name : "",
			       .subject = q->subject,
			       .verdict = verdict,
			       .expected = q->expected,
			       .found = q->found,
			       .message = message,
			       .hint = verdict <= VERDICT_PASS ? NULL : q->hint };

	(void)vsnprintf(message, sizeof(message), fmt, ap);
	return plan_check(run, &check, err);
}

int judge(struct plan_run *run, const struct question *q, bool holds, struct error *err,
	  const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = record(run, q, holds ? VERDICT_PASS : judge_severity(q->id, q->component), err, fmt,
		    ap);
	va_end(ap);
	return rc;
}

int judge_as(struct plan_run *run, const struct question *q, enum verdict verdict,
	     struct error *err, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = record(run, q, verdict, err, fmt, ap);
	va_end(ap);
	return rc;
}

int judge_skipped(struct plan_run *run, const struct question *q, struct error *err,
		  const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = record(run, q, VERDICT_SKIPPED, err, fmt, ap);
	va_end(ap);
	return rc;
}

int judge_error(struct plan_run *run, const struct question *q, const struct error *cause,
		struct error *err)
{
	struct check check = { .name = check_name(q->id),
			       .component = q->component ? q->component->name : "",
			       .subject = q->subject,
			       .verdict = VERDICT_ERROR,
			       .expected = q->expected,
			       .message = cause->message,
			       .hint = cause->hint[0] ? cause->hint : q->hint };

	return plan_check(run, &check, err);
}
