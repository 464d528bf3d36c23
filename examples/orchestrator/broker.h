/* SPDX-License-Identifier: Apache-2.0 */
/* RabbitMQ: a connection with one channel, on which tasks are published or consumed. */
#ifndef ORCHESTRATOR_BROKER_H
#define ORCHESTRATOR_BROKER_H

#include <amqp.h>
#include <stdbool.h>
#include <stdint.h>

#include "backoff.h"
#include "settings.h"

/* Zeroed but for the settings: not connected. */
struct broker {
	const struct settings *settings;
	amqp_connection_state_t connection;
	struct backoff backoff;
	bool confirms; /* the channel was asked for publisher confirms */
};

struct delivery {
	int64_t task; /* 0 when the message names none */
	uint64_t tag;
	bool redelivered;
};

/*
 * Publish a persistent message that names the task, and wait until the broker confirms that it
 * has it in a queue. After an error the message may or may not be there.
 */
MUST_CHECK int broker_publish(struct broker *b, int64_t task, int64_t agent, struct error *err);

/* Ask for the exchange. */
MUST_CHECK int broker_ping(struct broker *b, struct error *err);

/* Connect and begin to consume. The exchange and the queue are made where they are missing. */
MUST_CHECK int broker_consume(struct broker *b, struct error *err);

/* Wait at most half a second for a message: 1 when there is one, 0 when not, -1. */
MUST_CHECK int broker_next(struct broker *b, struct delivery *out, struct error *err);

MUST_CHECK int broker_ack(struct broker *b, const struct delivery *d, struct error *err);

/* Give it back for good: to the dead-letter exchange, where the queue has one. */
MUST_CHECK int broker_reject(struct broker *b, const struct delivery *d, struct error *err);

/* Say goodbye to a broker that answers; what is not acknowledged is delivered again. */
void broker_close(struct broker *b);

#endif
