/* SPDX-License-Identifier: Apache-2.0 */
/* RabbitMQ definitions, as the management API and rabbitmqctl export them. */
#ifndef FORMAT_DEFINITIONS_H
#define FORMAT_DEFINITIONS_H

#include "format/reader.h"

extern const struct reader definitions_reader;

#endif
