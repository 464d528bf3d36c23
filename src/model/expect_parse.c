/* SPDX-License-Identifier: Apache-2.0 */
/* An expectation from its words. */
#include <ctype.h>
#include <regex.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "model/decimal.h"
#include "model/expect.h"
#include "model/quote.h"

enum { OPERAND_MAX = 1000 };

struct parser {
	const char *text, *at;
	struct expect *out;
	struct expect_mistake *mistake;
};

__attribute__((format(printf, 3, 4))) static int reject(const struct parser *p, const char *at,
							const char *fmt, ...)
{
	va_list ap;

	p->mistake->at = (size_t)(at - p->text);
	va_start(ap, fmt);
	(void)vsnprintf(p->mistake->message, sizeof(p->mistake->message), fmt, ap);
	va_end(ap);
	return -1;
}

static void skip_blanks(struct parser *p)
{
	p->at += strspn(p->at, " \t");
}

/* That very word, not the beginning of another. */
static bool take_word(struct parser *p, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(p->at, word, len) != 0 || isalnum((unsigned char)p->at[len]) ||
	    p->at[len] == '_')
		return false;
	p->at += len;
	skip_blanks(p);
	return true;
}

static bool take_relation(struct parser *p, enum expect_relation *out)
{
	/* the longer first */
	static const struct {
		const char *sign;
		enum expect_relation relation;
	} rows[] = {
		{ "<=", EXPECT_AT_MOST },   { ">=", EXPECT_AT_LEAST }, { "!=", EXPECT_DIFFERENT },
		{ "<>", EXPECT_DIFFERENT }, { "==", EXPECT_SAME },     { "<", EXPECT_BELOW },
		{ ">", EXPECT_ABOVE },      { "=", EXPECT_SAME },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (strncmp(p->at, rows[i].sign, strlen(rows[i].sign)) != 0)
			continue;
		*out = rows[i].relation;
		p->at += strlen(rows[i].sign);
		skip_blanks(p);
		return true;
	}
	return false;
}

/* All that is left, without blanks behind it. */
static struct expect_operand rest(const struct parser *p)
{
	struct expect_operand o = { p->at, strlen(p->at) };

	while (o.len && isspace((unsigned char)o.text[o.len - 1]))
		o.len--;
	return o;
}

static char *shown(struct expect_operand o, char out[64])
{
	return quote_bytes((struct span){ (const uint8_t *)o.text, o.len }, out, 64);
}

static int check_number(const struct parser *p, struct expect_operand o)
{
	struct decimal number;
	char word[64];

	if (!o.len)
		return reject(p, o.text, "a number is missing");
	if (!decimal_parse(o.text, o.len, &number))
		return reject(p, o.text, "\"%s\" is not a number such as 10 or -2.5",
			      shown(o, word));
	return 0;
}

static int parse_comparison(struct parser *p, enum expect_relation relation)
{
	struct expect *e = p->out;

	e->kind = relation == EXPECT_SAME || relation == EXPECT_DIFFERENT ? EXPECT_EQUAL :
									    EXPECT_NUMBER;
	e->relation = relation;
	e->low = rest(p);
	if (e->kind == EXPECT_NUMBER)
		return check_number(p, e->low);
	return e->low.len ? 0 : reject(p, p->at, "what the value must be is missing");
}

static int parse_between(struct parser *p)
{
	struct expect *e = p->out;
	struct decimal low, high;

	e->kind = EXPECT_BETWEEN;
	e->low = (struct expect_operand){ p->at, strcspn(p->at, " \t") };
	if (check_number(p, e->low) < 0)
		return -1;
	p->at += e->low.len;
	skip_blanks(p);
	if (!take_word(p, "and"))
		return reject(p, p->at, "\"and\" is missing: between 1 and 10");
	e->high = rest(p);
	if (check_number(p, e->high) < 0)
		return -1;
	if (!decimal_parse(e->low.text, e->low.len, &low) ||
	    !decimal_parse(e->high.text, e->high.len, &high) || decimal_compare(&low, &high) > 0)
		return reject(p, e->low.text,
			      "no number is between these: the smaller comes first");
	return 0;
}

