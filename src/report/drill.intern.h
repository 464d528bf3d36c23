/* SPDX-License-Identifier: Apache-2.0 */
/* What the files about reports of drills share. */
#ifndef REPORT_DRILL_INTERN_H
#define REPORT_DRILL_INTERN_H

#include <jansson.h>

#include "report/drill.h"
#include "report/sheet.h"

/* In the drill's zone; null for 0. */
json_t *drill_time_to_json(const struct drill_record *r, int64_t wall_ns);
/* All members of the metrics. False: no memory. */
bool drill_put_metrics(json_t *o, const struct report_drill *d);

/* The document muster.run/v1 of the drill. -1: no memory. */
MUST_CHECK int drill_document(const struct report_drill *d, struct buf *out);

/* Words in the sheet's arena; "" for what there is none of. */
const char *drill_say_duration(struct sheet *s, int64_t ns);
/* "11:05:00", with its day where it is another. */
const char *drill_say_time(struct sheet *s, const struct drill_record *r, int64_t wall_ns);
/* "T+1:05:00", as of all that stands in a report; before T0 "". */
const char *drill_say_t(struct sheet *s, const struct drill_record *r, int64_t wall_ns);
/* Where the backups were read from, which no plan can know. */
const char *drill_say_source(const struct drill_record *r);
/* As colours have it; an outcome that is open, or not wanted, is skipped. */
enum verdict drill_outcome_verdict(enum drill_outcome o);
/* "MET"; "–" where nothing was wanted. */
const char *drill_outcome_word(enum drill_outcome o);

/* What stands at the top. */
struct drill_term {
	const char *name, *text;
	enum drill_outcome outcome; /* NONE: is not judged */
};
enum { DRILL_TERMS_MAX = 16 };
size_t drill_terms(struct sheet *s, const struct report_drill *d,
		   struct drill_term out[DRILL_TERMS_MAX]);

/* The parts of the report, in its order. */
void drill_put_criteria(struct sheet *s, const struct report_drill *d);
void drill_put_objectives(struct sheet *s, const struct report_drill *d);
void drill_put_steps(struct sheet *s, const struct report_drill *d);
void drill_put_components(struct sheet *s, const struct report_drill *d);
void drill_put_surroundings(struct sheet *s, const struct report_drill *d);
void drill_put_people(struct sheet *s, const struct report_drill *d);
void drill_put_words(struct sheet *s, const struct report_drill *d);
void drill_put_actions(struct sheet *s, const struct report_drill *d);
void drill_put_log(struct sheet *s, const struct report_drill *d);
void drill_put_earlier(struct sheet *s, const struct report_drill *d);

/* The steps from T0 on against their plan, as a picture. */
void drill_html_picture(struct paint *p, const struct drill_record *r);

#endif
