/* SPDX-License-Identifier: Apache-2.0 */
/* This machine. */
#ifndef BASE_HOST_H
#define BASE_HOST_H

enum { HOST_NAME_SIZE = 256 };

/* Its name; "" when the system does not tell. Returns `out`. */
char *host_name(char out[HOST_NAME_SIZE]);

#endif
