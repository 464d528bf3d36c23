/* SPDX-License-Identifier: Apache-2.0 */
/* What the show writes on the screen. */
#include <stdarg.h>
#include <string.h>

#include "cmd/demo_show.intern.h"

enum { MESSAGE_SIZE = 1024, CHECKS_SIZE = 200 };

static const char not_run[] = "not run";

void show_say(const struct show *s, const char *fmt, ...)
{
	va_list ap;

	if (s->inv->global.json)
		return;
	va_start(ap, fmt);
	(void)vfprintf(s->inv->out, fmt, ap);
	va_end(ap);
	(void)fflush(s->inv->out);
}

static enum tone tone_of(const struct trial *t)
{
	return t->exit_code == EXIT_CODE_PASS ? TONE_GOOD : TONE_BAD;
}

void show_print_verdict(const struct show *s, const struct trial *t)
{
	const struct terminal *screen = &s->inv->screen;

	show_say(s, "  %s%s%s, exit code %d\n", terminal_begin(screen, tone_of(t)), t->verdict,
		 terminal_end(screen), t->exit_code);
}

/* The words of `text`, indented, as it is itself, in lines that fit the screen. */
static void print_indented(const struct terminal *screen, const char *text)
{
	char shown[MESSAGE_SIZE];
	size_t column = 0, indent = strspn(text, " ");

	for (const char *word = terminal_escape(screen, text + indent, shown, sizeof(shown));
	     *word;) {
		size_t len = strcspn(word, " ");

		if (column > 0 && column + 1 + len < screen->width) {
			column += (size_t)fprintf(screen->stream, " %.*s", (int)len, word);
		} else {
			(void)fprintf(screen->stream, "%s%*s%.*s", column ? "\n" : "",
				      (int)indent + 4, "", (int)len, word);
			column = indent + 4 + len;
		}
		word += len;
		word += strspn(word, " ");
	}
	(void)fputc('\n', screen->stream);
}

void show_print_text(const struct show *s, const char *text)
{
	if (s->inv->global.json)
		return;
	print_indented(&s->inv->screen, text);
	(void)fflush(s->inv->out);
}

void show_print_line(const struct show *s, const char *line)
{
	const struct terminal *screen = &s->inv->screen;
	char shown[MESSAGE_SIZE];

	if (strlen(line) + 4 > screen->width)
		show_print_text(s, line);
	else
		show_say(s, "%s%s\n", *line ? "    " : "",
			 terminal_escape(screen, line, shown, sizeof(shown)));
}

void show_print_lines(const struct show *s, char *text, size_t max)
{
	char *line, *rest = text;

	while (max-- > 0 && (line = strsep(&rest, "\n")) != NULL && rest)
		show_print_line(s, line);
	if (rest && *rest)
		show_print_text(s, "...");
}

void show_print_check(const struct show *s, const json_t *check)
{
	char line[MESSAGE_SIZE];

	if (!check)
		return;
	(void)snprintf(line, sizeof(line), "%s: %s", trial_text(check, "name"),
		       trial_text(check, "message"));
	show_print_text(s, line);
}

void show_print_difference(const struct show *s, const json_t *check)
{
	char line[MESSAGE_SIZE];

	show_print_check(s, check);
	(void)snprintf(line, sizeof(line), "expected %s, found %s", trial_text(check, "expected"),
		       trial_text(check, "found"));
	if (check)
		show_print_text(s, line);
}

/* Adds ", NAME" unless it is there. */
static void add_name(char *names, size_t size, const char *name)
{
	size_t len = strlen(names), own = strlen(name);

	for (const char *at = names; (at = strstr(at, name)) != NULL; at += own) {
		if ((at == names || at[-1] == ' ') && (at[own] == ',' || at[own] == '\0'))
			return;
	}
	(void)snprintf(names + len, size - len, "%s%s", len ? ", " : "", name);
}

/* "facts, hash": the checks that told, those that had to before the others. */
static void name_checks(const struct show_case *c, char names[CHECKS_SIZE])
{
	const json_t *reason = trial_failure(&c->trial, c->check), *check;
	size_t i;

	names[0] = '\0';
	for (i = 0; c->named[0] && i < ALTERATION_COUNT; i++) {
		if (c->named[i])
			add_name(names, CHECKS_SIZE, trial_text(c->named[i], "name"));
	}
	if (reason)
		add_name(names, CHECKS_SIZE, trial_text(reason, "name"));
	json_array_foreach (json_object_get(c->trial.document, "checks"), i, check) {
		if (reason && strcmp(trial_text(check, "verdict"), "fail") == 0)
			add_name(names, CHECKS_SIZE, trial_text(check, "name"));
	}
	if (!names[0])
		(void)snprintf(names, CHECKS_SIZE, "-");
}

static void print_row(const struct show *s, const struct show_case *c, int width)
{
	const struct terminal *screen = &s->inv->screen;
	char names[CHECKS_SIZE];

	if (c->left_out) {
		show_say(s, "%-*s  %s%-7s%s  left out: no S3 server\n", width, c->done,
			 terminal_begin(screen, TONE_CAUTION), not_run, terminal_end(screen));
		return;
	}
	if (c->not_run) {
		show_say(s, "%-*s  %s%-7s%s  sandbox\n", width, c->done,
			 terminal_begin(screen, TONE_CAUTION), not_run, terminal_end(screen));
		return;
	}
	name_checks(c, names);
	show_say(s, "%-*s  %s%-7s%s  %s%s\n", width, c->done,
		 terminal_begin(screen, tone_of(&c->trial)), c->trial.verdict, terminal_end(screen),
		 names, c->as_expected ? "" : "  NOT AS EXPECTED");
}

void show_print_table(const struct show *s)
{
	size_t untold = 0;
	int width = 0;

	for (size_t i = 0; i < CASES; i++) {
		int len = (int)strlen(s->item[i].done);

		width = len > width ? len : width;
		untold += s->item[i].not_run && !s->item[i].left_out;
	}
	show_say(s, "\n%-*s  verdict  checks that told\n", width, "done, then verified");
	for (size_t i = 0; i < CASES; i++) {
		if (i == CASE_RESTORED)
			show_say(s, "\n%-*s  verdict  checks that told\n", width,
				 "done, then restored");
		print_row(s, &s->item[i], width);
	}
	if (untold) {
		show_say(s, "\n%zu restore tests were not run, so no restore is proven:\n", untold);
		show_print_text(s, s->why_not_run);
	}
	show_say(s, "\nEverything that was checked is in %s\n", s->report_path);
	if (*s->mail_path)
		show_say(s, "The mail, text and HTML, is in %s\n", s->mail_path);
}
