/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/s3_argument.h"

#include <string.h>

#include "cmd/configuration.h"
#include "cmd/interrupt.h"
#include "repository/s3.h"

static const char scheme[] = "s3://";

bool s3_argument_is(const char *argument)
{
	return strncmp(argument, scheme, sizeof(scheme) - 1) == 0;
}

static int load_config(const struct invocation *inv, struct s3_arguments *out, struct error *err)
{
	if (configuration_load(inv, &out->config, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND || inv->global.config)
		return -1;
	error_clear(err);
	out->config.offsite.s3 =
		(struct s3_config){ .endpoint = "", .region = "", .profile = "", .ca_file = "" };
	return 0;
}

static void look(struct inspect_source *source)
{
	CLEANUP(cleanup_s3)
	struct s3 *s = NULL;
	struct s3_stat stat;
	struct error ignored = ERROR_INIT;

	if (s3_open(source->config, source->bucket, interrupt_requested, &s, &ignored) < 0 ||
	    s3_stat(s, source->key, &stat, &ignored) < 0) {
		error_clear(&ignored);
		return;
	}
	source->size = stat.size;
	source->mtime_ns = stat.modified_ns;
}

static int take(struct s3_arguments *a, const char *url, size_t index, struct error *err)
{
	struct inspect_source *source = arena_alloc(&a->arena, sizeof(*source));
	char bucket[S3_BUCKET_SIZE];
	const char *key;

	if (!s3_url_parse(url, bucket, &key) || !*key)
		return error_set(err, ERROR_USAGE, "\"%s\" is not s3://BUCKET/KEY", url);
	if (!source)
		return error_set(err, ERROR_NOMEM, "no memory for %s", url);
	*source = (struct inspect_source){ .config = &a->config.offsite.s3,
					   .bucket = arena_strdup(&a->arena, bucket),
					   .key = key };
	if (!source->bucket)
		return error_set(err, ERROR_NOMEM, "no memory for %s", url);
	look(source);
	a->source[index] = source;
	return 0;
}

int s3_arguments_load(const struct invocation *inv, struct s3_arguments *out, struct error *err)
{
	bool any = false;

	out->source = arena_alloc(&out->arena, (inv->argument_count + 1) * sizeof(*out->source));
	if (!out->source)
		return error_set(err, ERROR_NOMEM, "no memory for %zu files", inv->argument_count);
	for (size_t i = 0; i < inv->argument_count; i++) {
		out->source[i] = NULL;
		any |= s3_argument_is(inv->argument[i]);
	}
	if (any && load_config(inv, out, err) < 0)
		return -1;
	for (size_t i = 0; i < inv->argument_count; i++) {
		if (s3_argument_is(inv->argument[i]) && take(out, inv->argument[i], i, err) < 0)
			return -1;
	}
	return 0;
}

void s3_arguments_release(struct s3_arguments *a)
{
	config_release(&a->config);
	arena_release(&a->arena);
}
