/* SPDX-License-Identifier: Apache-2.0 */
/* Long lines of text for people, broken where the screen ends. */
#ifndef REPORT_FOLD_H
#define REPORT_FOLD_H

#include "report/paint.h"

/*
 * What was painted since p->out was `start` bytes long, a line's beginning, gets broken at
 * spaces so that no line is wider than the style's width, when it has one; what follows a
 * break is indented by `indent` columns. A word that is wider stays whole.
 */
void paint_fold(struct paint *p, size_t start, unsigned indent);

#endif
