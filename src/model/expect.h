/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the first value of a query's answer must be, in a few words:
 *
 *	n > 0, n >= 10, < 5, <= 5    a number, compared without rounding
 *	= open, != 3                 as numbers when both are, else as texts
 *	between 1 and 10             a number, both ends included
 *	age < 1h, age >= 2d          the value is a time; how long before `now` it is
 *	matches ^v[0-9]+$            a POSIX extended regular expression, somewhere in it
 *	nonempty, empty              there is a value that is neither NULL nor ''
 */
#ifndef MODEL_EXPECT_H
#define MODEL_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

enum expect_kind {
	EXPECT_NUMBER, /* <, <=, >, >= */
	EXPECT_EQUAL,  /* =, != */
	EXPECT_BETWEEN,
	EXPECT_AGE,
	EXPECT_MATCHES,
	EXPECT_NONEMPTY,
	EXPECT_EMPTY,
};

enum expect_relation {
	EXPECT_BELOW,
	EXPECT_AT_MOST,
	EXPECT_SAME,
	EXPECT_DIFFERENT,
	EXPECT_AT_LEAST,
	EXPECT_ABOVE,
};

struct expect_operand {
	const char *text; /* borrowed from what was parsed */
	size_t len;
};

struct expect {
	enum expect_kind kind;
	enum expect_relation relation;   /* EXPECT_NUMBER, EXPECT_EQUAL, EXPECT_AGE */
	struct expect_operand low, high; /* the operand; `high` of EXPECT_BETWEEN alone */
	int64_t age_ns;
};

/* What is wrong with an expectation, and where. */
struct expect_mistake {
	size_t at;         /* bytes from its beginning */
	char message[200]; /* no full stop */
};

/* Keeps `text`. -1 with `*mistake` filled when it is none of the forms above. */
MUST_CHECK int expect_parse(const char *text, struct expect *out, struct expect_mistake *mistake);

/* Does it begin as a condition does? "n > 0", "age", "> x" and "nonempty" do; "nobody" does not. */
bool expect_begins(const char *text);

/* The condition that a value is `text` itself; keeps it. */
void expect_exactly(const char *text, struct expect *out);

enum expect_outcome {
	EXPECT_HOLDS,
	EXPECT_FAILS,
	EXPECT_NOT_JUDGED, /* the value is not of the kind that was expected */
};

/*
 * `value` is the first column of the first row as text; NULL: no row, or NULL. `now_ns` is
 * what an age counts to, wall clock. `found` becomes the value on one line as a message
 * shows it, with why it could not be judged.
 */
enum { EXPECT_FOUND_SIZE = 200 };
enum expect_outcome expect_judge(const struct expect *e, const char *value, int64_t now_ns,
				 char found[EXPECT_FOUND_SIZE]);

/*
 * A time as PostgreSQL writes it in ISO style ("2026-11-22", "2026-11-22 19:14:19.5+00"); UTC
 * when it names no zone. -1 when it is none, or past what nanoseconds can tell.
 */
MUST_CHECK int expect_parse_time(const char *text, int64_t *wall_ns);

#endif
