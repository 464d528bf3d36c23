/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/sql_lexer.h"

#include <string.h>

enum state {
	BETWEEN,
	IN_WORD,
	IN_NUMBER,
	IN_NAME,
	NAME_QUOTE, /* a quote in a name: its end, or the first of two */
	PREFIX_AND, /* U& */
	IN_STRING,
	IN_ESCAPE,    /* behind a backslash */
	IN_OCTAL,     /* \123 */
	IN_HEX,       /* \x12 */
	STRING_QUOTE, /* a quote in a string: its end, or the first of two */
	AFTER_STRING, /* a string may go on in the next line */
	AFTER_DASH,
	AFTER_COMMENT,
	IN_TAG,
	IN_DOLLAR,
	DASH,
	SLASH,
	LINE_COMMENT,
	BLOCK_COMMENT,
	BLOCK_STAR,
	BLOCK_SLASH,
	COMMAND,
	LOST,
};

enum mode { PLAIN, ESCAPES, LEGACY /* a backslash escapes, where the setting is off */ };

struct scan {
	const uint8_t *begin, *p, *end;
};

/* psqlscan.l: ident_start, ident_cont, space */
enum { START = 1, DIGIT = 2, DOLLAR = 4, SPACE = 8, VALUE = 16, POINT = 32 };

/* VALUE: a byte of a row's values that needs no look. */
#define O 0
#define S START
#define N DIGIT
#define D DOLLAR
#define P SPACE
#define V VALUE
#define F (VALUE | POINT)
/* clang-format off */
static const uint8_t classes[256] = {
	O, O, O, O, O, O, O, O, O, P, P, P, P, P, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	P, V, O, V, D, V, V, O, O, O, V, V, V, O, F, O,
	N, N, N, N, N, N, N, N, N, N, V, O, V, V, V, V,
	V, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, V, O, V, V, S,
	V, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, V, V, V, V, O,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
	S, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S,
};
/* clang-format on */
#undef O
#undef S
#undef N
#undef D
#undef P
#undef V
#undef F

static bool is(uint8_t c, unsigned class)
{
	return (classes[c] & class) != 0;
}

static bool hidden(const struct sql_lexer *l)
{
	return l->shallow && l->parens;
}

static void gather(struct sql_lexer *l, const uint8_t *p, size_t n)
{
	size_t room = sizeof(l->buffer) - l->len;

	if (n > room) {
		l->cut = true;
		n = room;
	}
	memcpy(l->buffer + l->len, p, n);
	l->len += n;
}

static enum sql_token yield(struct sql_lexer *l, enum sql_token token)
{
	l->state = BETWEEN;
	l->text = (struct span){ l->buffer, l->len };
	return token;
}

/* As yield(), unless the owner wants to see nothing of it. */
static enum sql_token yield_value(struct sql_lexer *l, enum sql_token token)
{
	enum sql_token out = yield(l, token);

	return hidden(l) ? SQL_MORE : out;
}

bool sql_lexer_is(const struct sql_lexer *l, const char *word)
{
	size_t len = strlen(word);

	if (l->text.len != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		uint8_t c = l->text.ptr[i];

		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c - 'A' + 'a');
		if (c != (uint8_t)word[i])
			return false;
	}
	return true;
}

bool sql_lexer_at_rest(const struct sql_lexer *l)
{
	return l->state == BETWEEN && !l->in_statement;
}

/* Does the statement begin with CREATE [OR REPLACE] FUNCTION or PROCEDURE? */
static bool defines_function(const struct sql_lexer *l)
{
	const char *h = l->heads;

	if (h[0] != 'c')
		return false;
	return h[1] == 'f' || h[1] == 'p' ||
	       (h[1] == 'o' && h[2] == 'r' && (h[3] == 'f' || h[3] == 'p'));
}

