/* SPDX-License-Identifier: Apache-2.0 */
#include "component/reach.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"

static const struct {
	const char *word, *hint;
} rows[REACH_COUNT] = {
#define X(name, word, hint) [REACH_##name] = { word, hint },
	REACH_TABLE(X)
#undef X
};

const char *reach_word(enum reach how)
{
	return rows[how].word;
}

enum reach reach_of_errno(int cause)
{
	switch (cause) {
	case ECONNREFUSED:
	case ENOENT:
	case ENETUNREACH:
	case EHOSTUNREACH:
		return REACH_REFUSED;
	case ETIMEDOUT:
	case EAGAIN:
	case EINPROGRESS:
		return REACH_TIMEOUT;
	case EACCES:
	case EPERM:
		return REACH_DENIED;
	default:
		return REACH_PROTOCOL;
	}
}

enum reach reach_of_http(enum http_failure how)
{
	static const enum reach table[] = {
		[HTTP_ANSWERED] = REACH_OK,       [HTTP_UNRESOLVED] = REACH_UNRESOLVED,
		[HTTP_REFUSED] = REACH_REFUSED,   [HTTP_TIMEOUT] = REACH_TIMEOUT,
		[HTTP_TLS] = REACH_TLS,           [HTTP_CUT] = REACH_PROTOCOL,
		[HTTP_PROTOCOL] = REACH_PROTOCOL,
	};

	return table[how];
}

int reached_fail(struct reached *r, enum reach how, const char *fmt, ...)
{
	va_list ap;

	r->how = how;
	va_start(ap, fmt);
	(void)vsnprintf(r->message, sizeof(r->message), fmt, ap);
	va_end(ap);
	return -1;
}

int reach_check(const struct component_config *c, const char *subject, const struct reached *r,
		struct checks *out, struct error *err)
{
	bool answered = r->how == REACH_OK;
	struct check check = {
		.name = check_name(CHECK_REACHABLE),
		.component = c->name,
		.subject = subject,
		.verdict = answered ? VERDICT_PASS : c->severity[CHECK_REACHABLE],
		.expected = rows[REACH_OK].word,
		.found = answered && r->version[0] ? r->version : rows[r->how].word,
		.hint = rows[r->how].hint,
	};
	int rc = answered ? checks_addf(out, &check, "%s", r->message) :
			    checks_addf(out, &check, "%s: %s", rows[r->how].word, r->message);

	if (rc < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the checks of %s", c->name);
	return 0;
}

int64_t reach_timeout_ns(const struct connect_config *c)
{
	return c->timeout_ns > 0 ? c->timeout_ns : 10 * NS_PER_SECOND;
}
