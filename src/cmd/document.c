/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/document.h"

#include <string.h>

#include "base/buf.h"
#include "model/json.h"

json_t *document_new(const char *thing)
{
	return json_pack("{s:o}", "schema", json_sprintf("muster.%s/v1", thing));
}

int document_print(FILE *out, json_t *document, struct error *err)
{
	int rc;

	if (!document)
		return error_set(err, ERROR_NOMEM, "out of memory");
	rc = json_dumpf(document, out, JSON_INDENT(2) | MODEL_JSON_REALS);
	json_decref(document);
	if (rc < 0 || fputc('\n', out) == EOF)
		return error_set_errno(err, ERROR_IO, "cannot write to standard output");
	return 0;
}

int document_no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the document");
}

int document_print_list(FILE *out, const char *thing, const char *member, json_t *list,
			struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *document = document_new(thing);

	if (!document) {
		json_decref(list);
		return document_no_memory(err);
	}
	if (!member_put(document, member, list))
		return document_no_memory(err);
	return document_print(out, TAKE(document), err);
}

void document_error(FILE *out, const struct error *err, int exit_code)
{
	struct error ignored = ERROR_INIT;
	json_t *document = document_new("error");

	if (!document ||
	    json_object_set_new(document, "kind", json_string(error_kind_name(err->kind))) < 0 ||
	    json_object_set_new(document, "message", text_to_json(err->message)) < 0 ||
	    json_object_set_new(document, "hint", text_to_json(err->hint)) < 0 ||
	    json_object_set_new(document, "exit_code", json_integer(exit_code)) < 0) {
		json_decref(document);
		return;
	}
	/* the error itself already stands on standard error */
	(void)!document_print(out, document, &ignored);
}