/* Semicolons inside a function's BEGIN ATOMIC … END do not end its statement. */
static void track_word(struct sql_lexer *l)
{
	static const char *const tracked[] = { "create", "function", "procedure", "or", "replace" };

	l->text = (struct span){ l->buffer, l->len };
	if (hidden(l))
		return;
	if (l->words < sizeof(l->heads)) {
		for (size_t i = 0; i < sizeof(tracked) / sizeof(*tracked); i++) {
			if (sql_lexer_is(l, tracked[i]))
				l->heads[l->words] = tracked[i][0];
		}
	}
	l->words++;
	if (l->parens || !defines_function(l))
		return;
	if (sql_lexer_is(l, "begin") || (l->begins && sql_lexer_is(l, "case")))
		l->begins++;
	else if (l->begins && sql_lexer_is(l, "end"))
		l->begins--;
}

static enum sql_token end_statement(struct sql_lexer *l)
{
	l->in_statement = false;
	l->words = l->begins = l->parens = 0;
	memset(l->heads, 0, sizeof(l->heads));
	return SQL_SEMICOLON;
}

static enum sql_token symbol(struct sql_lexer *l, uint8_t c)
{
	bool was_hidden = hidden(l);

	l->len = 0;
	gather(l, &c, 1);
	(void)yield(l, SQL_SYMBOL);
	if (c == ';' && !l->parens && !l->begins)
		return end_statement(l);
	if (c == '(')
		l->parens++;
	else if (c == ')' && l->parens)
		l->parens--;
	return was_hidden && hidden(l) ? SQL_MORE : SQL_SYMBOL;
}

static void begin_string(struct sql_lexer *l, enum mode mode)
{
	l->len = 0;
	l->mode = mode;
	l->state = IN_STRING;
}

/* The byte that begins a token and is no letter or digit. */
static enum sql_token begin_other(struct sql_lexer *l, uint8_t c)
{
	l->in_statement |= c != '-' && c != '/' && c != '\\' && c != ';';
	switch (c) {
	case '\'':
		begin_string(l, l->escapes ? LEGACY : PLAIN);
		return SQL_MORE;
	case '"':
		l->state = IN_NAME;
		return SQL_MORE;
	case '$':
		l->state = IN_TAG;
		l->tag_len = 0;
		return SQL_MORE;
	case '-':
		l->state = DASH;
		return SQL_MORE;
	case '/':
		l->state = SLASH;
		return SQL_MORE;
	case '\\':
		l->state = COMMAND;
		return SQL_MORE;
	default:
		return symbol(l, c);
	}
}

/*
 * Over the values of a row, as far as they are simple and whole in this block;
 * stops at whatever is not. A string that a backslash or another line could go on
 * is not simple.
 */
static const uint8_t *skip_values(const struct sql_lexer *l, const uint8_t *p, const uint8_t *end)
{
	while (p < end) {
		const uint8_t *stop = p;

		if (is(*p, VALUE | SPACE)) {
			p++;
			continue;
		}
		if (is(*p, START | DIGIT)) {
			unsigned rest =
				is(*p, DIGIT) ? START | DIGIT | POINT : START | DIGIT | DOLLAR;

			while (stop < end && is(*stop, rest))
				stop++;
			if (stop < end && is(*p, DIGIT)) {
				p = stop;
				continue;
			}
			if (stop == end || *stop == '\'' || *stop == '&')
				return p;
			p = stop;
			continue;
		}
		if (*p != '\'' || l->escapes)
			return p;
		do {
			stop = memchr(stop + 1, '\'', (size_t)(end - stop) - 1);
			if (!stop || ++stop == end)
				return p;
		} while (*stop == '\'');
		if (*stop != ',' && *stop != ')')
			return p;
		p = stop;
	}
	return p;
}

static enum sql_token between(struct sql_lexer *l, struct scan *s)
{
	uint8_t c;

	if (hidden(l))
		s->p = skip_values(l, s->p, s->end);
	while (s->p < s->end && is(*s->p, SPACE))
		s->p++;
	if (s->p == s->end)
		return SQL_MORE;
	c = *s->p;
	l->start = l->offset + (uint64_t)(s->p - s->begin);
	l->len = 0;
	l->cut = false;
	if (is(c, START | DIGIT)) {
		l->state = is(c, START) ? IN_WORD : IN_NUMBER;
		l->in_statement = true;
		return SQL_MORE;
	}
	s->p++;
	return begin_other(l, c);
}

