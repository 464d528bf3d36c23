/* SPDX-License-Identifier: Apache-2.0 */
/* What every use of libcurl begins with. */
#ifndef NET_READY_INTERN_H
#define NET_READY_INTERN_H

/* Prepare libcurl, once a process; from any thread. */
void net_ready(void);

#endif
