/* SPDX-License-Identifier: Apache-2.0 */
/* muster doctor: is everything there that backing up and verifying need? */
#include <string.h>

#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/doctor_checks.h"
#include "cmd/document.h"
#include "cmd/interrupt.h"
#include "model/json.h"

static int write_json(const struct invocation *inv, const struct checks *checks, struct error *err)
{
	json_t *document = document_new("doctor"), *list = json_array();
	bool ok = json_object_set_new(document, "verdict",
				      json_string(verdict_name(checks_verdict(checks)))) == 0;

	for (size_t i = 0; i < checks->count; i++)
		ok &= json_array_append_new(list, check_to_json(&checks->item[i])) == 0;
	ok &= json_object_set_new(document, "checks", list) == 0;
	if (!ok) {
		json_decref(document);
		document = NULL;
	}
	return document_print(inv->out, document, err);
}

static void write_check(const struct invocation *inv, const struct check *c)
{
	const struct terminal *t = &inv->screen;

	(void)fprintf(inv->out, "  %s%s %-7s%s ",
		      terminal_begin(t, terminal_verdict_tone(c->verdict)),
		      terminal_symbol(t, c->verdict), verdict_name(c->verdict), terminal_end(t));
	terminal_puts(t, c->message);
	(void)fputc('\n', inv->out);
	if (c->hint[0] && c->verdict > VERDICT_PASS) {
		(void)fputs("            hint: ", inv->out);
		terminal_puts(t, c->hint);
		(void)fputc('\n', inv->out);
	}
}

static void write_text(const struct invocation *inv, const struct checks *checks)
{
	const char *section = NULL;

	for (size_t i = 0; i < checks->count; i++) {
		const struct check *c = &checks->item[i];

		if (!section || strcmp(section, c->component) != 0) {
			section = c->component;
			terminal_puts(&inv->screen, *section ? section : "platform");
			(void)fputc('\n', inv->out);
		}
		write_check(inv, c);
	}
	(void)fprintf(inv->out, "%zu passed, %zu failed, %zu errors, %zu warnings: %s\n",
		      checks_count(checks, VERDICT_PASS), checks_count(checks, VERDICT_FAIL),
		      checks_count(checks, VERDICT_ERROR), checks_count(checks, VERDICT_WARN),
		      verdict_name(checks_verdict(checks)));
}

static int examine_all(const struct invocation *inv, const struct config *config,
		       struct checks *checks, struct error *err)
{
	for (size_t i = 0; i < inv->argument_count; i++) {
		if (!config_component(config, inv->argument[i])) {
			(void)error_set(err, ERROR_NOT_FOUND, "no component is called %s",
					inv->argument[i]);
			return error_hint(err, "muster config show lists the components");
		}
	}
	for (size_t i = 0; i < config->component_count; i++) {
		const struct component_config *c = &config->component[i];
		bool wanted = inv->argument_count == 0;

		for (size_t k = 0; k < inv->argument_count; k++)
			wanted |= strcmp(inv->argument[k], c->name) == 0;
		if (interrupt_requested())
			return error_set(err, ERROR_INTERRUPTED, "interrupted");
		if (wanted && doctor_check_component(c, checks, err) < 0)
			return -1;
	}
	return doctor_check_platform(config, checks, err);
}

/* Errors that are all refused logins and missing rights have a code of their own. */
static int code_of(const struct checks *checks)
{
	enum verdict verdict = checks_verdict(checks);

	for (size_t i = 0; i < checks->count; i++) {
		if (checks->item[i].verdict == VERDICT_ERROR &&
		    !doctor_was_denied(&checks->item[i]))
			return exit_code_of_verdict(verdict, 0);
	}
	return verdict == VERDICT_ERROR ? EXIT_CODE_PERMISSION : exit_code_of_verdict(verdict, 0);
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(checks_release)
	struct checks checks = { 0 };

	if (configuration_load(inv, &config, err) < 0 ||
	    examine_all(inv, &config, &checks, err) < 0)
		return -1;
	if (!inv->global.json)
		write_text(inv, &checks);
	else if (write_json(inv, &checks, err) < 0)
		return -1;
	return code_of(&checks);
}

const struct command doctor_command = {
	.name = "doctor",
	.summary = "look whether everything configured can be reached and every tool is there",
	.description =
		"Asks each component (all, or those named) whether it answers, in which version, "
		"with the user and password configured; whether the programs that backing up "
		"needs are installed, in versions that fit the server; whether the directories "
		"may be read and written; whether the disk has room; whether the off-site copy "
		"answers; whether this machine lets "
		"muster seal a sandbox, as tests of restores need. Nothing is changed. What "
		"is wrong comes with a hint.\n\n"
		"The exit code is 0 when all is well or only warned of, 1 when a check failed, "
		"4 when something is missing or does not answer, 9 when all that is wrong are "
		"refused logins and missing permissions.\n\n"
		"With --json the document muster.doctor/v1 holds verdict and checks[] of name, "
		"component, subject, verdict, expected, found, message and hint.",
	.arguments = "[COMPONENT...]",
	.arguments_max = ARGUMENTS_ANY,
	.examples = "muster doctor\n"
		    "muster doctor database --json",
	.run = run,
};
