/* SPDX-License-Identifier: Apache-2.0 */
/* RabbitMQ definitions, as the management API and rabbitmqctl export them. */
#ifndef FORMAT_DEFINITIONS_H
#define FORMAT_DEFINITIONS_H

#include "format/reader.h"

/* What no check of a definitions file sees: id, where, what a change does. Published in docs/formats/definitions.md. */
#define DEFINITIONS_UNCOVERED_TABLE(X)                                                             \
	X(VALUE, "a letter, digit or word inside a value that leaves a legal value",               \
	  "another name, number or setting")                                                       \
	X(MEMBER, "the name of a member that is not required",                                     \
	  "one setting less, and an unknown one")                                                  \
	X(OBJECT,                                                                                  \
	  "a whole object that nothing refers to, a list that is not required, a binding that "    \
	  "stands twice",                                                                          \
	  "other counts and another fingerprint")                                                  \
	X(SPACE, "white space between tokens and after the last brace, and the order of objects",  \
	  "nothing")

enum {
#define X(id, where, effect) DEFINITIONS_UNCOVERED_##id,
	DEFINITIONS_UNCOVERED_TABLE(X) DEFINITIONS_UNCOVERED_COUNT
#undef X
};

extern const struct reader definitions_reader;

#endif
