/* SPDX-License-Identifier: Apache-2.0 */
/* The databases of a server that backups are about. */
#ifndef COMPONENT_POSTGRES_DATABASES_H
#define COMPONENT_POSTGRES_DATABASES_H

#include "component/postgres/session.h"

/*
 * Calls `each` with the name of each database that is configured; with none, of every one that
 * accepts connections but templates, and "postgres" only when it is alone. Ends with the
 * first that does not return 0.
 */
MUST_CHECK int postgres_each_database(PGconn *session, const struct string_list *configured,
				      int (*each)(void *cookie, const char *name,
						  struct error *err),
				      void *cookie, struct error *err);

#endif
