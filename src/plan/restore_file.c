/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/restore_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "plan/restore_inside.h"

/* More than a server and all sessions of pg_restore come to. */
enum { PROCESS_MAX = 512 };
enum { TICK_MS = 200, BLOCK = 64 * 1024 };

struct test {
	const struct restore_request *request;
	struct restore_result *out;
	struct sandbox sandbox;
	struct restore_report report;
	int64_t started_ns;
};

void restore_result_release(struct restore_result *r)
{
	inspection_release(&r->inspection);
	checks_release(&r->checks);
	facts_release(&r->restored);
	buf_release(&r->complaints);
	*r = (struct restore_result){ 0 };
}

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the checks of a restore");
}

static void say(const struct test *t, const char *what)
{
	if (t->request->progress)
		t->request->progress(t->request->cookie, what, 0, 0);
}

static void show_reading(void *cookie, const char *path, uint64_t done, uint64_t total)
{
	const struct test *t = cookie;

	(void)path;
	if (t->request->progress)
		t->request->progress(t->request->cookie, "reading and unpacking", done, total);
}

static int64_t deadline_of(const struct test *t)
{
	return t->request->time_max_ns ? t->started_ns + t->request->time_max_ns : 0;
}

static char *unpacked_path(const struct test *t, char out[PATH_MAX + 16])
{
	(void)snprintf(out, PATH_MAX + 16, "%s/" RESTORE_FILE_NAME, t->sandbox.given);
	return out;
}

