/* SPDX-License-Identifier: Apache-2.0 */
/* A mail that the example platform's receiver kept as a file, as muster wrote it. */
#ifndef DEMO_KEPT_MAIL_H
#define DEMO_KEPT_MAIL_H

#include "base/buf.h"
#include "base/error.h"

struct kept_mail {
	struct buf whole; /* the file */
	struct buf head;  /* of its fields From, To and Subject, a line each */
	struct buf text;  /* its text part, decoded */
};

/* A mail without such fields or such a part is ERROR_INTERNAL: it is our own. */
MUST_CHECK int kept_mail_read(const char *path, struct kept_mail *out, struct error *err);
void kept_mail_release(struct kept_mail *m);

#endif
