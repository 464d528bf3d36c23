/* SPDX-License-Identifier: Apache-2.0 */
/* One mail by SMTP (RFC 5321), by libcurl. No proxy; sent once. */
#ifndef NET_SMTP_H
#define NET_SMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/stop.h"

/* Who is to get it, and what the server said to that. */
struct smtp_recipient {
	const char *address; /* without a name or <> */
	int status;          /* of the server's reply; 0: it was not asked */
	char reply[200];     /* "550 5.1.1 no such user here": hostile bytes, no line ends */
};

struct smtp_request {
	const char *url;             /* "smtp://host:587", "smtps://host:465" */
	bool starttls;               /* smtp: go on only under TLS */
	const char *user, *password; /* user NULL or "": none */
	const char *ca_file;         /* NULL or "": the system's */
	const char *from;            /* address; "" for the null sender */
	struct smtp_recipient *recipient;
	size_t recipient_count;
	struct span message;     /* lines ended by CR LF; borrowed */
	int64_t timeout_ns;      /* of the whole */
	const struct stop *stop; /* asked a few times a second; NULL: nobody will */
};

enum smtp_failure {
	SMTP_ANSWERED, /* the server said so: `status` */
	SMTP_NETWORK,  /* no address, no connection, cut off */
	SMTP_TIMEOUT,
	SMTP_TLS,    /* no trust, no common protocol */
	SMTP_NO_TLS, /* the server offers none */
	SMTP_WRONG,  /* a URL or an address that cannot be used */
};

struct smtp_answer {
	enum smtp_failure how;
	int status; /* of the reply that decided: 250 taken, 4xx later, 5xx refused; 0: none */
	char message[400]; /* that reply, or what went wrong: hostile bytes, no line ends */
};

/*
 * 0 when the server took the message for one recipient at least: see the recipients' status
 * for which; else -1 with `err` (ERROR_TARGET, ERROR_INTERRUPTED) and the same in `answer`.
 */
MUST_CHECK int smtp_send(struct smtp_request *request, struct smtp_answer *answer,
			 struct error *err);

#endif
