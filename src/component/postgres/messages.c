/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* What pg_restore --verbose tells of its work: pg_log_info() in pg_backup_*.c and parallel.c. */
static const char *const activities[] = {
	"connecting to ",
	"connected to ",
	"implied ",
	"creating ",
	"dropping ",
	"executing ",
	"processing ",
	"restoring large object with OID ",
	"restored ",
	"setting owner and privileges for ",
	"disabling triggers for ",
	"enabling triggers for ",
	"entering main parallel loop",
	"finished main parallel loop",
	"launching item ",
	"finished item ",
	"skipping item ",
	"entering restore_toc_entries_",
};

/* Notices never fail a restore; warnings are counted. */
static const char *const notices[] = { "NOTICE:  ", "INFO:  ", "LOG:  ", "DEBUG:  ", "WARNING:  " };

/* They go with the error before them. */
static const char *const details[] = { "Command was: ", "DETAIL:  ", "HINT:  ",  "CONTEXT:  ",
				       "LINE ",         "QUERY:  ",  "detail: ", "hint: " };

/*
 * What an empty database calls forth from a sound archive. A dump may raise any words: the
 * command tells.
 */
#define PUBLIC_EXISTS "ERROR:  schema \"public\" already exists"
static const char *const public_commands[] = {
	"Command was: CREATE SCHEMA public;",
	"Command was: CREATE SCHEMA \"public\";",
};

#define QUERY_FAILED   "could not execute query: "
#define ERRORS_IGNORED "errors ignored on restore:"

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the messages of a restore");
}

static bool begins_with(const char *line, const char *words)
{
	return strncmp(line, words, strlen(words)) == 0;
}

static bool begins_with_any(const char *line, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (begins_with(line, words[i]))
			return true;
	}
	return false;
}

static bool skip(const char **line, const char *words)
{
	if (!begins_with(*line, words))
		return false;
	*line += strlen(words);
	return true;
}

/* psql:<stdin>:12: */
static bool skip_psql(const char **line)
{
	const char *p = *line;

	if (skip(line, "psql: "))
		return true;
	if (!skip(&p, "psql:<stdin>:"))
		return false;
	p += strspn(p, "0123456789");
	return skip(&p, ": ") && (*line = p);
}

/* A line without what stands before its text. */
struct said {
	const char *text;
	bool spoken; /* a message of the program's begins */
	bool error, warning;
};

static struct said parse(const struct messages *m, const char *line)
{
	struct said s = { .text = line };

	s.spoken = m->of_psql ? skip_psql(&s.text) : skip(&s.text, "pg_restore: ");
	s.error = s.spoken && skip(&s.text, "error: ");
	s.warning = s.spoken && !s.error && skip(&s.text, "warning: ");
	return s;
}

/* The server's words in an error: "ERROR:  …"; else the text itself. */
static const char *server_words(const char *text)
{
	const char *words = strstr(text, "ERROR:  ");

	(void)skip(&text, QUERY_FAILED);
	return words ? words : text;
}

static bool is_users(const struct messages *m, const char *line, const char *text)
{
	const char *words = server_words(text), *bare = words;

	(void)skip(&bare, "ERROR:  ");
	for (size_t i = 0; i < m->harmless->count; i++) {
		const char *known = m->harmless->item[i];

		if (*known && (begins_with(line, known) || begins_with(text, known) ||
			       begins_with(words, known) || begins_with(bare, known)))
			return true;
	}
	return false;
}

static bool is_benign(const struct messages *m, const char *text)
{
	for (size_t i = 0; m->benign && i < m->benign->count; i++) {
		if (strcmp(text, m->benign->item[i]) == 0)
			return true;
	}
	return false;
}

/* What this machine has too little of is no fault of the backup's, whose commands say what they like. */
static bool lacks_room(const char *text)
{
	static const char *const known[] = { "No space left on device", "Check free disk space",
					     "Disk quota exceeded", "out of memory",
					     "out of shared memory" };

	for (size_t i = 0; i < COUNT(known); i++) {
		if (strstr(text, known[i]))
			return true;
	}
	return false;
}

static void complain(struct messages *m, const char *line)
{
	m->last = MESSAGE_COMPLAINT;
	if (!m->complaint_count++)
		(void)snprintf(m->first, sizeof(m->first), "%.*s", (int)strcspn(line, "\n"), line);
}

static int put(struct messages *m, const char *line, struct error *err)
{
	if (*line && m->complaints->len < MESSAGES_COMPLAINTS_MAX &&
	    buf_printf(m->complaints, "%s\n", line) < 0)
		return no_memory(err);
	return 0;
}

static int hold(struct messages *m, const char *line, struct error *err)
{
	if (m->held.len < MESSAGES_COMPLAINTS_MAX && buf_printf(&m->held, "%s\n", line) < 0)
		return no_memory(err);
	return 0;
}

/* What was held is a complaint's, or of no interest. */
static int drop_held(struct messages *m, bool to_complaints, struct error *err)
{
	int rc = 0;

	if (to_complaints && m->held.len && m->complaints->len < MESSAGES_COMPLAINTS_MAX)
		rc = buf_append(m->complaints, m->held.ptr, m->held.len);
	buf_clear(&m->held);
	return rc < 0 ? no_memory(err) : 0;
}

