/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_tar_name.h"

#include <string.h>

static const struct {
	const char *suffix;
	enum codec codec;
} codecs[] = {
	{ "", CODEC_NONE },
	{ ".gz", CODEC_GZIP },
	{ ".lz4", CODEC_LZ4 },
	{ ".zst", CODEC_ZSTD },
};

/* Around a number, or instead of one. */
static const struct {
	const char *before, *after;
	bool numbered;
	enum pg_tar_role role;
} roles[] = {
	{ "toc.dat", "", false, ROLE_TOC },        { "blobs.toc", "", false, ROLE_OBJECTS },
	{ "restore.sql", "", false, ROLE_SCRIPT }, { "", ".dat", true, ROLE_ROWS },
	{ "blob_", ".dat", true, ROLE_OBJECT },    { "blobs_", ".toc", true, ROLE_OBJECTS },
};

/* Digits as pg_dump writes them; returns their end, NULL when there are none. */
static const char *take_number(const char *p, uint32_t *out)
{
	uint64_t value = 0;

	if (*p < '1' || *p > '9')
		return NULL;
	for (; *p >= '0' && *p <= '9'; p++) {
		value = value * 10 + (uint64_t)(*p - '0');
		if (value > UINT32_MAX)
			return NULL;
	}
	*out = (uint32_t)value;
	return p;
}

static bool is_role(const char *base, size_t i, struct pg_tar_name *out)
{
	size_t before = strlen(roles[i].before), after = strlen(roles[i].after);
	const char *p = base + before;

	if (strncmp(base, roles[i].before, before) != 0)
		return false;
	out->id = 0;
	if (roles[i].numbered)
		p = take_number(p, &out->id);
	if (!p || strncmp(p, roles[i].after, after) != 0)
		return false;
	for (size_t k = 0; k < sizeof(codecs) / sizeof(codecs[0]); k++) {
		if (strcmp(p + after, codecs[k].suffix) == 0) {
			out->role = roles[i].role;
			out->codec = codecs[k].codec;
			return true;
		}
	}
	return false;
}

static bool has_climbing_part(const char *name)
{
	for (const char *p = name; p; p = strchr(p, '/')) {
		p += *p == '/';
		if (p[0] == '.' && p[1] == '.' && (p[2] == '/' || p[2] == '\0'))
			return true;
	}
	return false;
}

void pg_tar_name_parse(const char *name, struct pg_tar_name *out)
{
	const char *slash;

	*out = (struct pg_tar_name){ .absolute = name[0] == '/',
				     .climbs = has_climbing_part(name) };
	while (name[0] == '/' || (name[0] == '.' && name[1] == '/'))
		name += name[0] == '/' ? 1 : 2;
	slash = strrchr(name, '/');
	out->directory = name;
	out->base = slash ? slash + 1 : name;
	out->directory_len = (size_t)(out->base - name);
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (is_role(out->base, i, out))
			return;
	}
}
