/* SPDX-License-Identifier: Apache-2.0 */
/* The message of a visit. What comes may be of anybody who holds a connection. */
#include <string.h>

#include "sandbox/visit.intern.h"

static int append_word(struct buf *b, const char *word)
{
	return buf_append(b, word, strlen(word) + 1);
}

static int append_words(struct buf *b, const char *const *word)
{
	for (; word && *word; word++) {
		if (append_word(b, *word) < 0)
			return -1;
	}
	return 0;
}

int visit_message_write(const struct visit_wish *w, struct buf *out, struct error *err)
{
	const char manner = (char)w->manner;

	if (buf_append(out, &manner, 1) < 0 || append_word(out, w->term) < 0 ||
	    append_word(out, w->prompt) < 0 || append_word(out, w->directory) < 0 ||
	    append_word(out, w->output) < 0 || append_words(out, w->env) < 0 ||
	    append_word(out, "") < 0 || append_words(out, w->argv) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a command line");
	if (out->len > VISIT_MESSAGE_MAX)
		return error_set(err, ERROR_USAGE, "the command has more than %d bytes",
				 VISIT_MESSAGE_MAX);
	return 0;
}

/* The word at `*at`, which ends before `end`, and past it; NULL: there is none. */
static char *take_word(char **at, const char *end)
{
	char *word = *at;

	if (word >= end)
		return NULL;
	*at += strlen(word) + 1;
	return word;
}

/* Into `word` from `n` on, to the end or to an empty one when that ends the list. False: too many. */
static bool take_words(struct visit *v, size_t *n, char **at, const char *end, bool empty_ends)
{
	char *word;

	while ((word = take_word(at, end)) && !(empty_ends && !*word)) {
		if (*n >= VISIT_WORDS_MAX)
			return false;
		v->word[(*n)++] = word;
	}
	v->word[(*n)++] = NULL;
	return word || !empty_ends;
}

/* As many descriptors as its manner has, and words that are enough. */
static bool is_whole(const struct visit *v)
{
	switch (v->manner) {
	case VISIT_ON_TERMINAL:
		return v->fds == 1;
	case VISIT_BY_PIPES:
		return v->fds == VISIT_STREAMS;
	case VISIT_CAPTURED:
		return v->fds == 2 && v->argv[0];
	case VISIT_STARTED:
		return v->fds == 0 && v->argv[0] && v->output[0];
	case VISIT_WORK:
		return v->fds == 2 && v->argv[0] && v->guide->work;
	}
	return false;
}

bool visit_message_parse(struct visit *v, size_t len)
{
	char *at = v->text + 1;
	const char *end = v->text + len;
	size_t n = 0;

	if (len < 2 || end[-1] != '\0')
		return false;
	v->manner = (enum visit_manner)v->text[0];
	v->term = take_word(&at, end);
	v->prompt = take_word(&at, end);
	v->directory = take_word(&at, end);
	v->output = take_word(&at, end);
	if (!v->output)
		return false;
	v->env = v->word;
	if (!take_words(v, &n, &at, end, true))
		return false;
	v->argv = v->word + n;
	return take_words(v, &n, &at, end, false) && is_whole(v);
}
