/* SPDX-License-Identifier: Apache-2.0 */
#include "config/zone.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/nearest.h"

#define DATABASE "/usr/share/zoneinfo"

bool zone_exists(const char *name)
{
	CLEANUP(cleanup_fclose)
	FILE *file = NULL;
	char path[sizeof(DATABASE) + ZONE_NAME_SIZE], magic[4];

	if (strcmp(name, "UTC") == 0)
		return true;
	/* zoneinfo(5) names neither begin with a dot or slash nor go upwards */
	if (!*name || strlen(name) >= ZONE_NAME_SIZE || strchr("./", *name) || strstr(name, ".."))
		return false;
	(void)snprintf(path, sizeof(path), "%s/%s", DATABASE, name);
	file = fopen(path, "re");
	return file && fread(magic, 1, sizeof(magic), file) == sizeof(magic) &&
	       memcmp(magic, "TZif", sizeof(magic)) == 0;
}

/* Third column of zone.tab(5): the name, ended by tab or newline. */
static bool zone_of_line(char *line, char **name)
{
	char *at = line;

	for (int column = 0; column < 2; column++) {
		at = strchr(at, '\t');
		if (!at)
			return false;
		at++;
	}
	at[strcspn(at, "\t\n")] = '\0';
	*name = at;
	return line[0] != '#' && strlen(at) < ZONE_NAME_SIZE;
}

const char *zone_nearest(const char *name, char out[ZONE_NAME_SIZE])
{
	CLEANUP(cleanup_fclose)
	FILE *table = fopen(DATABASE "/zone.tab", "re");
	struct nearest near = { .word = name };
	char line[512], *candidate;

	while (table && fgets(line, sizeof(line), table)) {
		if (!zone_of_line(line, &candidate))
			continue;
		near.best = near.best ? out : NULL;
		nearest_offer(&near, candidate);
		if (near.best == candidate)
			(void)snprintf(out, ZONE_NAME_SIZE, "%s", candidate);
	}
	return near.best ? out : NULL;
}