static int parse_age(struct parser *p)
{
	struct expect *e = p->out;
	struct expect_operand o;
	char text[64] = "", word[64];

	e->kind = EXPECT_AGE;
	if (!take_relation(p, &e->relation) || e->relation == EXPECT_SAME ||
	    e->relation == EXPECT_DIFFERENT)
		return reject(p, p->at, "after \"age\" comes <, <=, > or >=");
	o = rest(p);
	if (!o.len)
		return reject(p, o.text, "a duration is missing, such as 1h");
	if (o.len < sizeof(text))
		memcpy(text, o.text, o.len);
	if (quantity_parse_duration(text, &e->age_ns) < 0 || o.len >= sizeof(text))
		return reject(p, o.text, "\"%s\" is not a duration such as 36h, 1h30m or 90s",
			      shown(o, word));
	e->low = o;
	return 0;
}

static int parse_matches(struct parser *p)
{
	struct expect *e = p->out;
	char pattern[OPERAND_MAX], why[120];
	regex_t regex;
	int rc;

	e->kind = EXPECT_MATCHES;
	e->low = rest(p);
	if (!e->low.len)
		return reject(p, p->at, "a regular expression is missing");
	if (e->low.len >= sizeof(pattern))
		return reject(p, p->at, "a regular expression of more than %d bytes",
			      OPERAND_MAX - 1);
	memcpy(pattern, e->low.text, e->low.len);
	pattern[e->low.len] = '\0';
	rc = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
	if (rc != 0) {
		(void)regerror(rc, &regex, why, sizeof(why));
		return reject(p, p->at, "not a regular expression: %s", why);
	}
	regfree(&regex);
	return 0;
}

static int parse_form(struct parser *p)
{
	enum expect_relation relation;
	bool named;

	if (take_word(p, "between"))
		return parse_between(p);
	if (take_word(p, "age"))
		return parse_age(p);
	if (take_word(p, "matches"))
		return parse_matches(p);
	if (take_word(p, "nonempty") || take_word(p, "empty")) {
		/* the blanks behind it are taken: the word ends with what stands before them */
		p->out->kind = strncmp(p->text + strspn(p->text, " \t"), "non", 3) == 0 ?
				       EXPECT_NONEMPTY :
				       EXPECT_EMPTY;
		return *p->at ? reject(p, p->at, "nothing may follow") : 0;
	}
	named = take_word(p, "n");
	if (take_relation(p, &relation))
		return parse_comparison(p, relation);
	if (named)
		return reject(p, p->at, "after \"n\" comes <, <=, =, !=, >= or >");
	return reject(p, p->at,
		      "not an expectation; one is n > 0, = x, between 1 and 10, age < 1h, "
		      "matches REGEX, nonempty or empty");
}

bool expect_begins(const char *text)
{
	static const char *const words[] = { "between", "age", "matches", "nonempty", "empty" };
	struct parser p = { text, text, NULL, NULL };
	enum expect_relation relation;

	skip_blanks(&p);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (take_word(&p, words[i]))
			return true;
	}
	(void)take_word(&p, "n");
	return take_relation(&p, &relation);
}

void expect_exactly(const char *text, struct expect *out)
{
	*out = (struct expect){ .kind = EXPECT_EQUAL,
				.relation = EXPECT_SAME,
				.low = { text, strlen(text) } };
}

int expect_parse(const char *text, struct expect *out, struct expect_mistake *mistake)
{
	struct parser p = { text, text, out, mistake };

	*out = (struct expect){ 0 };
	*mistake = (struct expect_mistake){ 0 };
	skip_blanks(&p);
	return parse_form(&p);
}
