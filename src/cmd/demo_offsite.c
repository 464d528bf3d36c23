/* SPDX-License-Identifier: Apache-2.0 */
/* The copy of the sound set in a private S3 server: made with the backup, then verified where it is. */
#include <string.h>

#include "cmd/demo_show.intern.h"
#include "cmd/interrupt.h"
#include "repository/s3.h"

int show_offsite_prepare(struct show *s, struct error *err)
{
	const struct platform_offsite *o = &s->platform.offsite;
	const struct s3_config config = {
		.endpoint = o->endpoint,
		.region = "",
		.profile = "",
		.path_style = true,
		.ca_file = "",
		.access_key = { .kind = SECRET_FILE, .text = o->access_key_file, .origin = "demo" },
		.secret_key = { .kind = SECRET_FILE, .text = o->secret_key_file, .origin = "demo" },
	};
	CLEANUP(cleanup_s3)
	struct s3 *s3 = NULL;
	char bucket[S3_BUCKET_SIZE];
	const char *prefix;

	s->item[CASE_OFFSITE].done = "nothing; its copy in S3";
	s->item[CASE_OFFSITE_RESTORED].done = s->item[CASE_OFFSITE].done;
	if (!*o->endpoint) {
		s->item[CASE_OFFSITE].left_out = s->item[CASE_OFFSITE_RESTORED].left_out = true;
		return 0;
	}
	if (!s3_url_parse(o->url, bucket, &prefix))
		return error_set(err, ERROR_INTERNAL, "%s is no URL of a bucket", o->url);
	if (s3_open(&config, bucket, interrupt_requested, &s3, err) < 0)
		return -1;
	return s3_bucket_make(s3, false, err);
}

int show_offsite_verify(struct show *s, struct error *err)
{
	static const char *const words[] = { "verify", "--offsite", NULL };
	struct show_case *c = &s->item[CASE_OFFSITE];
	char state[SHOW_PATH];

	if (c->left_out) {
		show_say(s, "\nThe copy of the set in S3 is left out:\n");
		show_print_text(s, s->platform.offsite.why_not);
		return 0;
	}
	show_say(s, "\nThe copy of the set in S3 (%s, %s), read from there:\n",
		 s->platform.offsite.url, s->platform.offsite.server);
	(void)snprintf(state, sizeof(state), "%s/state", s->platform.directory);
	if (show_run(s, words, s->platform.settings, &c->trial, err) < 0 ||
	    show_keep_report(s, c, state, err) < 0)
		return -1;
	c->as_expected = c->trial.exit_code == EXIT_CODE_PASS;
	show_print_verdict(s, &c->trial);
	show_print_check(s, trial_failure(&c->trial, NULL));
	return 0;
}
