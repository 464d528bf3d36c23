/* SPDX-License-Identifier: Apache-2.0 */
#include "repository/s3_xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct s3_xml {
	XML_Parser parser;
	s3_xml_element *element;
	void *cookie;
	struct buf path, text;
	size_t start[S3_XML_DEPTH_MAX]; /* of each name in `path` */
	size_t depth, total;
	struct error err; /* of a callback */
};

static void give_up(struct s3_xml *x)
{
	(void)XML_StopParser(x->parser, XML_FALSE);
}

static void begin_element(void *cookie, const XML_Char *name, const XML_Char **attributes)
{
	struct s3_xml *x = cookie;
	const char *colon = strrchr(name, ':');

	(void)attributes;
	buf_clear(&x->text);
	if (x->depth == S3_XML_DEPTH_MAX || strlen(name) > S3_XML_TEXT_MAX) {
		(void)error_set(&x->err, ERROR_TARGET, "the answer's XML is nested too deeply");
		give_up(x);
		return;
	}
	x->start[x->depth++] = x->path.len;
	if ((x->path.len && buf_puts(&x->path, "/") < 0) ||
	    buf_puts(&x->path, colon ? colon + 1 : name) < 0) {
		(void)error_set(&x->err, ERROR_NOMEM, "no memory for XML");
		give_up(x);
	}
}

static void end_element(void *cookie, const XML_Char *name)
{
	struct s3_xml *x = cookie;

	(void)name;
	if (x->element(x->cookie, x->path.ptr, x->text.ptr ? x->text.ptr : "", &x->err) < 0)
		give_up(x);
	buf_clear(&x->text);
	x->path.len = x->start[--x->depth];
	x->path.ptr[x->path.len] = '\0';
}

static void take_text(void *cookie, const XML_Char *text, int len)
{
	struct s3_xml *x = cookie;

	if (x->text.len + (size_t)len > S3_XML_TEXT_MAX)
		(void)error_set(&x->err, ERROR_TARGET, "the answer's XML has too long a text");
	else if (buf_append(&x->text, text, (size_t)len) < 0)
		(void)error_set(&x->err, ERROR_NOMEM, "no memory for XML");
	if (x->err.kind != ERROR_NONE)
		give_up(x);
}

static void refuse_doctype(void *cookie, const XML_Char *name, const XML_Char *system,
			   const XML_Char *public_id, int internal)
{
	struct s3_xml *x = cookie;

	(void)name, (void)system, (void)public_id, (void)internal;
	(void)error_set(&x->err, ERROR_TARGET, "the answer's XML has a document type");
	give_up(x);
}

int s3_xml_open(s3_xml_element *element, void *cookie, struct s3_xml **out, struct error *err)
{
	struct s3_xml *x = calloc(1, sizeof(*x));

	if (x)
		x->parser = XML_ParserCreate(NULL);
	if (!x || !x->parser || buf_reserve(&x->path, 1) < 0) {
		s3_xml_close(x);
		return error_set(err, ERROR_NOMEM, "no memory for XML");
	}
	x->element = element;
	x->cookie = cookie;
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, begin_element, end_element);
	XML_SetCharacterDataHandler(x->parser, take_text);
	XML_SetStartDoctypeDeclHandler(x->parser, refuse_doctype);
	*out = x;
	return 0;
}

void s3_xml_close(struct s3_xml *x)
{
	if (!x)
		return;
	if (x->parser)
		XML_ParserFree(x->parser);
	buf_release(&x->path);
	buf_release(&x->text);
	free(x);
}

static int parse(struct s3_xml *x, struct span bytes, int last, struct error *err)
{
	if (XML_Parse(x->parser, (const char *)bytes.ptr, (int)bytes.len, last) == XML_STATUS_OK)
		return 0;
	if (x->err.kind != ERROR_NONE) {
		if (err->kind == ERROR_NONE)
			*err = x->err;
		return -1;
	}
	return error_set(err, ERROR_TARGET, "the answer is no whole XML: %s at byte %lld",
			 XML_ErrorString(XML_GetErrorCode(x->parser)),
			 (long long)XML_GetCurrentByteIndex(x->parser));
}

int s3_xml_push(struct s3_xml *x, struct span bytes, struct error *err)
{
	x->total += bytes.len;
	if (x->total > S3_XML_MAX)
		return error_set(err, ERROR_TARGET, "the answer's XML is larger than %d MiB",
				 S3_XML_MAX >> 20);
	return parse(x, bytes, XML_FALSE, err);
}

int s3_xml_end(struct s3_xml *x, struct error *err)
{
	return parse(x, (struct span){ NULL, 0 }, XML_TRUE, err);
}

int s3_xml_parse(struct span text, s3_xml_element *element, void *cookie, struct error *err)
{
	CLEANUP(cleanup_s3_xml)
	struct s3_xml *x = NULL;

	if (s3_xml_open(element, cookie, &x, err) < 0 || s3_xml_push(x, text, err) < 0)
		return -1;
	return s3_xml_end(x, err);
}