static void gather_run(struct sql_lexer *l, struct scan *s, unsigned class)
{
	const uint8_t *from = s->p;

	while (s->p < s->end && is(*s->p, class))
		s->p++;
	gather(l, from, (size_t)(s->p - from));
}

/* A word of one letter may be the prefix of what is quoted. */
static bool is_prefix(struct sql_lexer *l, uint8_t next)
{
	uint8_t letter = l->len == 1 ? (uint8_t)(l->buffer[0] | 0x20) : 0;

	if (letter == 'u' && next == '&') {
		l->state = PREFIX_AND;
		return true;
	}
	if (next != '\'' || (letter != 'e' && letter != 'b' && letter != 'x' && letter != 'n'))
		return false;
	begin_string(l, letter == 'e' ? ESCAPES : letter == 'n' && l->escapes ? LEGACY : PLAIN);
	return true;
}

static enum sql_token in_word(struct sql_lexer *l, struct scan *s)
{
	gather_run(l, s, START | DIGIT | DOLLAR);
	if (s->p == s->end)
		return SQL_MORE;
	if (is_prefix(l, *s->p)) {
		s->p++;
		return SQL_MORE;
	}
	track_word(l);
	return yield_value(l, SQL_WORD);
}

static enum sql_token in_number(struct sql_lexer *l, struct scan *s)
{
	gather_run(l, s, START | DIGIT | POINT);
	return s->p == s->end ? SQL_MORE : yield_value(l, SQL_NUMBER);
}

static enum sql_token in_name(struct sql_lexer *l, struct scan *s)
{
	size_t left = (size_t)(s->end - s->p);
	const uint8_t *quote = memchr(s->p, '"', left);

	gather(l, s->p, quote ? (size_t)(quote - s->p) : left);
	s->p = quote ? quote + 1 : s->end;
	if (quote)
		l->state = NAME_QUOTE;
	return SQL_MORE;
}

static enum sql_token name_quote(struct sql_lexer *l, struct scan *s)
{
	if (*s->p != '"')
		return yield_value(l, SQL_NAME);
	gather(l, s->p++, 1);
	l->state = IN_NAME;
	return SQL_MORE;
}

static enum sql_token prefix_and(struct sql_lexer *l, struct scan *s)
{
	if (*s->p != '\'' && *s->p != '"') {
		track_word(l);
		return yield_value(l, SQL_WORD); /* the '&' behind it is of no interest */
	}
	if (*s->p == '\'')
		begin_string(l, PLAIN);
	else
		l->state = IN_NAME;
	l->len = 0;
	s->p++;
	return SQL_MORE;
}

/* Content of a string, of which the state is set. */
static enum sql_token content(struct sql_lexer *l, const uint8_t *p, size_t n)
{
	if (l->pieces && n) {
		l->text = (struct span){ p, n };
		return SQL_PIECE;
	}
	if (!hidden(l))
		gather(l, p, n);
	return SQL_MORE;
}

static const uint8_t *end_of_run(const struct sql_lexer *l, const struct scan *s)
{
	const uint8_t *p = s->p;

	if (l->mode == PLAIN) {
		p = memchr(p, '\'', (size_t)(s->end - p));
		return p ? p : s->end;
	}
	while (p < s->end && *p != '\'' && *p != '\\')
		p++;
	return p;
}

static enum sql_token in_string(struct sql_lexer *l, struct scan *s)
{
	const uint8_t *from = s->p, *stop = end_of_run(l, s);

	s->p = stop;
	if (stop < s->end) {
		l->state = *stop == '\'' ? STRING_QUOTE : IN_ESCAPE;
		s->p++;
	}
	return content(l, from, (size_t)(stop - from));
}

