/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration, a sandbox in which its services are deployed, and what is said of them. */
#ifndef TESTS_SERVICE_SERVICES_GROUND_H
#define TESTS_SERVICE_SERVICES_GROUND_H

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
#include "sandbox/visit.h"
#include "sandbox/visit_program.h"
#include "service/ask.h"
#include "service/services.h"
#include "service/trials.h"

struct ground {
	const char *const *env; /* of the sandbox */
	char directory[64];
	struct config config;
	struct arena arena;
	struct sandbox sandbox;
	struct services *services;
	struct checks checks;
};

static inline void write_file(const char *path, mode_t mode, const char *text)
{
	struct error err = ERROR_INIT;

	if (file_write_atomic(path, mode, text, strlen(text), &err) < 0)
		fail_msg("%s", err.message);
}

static inline void load(struct ground *g, const char *text)
{
	char path[96];
	struct config_source source = { .path = path };
	struct config_complaints complaints = { 0 };
	struct error err = ERROR_INIT;

	(void)snprintf(g->directory, sizeof(g->directory), "/tmp/muster-services-XXXXXX");
	assert_non_null(mkdtemp(g->directory));
	assert_int_equal(chmod(g->directory, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s/muster.yaml", g->directory);
	write_file(path, 0600, text);
	if (config_load(&source, &g->config, &complaints, &err) < 0)
		fail_msg("%s", complaints.count ? complaints.item[0].message : err.message);
	config_complaints_release(&complaints);
}

static inline void seal(struct ground *g, sandbox_work *work)
{
	const struct sandbox_options options = {
		.visited = true,
		.work = work,
		.readable = services_readable(&g->config, &g->arena),
	};
	struct error err = ERROR_INIT;

	g->sandbox = (struct sandbox)SANDBOX_INIT;
	if (sandbox_open(&options, &g->sandbox, &err) < 0)
		fail_msg("%s", err.message);
}

static inline void deploy(struct ground *g)
{
	const struct services_options options = { .config = &g->config,
						  .sandbox = &g->sandbox,
						  .env = g->env };
	struct error err = ERROR_INIT;

	if (services_deploy(&options, &g->services, &g->checks, &err) < 0)
		fail_msg("%s", err.message);
}

static inline struct ground *prepare(const char *text, sandbox_work *work)
{
	struct ground *g = calloc(1, sizeof(*g));

	assert_non_null(g);
	load(g, text);
	seal(g, work);
	return g;
}

static inline void forget(struct ground *g)
{
	struct error err = ERROR_INIT;

	/* a test may have ended the sandbox */
	if (services_stop(g->services, &g->checks, &err) < 0)
		error_clear(&err);
	sandbox_close(&g->sandbox);
	checks_release(&g->checks);
	config_release(&g->config);
	arena_release(&g->arena);
	assert_int_equal(file_remove_tree(g->directory, &err), 0);
	free(g);
}

static inline const struct check *find_check(const struct ground *g, const char *name,
					     const char *about)
{
	for (size_t i = g->checks.count; i-- > 0;) {
		const struct check *c = &g->checks.item[i];

		if (strcmp(c->name, name) == 0 &&
		    (strcmp(c->component, about) == 0 || strcmp(c->subject, about) == 0))
			return c;
	}
	for (size_t i = 0; i < g->checks.count; i++)
		print_message("%s of %s%s: %s\n", g->checks.item[i].name,
			      g->checks.item[i].component, g->checks.item[i].subject,
			      g->checks.item[i].message);
	fail_msg("no check %s of %s", name, about);
	abort();
}

/* The last check of that name and component or trial. */
static inline const struct check *expect_said(const struct ground *g, const char *name,
					      const char *about, enum verdict verdict,
					      const char *says)
{
	const struct check *c = find_check(g, name, about);

	if (c->verdict != verdict || !strstr(c->message, says))
		fail_msg("%s of %s is %s: %s", name, about, verdict_name(c->verdict), c->message);
	return c;
}

static inline void try(struct ground *g, enum trials_kind kind)
{
	const struct trials_request request = {
		.config = &g->config, .kind = kind, .sandbox = &g->sandbox, .env = g->env
	};
	struct error err = ERROR_INIT;

	if (trials_run(&request, &g->checks, &err) < 0)
		fail_msg("%s", err.message);
}

#endif
