/* SPDX-License-Identifier: Apache-2.0 */
#include "format/rabbitmq/definitions_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

/* Steps and memory of one match; the broker's own limit is 50,000 steps since 4.2, before that ten million. */
enum { MATCH_STEPS = 1000, MATCH_HEAP_KIB = 64, PARENTHESES_MAX = 250 };

struct definition_regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

/* NULL with `*problem` and `*at`; `*problem` 0: out of memory. */
static pcre2_code *compile(const char *pattern, size_t len, uint32_t ways, int *problem, size_t *at)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code;

	*problem = 0;
	if (!context)
		return NULL;
	(void)pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	(void)pcre2_set_parens_nest_limit(context, PARENTHESES_MAX);
	(void)pcre2_set_compile_extra_options(context, ways);
	code = pcre2_compile((PCRE2_SPTR)pattern, len, 0, problem, at, context);
	pcre2_compile_context_free(context);
	if (!code && *problem == PCRE2_ERROR_HEAP_FAILED)
		*problem = 0;
	return code;
}

/*
 * PCRE 8, the library of Erlang up to 27, lets pass what PCRE2 does not: \K in an
 * assertion, and escapes that mean nothing. The option for the latter forgives
 * more than that, so that it is only used where nothing else is wrong before.
 */
static pcre2_code *compile_as_erlang(const char *pattern, size_t len, int *problem, size_t *at)
{
	uint32_t ways = PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK;
	pcre2_code *code = compile(pattern, len, ways, problem, at);

	if (!code && *problem == PCRE2_ERROR_UNKNOWN_ESCAPE)
		code = compile(pattern, len, ways | PCRE2_EXTRA_BAD_ESCAPE_IS_LITERAL, problem, at);
	return code;
}

static struct definition_regex *prepare(pcre2_code *code)
{
	struct definition_regex *regex = calloc(1, sizeof(*regex));

	if (!regex) {
		pcre2_code_free(code);
		return NULL;
	}
	regex->code = code;
	regex->data = pcre2_match_data_create(1, NULL);
	regex->limits = pcre2_match_context_create(NULL);
	if (!regex->data || !regex->limits) {
		definition_regex_free(regex);
		return NULL;
	}
	(void)pcre2_set_match_limit(regex->limits, MATCH_STEPS);
	(void)pcre2_set_depth_limit(regex->limits, MATCH_STEPS);
	(void)pcre2_set_heap_limit(regex->limits, MATCH_HEAP_KIB);
	return regex;
}

enum definition_regex_result definition_regex_compile(const char *pattern,
						      struct definition_regex **out, size_t *at)
{
	size_t len = strlen(pattern);
	pcre2_code *code;
	int problem;

	if (len > DEFINITION_PATTERN_MAX)
		return DEFINITION_REGEX_TOO_LONG;
	code = compile_as_erlang(pattern, len, &problem, at);
	if (!code)
		return problem ? DEFINITION_REGEX_BAD : DEFINITION_REGEX_NO_MEMORY;
	if (!out) {
		pcre2_code_free(code);
		return DEFINITION_REGEX_GOOD;
	}
	*out = prepare(code);
	return *out ? DEFINITION_REGEX_GOOD : DEFINITION_REGEX_NO_MEMORY;
}

enum definition_match definition_regex_match(struct definition_regex *regex, const char *subject)
{
	int rc = pcre2_match(regex->code, (PCRE2_SPTR)subject, strlen(subject), 0, 0, regex->data,
			     regex->limits);

	if (rc >= 0)
		return DEFINITION_MATCH;
	switch (rc) {
	case PCRE2_ERROR_NOMATCH:
		return DEFINITION_NO_MATCH;
	case PCRE2_ERROR_NOMEMORY:
		return DEFINITION_MATCH_NO_MEMORY;
	default:
		return DEFINITION_MATCH_GIVEN_UP;
	}
}

void definition_regex_free(struct definition_regex *regex)
{
	if (!regex)
		return;
	pcre2_match_context_free(regex->limits);
	pcre2_match_data_free(regex->data);
	pcre2_code_free(regex->code);
	free(regex);
}