static enum sql_token one_byte(struct sql_lexer *l, uint8_t c)
{
	l->code = c;
	l->state = IN_STRING;
	return content(l, &l->code, 1);
}

static enum sql_token in_escape(struct sql_lexer *l, struct scan *s)
{
	static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
	uint8_t c = *s->p;
	const char *known = memchr(letters, c, sizeof(letters) - 1);

	l->code = 0;
	l->digits = 0;
	if (c >= '0' && c <= '7') {
		l->state = IN_OCTAL;
		return SQL_MORE;
	}
	s->p++;
	l->doubtful |= c == '\'' && l->mode == LEGACY;
	if (c == 'x') {
		l->state = IN_HEX;
		return SQL_MORE;
	}
	return one_byte(l, known ? (uint8_t)meanings[known - letters] : c);
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Up to three octal or two hexadecimal digits. */
static enum sql_token in_code(struct sql_lexer *l, struct scan *s)
{
	bool octal = l->state == IN_OCTAL;
	int value = hex_value(*s->p);

	if (value < 0 || (octal && value > 7) || l->digits == (octal ? 3 : 2))
		return one_byte(l, octal || l->digits ? l->code : 'x');
	l->code = (uint8_t)(l->code << (octal ? 3 : 4) | value);
	l->digits++;
	s->p++;
	return SQL_MORE;
}

static enum sql_token string_quote(struct sql_lexer *l, struct scan *s)
{
	if (*s->p == '\'') {
		s->p++;
		return one_byte(l, '\'');
	}
	l->state = AFTER_STRING;
	l->newline = false;
	return SQL_MORE;
}

/* psqlscan.l: quotecontinue, a string that goes on behind at least one newline */
static enum sql_token after_string(struct sql_lexer *l, struct scan *s)
{
	uint8_t c = *s->p;

	if (l->state == AFTER_COMMENT) {
		l->newline = c == '\n' || c == '\r';
		if (l->newline)
			l->state = AFTER_STRING;
		s->p++;
		return SQL_MORE;
	}
	if (l->state == AFTER_DASH && c != '-')
		return yield_value(l, SQL_STRING); /* the '-' behind it is of no interest */
	if (c == '-') {
		l->state = l->state == AFTER_DASH ? AFTER_COMMENT : AFTER_DASH;
	} else if (is(c, SPACE)) {
		l->newline |= c == '\n' || c == '\r';
	} else if (c == '\'' && l->newline) {
		l->state = IN_STRING;
	} else {
		return yield_value(l, SQL_STRING);
	}
	s->p++;
	return SQL_MORE;
}

static enum sql_token in_tag(struct sql_lexer *l, struct scan *s)
{
	uint8_t c = *s->p;

	if (is(c, START) || (is(c, DIGIT) && l->tag_len)) {
		if (l->tag_len == sizeof(l->tag)) {
			l->state = LOST;
			return SQL_BAD;
		}
		l->tag[l->tag_len++] = c;
		s->p++;
		return SQL_MORE;
	}
	if (c == '$') {
		l->state = IN_DOLLAR;
		l->matched = 0;
		s->p++;
		return SQL_MORE;
	}
	if (!l->tag_len)
		return symbol(l, '$');
	gather(l, l->tag, l->tag_len);
	l->state = IN_WORD;
	return SQL_MORE;
}

/* A tag holds no dollar, so each dollar that does not end the string may begin what does. */
static enum sql_token in_dollar(struct sql_lexer *l, struct scan *s)
{
	while (s->p < s->end) {
		if (!l->matched) {
			const uint8_t *dollar = memchr(s->p, '$', (size_t)(s->end - s->p));

			s->p = dollar ? dollar + 1 : s->end;
			l->matched = dollar != NULL;
			continue;
		}
		if (l->matched > l->tag_len && *s->p == '$') {
			s->p++;
			l->cut = true;
			return yield_value(l, SQL_STRING);
		}
		if (l->matched <= l->tag_len && *s->p == l->tag[l->matched - 1])
			l->matched++;
		else
			l->matched = *s->p == '$';
		s->p++;
	}
	return SQL_MORE;
}

static enum sql_token dash_or_slash(struct sql_lexer *l, struct scan *s)
{
	bool dash = l->state == DASH;