/* Read to the last byte, the content kept where the sandbox sees it. */
static int read_backup(struct test *t, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = -1;
	char path[PATH_MAX + 16];
	struct inspect_request request = { .path = t->request->path };
	const struct inspect_options options = { .jobs = 1,
						 .progress = show_reading,
						 .cookie = t,
						 .stop_requested = t->request->stop_requested,
						 .deadline_ns = deadline_of(t) };
	int64_t started_ns = clock_monotonic_ns();

	request.unpacked = fd =
		open(unpacked_path(t, path), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set_errno(err, ERROR_IO, "create %s", path);
	if (inspect_files(&request, 1, &options, &t->out->inspection, err) < 0)
		return -1;
	if (fchmod(fd, 0444) < 0)
		return error_set_errno(err, ERROR_IO, "protect %s", path);
	t->out->times.read_ns = clock_monotonic_ns() - started_ns;
	return 0;
}

static const struct finding *worst_finding(const struct inspection *i)
{
	const struct finding *outer = findings_worst(&i->envelope);
	const struct finding *inner = findings_worst(&i->reading.findings);

	if (!outer || !inner)
		return outer ? outer : inner;
	return finding_verdict(inner->code) > finding_verdict(outer->code) ? inner : outer;
}

static int add_format(struct test *t, struct error *err)
{
	const struct inspection *i = &t->out->inspection;
	const struct finding *f = worst_finding(i);
	struct check check = { .name = check_name(CHECK_FORMAT),
			       .component = "",
			       .subject = i->path,
			       .verdict = i->verdict };
	int rc;

	if (i->error.kind != ERROR_NONE) {
		check.name = check_name(CHECK_READABLE);
		check.hint = i->error.hint;
		rc = checks_addf(&t->out->checks, &check, "%s", i->error.message);
	} else if (f) {
		rc = checks_addf(&t->out->checks, &check, "%s at byte %llu of the %s: %s",
				 finding_id(f->code), (unsigned long long)f->offset, f->layer,
				 f->message);
	} else {
		rc = checks_addf(&t->out->checks, &check, "the file is sound to its last byte");
	}
	return rc < 0 ? no_memory(err) : 0;
}

/* pg_dump's own tar begins with its table of contents; pg_restore takes no other. */
static bool is_own_tar(const struct test *t)
{
	static const char toc[] = "toc.dat";
	CLEANUP(cleanup_close)
	int fd = -1;
	char path[PATH_MAX + 16], first[sizeof(toc)];

	fd = open(unpacked_path(t, path), O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, first, sizeof(first)) == (ssize_t)sizeof(first) &&
	       memcmp(first, toc, sizeof(toc)) == 0;
}

/* Nothing is restored that our own reader did not understand to its end. */
static bool is_restorable(struct test *t, struct error *err)
{
	const struct inspection *i = &t->out->inspection;
	enum format format = i->reading.format;

	if (i->verdict == VERDICT_FAIL || i->verdict == VERDICT_ERROR || !i->reading.finished)
		return false;
	if (format == FORMAT_PG_ARCHIVE || (format == FORMAT_PG_TAR && is_own_tar(t)))
		return true;
	(void)error_set(err, ERROR_USAGE,
			"%s is a %s: only pg_dump's custom and tar archives can be restored yet",
			i->path,
			format == FORMAT_PG_TAR ? "directory of pg_dump's packed by tar" :
						  format_description(format));
	return false;
}

/* What the sandbox says until it ends. */
static int hear(struct test *t, struct buf *said, struct error *err)
{
	struct pollfd fd = { .fd = t->sandbox.out, .events = POLLIN };

	for (;;) {
		int n = poll(&fd, 1, TICK_MS);
		ssize_t got;

		if (t->request->stop_requested && t->request->stop_requested())
			return error_set(err, ERROR_INTERRUPTED,
					 "the restore test was interrupted");
		say(t, "restoring and reading back");
		if (n < 0 && errno != EINTR)
			return error_set_errno(err, ERROR_IO, "wait for the sandbox");
		if (n <= 0)
			continue;
		if (buf_reserve(said, BLOCK) < 0)
			return no_memory(err);
		got = file_read_some(fd.fd, "the sandbox's pipe", said->ptr + said->len, BLOCK,
				     err);
		if (got <= 0)
			return (int)got;
		said->len += (size_t)got;
		if (said->len > RESTORE_REPORT_MAX)
			return error_set(err, ERROR_TARGET, "the sandbox said more than %d MiB",
					 RESTORE_REPORT_MAX >> 20);
	}
}

static int restore(struct test *t, struct error *err)
{
	CLEANUP(buf_release)
	struct buf said = { 0 };
	/* pg_restore takes a tar in one session only */
	bool alone = t->out->inspection.reading.format == FORMAT_PG_TAR;
	/* who ended before the order came says why */
	struct error unheard = ERROR_INIT;
	int code = 0, told = restore_order(t->sandbox.in, alone ? 1 : t->request->jobs,
					   &t->out->inspection.reading.facts, &unheard);

	(void)close(t->sandbox.in);
	t->sandbox.in = -1;
	if (hear(t, &said, err) < 0 || sandbox_wait(&t->sandbox, -1, &code, err) < 0)
		return -1;
	if (code != 0 || !said.len)
		return error_set(err, ERROR_TARGET, "what ran in the sandbox ended with code %d",
				 code);
	if (restore_report_parse(buf_span(&said), &t->report, err) < 0)
		return -1;
	if (t->report.error.kind == ERROR_NONE) {
		*err = unheard;
		return told;
	}
	/* what failed in there is neither the caller's file nor its command line */
	*err = t->report.error;
	err->kind = ERROR_TARGET;
	return error_context(err, "in the sandbox");
}

static int add_restored(struct test *t, struct error *err)
{
	const struct postgres_restored *p = &t->report.restored;
	struct check check = { .name = check_name(CHECK_RESTORED),
			       .component = "",
			       .subject = t->out->inspection.path,
			       .verdict = p->complaints.len ? VERDICT_FAIL : VERDICT_PASS };
	int first = p->complaints.len ? (int)strcspn(p->complaints.ptr, "\n") : 0;
	int rc;

	if (p->complaints.len)
		rc = checks_addf(&t->out->checks, &check, "pg_restore complained %llu times: %.*s",
				 (unsigned long long)p->complaint_count, first, p->complaints.ptr);
	else
		rc = checks_addf(&t->out->checks, &check,
				 "pg_restore %s restored it without a complaint",
				 p->program_version);
	return rc < 0 ? no_memory(err) : 0;
}

/*
 * An archive does not tell by which TimeZone, bytea_output and lc_monetary its rows became
 * text: where a table has such columns, equal fingerprints prove and others prove nothing.
 */
static int forget_doubtful(struct test *t, struct error *err)
{
	const struct facts *backup = &t->out->inspection.reading.facts;
	struct facts *restored = &t->report.restored.facts;
	size_t forgotten = 0;
	struct check check = {
		.name = check_name(CHECK_PROVEN),
		.component = "",
		.subject = t->out->inspection.path,
		.verdict = VERDICT_WARN,
		.hint = "muster backup pins these settings; for dumps of others, dump with "
			"PGTZ=UTC and the server's built-in bytea_output and lc_monetary"
	};

	for (size_t i = 0; i < restored->count; i++) {
		struct fact *f = &restored->item[i];
		const struct fact *b = facts_find(backup, f->kind, f->scope, f->name);

		if (f->kind != FACT_TABLE || !b || !(b->known & f->known & MEASURE_FINGERPRINT) ||
		    (b->fingerprint.low == f->fingerprint.low &&
		     b->fingerprint.high == f->fingerprint.high) ||
		    b->count != f->count ||
		    !facts_find(&t->report.restored.doubtful, FACT_TABLE, f->scope, f->name))
			continue;
		f->known &= ~(unsigned)(MEASURE_FINGERPRINT | MEASURE_BYTES);
		forgotten++;
	}
	if (forgotten &&
	    checks_addf(&t->out->checks, &check,
			"of %zu tables only the rows could be counted: their text depends on "
			"settings that the archive does not tell",
			forgotten) < 0)
		return no_memory(err);
	return 0;
}

/* Of --schema-only, --exclude-table-data: nothing of the backup's is missing in it. */
static bool is_bare(const struct facts *backup, const struct fact *restored)
{
	if (facts_find(backup, restored->kind, restored->scope, restored->name))
		return false;
	return restored->kind == FACT_SEQUENCE ||
	       (restored->kind == FACT_TABLE && restored->known & MEASURE_COUNT &&
		!restored->count);
}

/* Tables and sequences whose content the backup does not hold came back as definitions only. */
static int set_bare_aside(struct test *t, struct error *err)
{
	const struct facts *backup = &t->out->inspection.reading.facts;
	struct facts *restored = &t->report.restored.facts;
	size_t tables = 0, kept = 0;
	struct check check = { .name = check_name(CHECK_PROVEN),
			       .component = "",
			       .subject = t->out->inspection.path,
			       .verdict = VERDICT_WARN };

	for (size_t i = 0; i < restored->count; i++) {
		if (is_bare(backup, &restored->item[i]))
			tables += restored->item[i].kind == FACT_TABLE;
		else
			restored->item[kept++] = restored->item[i];
	}
	restored->count = kept;
	if (tables && checks_addf(&t->out->checks, &check,
				  "the backup holds no rows of %zu tables, which came back empty",
				  tables) < 0)
		return no_memory(err);
	return 0;
}

static int prove(struct test *t, struct error *err)
{
	const struct facts_policy policy = {
		.check_name = check_name(CHECK_PROVEN),
		.component = "",
		.subject = "",
		.mode = FACTS_EQUAL,
		.kinds = 1U << FACT_TABLE | 1U << FACT_SEQUENCE | 1U << FACT_LARGE_OBJECTS |
			 1U << FACT_EXTENSION,
		.severity = VERDICT_FAIL,
	};
	struct postgres_restored *p = &t->report.restored;

	if (add_restored(t, err) < 0 || set_bare_aside(t, err) < 0 || forget_doubtful(t, err) < 0)
		return -1;
	if (facts_compare(&t->out->inspection.reading.facts, &p->facts, &policy, &t->out->checks) <
	    0)
		return no_memory(err);
	return 0;
}

static void take_report(struct test *t)
{
	struct restore_result *out = t->out;
	struct postgres_restored *p = &t->report.restored;

	out->times.server_ns = t->report.server_ns;
	out->times.restore_ns = p->restore_ns;
	out->times.proof_ns = p->facts_ns;
	memcpy(out->server_version, p->server_version, sizeof(out->server_version));
	memcpy(out->program_version, p->program_version, sizeof(out->program_version));
	out->restored = p->facts;
	p->facts = (struct facts){ 0 };
	out->complaints = p->complaints;
	p->complaints = (struct buf){ 0 };
}

/* The server starts inside while the file is read. */
static int run(struct test *t, struct error *err)
{
	const struct sandbox_options options = { .parent = t->request->scratch,
						 .limits = { .time_max_ns = t->request->time_max_ns,
							     .process_max = PROCESS_MAX },
						 .work = restore_inside };
	struct error ignored = ERROR_INIT;
	unsigned removed = 0;

	if (sandbox_sweep(t->request->scratch, &removed, &ignored) < 0)
		error_clear(&ignored); /* what a power cut left is a matter of its own */
	say(t, "sealing a sandbox");
	if (sandbox_open(&options, &t->sandbox, err) < 0)
		return -1;
	t->out->times.seal_ns = clock_monotonic_ns() - t->started_ns;
	if (read_backup(t, err) < 0 || add_format(t, err) < 0)
		return -1;
	if (!is_restorable(t, err))
		return err->kind == ERROR_NONE ? 0 : -1;
	if (restore(t, err) < 0 || prove(t, err) < 0)
		return -1;
	take_report(t);
	return 0;
}

int restore_file(const struct restore_request *request, struct restore_result *out,
		 struct error *err)
{
	struct test t = { .request = request,
			  .out = out,
			  .sandbox = SANDBOX_INIT,
			  .started_ns = clock_monotonic_ns() };
	int rc = run(&t, err);

	sandbox_close(&t.sandbox);
	restore_report_release(&t.report);
	out->times.total_ns = clock_monotonic_ns() - t.started_ns;
	return rc;
}
