/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log_search.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "service/log_reader.h"

enum { BLOCK = 64 * 1024, TAIL_BYTES = 4096, TAIL_LINES = 5 };

struct patterns {
	regex_t *item;
	size_t count;
};

struct log_rules {
	struct patterns errors, harmless;
};

static int compile(const struct string_list *list, struct patterns *out, struct error *err)
{
	out->item = calloc(list->count + 1, sizeof(*out->item));
	if (!out->item)
		return error_set(err, ERROR_NOMEM, "no memory for what logs are searched for");
	for (; out->count < list->count; out->count++) {
		const char *text = list->item[out->count];

		if (regcomp(&out->item[out->count], text, REG_EXTENDED | REG_ICASE | REG_NOSUB) !=
		    0)
			return error_set(err, ERROR_CONFIG, "\"%.100s\" is no regular expression",
					 text);
	}
	return 0;
}

static void release(struct patterns *p)
{
	for (size_t i = 0; i < p->count; i++)
		regfree(&p->item[i]);
	free(p->item);
}

int log_rules_open(const struct string_list *errors, const struct string_list *harmless,
		   struct log_rules **out, struct error *err)
{
	CLEANUP(cleanup_log_rules)
	struct log_rules *r = calloc(1, sizeof(*r));

	if (!r)
		return error_set(err, ERROR_NOMEM, "no memory for what logs are searched for");
	if (compile(errors, &r->errors, err) < 0 || compile(harmless, &r->harmless, err) < 0)
		return -1;
	*out = TAKE(r);
	return 0;
}

void log_rules_close(struct log_rules *r)
{
	if (!r)
		return;
	release(&r->errors);
	release(&r->harmless);
	free(r);
}

static bool any_matches(const struct patterns *p, const char *line)
{
	for (size_t i = 0; i < p->count; i++) {
		if (regexec(&p->item[i], line, 0, NULL, 0) == 0)
			return true;
	}
	return false;
}

bool log_rules_match(const struct log_rules *r, const char *line)
{
	return any_matches(&r->errors, line) && !any_matches(&r->harmless, line);
}

/* Whoever goes on writing meanwhile would keep us reading. */
static int size_of(int fd, uint64_t *out, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_set_errno(err, ERROR_IO, "look at a log");
	*out = st.st_size > 0 ? (uint64_t)st.st_size : 0;
	return 0;
}

/* A part of a log on its way, and what it is to be without secrets. */
struct passage {
	struct buf pending, clear;
};

static void passage_release(struct passage *p)
{
	buf_release(&p->pending);
	buf_release(&p->clear);
}

static int pass_on(const struct log_job *job, struct passage *p, bool last, struct log_reader *r,
		   struct error *err)
{
	buf_clear(&p->clear);
	if (hidden_from_piece(job->hidden, &p->pending, last, &p->clear, err) < 0)
		return -1;
	log_reader_take(r, p->clear.ptr, p->clear.len);
	return job->copy < 0 ? 0 :
			       file_write_all(job->copy, "the copy of a log", p->clear.ptr,
					      p->clear.len, err);
}

static int read_all(const struct log_job *job, struct passage *p, struct log_reader *r,
		    struct error *err)
{
	uint64_t size = 0, *bytes = &r->found->bytes;

	if (size_of(job->fd, &size, err) < 0)
		return -1;
	while (*bytes < size) {
		uint64_t left = size - *bytes;
		ssize_t n;

		if (buf_reserve(&p->pending, BLOCK) < 0)
			return error_set(err, ERROR_NOMEM, "no memory to read a log");
		n = file_read_some(job->fd, "a log", p->pending.ptr + p->pending.len,
				   left < BLOCK ? (size_t)left : BLOCK, err);
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		*bytes += (uint64_t)n;
		p->pending.len += (size_t)n;
		if (pass_on(job, p, false, r, err) < 0)
			return -1;
	}
	return pass_on(job, p, true, r, err);
}

int log_search(const struct log_job *job, struct log_found *out, struct error *err)
{
	CLEANUP(cleanup_free)
	struct log_reader *r = calloc(1, sizeof(*r));
	CLEANUP(passage_release)
	struct passage p = { 0 };

	*out = (struct log_found){ 0 };
	if (!r)
		return error_set(err, ERROR_NOMEM, "no memory to read a log");
	r->rules = job->rules;
	r->found = out;
	if (read_all(job, &p, r, err) < 0)
		return -1;
	log_reader_end(r);
	return 0;
}

/* The last few lines of `text`. */
static const char *last_lines(const char *text, size_t len)
{
	size_t at = len;
	int lines = 0;

	while (at && (text[at - 1] == '\n' || text[at - 1] == '\r'))
		at--;
	while (at) {
		if (text[at - 1] == '\n' && ++lines == TAIL_LINES)
			break;
		at--;
	}
	return text + at;
}

/* The end of a log without what is hidden. */
static int read_end(int fd, struct hidden *hidden, struct buf *out, struct error *err)
{
	uint64_t whole = 0;
	ssize_t n;

	if (size_of(fd, &whole, err) < 0)
		return -1;
	if (buf_reserve(out, TAIL_BYTES) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the end of a log");
	n = pread(fd, out->ptr, TAIL_BYTES, whole > TAIL_BYTES ? (off_t)(whole - TAIL_BYTES) : 0);
	if (n < 0)
		return error_set_errno(err, ERROR_IO, "read a log");
	out->len = (size_t)n;
	if (whole > TAIL_BYTES)
		hidden_rest_from(hidden, out);
	hidden_from(hidden, out);
	for (size_t i = 0; i < out->len; i++) {
		if (!out->ptr[i])
			out->ptr[i] = ' ';
	}
	return buf_puts(out, "") < 0 ? error_set(err, ERROR_NOMEM, "no memory for a log") : 0;
}

int log_tail(int fd, struct hidden *hidden, char *out, size_t size, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(buf_release)
	struct buf lines = { 0 };

	*out = '\0';
	if (read_end(fd, hidden, &text, err) < 0)
		return -1;
	if (buf_puts(&lines, last_lines(text.ptr, text.len)) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the end of a log");
	(void)process_quote_text(&lines, out, size);
	return 0;
}
