/* SPDX-License-Identifier: Apache-2.0 */
/* muster check-config: is the configuration valid? Opens no connection. */
#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/drill_plans.h"
#include "cmd/schedule_notes.h"
#include "model/json.h"

static json_t *complaint_json(const struct config_complaint *c)
{
	json_t *object = json_object();

	if (json_object_set_new(object, "severity",
				json_string(c->is_error ? "error" : "warning")) < 0 ||
	    json_object_set_new(object, "file", text_to_json(c->file)) < 0 ||
	    json_object_set_new(object, "line", json_integer(c->line)) < 0 ||
	    json_object_set_new(object, "column", json_integer(c->column)) < 0 ||
	    json_object_set_new(object, "message", text_to_json(c->message)) < 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* Of a configuration with errors nothing more is told. */
static int gather(const struct config *config, const struct config_complaints *complaints,
		  int64_t now_ns, struct schedule_rows *rows, struct error *err)
{
	const struct schedule_question q = { .config = config, .now_ns = now_ns };

	return complaints->errors ? 0 : schedule_gather(&q, rows, err);
}

static int write_json(const struct invocation *inv, const struct config *config,
		      const struct config_complaints *complaints, struct error *err)
{
	int64_t now_ns = clock_wall_ns();
	CLEANUP(schedule_rows_release)
	struct schedule_rows rows = { 0 };
	json_t *document = document_new("check-config"), *list = json_array();

	if (gather(config, complaints, now_ns, &rows, err) < 0) {
		json_decref(document);
		json_decref(list);
		return -1;
	}
	for (size_t i = 0; i < complaints->count; i++)
		(void)!json_array_append_new(list, complaint_json(&complaints->item[i]));
	if (json_object_set_new(document, "file", text_to_json(config->path)) < 0 ||
	    json_object_set_new(document, "valid", json_boolean(complaints->errors == 0)) < 0 ||
	    json_object_set_new(document, "errors", json_integer((json_int_t)complaints->errors)) <
		    0 ||
	    json_array_size(list) != complaints->count ||
	    json_object_set_new(document, "complaints", json_incref(list)) < 0 ||
	    json_object_set_new(document, "notes", schedule_notes_to_json(&rows, now_ns)) < 0) {
		json_decref(document);
		document = NULL;
	}
	json_decref(list);
	return document_print(inv->out, document, err);
}

static int report(const struct invocation *inv, const struct config *config,
		  const struct config_complaints *complaints, struct error *err)
{
	int64_t now_ns = clock_wall_ns();
	CLEANUP(schedule_rows_release)
	struct schedule_rows rows = { 0 };

	if (inv->global.json)
		return write_json(inv, config, complaints, err);
	configuration_complain(&inv->message, complaints);
	if (complaints->errors)
		return 0;
	if (gather(config, complaints, now_ns, &rows, err) < 0)
		return -1;
	schedule_notes_print(&inv->message, &rows, now_ns);
	terminal_puts(&inv->screen, config->path);
	(void)fprintf(inv->out, ": valid, %zu component%s\n", config->component_count,
		      config->component_count == 1 ? "" : "s");
	return 0;
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(config_complaints_release)
	struct config_complaints complaints = { 0 };
	int rc = configuration_read(inv, inv->argument_count ? inv->argument[0] : NULL, &config,
				    &complaints, err);

	if (rc < 0 && err->kind != ERROR_CONFIG)
		return -1;
	/* too large a file is no complaint of a place in it */
	if (rc < 0 && !complaints.errors)
		return -1;
	error_clear(err);
	if (rc == 0 && drill_plans_check(config.drill_plans, &complaints, err) < 0)
		return -1;
	if (report(inv, &config, &complaints, err) < 0)
		return -1;
	return complaints.errors ? EXIT_CODE_CONFIG : EXIT_CODE_PASS;
}

const struct command check_config_command = {
	.name = "check-config",
	.summary = "check the configuration, opening no connection",
	.description =
		"Reads the configuration, with conf.d, environment and --set, and tells "
		"everything that is wrong with it in one go, each with file, line and column. "
		"Nothing is connected to and no secret is read, so that it fits a repository's "
		"tests; see muster doctor for what can be reached. Dates of the next two years on "
		"which clocks skip the time of a schedule or show it twice are told as notes. The "
		"drill plans of drill.plans are checked as well, see muster-drill-plan(1).\n\n"
		"With --json the document muster.check-config/v1 holds file, valid, errors, "
		"complaints[] of severity, file, line, column and message, and notes[] of schedule "
		"and a time as in muster.schedule-test/v1.",
	.arguments = "[FILE]",
	.arguments_max = 1,
	.examples = "muster check-config\n"
		    "muster check-config deploy/muster.yaml --json",
	.run = run,
};
