/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker hands over, should somebody have taken it over: it is read, and what was understood written again. */
#include <stdlib.h>

#include "inspect/document.h"
#include "model/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(const struct inspection *i)
{
	struct inspection back = { .path = "file" };
	struct error err = ERROR_INIT;
	json_t *json = inspection_to_json(i);

	if (!json || inspection_from_json(json, &back, &err) < 0)
		abort();
	if (back.reading.facts.count != i->reading.facts.count ||
	    back.reading.contents.count != i->reading.contents.count ||
	    back.reading.findings.count != i->reading.findings.count)
		abort();
	json_decref(json);
	inspection_release(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inspection i = { .path = "file" };
	struct error err = ERROR_INIT;
	json_error_t why;
	json_t *json = model_json_load_bounded((struct span){ data, size }, 1 << 24, &why, &err);

	if (json && inspection_from_json(json, &i, &err) == 0)
		again(&i);
	json_decref(json);
	inspection_release(&i);
	return 0;
}
