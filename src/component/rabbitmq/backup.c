/* SPDX-License-Identifier: Apache-2.0 */
/* The definitions as the management API exports them; the export is itself the read of the source. */
#include <stdio.h>

#include "component/note.h"
#include "component/part.h"
#include "component/rabbitmq/management.h"
#include "component/rabbitmq/rabbitmq.h"

struct reception {
	const struct backup_job *job;
	struct part *part;
};

static int receive(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct reception *r = cookie;

	if (part_stop_requested(r->job, err) < 0 || part_push(r->part, bytes, len, err) < 0)
		return -1;
	if (r->job->progress.report)
		r->job->progress.report(r->job->progress.cookie, r->part->path, r->part->content,
					0);
	return 0;
}

int engine_rabbitmq_backup(const struct backup_job *job, struct manifest *manifest,
			   struct backup_parts *parts, struct error *err)
{
	CLEANUP(part_release)
	struct part part = PART_INIT;
	struct reception reception = { job, &part };
	struct reached reached = { 0 };
	char base[300];

	if (part_open(&part, job, PART_DEFINITIONS, "", err) < 0 ||
	    management_get(&job->component->connect, "/api/definitions", receive, &reception,
			   &reached, err) < 0 ||
	    part_finish(&part, err) < 0 ||
	    note_add(manifest, job, management_base(&job->component->connect, base, sizeof(base)),
		     err, "exported_from") < 0)
		return -1;
	return part_keep(&part, manifest, parts, NULL, err);
}
