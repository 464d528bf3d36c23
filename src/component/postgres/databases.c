/* SPDX-License-Identifier: Apache-2.0 */
#include "component/postgres/databases.h"

#include <string.h>

int postgres_each_database(PGconn *session, const struct string_list *configured,
			   int (*each)(void *cookie, const char *name, struct error *err),
			   void *cookie, struct error *err)
{
	CLEANUP(cleanup_result)
	PGresult *rows = NULL;

	for (size_t i = 0; i < configured->count; i++) {
		if (each(cookie, configured->item[i], err) < 0)
			return -1;
	}
	if (configured->count)
		return 0;
	rows = session_query(session,
			     "SELECT datname FROM pg_catalog.pg_database "
			     "WHERE datallowconn AND NOT datistemplate ORDER BY datname",
			     err);
	if (!rows)
		return -1;
	for (int i = 0; i < PQntuples(rows); i++) {
		const char *name = PQgetvalue(rows, i, 0);

		if (PQntuples(rows) > 1 && strcmp(name, "postgres") == 0)
			continue;
		if (each(cookie, name, err) < 0)
			return -1;
	}
	return 0;
}
