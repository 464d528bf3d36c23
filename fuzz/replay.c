/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target over every file of a directory: the corpus as a regression test, no clang needed. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	CLEANUP(buf_release)
	struct buf bytes = { 0 };
	struct error err = ERROR_INIT;
	uint8_t *exact; /* exact-size copy: a one-byte over-read is a sanitizer report */

	if (file_read(path, 16 << 20, &bytes, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.message);
		return -1;
	}
	exact = malloc(bytes.len ? bytes.len : 1);
	if (!exact)
		return -1;
	if (bytes.len)
		memcpy(exact, bytes.ptr, bytes.len);
	(void)LLVMFuzzerTestOneInput(exact, bytes.len);
	free(exact);
	return 0;
}

int main(int argc, char **argv)
{
	size_t replayed = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);

		if (!dir) {
			perror(argv[i]);
			return 1;
		}
		for (struct dirent *e; (e = readdir(dir));) {
			char path[4096];

			if (e->d_name[0] == '.')
				continue;
			(void)snprintf(path, sizeof(path), "%s/%s", argv[i], e->d_name);
			if (replay(path) < 0)
				return 1;
			replayed++;
		}
		(void)closedir(dir);
	}
	(void)printf("%zu inputs replayed\n", replayed);
	return replayed ? 0 : 1;
}
