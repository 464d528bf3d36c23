/* SPDX-License-Identifier: Apache-2.0 */
/* The restored server saves, and what it saved is read as every backup is. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "component/redis/restore.intern.h"

static int read_file(struct restoring *r, const char *path, struct error *err)
{
	enum { BLOCK = 256 * 1024 };
	CLEANUP(cleanup_close)
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	CLEANUP(cleanup_free)
	uint8_t *block = malloc(BLOCK);
	CLEANUP(cleanup_stage_chain)
	struct stage *reader = reader_of(FORMAT_RDB)->open(&r->reading, err);
	struct stat status;

	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set_errno(err, ERROR_IO, "read %s", path);
	if (!block || !reader)
		return error_set(err, ERROR_NOMEM, "no memory to read %s", path);
	for (;;) {
		ssize_t n = file_read_some(fd, path, block, BLOCK, err);

		if (n < 0)
			return -1;
		if (n == 0)
			break;
		if (stage_push(reader, (struct span){ block, (size_t)n }, err) < 0)
			return -1;
		restoring_tell(r, RESTORE_READ_BACK, "", reader->offset, (uint64_t)status.st_size,
			       true);
	}
	return stage_finish(reader, err);
}

/* What our reader finds in a file that the restored server wrote. */
static int check_sound(struct restoring *r, struct error *err)
{
	const struct finding *worst = findings_worst(&r->reading.findings);

	if (r->reading.findings.no_memory)
		return error_set(err, ERROR_NOMEM, "no memory for what was found");
	if (findings_verdict(&r->reading.findings) < VERDICT_FAIL && r->reading.finished)
		return 0;
	if (worst && findings_verdict(&r->reading.findings) == VERDICT_ERROR)
		return error_set(err, ERROR_TARGET, "what the restored server saved: %s",
				 worst->message);
	return restoring_add(r,
			     &(struct check){ .name = check_name(CHECK_PERSISTENCE),
					      .verdict = VERDICT_FAIL,
					      .found = worst ? finding_id(worst->code) : "" },
			     err, "what the restored server saved is not sound: %s",
			     worst ? worst->message : "it has no end") < 0 ?
		       -1 :
		       1;
}

int restoring_read_back(struct restoring *r, struct error *err)
{
	char path[sizeof(r->server->place.directory) + sizeof("/" SNAPSHOT_NAME)];
	int rc = restoring_save(r, RESTORE_READ_BACK, err);

	if (rc)
		return rc;
	(void)snprintf(path, sizeof(path), "%s/" SNAPSHOT_NAME, r->server->place.directory);
	r->reading.facts.side = FACTS_RESTORED;
	r->reading.now_ns = clock_wall_ns();
	if (read_file(r, path, err) < 0)
		return -1;
	rc = check_sound(r, err);
	r->out->part[0].facts = r->reading.facts;
	r->reading.facts = (struct facts){ 0 };
	return rc;
}
