/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "model/utf8.h"

enum { WIDTH_DEFAULT = 80, WIDTH_MIN = 20 };

static bool environment_is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

static unsigned width_of(FILE *stream)
{
	struct winsize size;

	if (ioctl(fileno(stream), TIOCGWINSZ, &size) < 0 || size.ws_col < WIDTH_MIN)
		return WIDTH_DEFAULT;
	return size.ws_col;
}

void terminal_init(struct terminal *t, FILE *stream, bool no_color)
{
	const char *kind = getenv("TERM");
	bool dumb = !kind || !*kind || strcmp(kind, "dumb") == 0;

	t->stream = stream;
	t->is_tty = isatty(fileno(stream)) == 1 && !dumb;
	t->color = t->is_tty && !no_color && !environment_is_set("NO_COLOR");
	t->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	t->passes = t->utf8 || isatty(fileno(stream)) != 1;
	t->width = width_of(stream);
}

const char *terminal_begin(const struct terminal *t, enum tone tone)
{
	static const char *const sgr[] = {
		[TONE_GOOD] = "\033[32m", [TONE_CAUTION] = "\033[33m", [TONE_BAD] = "\033[31m",
		[TONE_FAINT] = "\033[2m", [TONE_STRONG] = "\033[1m",
	};

	return t->color ? sgr[tone] : "";
}

const char *terminal_end(const struct terminal *t)
{
	return t->color ? "\033[0m" : "";
}

const char *terminal_symbol(const struct terminal *t, enum verdict v)
{
	return verdict_symbol(v, t->utf8);
}

enum tone terminal_verdict_tone(enum verdict v)
{
	static const enum tone tones[VERDICT_COUNT] = {
		[VERDICT_SKIPPED] = TONE_FAINT, [VERDICT_PASS] = TONE_GOOD,
		[VERDICT_WARN] = TONE_CAUTION,  [VERDICT_ERROR] = TONE_CAUTION,
		[VERDICT_FAIL] = TONE_BAD,
	};

	return tones[v];
}

enum { ESCAPED_SIZE = sizeof("\\xNN") };

/* The next character of `s` as it is shown; returns how many bytes of `s` it was. */
static size_t escape(const struct terminal *t, const unsigned char *s, char out[ESCAPED_SIZE])
{
	size_t len = 1;
	bool plain = *s >= 0x20 && *s < 0x7f;

	if (*s >= 0x80 && t->passes) {
		len = utf8_length((struct span){ s, strnlen((const char *)s, UTF8_LENGTH_MAX) });
		plain = len && !utf8_steers((struct span){ s, len });
	}
	if (!plain) {
		(void)snprintf(out, ESCAPED_SIZE, "\\x%02x", *s);
		return 1;
	}
	memcpy(out, s, len);
	out[len] = '\0';
	return len;
}

void terminal_puts(const struct terminal *t, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	char shown[ESCAPED_SIZE];

	while (*s) {
		s += escape(t, s, shown);
		(void)fputs(shown, t->stream);
	}
}

char *terminal_escape(const struct terminal *t, const char *text, char *out, size_t size)
{
	const unsigned char *s = (const unsigned char *)text;
	char shown[ESCAPED_SIZE];
	size_t used = 0;

	for (out[0] = '\0'; *s;) {
		s += escape(t, s, shown);
		if (used + strlen(shown) >= size)
			break;
		memcpy(out + used, shown, strlen(shown) + 1);
		used += strlen(shown);
	}
	return out;
}

void terminal_error(const struct terminal *t, const struct error *err)
{
	(void)fprintf(t->stream, "%smuster:%s ", terminal_begin(t, TONE_BAD), terminal_end(t));
	terminal_puts(t, err->message);
	if (err->hint[0]) {
		(void)fprintf(t->stream, "\n  %shint:%s ", terminal_begin(t, TONE_STRONG),
			      terminal_end(t));
		terminal_puts(t, err->hint);
	}
	(void)fputc('\n', t->stream);
}
