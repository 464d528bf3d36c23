/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/mail.h"

#include <stdio.h>

int mail_send(const struct attempt *a, struct delivery *out, struct error *err)
{
	CLEANUP(buf_release)
	struct buf message = { 0 };

	if (a->receiver->to.count == 0) {
		out->outcome = DELIVERY_REFUSED;
		(void)snprintf(out->answer, sizeof(out->answer),
			       "not sent: nobody is named in \"to\"");
		return 0;
	}
	if (mail_message(a->receiver, a->notice, &message, err) < 0)
		return -1;
	return *a->receiver->smtp ? mail_by_smtp(a, &message, out, err) :
				    mail_by_program(a, &message, out, err);
}
