/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file of any bytes is read or complained about. */
#include <stdlib.h>

#include "config/decode.h"
#include "config/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void); /* NOLINT: the sanitizer's own name */

/* libfyaml 0.7.12 loses 512 bytes over a quoted scalar of many quotes. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct node_source source = { .name = "fuzz",
					    .directory = "/",
					    .text = (const char *)data,
					    .len = size,
					    .is_file = true };
	struct arena arena = { 0 };
	struct config config = { 0 };
	struct config_complaints complaints = { 0 };
	struct error err = ERROR_INIT;
	struct node *root = NULL;

	if (size > YAML_SIZE_MAX)
		return 0;
	if (yaml_read(&source, &arena, &complaints, &root, &err) == 0 && root &&
	    root->kind == NODE_MAP && decode_config(root, &config, &complaints, &err) == 0 &&
	    !complaints.errors && values_collect(root, &config, &err) < 0)
		abort();
	config_release(&config);
	config_complaints_release(&complaints);
	arena_release(&arena);
	return 0;
}
