/* SPDX-License-Identifier: Apache-2.0 */
/* The visitor's side. */
#include "sandbox/visit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "sandbox/visit.intern.h"

static int append_word(struct buf *b, const char *word)
{
	return buf_append(b, word, strlen(word) + 1);
}

static int write_message(const struct visit_request *r, bool terminal, struct buf *out)
{
	const char manner = terminal ? VISIT_ON_TERMINAL : VISIT_BY_PIPES;
	const char *term = getenv("TERM");

	if (buf_append(out, &manner, 1) < 0 || append_word(out, term ? term : "") < 0 ||
	    append_word(out, r->prompt ? r->prompt : "") < 0)
		return -1;
	for (const char *const *word = r->argv; word && *word; word++) {
		if (append_word(out, *word) < 0)
			return -1;
	}
	return 0;
}

static int ask(int connection, const struct visit_request *r, const struct visit_streams *s,
	       struct error *err)
{
	CLEANUP(buf_release)
	struct buf message = { 0 };

	if (write_message(r, s->terminal, &message) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a command line");
	if (message.len > VISIT_MESSAGE_MAX)
		return error_set(err, ERROR_USAGE, "the command has more than %d bytes",
				 VISIT_MESSAGE_MAX);
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
