/* SPDX-License-Identifier: Apache-2.0 */
/* The mail by which a failed verification is told of: a receiver of the platform keeps it as a file. */
#include <string.h>

#include "base/file.h"
#include "cmd/demo_show.intern.h"
#include "demo/kept_mail.h"
#include "demo/set_files.h"

enum { TEXT_LINES = 12 };

/* Why there is none, by the receiver's own answer. */
static int note_no_mail(struct show *s, const struct show_copy *copy, struct error *err)
{
	static const char *const words[] = { "notify", "list", "--all", NULL };
	CLEANUP(trial_release)
	struct trial list = { 0 };
	const json_t *item;

	if (trial_run(words, copy->settings, &list, err) < 0)
		return -1;
	item = json_array_get(json_object_get(list.document, "notifications"), 0);
	(void)snprintf(s->why_no_mail, sizeof(s->why_no_mail), "%s",
		       item ? trial_text(item, "answer") : "muster had nothing to tell");
	show_say(s, "  the mail that tells of it is left out:\n");
	show_print_text(s, s->why_no_mail);
	return 0;
}

int show_mail(struct show *s, const struct show_copy *copy, struct error *err)
{
	CLEANUP(kept_mail_release)
	struct kept_mail mail = { 0 };
	struct error none = ERROR_INIT;
	char path[SET_FILES_PATH];

	if (set_files_find(copy->mail, "*.eml", path, &none) < 0)
		return note_no_mail(s, copy, err);
	if (kept_mail_read(path, &mail, err) < 0)
		return -1;
	show_kept_path(s->mail_path, "mail", "eml");
	if (file_write_atomic(s->mail_path, 0600, mail.whole.ptr, mail.whole.len, err) < 0)
		return -1;
	show_say(s, "\nThe mail that this sent (into a file, which is named at the end):\n");
	show_print_lines(s, mail.head.ptr, SIZE_MAX);
	show_say(s, "\n");
	show_print_lines(s, mail.text.ptr, TEXT_LINES);
	return 0;
}
