/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration written to a private directory and loaded from there. */
#ifndef TESTS_CONFIG_FIXTURE_H
#define TESTS_CONFIG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "config/config.h"

struct fixture {
	char directory[64], path[96];
	struct config config;
	struct config_complaints complaints;
	struct error err;
	const char *const *flags;
};

static inline void fixture_open(struct fixture *f)
{
	*f = (struct fixture){ .directory = "/tmp/muster-config-XXXXXX" };
	assert_non_null(mkdtemp(f->directory));
	(void)snprintf(f->path, sizeof(f->path), "%s/muster.yaml", f->directory);
}

static inline void fixture_write(struct fixture *f, const char *name, const char *text)
{
	char path[128];
	struct error err = ERROR_INIT;

	(void)snprintf(path, sizeof(path), "%s/%s", f->directory, name);
	assert_int_equal(file_write_atomic(path, 0600, text, strlen(text), &err), 0);
}

static inline void fixture_unload(struct fixture *f)
{
	config_release(&f->config);
	config_complaints_release(&f->complaints);
	error_clear(&f->err);
}

static inline int fixture_load(struct fixture *f)
{
	struct config_source source = { .path = f->path, .flags = f->flags };

	fixture_unload(f);
	return config_load(&source, &f->config, &f->complaints, &f->err);
}

static inline int fixture_load_text(struct fixture *f, const char *text)
{
	fixture_write(f, "muster.yaml", text);
	return fixture_load(f);
}

static inline void fixture_close(struct fixture *f)
{
	struct error err = ERROR_INIT;

	fixture_unload(f);
	assert_int_equal(file_remove_tree(f->directory, &err), 0);
}

/* The first complaint whose message holds `part`; fails the test when there is none. */
static inline const struct config_complaint *fixture_complaint(const struct fixture *f,
							       const char *part)
{
	for (size_t i = 0; i < f->complaints.count; i++) {
		if (strstr(f->complaints.item[i].message, part))
			return &f->complaints.item[i];
	}
	for (size_t i = 0; i < f->complaints.count; i++)
		print_message("complaint: %s\n", f->complaints.item[i].message);
	fail_msg("no complaint says: %s", part);
	abort();
}

static inline const struct config_value *fixture_value(const struct fixture *f, const char *key)
{
	for (size_t i = 0; i < f->config.value_count; i++) {
		if (strcmp(f->config.value[i].key, key) == 0)
			return &f->config.value[i];
	}
	fail_msg("no value for %s", key);
	abort();
}

#endif
