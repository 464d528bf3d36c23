/* SPDX-License-Identifier: Apache-2.0 */
/* A notice that tells of nothing, to see whether one arrives. */
#ifndef NOTIFY_TEST_NOTICE_H
#define NOTIFY_TEST_NOTICE_H

#include "model/run.h"
#include "notify/receiver.h"

struct test_notice {
	const char *kind;  /* of whose making: "notify", "drill" */
	const char *title; /* what is read first */
	const char *run;   /* "" = none */
	const char *next;  /* the command to go on with */
};

/* Once, not by the outbox. As receiver_send(). */
MUST_CHECK int test_notice_send(const struct config *config, const struct receiver_config *r,
				const struct test_notice *t, const struct stop *stop,
				struct delivery *out, struct error *err);

#endif
