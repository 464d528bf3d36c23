/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that draw a drill share: a picture has lanes, one below the other. */
#ifndef REPORT_DRILL_PICTURE_INTERN_H
#define REPORT_DRILL_PICTURE_INTERN_H

#include "report/drill.intern.h"
#include "report/html.intern.h"

/* Pixels. */
enum { DRILL_LANE_HEIGHT = 40 };

/* Positions are in thousandths of a percent. */
enum { DRILL_PICTURE_WHOLE = 100000 };

struct drill_picture {
	struct paint *p;
	struct sheet *words; /* in whose arena texts are made */
	const struct drill_record *r;
	int64_t span_ns; /* from T0 to the right edge */
	size_t phases;   /* those that are shown: the first so many */
	bool closer;     /* as large as what was done: without the plan, which would not fit */
	bool restores;   /* with all restores beside each other */
	int height;
};

int drill_picture_position(const struct drill_picture *g, int64_t t_ns);
void drill_picture_rect(struct drill_picture *g, const char *class, int64_t from_ns, int64_t to_ns,
			int y, int height);

/* What a lane shows: a step, or the restore of a component, which is one, too. */
struct drill_lane {
	const struct drill_record_step *step;
	const char *name;
};

/* Was anything of the step done? */
bool drill_lane_has_bar(const struct drill_record_step *s);
/* When that ended, or that it goes on, since T0. */
int64_t drill_lane_end(const struct drill_record *r, const struct drill_record_step *s);
/* What lies below the marks: where something could be, and where it was to be. */
void drill_lane_ground(struct drill_picture *g, const struct drill_lane *l, int y);
/* Its name, and how long it took; below them its bar. */
void drill_lane_put(struct drill_picture *g, const struct drill_lane *l, int y);

#endif
