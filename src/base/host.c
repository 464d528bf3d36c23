/* SPDX-License-Identifier: Apache-2.0 */
#include "base/host.h"

#include <unistd.h>

char *host_name(char out[HOST_NAME_SIZE])
{
	/* one that is cut is not ended */
	out[HOST_NAME_SIZE - 1] = '\0';
	if (gethostname(out, HOST_NAME_SIZE - 1) < 0)
		out[0] = '\0';
	return out;
}
