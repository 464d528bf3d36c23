/* SPDX-License-Identifier: Apache-2.0 */
/* Is this built with AddressSanitizer, whose shadow is terabytes of memory and which reports on standard error? */
#ifndef INSPECT_SANITIZED_H
#define INSPECT_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#endif
