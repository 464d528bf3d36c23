/* SPDX-License-Identifier: Apache-2.0 */
#include "format/splitter.h"

#include <string.h>

/* What comes next, white space aside. */
enum {
	AT_START,
	AT_FIRST_KEY,
	AT_KEY,
	AT_COLON,
	AT_VALUE,
	AT_FIRST_ELEMENT,
	AT_ELEMENT,
	AFTER_ELEMENT,
	AFTER_VALUE,
	AT_END,
	GAVE_UP
};

static const char *const awaited[] = {
	[AT_START] = "an object",
	[AT_FIRST_KEY] = "a member or the end of the object",
	[AT_KEY] = "a member",
	[AT_COLON] = "a colon",
	[AT_VALUE] = "a value",
	[AT_FIRST_ELEMENT] = "an element or the end of the array",
	[AT_ELEMENT] = "an element",
	[AFTER_ELEMENT] = "a comma or the end of the array",
	[AFTER_VALUE] = "a comma or the end of the object",
	[AT_END] = "nothing more",
};

void splitter_init(struct splitter *s, const struct splitter_ops *ops, void *owner,
		   struct findings *findings)
{
	*s = (struct splitter){
		.ops = ops, .owner = owner, .findings = findings, .now = { .line = 1 }
	};
}

void splitter_give_up(struct splitter *s)
{
	s->state = GAVE_UP;
}

bool splitter_gave_up(const struct splitter *s)
{
	return s->state == GAVE_UP;
}

void splitter_release(struct splitter *s)
{
	buf_release(&s->held);
	buf_release(&s->key);
}

