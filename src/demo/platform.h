/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The example platform, up and down. A process of its own in its own session
 * keeps it; when whoever asked for it goes away, however that happens, the keeper
 * ends the servers and removes the directory, unless it was told to stay.
 */
#ifndef DEMO_PLATFORM_H
#define DEMO_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "component/engine.h"

enum { PLATFORM_SERVERS = 3 };

struct platform_request {
	const char *
		directory; /* the platform's own: empty or not there; NULL: a new one in $TMPDIR or /tmp */
	uint64_t size, seed; /* see generator_init() */
	bool offsite; /* with a private S3 server for an off-site copy, where one is installed */
	int (*stop_requested)(void); /* not 0: give up with ERROR_INTERRUPTED; NULL: never */
	void (*tick)(void *cookie);  /* called some times a second while it starts; NULL: not */
	void *cookie;
};

/* Where the copy of the platform's backups may be kept. */
struct platform_offsite {
	char url[32];      /* s3://BUCKET/PREFIX, a bucket that is to be made */
	char endpoint[64]; /* "" = there is no server */
	char server[16];   /* what it is, for people */
	char access_key_file[96], secret_key_file[96];
	char why_not[256]; /* there is none */
};

struct platform {
	char directory[64];
	char settings[96];      /* path of a ready muster.yaml */
	char password_file[96]; /* of RabbitMQ's administrator */
	struct server
		server[PLATFORM_SERVERS]; /* by engine_kind; their processes are the keeper's */
	struct platform_offsite offsite;
	pid_t keeper;
	int line; /* the keeper ends when it is closed */
};

/* Start three servers at once, fill them, write muster.yaml. After -1 nothing is left. */
MUST_CHECK int demo_platform_up(const struct platform_request *request, struct platform *out,
				struct error *err);

/* Let it stay up after this process. */
void demo_platform_keep(struct platform *p);

/* End the servers and remove the directory, unless it is kept. Safe on a zeroed one. */
void demo_platform_release(struct platform *p);

/*
 * End the platform in `directory` (NULL: the only one of this user's in $TMPDIR or
 * /tmp); one whose keeper was killed is removed. `ended` (64 bytes) gets its
 * directory. None is ERROR_NOT_FOUND, several are ERROR_USAGE.
 */
MUST_CHECK int demo_platform_down(const char *directory, char *ended, struct error *err);

#endif
