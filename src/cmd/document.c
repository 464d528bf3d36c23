/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/document.h"

#include <string.h>

#include "base/buf.h"

json_t *document_new(const char *thing)
{
	return json_pack("{s:o}", "schema", json_sprintf("muster.%s/v1", thing));
}

int document_print(FILE *out, json_t *document, struct error *err)
{
	int rc;

	if (!document)
		return error_set(err, ERROR_NOMEM, "out of memory");
	rc = json_dumpf(document, out, JSON_INDENT(2));
	json_decref(document);
	if (rc < 0 || fputc('\n', out) == EOF)
		return error_set_errno(err, ERROR_IO, "cannot write to standard output");
	return 0;
}

json_t *document_text(const char *text)
{
	CLEANUP(buf_release)
	struct buf clean = { 0 };
	json_t *whole = json_string(text);

	if (whole)
		return whole;
	for (size_t len; *text; text += len) {
		for (len = 4; len > 0; len--) {
			json_t *one = strnlen(text, len) == len ? json_stringn(text, len) : NULL;

			json_decref(one);
			if (one)
				break;
		}
		if (len ? buf_append(&clean, text, len) < 0 : buf_puts(&clean, "\xef\xbf\xbd") < 0)
			return NULL;
		len += !len;
	}
	return json_stringn(clean.ptr ? clean.ptr : "", clean.len);
}

void document_error(FILE *out, const struct error *err, int exit_code)
{
	static const char *const kinds[] = {
		[ERROR_NONE] = "none",
		[ERROR_USAGE] = "usage",
		[ERROR_CONFIG] = "configuration",
		[ERROR_IO] = "io",
		[ERROR_TARGET] = "target",
		[ERROR_TIMEOUT] = "timeout",
		[ERROR_REFUSED] = "refused",
		[ERROR_BUSY] = "busy",
		[ERROR_NOT_FOUND] = "not-found",
		[ERROR_PERMISSION] = "permission",
		[ERROR_INTERRUPTED] = "interrupted",
		[ERROR_NOMEM] = "memory",
		[ERROR_INTERNAL] = "internal",
	};
	struct error ignored = ERROR_INIT;
	json_t *document = document_new("error");

	if (!document || json_object_set_new(document, "kind", json_string(kinds[err->kind])) < 0 ||
	    json_object_set_new(document, "message", document_text(err->message)) < 0 ||
	    json_object_set_new(document, "hint", document_text(err->hint)) < 0 ||
	    json_object_set_new(document, "exit_code", json_integer(exit_code)) < 0) {
		json_decref(document);
		return;
	}
	/* the error itself already stands on standard error */
	(void)!document_print(out, document, &ignored);
}
