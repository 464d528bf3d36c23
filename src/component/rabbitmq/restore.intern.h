/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of RabbitMQ's restore share. */
#ifndef COMPONENT_RABBITMQ_RESTORE_INTERN_H
#define COMPONENT_RABBITMQ_RESTORE_INTERN_H

#include "component/engine.h"
#include "component/rabbitmq/management.h"
#include "component/rabbitmq/objects.h"

enum broker_outcome {
	BROKER_SAME,
	BROKER_CHANGED,
	BROKER_LOST,
	BROKER_EXCUSED, /* did not come back, which is none of the backup's loss */
	BROKER_ADDED,
};

/* An object of the file and what came back of it. */
struct broker_pair {
	const struct broker_object *backup, *restored; /* NULL: not there */
	enum broker_outcome outcome;
};

struct broker_restore {
	struct server *server;
	const struct restore_job *job;
	const struct restore_part *part;
	struct restored *out;
	struct connect_config connect; /* borrows from `server` */

	struct span text; /* the file's, mapped */
	bool one_vhost;   /* the file is the export of one vhost, imported as `vhost` */
	bool newer;       /* it comes from a newer release than is here */
	bool refused;     /* the import stopped */
	const char *vhost;
	json_t *vhosts;            /* of the restored broker; see broker_object_complete() */
	struct broker_objects own; /* of a broker to which nothing was restored */
	struct broker_objects backup, restored;
	int64_t load_began_ns;    /* monotonic */
	struct broker_pair *pair; /* by type, vhost and key */
	size_t pair_count;
	uint64_t log_start; /* bytes of the server's log that are older than the restore */
};

/* Always -1. */
int broker_no_memory(struct error *err);
void broker_progress(const struct broker_restore *r, enum restore_phase phase, const char *what,
		     uint64_t done, uint64_t total);

/* The message is printf-style; `base` as checks_addf() takes it. */
__attribute__((format(printf, 4, 5))) MUST_CHECK int broker_check(struct broker_restore *r,
								  const struct check *base,
								  struct error *err,
								  const char *fmt, ...);
MUST_CHECK int broker_note(struct broker_restore *r, const char *name, const char *value,
			   struct error *err);

/*
 * A request to the management API that must succeed; `doing` tells what it is for. The
 * answer goes to `answer`, or nowhere when that is NULL. ERROR_TARGET with the broker's reason.
 */
MUST_CHECK int broker_ask(const struct broker_restore *r, const char *method, const char *path,
			  const char *body, const char *doing, struct buf *answer,
			  struct error *err);
/* As broker_ask() by GET, parsed; NULL on failure. */
json_t *broker_get(const struct broker_restore *r, const char *path, const char *doing,
		   struct error *err);
/* "reason" of an answer that is an error, on one line; returns `out`. */
char *broker_reason(const struct buf *answer, char *out, size_t size);

/* All objects that the broker exports now. */
MUST_CHECK int broker_export(const struct broker_restore *r, struct broker_objects *out,
			     struct error *err);

/* The phases. */
MUST_CHECK int broker_prepare(struct broker_restore *r, struct error *err);
MUST_CHECK int broker_load(struct broker_restore *r, struct error *err);
MUST_CHECK int broker_read_back(struct broker_restore *r, struct error *err);
MUST_CHECK int broker_compare(struct broker_restore *r, struct error *err);
MUST_CHECK int broker_messages(struct broker_restore *r, struct error *err);
MUST_CHECK int broker_log(struct broker_restore *r, struct error *err);

/* Plugins by name, NULL-ended: enabled where they are not, noted. ERROR_TARGET names one that is not installed. */
MUST_CHECK int broker_enable_plugins(struct broker_restore *r, const char *const *names,
				     struct error *err);

/* Fills `pair`. */
MUST_CHECK int broker_pair_up(struct broker_restore *r, struct error *err);
/*
 * Why an object that did not come back is none of the backup's loss, in words for people;
 * NULL: it is one. An import leaves these out, or they end by themselves.
 */
const char *broker_excuse(const struct broker_restore *r, const struct broker_object *lost);

/* A queue as an export tells it, for the round trip; borrows. */
struct broker_queue {
	const char *vhost, *name;
	bool is_stream, is_quorum, auto_delete;
};

/* What came of one message through one queue. */
enum round_trip { ROUND_TRIP_PASSED, ROUND_TRIP_LOST, ROUND_TRIP_NO_ANSWER };
struct broker_session;
/* To `vhost` with channels that confirm. NULL on failure: ERROR_TARGET. */
struct broker_session *broker_session_open(const struct connect_config *c, const char *vhost,
					   struct error *err);
void broker_session_close(struct broker_session *s);
/*
 * Publish by the default exchange, await the confirm, receive, acknowledge. `why` tells what
 * did not come. -1: the connection is lost.
 */
MUST_CHECK int broker_session_round_trip(struct broker_session *s, const struct broker_queue *q,
					 enum round_trip *outcome, char *why, size_t size,
					 struct error *err);

#endif
