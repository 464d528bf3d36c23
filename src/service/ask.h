/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of services by their network, which is a sandbox's: so it is asked from inside,
 * by work of ours that visits it. One order goes in, one answer comes out, each a line of JSON.
 * The order is ours; the answer comes from where nobody is trusted.
 */
#ifndef SERVICE_ASK_H
#define SERVICE_ASK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/stop.h"
#include "config/trial_config.h"
#include "sandbox/visit_program.h"
#include "service/hidden.h"

/* The guide's work of that name (sandbox/visit.h), which no component's can be, is ask_work(). */
#define ASK_WORK ".ask"

struct ask_order {
	const struct request_config *request; /* one after the other while each holds */
	size_t request_count;
	const char *tcp; /* host:port that must accept a connection, with variables; "" = none */
	const char *const *env;    /* "NAME=value", NULL-terminated */
	const char *const *hidden; /* what no answer may repeat, NULL-terminated; NULL: nothing */
	int64_t time_ns;           /* for all of it */
	int64_t attempt_ns;        /* for one attempt to connect, and for an answer to go on */
};

enum { ASK_SHOWN_SIZE = 256, ASK_MESSAGE_SIZE = 640 };

struct ask_answer {
	bool held;
	bool unanswered; /* there was nothing to judge: no answer came */
	bool unjudged; /* it could not be asked or judged at all: that says nothing about the service */
	char expected[ASK_SHOWN_SIZE], found[ASK_SHOWN_SIZE]; /* short, may be "" */
	char message[ASK_MESSAGE_SIZE];                       /* one line */
	char hint[ASK_SHOWN_SIZE];
};

/* In what is told of it, whoever tells it. */
void ask_answer_hide(struct ask_answer *a, struct hidden *hidden);

/* ---- inside ---- */

/* As visit_guide.work: 2 for another name than ASK_WORK. */
int ask_work(void *cookie, const char *name, struct sandbox_pipes pipes);

/* Do it; trouble of our own is an answer, too. */
void ask_perform(const struct ask_order *order, struct ask_answer *out);

/* ---- the owner ---- */

/*
 * Have it done in `s`, whose guide must know ASK_WORK; `stop` (NULL: nobody) ends it with
 * ERROR_INTERRUPTED. From any thread. ERROR_TARGET: the sandbox ended, or says what it should not.
 */
MUST_CHECK int ask_inside(const struct sandbox *s, const struct ask_order *order,
			  const struct stop *stop, struct ask_answer *out, struct error *err);

/* ---- the documents ---- */

/* Each appends one line. */
MUST_CHECK int ask_order_write(const struct ask_order *o, struct buf *out, struct error *err);
MUST_CHECK int ask_answer_write(const struct ask_answer *a, struct buf *out, struct error *err);

/* One line, without its end; `out` lives in `arena`. */
MUST_CHECK int ask_order_parse(struct span line, struct arena *arena, struct ask_order *out,
			       struct error *err);
/* All texts become short lines of printable UTF-8. */
MUST_CHECK int ask_answer_parse(struct span line, struct ask_answer *out, struct error *err);

#endif
