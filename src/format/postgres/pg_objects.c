/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/postgres/pg_archive_toc.h"
#include "format/postgres/pg_entry.h"
#include "format/postgres/pg_tar_name.h"
#include "format/tar.h"

struct pg_objects_reader {
	struct pg_objects *out;
	struct pg_archive_toc toc;
	struct pg_archive_text definition; /* or the COPY statement */
	struct findings
		findings; /* of both; nobody asks for them: the archive was inspected before */
	bool is_tar, in_toc, wants_copies;
	uint64_t offset, toc_offset;
	struct tar tar;
};

void pg_objects_release(struct pg_objects *o)
{
	free(o->item);
	arena_release(&o->arena);
	*o = (struct pg_objects){ 0 };
}

struct pg_objects_reader *pg_objects_reader_new(struct pg_objects *out, bool is_tar,
						struct error *err)
{
	struct pg_objects_reader *r = calloc(1, sizeof(*r));

	if (!r) {
		(void)error_set(err, ERROR_NOMEM, "no memory for an archive's objects");
		return NULL;
	}
	r->out = out;
	r->is_tar = is_tar;
	r->in_toc = !is_tar;
	r->findings.layer = "pg-archive";
	r->tar.findings = r->toc.findings = &r->findings;
	r->toc.whole_definition = &r->definition;
	return r;
}

void pg_objects_reader_free(struct pg_objects_reader *r)
{
	if (!r)
		return;
	buf_release(&r->definition.bytes);
	findings_release(&r->findings);
	free(r);
}

void pg_objects_reader_wants_copies(struct pg_objects_reader *r)
{
	r->wants_copies = true;
	r->toc.whole_definition = NULL;
	r->toc.whole_copy = &r->definition;
}

static bool begins_with(const char *text, const char *words)
{
	return strncmp(text, words, strlen(words)) == 0;
}

