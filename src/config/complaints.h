/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering what is wrong with a configuration, each complaint with its place and source line. */
#ifndef CONFIG_COMPLAINTS_H
#define CONFIG_COMPLAINTS_H

#include "config/config.h"
#include "config/node.h"

/* Past this many they are counted, not stored. */
enum { COMPLAINTS_MAX = 100 };

/* The text and the source's name are copied: the tree may go before the complaints. */
__attribute__((format(printf, 4, 5))) void complain(struct config_complaints *c,
						    const struct node_source *source,
						    struct mark mark, const char *fmt, ...);
__attribute__((format(printf, 4, 5))) void warn_about(struct config_complaints *c,
						      const struct node_source *source,
						      struct mark mark, const char *fmt, ...);

/* No more can be stored, so that the effort of a suggestion is wasted. */
bool complaints_are_full(const struct config_complaints *c);

/* `; did you mean "word"?`, or "" for NULL; in a static buffer of the thread. */
const char *did_you_mean(const char *word);

#endif
