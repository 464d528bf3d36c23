/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns as RabbitMQ reads them: Erlang's `re` is PCRE over bytes, without
 * options. Compiling and matching are bounded, whatever the pattern.
 */
#ifndef FORMAT_DEFINITIONS_REGEX_H
#define FORMAT_DEFINITIONS_REGEX_H

#include <stdbool.h>
#include <stddef.h>

struct definition_regex;

enum {
	DEFINITION_PATTERN_MAX = 8192, /* longer ones are not compiled */
	DEFINITION_PATTERN_NEW = 1024, /* the longest that RabbitMQ 4.2 and newer accept */
};

enum definition_regex_result {
	DEFINITION_REGEX_GOOD,
	DEFINITION_REGEX_BAD,      /* `*at` is where it goes wrong, in bytes */
	DEFINITION_REGEX_TOO_LONG, /* not looked at */
	DEFINITION_REGEX_NO_MEMORY
};

/* `out` (free with definition_regex_free()) is set when good; NULL: only try. */
enum definition_regex_result definition_regex_compile(const char *pattern,
						      struct definition_regex **out, size_t *at);
void definition_regex_free(struct definition_regex *regex);

/* Given up is a match that needs more steps than it is allowed. */
enum definition_match {
	DEFINITION_MATCH,
	DEFINITION_NO_MATCH,
	DEFINITION_MATCH_GIVEN_UP,
	DEFINITION_MATCH_NO_MEMORY
};
enum definition_match definition_regex_match(struct definition_regex *regex, const char *subject);

#endif
