/* SPDX-License-Identifier: Apache-2.0 */
/* muster version: which muster this is. */
#include "cmd/commands.h"
#include "cmd/document.h"

static int run(const struct invocation *inv, struct error *err)
{
	json_t *document;

	if (!inv->global.json) {
		(void)fprintf(inv->out, "muster %s\n", MUSTER_VERSION);
		return EXIT_CODE_PASS;
	}
	document = document_new("version");
	if (document && json_object_set_new(document, "version", json_string(MUSTER_VERSION)) < 0) {
		json_decref(document);
		document = NULL;
	}
	return document_print(inv->out, document, err) < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command version_command = {
	.name = "version",
	.summary = "show the version",
	.description = "Prints the program's name and version.",
	.run = run,
};
