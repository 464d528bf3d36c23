/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a run as files, for those who come later. */
#include "base/file.h"
#include "base/owner.h"
#include "report/drill.h"
#include "report/report.h"

/* The text comes last: who finds it finds the others. */
enum { SAVED_JSON, SAVED_MARKDOWN, SAVED_HTML, SAVED_METRICS, SAVED_TEXT, SAVED_COUNT };

static const char *const endings[SAVED_COUNT] = { "json", "md", "html", "metrics.json", "txt" };

static const struct report_style plain = { .utf8 = true };

struct saved {
	struct buf file[SAVED_COUNT]; /* empty: is not written */
};

static void release(struct saved *s)
{
	for (int i = 0; i < SAVED_COUNT; i++)
		buf_release(&s->file[i]);
}

static int write_one(const char *directory, const char *id, const char *ending,
		     const struct buf *content, char path[REPORT_PATH_SIZE], struct error *err)
{
	int n = snprintf(path, REPORT_PATH_SIZE, "%s/%s.%s", directory, id, ending);

	if (n < 0 || n >= REPORT_PATH_SIZE)
		return error_set(err, ERROR_CONFIG, "state_dir is too long: %.80s…", directory);
	if (file_write_atomic(path, 0640, content->ptr, content->len, err) < 0)
		return -1;
	return owner_adopt(path, err);
}

static int write_all(const struct saved *s, const char *id, const char *state_dir,
		     char text_path[REPORT_PATH_SIZE], struct error *err)
{
	char directory[REPORT_PATH_SIZE];
	int n = snprintf(directory, sizeof(directory), "%s/reports", state_dir);

	if (n < 0 || n >= REPORT_PATH_SIZE)
		return error_set(err, ERROR_CONFIG, "state_dir is too long: %.80s…", state_dir);
	if (owner_make_directories(directory, 0750, err) < 0 || owner_adopt(directory, err) < 0)
		return error_context(err, "write the report");
	for (int i = 0; i < SAVED_COUNT; i++) {
		if (s->file[i].len &&
		    write_one(directory, id, endings[i], &s->file[i], text_path, err) < 0)
			return error_context(err, "write the report");
	}
	return 0;
}

static int no_memory(const struct run *run, struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the report of run %s", run->id);
}

int report_save(const struct run *run, const char *state_dir, char text_path[REPORT_PATH_SIZE],
		struct error *err)
{
	CLEANUP(release)
	struct saved s = { 0 };

	if (report_text(run, &plain, &s.file[SAVED_TEXT]) < 0 ||
	    report_json(run, &s.file[SAVED_JSON]) < 0 ||
	    report_markdown(run, &s.file[SAVED_MARKDOWN]) < 0 ||
	    report_html(run, &s.file[SAVED_HTML]) < 0)
		return no_memory(run, err);
	return write_all(&s, run->id, state_dir, text_path, err);
}

int report_drill_save(const struct report_drill *d, const char *state_dir,
		      char text_path[REPORT_PATH_SIZE], struct error *err)
{
	static const enum report_format formats[SAVED_COUNT] = { [SAVED_JSON] = REPORT_JSON,
								 [SAVED_MARKDOWN] = REPORT_MARKDOWN,
								 [SAVED_HTML] = REPORT_HTML,
								 [SAVED_TEXT] = REPORT_TEXT };
	const struct run *run = d->record.run;
	CLEANUP(release)
	struct saved s = { 0 };

	for (int i = 0; i < SAVED_COUNT; i++) {
		int rc = i == SAVED_METRICS ?
				 report_drill_metrics(d, &s.file[i]) :
				 report_drill_render(d, formats[i], &plain, &s.file[i]);

		if (rc < 0)
			return no_memory(run, err);
	}
	return write_all(&s, run->id, state_dir, text_path, err);
}
