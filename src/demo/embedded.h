/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are built in, so that the installed program needs no other. */
#ifndef DEMO_EMBEDDED_H
#define DEMO_EMBEDDED_H

extern const char demo_schema_sql[]; /* roles, types, tables: before the fill */
extern const char demo_keys_sql[];   /* keys, indexes, views, privileges: after it */

/* Words of the platform's texts, the frequent ones first; given names; family names. */
extern const char demo_words[], demo_names[], demo_surnames[];

#endif
