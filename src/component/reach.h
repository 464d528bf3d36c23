/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an endpoint could be reached: the ways it fails, and the check that says so. */
#ifndef COMPONENT_REACH_H
#define COMPONENT_REACH_H

#include <stdint.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "config/config.h"
#include "model/check.h"
#include "net/http.h"

/* name, word for people, hint */
#define REACH_TABLE(X)                                                                             \
	X(OK, "answers", "")                                                                       \
	X(UNRESOLVED, "unknown host", "check the host's name and the name service")                \
	X(REFUSED, "connection refused", "is the server running, and is this its address?")        \
	X(TIMEOUT, "no answer in time", "check the network, firewalls and the server's load")      \
	X(TLS, "TLS failed", "check the tls, sslmode and ca_file settings against the server's")   \
	X(DENIED, "authentication failed", "check user and password, and what the user may do")    \
	X(PROTOCOL, "unexpected answer", "is it the right kind of server at this address?")

enum reach {
#define X(name, word, hint) REACH_##name,
	REACH_TABLE(X)
#undef X
		REACH_COUNT
};

/* Its word for people, which is what a check that failed has in `found`; static. */
const char *reach_word(enum reach how);

/* The verdict of the errno of a failed connect(). */
enum reach reach_of_errno(int cause);

/* The verdict of a request that got no answer. */
enum reach reach_of_http(enum http_failure how);

/* What trying an endpoint taught. */
struct reached {
	enum reach how;
	char version[96];  /* "" when it did not say */
	char message[400]; /* one sentence; for REACH_OK what answered */
};

/* Sets `how` and `message`; always returns -1. */
__attribute__((format(printf, 3, 4))) int reached_fail(struct reached *r, enum reach how,
						       const char *fmt, ...);

/* Adds the CHECK_REACHABLE of endpoint `subject`. */
MUST_CHECK int reach_check(const struct component_config *c, const char *subject,
			   const struct reached *r, struct checks *out, struct error *err);

/* The component's limit for one attempt, or the built-in 10 seconds. */
int64_t reach_timeout_ns(const struct connect_config *c);

#endif
