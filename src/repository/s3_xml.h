/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The XML of S3's answers, in pieces as it comes, by expat. Hostile input: no document
 * type and so no entities, bounded in size, depth, and length of a text.
 */
#ifndef REPOSITORY_S3_XML_H
#define REPOSITORY_S3_XML_H

#include "base/cleanup.h"
#include "base/cursor.h"
#include "base/error.h"

enum { S3_XML_MAX = 16 << 20, S3_XML_DEPTH_MAX = 16, S3_XML_TEXT_MAX = 8 << 10 };

/* An element has ended. `path` is "Root/Child/Grandchild" without namespaces; `text` what was directly in it. */
typedef int s3_xml_element(void *cookie, const char *path, const char *text, struct error *err);

struct s3_xml;
MUST_CHECK int s3_xml_open(s3_xml_element *element, void *cookie, struct s3_xml **out,
			   struct error *err);
void s3_xml_close(struct s3_xml *x);
MUST_CHECK int s3_xml_push(struct s3_xml *x, struct span bytes, struct error *err);
/* There is no more: it must have been a whole document. */
MUST_CHECK int s3_xml_end(struct s3_xml *x, struct error *err);

static inline void cleanup_s3_xml(struct s3_xml **x)
{
	s3_xml_close(*x);
}

/* A whole document. */
MUST_CHECK int s3_xml_parse(struct span text, s3_xml_element *element, void *cookie,
			    struct error *err);

#endif
