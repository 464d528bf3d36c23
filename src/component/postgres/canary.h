/* SPDX-License-Identifier: Apache-2.0 */
/* A row that tells how new a backup's data is: written into the live database every now and then. */
#ifndef COMPONENT_POSTGRES_CANARY_H
#define COMPONENT_POSTGRES_CANARY_H

/* canary(id int PRIMARY KEY, at timestamptz NOT NULL), one row, whose id is 1. */
#define POSTGRES_CANARY_SCHEMA "muster"
#define POSTGRES_CANARY_TABLE  POSTGRES_CANARY_SCHEMA ".canary"

#endif
