/* SPDX-License-Identifier: Apache-2.0 */
/* What --json writes: one document per command, its kind and version in "schema". */
#ifndef CMD_DOCUMENT_H
#define CMD_DOCUMENT_H

#include <jansson.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/error.h"

/* {"schema": "muster.THING/v1"}; NULL when out of memory. The caller owns it. */
json_t *document_new(const char *thing);

/* Write it indented with a newline; takes the document. NULL is out of memory. */
MUST_CHECK int document_print(FILE *out, json_t *document, struct error *err);

/* A document of THING with one member, `list`, which it takes. NULL is out of memory. */
MUST_CHECK int document_print_list(FILE *out, const char *thing, const char *member, json_t *list,
				   struct error *err);

/* "no memory for the document"; always -1. */
int document_no_memory(struct error *err);

/*
 * What a command that could not do its work leaves on standard output under --json:
 * {"schema": "muster.error/v1", "kind", "message", "hint", "exit_code"}.
 */
void document_error(FILE *out, const struct error *err, int exit_code);

#endif
