/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What proves a backup set, in the words of SQL, for all who ask the journal: a run of PROVEN_KINDS
 * whose check PROVEN_BY of a component holds has restored that component's part of the set and
 * found it equal to the backup. How much else must be well is for who asks: history_standings()
 * asks what the set is, so that its content's checks count; history_proofs() asks whether people
 * can rely on it, so that all do, those of its objectives too.
 */
#ifndef HISTORY_PROVEN_H
#define HISTORY_PROVEN_H

/* The kinds of runs that restore. */
#define PROVEN_KINDS "'restore-test', 'drill'"

/* Of a row `c` of a check: it holds, it could not be told (as check_weight()). */
#define PROVEN_HOLDS  "c.verdict IN ('pass', 'warn')"
#define PROVEN_UNTOLD "(c.verdict = 'error' OR (c.verdict = 'skipped' AND c.required))"
#define PROVEN_BY     "c.name = 'proven' AND " PROVEN_HOLDS
/* It tells of the course of the whole run, as check_is_of_course(). */
#define PROVEN_OF_COURSE "c.component IS NULL AND c.name IN ('interrupted', 'step')"

#endif
