/* SPDX-License-Identifier: Apache-2.0 */
#include "net/ready.intern.h"

#include <curl/curl.h>
#include <pthread.h>

static pthread_once_t curl_ready = PTHREAD_ONCE_INIT;

static void prepare_curl(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

void net_ready(void)
{
	(void)pthread_once(&curl_ready, prepare_curl);
}
