/* SPDX-License-Identifier: Apache-2.0 */
/* The visitor's side. */
#include "sandbox/visit.h"

#include <stdlib.h>

#include "base/buf.h"
#include "sandbox/visit.intern.h"

static int ask(int connection, const struct visit_request *r, const struct visit_streams *s,
	       struct error *err)
{
	CLEANUP(buf_release)
	struct buf message = { 0 };
	const char *term = getenv("TERM");
	const struct visit_wish wish = { .manner = s->terminal ? VISIT_ON_TERMINAL : VISIT_BY_PIPES,
					 .term = term ? term : "",
					 .prompt = r->prompt ? r->prompt : "",
					 .directory = "",
					 .output = "",
					 .argv = r->argv };

	if (visit_message_write(&wish, &message, err) < 0)
		return -1;
	if (visit_send(connection, message.ptr, message.len, s->far,
		       s->terminal ? 1 : VISIT_STREAMS, 0) < 0)
		return error_set_errno(err, ERROR_TARGET, "visit the sandbox");
	return 0;
}

int visit_run(int connection, const struct visit_request *request, int *code, struct error *err)
{
	CLEANUP(visit_streams_close)
	struct visit_streams streams;

	if (visit_streams_open(&streams, err) < 0 || ask(connection, request, &streams, err) < 0)
		return -1;
	return visit_relay(&streams, connection, request, code, err);
}