	if (*s->p != (dash ? '-' : '*')) {
		l->in_statement = true;
		return symbol(l, dash ? '-' : '/');
	}
	s->p++;
	l->state = dash ? LINE_COMMENT : BLOCK_COMMENT;
	l->nesting = 1;
	return SQL_MORE;
}

static enum sql_token line_comment(struct sql_lexer *l, struct scan *s)
{
	size_t left = (size_t)(s->end - s->p);
	const uint8_t *newline = memchr(s->p, '\n', left), *other;
	size_t n = newline ? (size_t)(newline - s->p) : left;

	other = memchr(s->p, '\r', n);
	n = other ? (size_t)(other - s->p) : n;
	gather(l, s->p, n);
	s->p += n;
	return n == left ? SQL_MORE : yield_value(l, SQL_COMMENT);
}

static enum sql_token block_comment(struct sql_lexer *l, struct scan *s)
{
	while (s->p < s->end) {
		uint8_t c = *s->p++;

		if (l->state == BLOCK_STAR && c == '/') {
			l->state = BLOCK_COMMENT;
			if (!--l->nesting) {
				l->state = BETWEEN;
				return SQL_MORE;
			}
		} else if (l->state == BLOCK_SLASH && c == '*') {
			l->state = BLOCK_COMMENT;
			l->nesting++;
		} else {
			l->state = c == '*' ? BLOCK_STAR : c == '/' ? BLOCK_SLASH : BLOCK_COMMENT;
		}
	}
	return SQL_MORE;
}

static enum sql_token command(struct sql_lexer *l, struct scan *s)
{
	size_t left = (size_t)(s->end - s->p);
	const uint8_t *newline = memchr(s->p, '\n', left);

	gather(l, s->p, newline ? (size_t)(newline - s->p) : left);
	s->p = newline ? newline : s->end;
	return newline ? yield(l, SQL_COMMAND) : SQL_MORE;
}

static enum sql_token step(struct sql_lexer *l, struct scan *s)
{
	switch ((enum state)l->state) {
	case BETWEEN:
		return between(l, s);
	case IN_WORD:
		return in_word(l, s);
	case IN_NUMBER:
		return in_number(l, s);
	case IN_NAME:
		return in_name(l, s);
	case NAME_QUOTE:
		return name_quote(l, s);
	case PREFIX_AND:
		return prefix_and(l, s);
	case IN_STRING:
		return in_string(l, s);
	case IN_ESCAPE:
		return in_escape(l, s);
	case IN_OCTAL:
	case IN_HEX:
		return in_code(l, s);
	case STRING_QUOTE:
		return string_quote(l, s);
	case AFTER_STRING:
	case AFTER_DASH:
	case AFTER_COMMENT:
		return after_string(l, s);
	case IN_TAG:
		return in_tag(l, s);
	case IN_DOLLAR:
		return in_dollar(l, s);
	case DASH:
	case SLASH:
		return dash_or_slash(l, s);
	case LINE_COMMENT:
		return line_comment(l, s);
	case BLOCK_COMMENT:
	case BLOCK_STAR:
	case BLOCK_SLASH:
		return block_comment(l, s);
	case COMMAND:
		return command(l, s);
	case LOST:
		s->p = s->end;
		break;
	}
	return SQL_MORE;
}

enum sql_token sql_lexer_next(struct sql_lexer *l, struct span *in)
{
	struct scan s = { in->ptr, in->ptr, in->len ? in->ptr + in->len : in->ptr };
	enum sql_token token = SQL_MORE;
	size_t used;

	while (s.p < s.end && token == SQL_MORE)
		token = step(l, &s);
	used = (size_t)(s.p - s.begin);
	if (used) {
		in->ptr += used;
		in->len -= used;
	}
	l->offset += used;
	return token;
}
