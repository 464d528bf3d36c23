/* SPDX-License-Identifier: Apache-2.0 */
/* Mail: what is written, and how it is sent. */
#ifndef NOTIFY_MAIL_H
#define NOTIFY_MAIL_H

#include "notify/attempt.h"

/*
 * Append the whole message, lines ended by CR LF. It has the same Message-ID in each attempt, and
 * refers to an id made of the alert's key and beginning, so that one alert is one thread.
 */
MUST_CHECK int mail_message(const struct receiver_config *r, const struct notice *n,
			    struct buf *out, struct error *err);

/* Append the sender's address as configured, else muster@HOST. */
MUST_CHECK int mail_sender(const struct receiver_config *r, struct buf *out, struct error *err);

/* Give a message to the receiver's program (sendmail) on its standard input. As receiver_send(). */
MUST_CHECK int mail_by_program(const struct attempt *a, const struct buf *message,
			       struct delivery *out, struct error *err);

/* Give a message to the receiver's server. As receiver_send(). */
MUST_CHECK int mail_by_smtp(const struct attempt *a, const struct buf *message,
			    struct delivery *out, struct error *err);

/* As receiver_send(). */
MUST_CHECK int mail_send(const struct attempt *a, struct delivery *out, struct error *err);

#endif
