/* SPDX-License-Identifier: Apache-2.0 */
/* muster.yaml(5), from the key rows. */
#ifndef CMD_MAN_YAML_H
#define CMD_MAN_YAML_H

#include <stdio.h>

void man_yaml(FILE *out, const char *title);

#endif
