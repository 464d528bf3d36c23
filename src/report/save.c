/* SPDX-License-Identifier: Apache-2.0 */
/* The report of a run as files, for those who come later. */
#include "base/file.h"
#include "report/report.h"

static int save_one(const char *directory, const struct run *run, const char *ending,
		    const struct buf *content, char path[REPORT_PATH_SIZE], struct error *err)
{
	int n = snprintf(path, REPORT_PATH_SIZE, "%s/%s.%s", directory, run->id, ending);

	if (n < 0 || n >= REPORT_PATH_SIZE)
		return error_set(err, ERROR_CONFIG, "state_dir is too long: %.80s…", directory);
	return file_write_atomic(path, 0640, content->ptr, content->len, err);
}

int report_save(const struct run *run, const char *state_dir, char text_path[REPORT_PATH_SIZE],
		struct error *err)
{
	static const struct report_style plain = { .utf8 = true };
	CLEANUP(buf_release)
	struct buf text = { 0 };
	CLEANUP(buf_release)
	struct buf json = { 0 };
	CLEANUP(buf_release)
	struct buf markdown = { 0 };
	CLEANUP(buf_release)
	struct buf html = { 0 };
	char directory[REPORT_PATH_SIZE], other_path[REPORT_PATH_SIZE];
	int n = snprintf(directory, sizeof(directory), "%s/reports", state_dir);

	if (n < 0 || n >= REPORT_PATH_SIZE)
		return error_set(err, ERROR_CONFIG, "state_dir is too long: %.80s…", state_dir);
	if (report_text(run, &plain, &text) < 0 || report_json(run, &json) < 0 ||
	    report_markdown(run, &markdown) < 0 || report_html(run, &html) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the report of run %s", run->id);
	if (file_make_directories(directory, 0750, err) < 0 ||
	    save_one(directory, run, "json", &json, other_path, err) < 0 ||
	    save_one(directory, run, "md", &markdown, other_path, err) < 0 ||
	    save_one(directory, run, "html", &html, other_path, err) < 0 ||
	    save_one(directory, run, "txt", &text, text_path, err) < 0)
		return error_context(err, "write the report");
	return 0;
}
