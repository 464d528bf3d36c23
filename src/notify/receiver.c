/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/receiver.h"

#include <string.h>

#include "notify/mail.h"
#include "notify/pagerduty.h"
#include "notify/ping.h"
#include "notify/slack.h"
#include "notify/webhook.h"

static void attempt_release(struct attempt *a)
{
	secret_wipe(&a->url);
	secret_wipe(&a->key);
	secret_wipe(&a->password);
}

static int fetch(const struct receiver_config *r, const char *what, const struct secret *secret,
		 struct buf *out, struct error *err)
{
	/* so that there is a text even where there is no secret */
	if (buf_reserve(out, 1) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a secret");
	out->ptr[0] = '\0';
	if (secret_fetch(secret, out, err) < 0)
		return error_context(err, "%s of receiver %s", what, r->name);
	if (memchr(out->ptr, '\0', out->len))
		return error_set(err, ERROR_CONFIG, "the %s of receiver %s holds a NUL byte", what,
				 r->name);
	return 0;
}

static int fetch_secrets(struct attempt *a, struct error *err)
{
	const struct receiver_config *r = a->receiver;

	if (fetch(r, "url", &r->url, &a->url, err) < 0 ||
	    fetch(r, "key", &r->key, &a->key, err) < 0 ||
	    fetch(r, "password", &r->password, &a->password, err) < 0)
		return -1;
	return 0;
}

int receiver_send(const struct receiver_config *receiver, const struct notice *notice,
		  const struct stop *stop, struct delivery *out, struct error *err)
{
	static int (*const senders[RECEIVER_COUNT])(const struct attempt *, struct delivery *,
						    struct error *) = {
		[RECEIVER_MAIL] = mail_send,           [RECEIVER_SLACK] = slack_send,
		[RECEIVER_PAGERDUTY] = pagerduty_send, [RECEIVER_WEBHOOK] = webhook_send,
		[RECEIVER_PING] = ping_send,
	};
	CLEANUP(attempt_release)
	struct attempt a = { .receiver = receiver, .notice = notice, .stop = stop };

	*out = (struct delivery){ .outcome = DELIVERY_LATER };
	if (fetch_secrets(&a, err) < 0)
		return -1;
	if (senders[receiver->kind](&a, out, err) < 0)
		return error_context(err, "tell receiver %s", receiver->name);
	return 0;
}
