/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/nearest.h"
#include "cmd/arguments.h"
#include "cmd/help.h"
#include "cmd/interrupt.h"
#include "cmd/document.h"
#include "config/keys.h"

const struct command *command_find(const struct command *group, const char *name,
				   const char **suggestion)
{
	struct nearest near = { .word = name };

	for (const struct command *const *c = group->subcommands; c && *c; c++) {
		if (strcmp((*c)->name, name) == 0)
			return *c;
		nearest_offer(&near, (*c)->name);
	}
	*suggestion = near.best;
	return NULL;
}

static bool reader_is_gone(FILE *stream)
{
	struct pollfd end = { .fd = fileno(stream) };

	return poll(&end, 1, 0) == 1 && (end.revents & POLLERR);
}

static int flush(FILE *stream, const char *name, struct error *err)
{
	if (fflush(stream) == 0) {
		if (!ferror(stream))
			return 0;
		/* an earlier write failed, and its reason is gone, unless that still holds */
		if (!reader_is_gone(stream))
			return error_set(err, ERROR_IO, "cannot write to %s", name);
		errno = EPIPE;
	}
	return error_set_errno(err, ERROR_IO, "cannot write to %s", name);
}

static int run(struct invocation *inv, struct error *err)
{
	int code;

	if (inv->global.help) {
		help_command_text(inv->root, inv->group, inv->command, inv->out);
		code = EXIT_CODE_PASS;
	} else if (!inv->command->run) {
		help_command_text(inv->root, inv->group, inv->command, inv->err);
		return EXIT_CODE_USAGE;
	} else {
		code = inv->command->run(inv, err);
	}
	if (flush(inv->out, "standard output", err) < 0)
		return -1;
	return code;
}

/* Where a secret begins in --set KEY=VALUE, or --set=KEY=VALUE; NULL: there is none. */
static const char *secret_in(const char *word)
{
	static const char option[] = "--set=";
	const char *key = strncmp(word, option, strlen(option)) == 0 ? word + strlen(option) : word;
	const char *equals = strchr(key, '=');

	if (!equals || !equals[1])
		return NULL;
	switch (key_secrecy(key)) {
	case KEY_IS_SECRET: /* {file: PATH} only says where it is */
		return equals[1] == '{' ? NULL : equals + 1;
	case KEY_MAY_HOLD_SECRETS:
		return equals + 1;
	case KEY_IS_OPEN:
		break;
	}
	return NULL;
}

static int put_quoted(const char *word, size_t length, struct buf *out)
{
	if (buf_puts(out, "'") < 0)
		return -1;
	for (const char *c = word; c < word + length; c++) {
		if (*c == '\'' ? buf_puts(out, "'\\''") < 0 : buf_append(out, c, 1) < 0)
			return -1;
	}
	return buf_puts(out, "'");
}

/* As typed, each word quoted for a shell where it must be. A run's record is no place for secrets. */
static int command_line(int argc, char **argv, struct buf *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+=./:,@%";

	if (buf_puts(out, "muster") < 0)
		return -1;
	for (int i = 1; i < argc; i++) {
		const char *secret = secret_in(argv[i]);
		size_t length = secret ? (size_t)(secret - argv[i]) : strlen(argv[i]);
		bool is_plain = length && strspn(argv[i], plain) >= length;

		if (buf_puts(out, " ") < 0 ||
		    (is_plain ? buf_append(out, argv[i], length) :
				put_quoted(argv[i], length, out)) < 0 ||
		    (secret && buf_puts(out, "'(a secret)'") < 0))
			return -1;
	}
	return 0;
}

static int parse_and_run(struct invocation *inv, int argc, char **argv, struct error *err)
{
	if (arguments_parse(inv, argc, argv, err) < 0)
		return -1;
	terminal_init(&inv->screen, inv->out, inv->global.no_color);
	terminal_init(&inv->message, inv->err, inv->global.no_color);
	if (inv->command == inv->root) {
		help_program(inv->root, inv->global.help ? inv->out : inv->err);
		return inv->global.help ? EXIT_CODE_PASS : EXIT_CODE_USAGE;
	}
	interrupt_watch();
	return run(inv, err);
}

/* How to write is asked before the words are understood: the complaint about them obeys it. */
static void notice_manner(struct global_options *global, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		global->json |= strcmp(argv[i], "--json") == 0;
		global->no_color |= strcmp(argv[i], "--no-color") == 0;
	}
}

/* Whoever closed 0, 1 or 2 must not find a pipe or a file of ours there; using them fails as before. */
static void occupy_standard_streams(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
	}
}

/* Of an error, the exit code. Who reads no more, as head does, wants to hear of nothing. */
static int fail(const struct invocation *inv, const struct error *err)
{
	int code = exit_code_of_error(err);

	if (err->sys_errno == EPIPE && ferror(inv->out))
		return EXIT_CODE_PIPE;
	terminal_error(&inv->message, err);
	if (inv->global.json)
		document_error(inv->out, err, code);
	return code;
}

int command_main(const struct command *root, int argc, char **argv)
{
	CLEANUP(buf_release)
	struct buf line = { 0 };
	struct invocation inv = { .root = root, .out = stdout, .err = stderr };
	struct error err = ERROR_INIT;
	int code;

	occupy_standard_streams();
	(void)setlocale(LC_CTYPE, "");
	notice_manner(&inv.global, argc, argv);
	terminal_init(&inv.message, inv.err, inv.global.no_color);
	if (command_line(argc, argv, &line) < 0)
		(void)error_set(&err, ERROR_NOMEM, "out of memory");
	inv.line = line.ptr;
	code = err.kind == ERROR_NONE ? parse_and_run(&inv, argc, argv, &err) : -1;
	if (code < 0)
		code = fail(&inv, &err);
	arguments_release(&inv);
	return code;
}