static void complain(struct splitter *s, enum finding_code code, const char *what)
{
	findings_add(s->findings, code, s->now.offset, "line %llu: %s is expected here",
		     (unsigned long long)s->now.line, what);
	splitter_give_up(s);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Does this byte end a number or a word such as "true"? */
static bool ends_scalar(uint8_t c)
{
	return is_space(c) || c == ',' || c == ']' || c == '}' || c == ':';
}

/* One byte inside the captured value; true when the value ended with it. */
static bool capture_byte(struct splitter *s, uint8_t c)
{
	if (s->in_string) {
		bool closes = c == '"' && !s->escaped;

		s->escaped = c == '\\' && !s->escaped;
		s->in_string = !closes;
		return closes && s->depth == 0;
	}
	switch (c) {
	case '"':
		s->in_string = true;
		return false;
	case '[':
	case '{':
		s->depth++;
		return false;
	case ']':
	case '}':
		s->depth--;
		return s->depth == 0;
	default:
		return false;
	}
}

/* The value is `text`: hand it on and say what comes next. */
static int deliver(struct splitter *s, struct span text, struct error *err)
{
	s->capturing = false;
	if (s->state == AT_FIRST_KEY || s->state == AT_KEY) {
		buf_clear(&s->key);
		if (buf_append(&s->key, text.ptr, text.len) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for a member's name");
		s->key_at = s->start;
		s->state = AT_COLON;
		return 0;
	}
	s->state = s->state == AT_VALUE ? AFTER_VALUE : AFTER_ELEMENT;
	return s->ops->value(s->owner, text, s->start, err);
}

static int hold(struct splitter *s, struct span part, struct error *err)
{
	if (part.len > SPLITTER_VALUE_MAX - s->held.len) {
		findings_add(s->findings, FINDING_BAD_LENGTH, s->start.offset,
			     "line %llu: a value of more than %d MiB",
			     (unsigned long long)s->start.line, SPLITTER_VALUE_MAX >> 20);
		splitter_give_up(s);
		return 0;
	}
	if (buf_append(&s->held, part.ptr, part.len) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a JSON value");
	return 0;
}

/* Goes on with the captured value at the start of `block`; yields how many bytes it took. */
static int capture(struct splitter *s, struct span block, size_t *taken, struct error *err)
{
	bool ended = false;
	size_t n = 0;

	while (n < block.len && !ended) {
		/* a number has no closing byte of its own: what follows ends it and is not part of it */
		if (!s->in_string && s->depth == 0 && ends_scalar(block.ptr[n])) {
			ended = true;
			break;
		}
		ended = capture_byte(s, block.ptr[n]);
		s->now.line += block.ptr[n++] == '\n';
		if (s->depth > SPLITTER_DEPTH_MAX) {
			findings_add(s->findings, FINDING_BAD_STRUCTURE, s->start.offset,
				     "line %llu: nested deeper than %d",
				     (unsigned long long)s->start.line, SPLITTER_DEPTH_MAX);
			splitter_give_up(s);
			return 0;
		}
	}
	*taken = n;
	s->now.offset += n;
	if (ended && s->held.len == 0)
		return deliver(s, (struct span){ block.ptr, n }, err);
	if (hold(s, (struct span){ block.ptr, n }, err) < 0)
		return -1;
	if (!ended || splitter_gave_up(s))
		return 0;
	if (deliver(s, buf_span(&s->held), err) < 0)
		return -1;
	buf_clear(&s->held);
	return 0;
}

static int begin_member(struct splitter *s, bool is_array, struct error *err)
{
	return s->ops->member(s->owner, buf_span(&s->key), is_array, s->key_at, err);
}

static void begin_capture(struct splitter *s)
{
	s->capturing = true;
	s->in_string = s->escaped = false;
	s->depth = 0;
	s->start = s->now;
}

/* A value is due and `c` is its first byte. Yields whether `c` was used up. */
static int begin_value(struct splitter *s, uint8_t c, bool *used, struct error *err)
{
	*used = false;
	if (ends_scalar(c)) {
		complain(s, FINDING_BAD_SYNTAX, awaited[s->state]);
		return 0;
	}
	if (s->state == AT_VALUE && begin_member(s, c == '[', err) < 0)
		return -1;
	if (s->state == AT_VALUE && c == '[') {
		s->state = AT_FIRST_ELEMENT;
		*used = true;
	} else if (!splitter_gave_up(s)) {
		begin_capture(s);
	}
	return 0;
}

/* The next state after `c` when it is one of the marks between values; -1: it is not. */
static int after_mark(int state, uint8_t c)
{
	switch (state) {
	case AT_START:
		return c == '{' ? AT_FIRST_KEY : -1;
	case AT_FIRST_KEY:
		return c == '}' ? AT_END : -1;
	case AT_COLON:
		return c == ':' ? AT_VALUE : -1;
	case AT_FIRST_ELEMENT:
		return c == ']' ? AFTER_VALUE : -1;
	case AFTER_ELEMENT:
		return c == ',' ? AT_ELEMENT : c == ']' ? AFTER_VALUE : -1;
	case AFTER_VALUE:
		return c == ',' ? AT_KEY : c == '}' ? AT_END : -1;
	default:
		return -1;
	}
}

/* One byte that is not white space, between values. Yields whether it was used up. */
static int outside(struct splitter *s, uint8_t c, bool *used, struct error *err)
{
	int next = after_mark(s->state, c);

	*used = next >= 0;
	if (*used) {
		s->state = next;
		return 0;
	}
	switch (s->state) {
	case AT_FIRST_KEY:
	case AT_KEY:
		if (c == '"')
			begin_capture(s);
		else
			complain(s, FINDING_BAD_SYNTAX, awaited[s->state]);
		return 0;
	case AT_VALUE:
	case AT_FIRST_ELEMENT:
	case AT_ELEMENT:
		return begin_value(s, c, used, err);
	default:
		complain(s, s->state == AT_END ? FINDING_TRAILING_DATA : FINDING_BAD_SYNTAX,
			 awaited[s->state]);
		return 0;
	}
}

int splitter_push(struct splitter *s, struct span block, struct error *err)
{
	for (size_t i = 0; i < block.len && !splitter_gave_up(s);) {
		struct span rest = { block.ptr + i, block.len - i };
		size_t taken = 0;
		bool used = true;

		if (s->capturing) {
			if (capture(s, rest, &taken, err) < 0)
				return -1;
			i += taken;
			continue;
		}
		if (!is_space(*rest.ptr) && outside(s, *rest.ptr, &used, err) < 0)
			return -1;
		if (used) {
			s->now.line += *rest.ptr == '\n';
			s->now.offset++;
			i++;
		}
	}
	return 0;
}

bool splitter_finish(struct splitter *s)
{
	if (s->state == AT_END)
		return true;
	if (s->state == AT_START)
		findings_add(s->findings, FINDING_EMPTY, s->now.offset, "nothing in it");
	else if (s->state != GAVE_UP)
		findings_add(s->findings, FINDING_TRUNCATED, s->now.offset,
			     "line %llu: it ends where %s is expected",
			     (unsigned long long)s->now.line,
			     s->capturing ? "the rest of a value" : awaited[s->state]);
	return false;
}
