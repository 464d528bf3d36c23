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

int log_search(int fd, int copy, const struct log_rules *rules, struct log_found *out,
	       struct error *err)
{
	CLEANUP(cleanup_free)
	struct log_reader *r = calloc(1, sizeof(*r));
	char block[BLOCK];
	uint64_t size = 0;

	*out = (struct log_found){ 0 };
	if (!r)
		return error_set(err, ERROR_NOMEM, "no memory to read a log");
	r->rules = rules;
	r->found = out;
	if (size_of(fd, &size, err) < 0)
		return -1;
	while (out->bytes < size) {
		uint64_t left = size - out->bytes;
		ssize_t n =
			file_read_some(fd, "a log", block,
				       left < sizeof(block) ? (size_t)left : sizeof(block), err);

		if (n < 0)
			return -1;
		if (n == 0)
			break;
		out->bytes += (uint64_t)n;
		log_reader_take(r, block, (size_t)n);
		if (copy >= 0 &&
		    file_write_all(copy, "the copy of a log", block, (size_t)n, err) < 0)
			return -1;
	}
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

int log_tail(int fd, char *out, size_t size, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(buf_release)
	struct buf lines = { 0 };
	uint64_t whole = 0;
	ssize_t n;

	*out = '\0';
	if (size_of(fd, &whole, err) < 0)
		return -1;
	if (buf_reserve(&text, TAIL_BYTES) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the end of a log");
	n = pread(fd, text.ptr, TAIL_BYTES, whole > TAIL_BYTES ? (off_t)(whole - TAIL_BYTES) : 0);
	if (n < 0)
		return error_set_errno(err, ERROR_IO, "read a log");
	for (ssize_t i = 0; i < n; i++) {
		if (!text.ptr[i])
			text.ptr[i] = ' ';
	}
	text.ptr[n] = '\0';
	if (buf_puts(&lines, last_lines(text.ptr, (size_t)n)) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the end of a log");
	(void)process_quote_text(&lines, out, size);
	return 0;
}
