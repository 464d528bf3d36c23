/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What muster can do with a kind of component. One row per engine in engine.c;
 * NULL where an engine has no such thing.
 */
#ifndef COMPONENT_ENGINE_H
#define COMPONENT_ENGINE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/place.h"
#include "base/process.h"
#include "component/canary.h"
#include "component/restore.h"
#include "config/config.h"
#include "format/manifest.h"
#include "model/check.h"

/* A server that we started in a place. */
struct server {
	struct process process;
	struct process companion; /* rabbitmq: its epmd; postgresql: its standby, when it has one */
	struct place place;
	char socket[108];            /* postgresql: directory; redis: path; "" = none */
	uint16_t port;               /* postgresql: of the socket's name, too; redis: 0: none */
	uint16_t management_port;    /* rabbitmq */
	uint16_t epmd_port;          /* rabbitmq: of its companion */
	char user[32], password[48]; /* of an administrator; password "" = none needed */
	char log[108];               /* path of its log */
};
#define SERVER_INIT                                                                                \
	{                                                                                          \
		.process = PROCESS_INIT, .companion = PROCESS_INIT                                 \
	}

struct backup_progress {
	void (*report)(void *cookie, const char *subject, uint64_t bytes_done,
		       uint64_t bytes_total);
	void *cookie;
};

struct backup_job {
	const struct component_config *component;
	const char *root;  /* the repository's root: manifest paths are relative to it */
	const char *stamp; /* the set's time as it stands in names: YYYYMMDD_HHMMSS */
	struct backup_progress progress;
	int (*stop_requested)(
		void); /* a signal number when somebody asked us to stop; NULL: never */
};

/* A part under its temporary name, complete and synced; the caller renames it to its final one. */
struct backup_part {
	char temporary[4096], final[4096]; /* absolute */
	int fd; /* locked until released: an unlocked temporary is one that a dead run left */
};

struct backup_parts {
	struct backup_part *item;
	size_t count, capacity;
};
/* Unlinks temporaries that are still there; frees. */
void backup_parts_release(struct backup_parts *p);

struct engine {
	enum engine_kind kind;
	/*
	 * Is it there? Adds one CHECK_REACHABLE per endpoint, with the version found;
	 * trouble is a check, so -1 is only for our own errors.
	 */
	int (*probe)(const struct component_config *c, struct checks *out, struct error *err);
	/* Adds one CHECK_TOOL per program that backing up or restoring needs. */
	int (*tools)(const struct component_config *c, struct checks *out, struct error *err);
	/*
	 * Writes the component's parts and enters them, their facts and notes into
	 * `manifest`. Facts of the source are those that it can know: tables, large
	 * objects, sequences, extensions. On failure nothing is left behind.
	 */
	int (*backup)(const struct backup_job *job, struct manifest *manifest,
		      struct backup_parts *parts, struct error *err);
	/*
	 * Writes the time into each configured database of the live component, and adds what
	 * was written, even before it failed. NULL: the engine has no such thing.
	 */
	int (*canary)(const struct component_config *c, struct canaries *out, struct error *err);
	/* Starts an empty server in `place` and waits until a login works. Needs no network beyond 127.0.0.1. */
	int (*start)(const struct place *place, struct server *out, struct error *err);
	/*
	 * Restores into `s`, as `start` left it, and proves what can be proven in there; it
	 * may stop and start the server. Bad backups are checks of `out`; -1 is for what kept
	 * us from restoring or looking (the environment, not the backup).
	 */
	int (*restore)(struct server *s, const struct restore_job *job, struct restored *out,
		       struct error *err);
	/* Ends it and its companions; safe on a zeroed one. Throw-away: data need not survive. */
	void (*stop)(struct server *s);
};

const struct engine *engine_of(enum engine_kind kind);

/* Its start, in a new directory below `parent`'s that bears the engine's name, and from the second on its number. */
MUST_CHECK int engine_start_below(enum engine_kind kind, const struct place *parent,
				  struct server *out, struct error *err);

/* How to speak to `s` as its administrator (for fills, probes, restores); borrows from `s`. */
void server_connect_config(const struct server *s, enum engine_kind kind,
			   struct connect_config *out);

#endif