/* Of the database as a whole, which is another one here; of large objects, which are data. */
static bool is_of_schema(const struct pg_archive_entry *e)
{
	static const char *const about[] = { "COMMENT", "ACL", "SECURITY LABEL" };

	if (!pg_entry_is_schema_object(e->kind) || begins_with(e->kind, "DATABASE"))
		return false;
	for (size_t i = 0; i < sizeof(about) / sizeof(*about); i++) {
		if (strcmp(e->kind, about[i]) == 0)
			return !begins_with(e->tag, "DATABASE ") &&
			       !begins_with(e->tag, "LARGE OBJECT");
	}
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Rights come in the order in which they were given. */
static int sort_lines(char *text)
{
	size_t count = 1, n = 0, len = strlen(text);
	char *copy = strdup(text), *rest = copy;
	const char **line;

	for (const char *p = text; *p; p++)
		count += *p == '\n';
	line = calloc(count, sizeof(*line));
	if (!copy || !line) {
		free(copy);
		free(line);
		return -1;
	}
	while (rest && n < count)
		line[n++] = strsep(&rest, "\n");
	qsort(line, n, sizeof(*line), by_text);
	for (size_t i = 0, at = 0; i < n && at <= len; i++) {
		size_t part = strlen(line[i]);

		memcpy(text + at, line[i], part);
		at += part;
		text[at++] = i + 1 < n ? '\n' : '\0';
	}
	free(line);
	free(copy);
	return 0;
}

static int add_object(struct pg_objects *o, const struct pg_archive_entry *e, const char *text)
{
	struct arena *a = &o->arena;
	struct pg_object object = {
		.kind = arena_strdup(a, e->kind),
		.schema = arena_strdup(a, e->schema),
		.tag = arena_strdup(a, e->tag),
		.owner = arena_strdup(a, e->owner),
		.tablespace = arena_strdup(a, e->tablespace),
		.access_method = arena_strdup(a, e->access_method),
	};
	char *definition = arena_strdup(a, text);

	if (!object.kind || !object.schema || !object.tag || !object.owner || !object.tablespace ||
	    !object.access_method || !definition)
		return -1;
	if ((strcmp(e->kind, "ACL") == 0 || strcmp(e->kind, "DEFAULT ACL") == 0) &&
	    sort_lines(definition) < 0)
		return -1;
	object.definition = definition;
	if (o->count == o->capacity) {
		size_t capacity = o->capacity ? 2 * o->capacity : 64;
		struct pg_object *grown = reallocarray(o->item, capacity, sizeof(*grown));

		if (!grown)
			return -1;
		o->item = grown;
		o->capacity = capacity;
	}
	o->item[o->count++] = object;
	o->bytes += sizeof(object) + strlen(text) + strlen(e->tag) + strlen(e->schema);
	return 0;
}

static int take_entry(struct pg_objects_reader *r, enum pg_objects_result *result)
{
	const struct pg_archive_entry *e = &r->toc.entry;
	const char *text = r->definition.bytes.len ? r->definition.bytes.ptr : "";

	if (r->definition.no_memory)
		return -1;
	if (r->wants_copies ? !e->has_copy : !is_of_schema(e))
		return 0;
	if (add_object(r->out, e, text) < 0)
		return -1;
	if (r->out->bytes > PG_OBJECTS_BYTES_MAX)
		*result = PG_OBJECTS_TOO_LARGE;
	return 0;
}

static void take_header(struct pg_objects_reader *r, enum pg_objects_result *result)
{
	const struct pg_archive_header *h = &r->toc.header;
	struct pg_objects *o = r->out;

	(void)snprintf(o->server_version, sizeof(o->server_version), "%.63s", h->server_version);
	(void)snprintf(o->dump_version, sizeof(o->dump_version), "%.63s", h->dump_version);
	if ((h->format == PG_ARCHIVE_CUSTOM) == r->is_tar)
		*result = PG_OBJECTS_NOT_READ;
}

static int push_toc(struct pg_objects_reader *r, struct span in, enum pg_objects_result *result)
{
	while (*result == PG_OBJECTS_MORE) {
		const uint8_t *start = in.ptr;
		enum pg_archive_toc_result got = pg_archive_toc_read(&r->toc, &in, r->toc_offset);

		r->toc_offset += (uint64_t)(in.ptr - start);
		switch (got) {
		case TOC_MORE:
			if (r->definition.bytes.len > PG_OBJECTS_BYTES_MAX)
				*result = PG_OBJECTS_TOO_LARGE;
			return r->definition.no_memory ? -1 : 0;
		case TOC_HEADER:
			take_header(r, result);
			break;
		case TOC_ENTRY:
			if (take_entry(r, result) < 0)
				return -1;
			break;
		case TOC_DONE:
			*result = PG_OBJECTS_DONE;
			break;
		case TOC_BAD:
			*result = PG_OBJECTS_NOT_READ;
			break;
		}
	}
	return 0;
}

static bool is_toc(const struct tar_member *member)
{
	struct pg_tar_name name;

	pg_tar_name_parse(member->name, &name);
	return name.role == ROLE_TOC;
}

static int push_tar(struct pg_objects_reader *r, struct span in, enum pg_objects_result *result)
{
	while (*result == PG_OBJECTS_MORE) {
		const uint8_t *start = in.ptr;
		struct span data;
		enum tar_event event = tar_read(&r->tar, &in, r->offset, &data);

		r->offset += (uint64_t)(in.ptr - start);
		if (event == TAR_MORE)
			return 0;
		if (event == TAR_MEMBER)
			r->in_toc = is_toc(&r->tar.member);
		if (event == TAR_DATA && r->in_toc && push_toc(r, data, result) < 0)
			return -1;
		/* an empty table of contents ends with its member */
		if (event == TAR_MEMBER_END && r->in_toc && *result == PG_OBJECTS_MORE)
			*result = r->toc.part == TOC_AT_END ? PG_OBJECTS_DONE : PG_OBJECTS_NOT_READ;
	}
	return 0;
}

int pg_objects_push(struct pg_objects_reader *r, struct span block, enum pg_objects_result *result,
		    struct error *err)
{
	*result = PG_OBJECTS_MORE;
	if ((r->is_tar ? push_tar(r, block, result) : push_toc(r, block, result)) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for an archive's objects");
	return 0;
}
