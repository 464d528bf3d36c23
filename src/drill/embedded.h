/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are built in, so that the installed program needs no other. */
#ifndef DRILL_EMBEDDED_H
#define DRILL_EMBEDDED_H

extern const char drill_monthly_yaml[];     /* the plan "monthly" */
extern const char drill_announcement_txt[]; /* what is told of a drill: drill/announcement.h */

#endif