static int explain(struct messages *m, const char *text, struct error *err)
{
	const char *words = server_words(text);

	if (!begins_with(words, "ERROR:  ") || m->explained->len > MESSAGES_COMPLAINTS_MAX)
		return 0;
	return buf_printf(m->explained, "%s\n", words) < 0 ? no_memory(err) : 0;
}

/* The command of an error that looked harmless; "" when none came. */
static int take_command(struct messages *m, const char *line, struct error *err)
{
	m->awaiting_command = false;
	for (size_t i = 0; i < COUNT(public_commands); i++) {
		if (strcmp(line, public_commands[i]) == 0) {
			m->harmless_count++;
			return drop_held(m, false, err);
		}
	}
	complain(m, PUBLIC_EXISTS);
	return drop_held(m, true, err) < 0 ? -1 : put(m, line, err);
}

static int take_error(struct messages *m, const char *line, const char *text, struct error *err)
{
	if (explain(m, text, err) < 0 || (m->awaiting_command && take_command(m, "", err) < 0))
		return -1;
	if (lacks_room(text) && !m->lacking[0])
		(void)snprintf(m->lacking, sizeof(m->lacking), "%.399s", line);
	if (is_users(m, line, text) || is_benign(m, text)) {
		m->last = MESSAGE_HARMLESS;
		m->harmless_count++;
		return drop_held(m, false, err);
	}
	if (!m->of_psql && strcmp(text, QUERY_FAILED PUBLIC_EXISTS) == 0) {
		m->last = MESSAGE_HARMLESS;
		m->awaiting_command = true;
		return hold(m, line, err);
	}
	complain(m, line);
	return drop_held(m, true, err) < 0 ? -1 : put(m, line, err);
}

/* A line that goes with the message before. */
static int go_on(struct messages *m, const char *line, struct error *err)
{
	if (m->awaiting_command)
		return take_command(m, line, err);
	if (m->last == MESSAGE_WHERE)
		return hold(m, line, err);
	if (m->last != MESSAGE_COMPLAINT)
		return 0;
	if (begins_with(line, "HINT:  ") && lacks_room(line) && !m->lacking[0])
		(void)snprintf(m->lacking, sizeof(m->lacking), "%.399s", line);
	return put(m, line, err);
}

static bool is_where(const char *text)
{
	return begins_with(text, "while ") || begins_with(text, "from TOC entry ");
}

static void count_item(struct messages *m, const char *text)
{
	static const char *const whole[] = { "processing item ", "finished item " };
	static const char *const begun[] = { "creating ", "processing data for table ",
					     "executing " };

	bool begins = begins_with_any(text, begun, COUNT(begun));

	m->items += m->parallel ? begins_with_any(text, whole, COUNT(whole)) : begins;
	if (begins)
		(void)snprintf(m->present, sizeof(m->present), "%.127s", text);
}

/* A message that is no error: true when it is one of those that tell of work. */
static bool take_activity(struct messages *m, const struct said *s)
{
	if (begins_with_any(s->text, notices, COUNT(notices))) {
		m->warning_count += begins_with(s->text, "WARNING:  ");
	} else if (!m->of_psql && begins_with_any(s->text, activities, COUNT(activities))) {
		count_item(m, s->text);
	} else if (s->warning && begins_with(s->text, ERRORS_IGNORED)) {
		m->summed_up = true;
		m->errors_ignored = strtoull(s->text + strlen(ERRORS_IGNORED), NULL, 10);
	} else {
		return false;
	}
	m->last = MESSAGE_INFO;
	return true;
}

static int take_line(struct messages *m, const char *line, struct error *err)
{
	struct said s = parse(m, line);

	if (s.spoken && !s.error && take_activity(m, &s))
		return 0;
	if (!s.error && begins_with_any(s.text, details, COUNT(details)))
		return go_on(m, line, err);
	if (s.spoken && !s.error && is_where(s.text)) {
		if (m->last != MESSAGE_WHERE && drop_held(m, false, err) < 0)
			return -1;
		m->last = MESSAGE_WHERE;
		return hold(m, line, err);
	}
	return s.spoken ? take_error(m, line, s.text, err) : go_on(m, line, err);
}

int messages_take(struct messages *m, struct span text, struct error *err)
{
	while (text.len) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		size_t len = end ? (size_t)(end - text.ptr) : text.len;
		size_t room = MESSAGES_LINE_MAX - m->line.len;

		if (buf_append(&m->line, text.ptr, len < room ? len : room) < 0)
			return no_memory(err);
		text.ptr += len + (end != NULL);
		text.len -= len + (end != NULL);
		if (!end)
			return 0;
		if (m->line.len && take_line(m, m->line.ptr, err) < 0)
			return -1;
		buf_clear(&m->line);
	}
	return 0;
}

int messages_end(struct messages *m, struct error *err)
{
	if (m->line.len && take_line(m, m->line.ptr, err) < 0)
		return -1;
	buf_clear(&m->line);
	return m->awaiting_command ? take_command(m, "", err) : 0;
}

void messages_release(struct messages *m)
{
	buf_release(&m->line);
	buf_release(&m->held);
}
