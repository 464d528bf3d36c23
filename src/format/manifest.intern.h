/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the manifest's files only. */
#ifndef FORMAT_MANIFEST_INTERN_H
#define FORMAT_MANIFEST_INTERN_H

#include "model/facts.h"

#define MANIFEST_SCHEMA "muster.manifest/v1"

/* Frees heap-allocated facts; NULL is fine. */
void manifest_free_facts(struct facts *facts);

#endif
