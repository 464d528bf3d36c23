/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "net/smtp.h"
#include "notify/mail.h"
#include "notify/mime.h"

/* The addresses that the server is told, which live in `arena`. NULL: no memory. */
static struct smtp_recipient *recipients(const struct receiver_config *r, struct arena *arena)
{
	struct smtp_recipient *list = arena_alloc(arena, r->to.count * sizeof(*list));

	for (size_t i = 0; list && i < r->to.count; i++) {
		struct span bare = mime_bare_address(r->to.item[i]);

		list[i].address = arena_strndup(arena, (const char *)bare.ptr, bare.len);
		if (!list[i].address)
			return NULL;
	}
	return list;
}

static size_t put_off(const struct smtp_request *request)
{
	size_t count = 0;

	for (size_t i = 0; i < request->recipient_count; i++)
		count += request->recipient[i].status >= 400 && request->recipient[i].status < 500;
	return count;
}

/* "250 queued; not taken for bo@example.com: 550 no such user": of those who will not get it. */
static int say_who_lacks(const struct smtp_request *request, struct buf *said)
{
	for (size_t i = 0; i < request->recipient_count; i++) {
		const struct smtp_recipient *to = &request->recipient[i];

		if (to->status >= 400 &&
		    buf_printf(said, "; not taken for %s: %s", to->address, to->reply) < 0)
			return -1;
	}
	return 0;
}

static enum delivery_outcome outcome_of(const struct smtp_request *request,
					const struct smtp_answer *answer)
{
	switch (answer->how) {
	case SMTP_ANSWERED:
		/* when nobody is taken, who is put off may still be */
		return answer->status < 500 || put_off(request) ? DELIVERY_LATER : DELIVERY_REFUSED;
	case SMTP_NO_TLS:
	case SMTP_WRONG:
		return DELIVERY_REFUSED;
	case SMTP_NETWORK:
	case SMTP_TIMEOUT:
	case SMTP_TLS:
		break;
	}
	return DELIVERY_LATER;
}

static const char *hint_of(const struct smtp_answer *answer)
{
	if (answer->how == SMTP_NO_TLS)
		return "the server offers no STARTTLS; starttls: false sends in the clear";
	if (answer->how == SMTP_TLS)
		return "if the server's certificate is one of your own, set ca_file";
	if (answer->how == SMTP_WRONG)
		return "smtp takes smtp://HOST:PORT or smtps://HOST:PORT, to and from take "
		       "addresses";
	if (answer->status == 535 || answer->status == 530)
		return "look at user and password";
	return "";
}

static int tell(const struct attempt *a, const struct smtp_request *request,
		const struct smtp_answer *answer, bool sent, struct delivery *out,
		struct error *err)
{
	CLEANUP(buf_release)
	struct buf said = { 0 };

	if (buf_puts(&said, answer->message) < 0 || say_who_lacks(request, &said) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for an answer");
	out->outcome = sent ? DELIVERY_DONE : outcome_of(request, answer);
	(void)snprintf(out->hint, sizeof(out->hint), "%s",
		       !sent                 ? hint_of(answer) :
		       strchr(said.ptr, ';') ? "give each address a receiver of its own to have "
					       "those tried again who were not taken" :
					       "");
	return attempt_answer(a, sent ? "SMTP" : "not sent", buf_span(&said), out, err);
}

int mail_by_smtp(const struct attempt *a, const struct buf *message, struct delivery *out,
		 struct error *err)
{
	const struct receiver_config *r = a->receiver;
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	CLEANUP(buf_release)
	struct buf sender = { 0 };
	struct error failed = ERROR_INIT;
	struct smtp_answer answer;
	struct smtp_request request = {
		.url = r->smtp,
		.starttls = r->starttls,
		.user = r->user,
		.password = a->password.ptr,
		.ca_file = r->ca_file,
		.recipient = recipients(r, &arena),
		.recipient_count = r->to.count,
		.message = buf_span(message),
		.timeout_ns = r->timeout_ns,
		.stop = a->stop,
	};
	struct span bare;
	int rc;

	if (mail_sender(r, &sender, err) < 0)
		return -1;
	bare = mime_bare_address(sender.ptr);
	request.from = arena_strndup(&arena, (const char *)bare.ptr, bare.len);
	if (!request.recipient || !request.from)
		return error_set(err, ERROR_NOMEM, "no memory for a mail");
	rc = smtp_send(&request, &answer, &failed);
	if (rc == 0 || failed.kind == ERROR_TARGET)
		return tell(a, &request, &answer, rc == 0, out, err);
	return error_set(err, failed.kind, "%s", failed.message);
}
