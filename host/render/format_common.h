/* What the formats for other tools share: how a change is called and what it wants, in one line each. */
#ifndef TLSMEND_RENDER_FORMAT_COMMON_H
#define TLSMEND_RENDER_FORMAT_COMMON_H

#include <stdbool.h>
#include <stddef.h>

#include "render/html.h"

/* Of each change whether an earlier one is about the same thing. malloc'd, NULL: no memory. */
bool *changes_again(const json_t *changes);

/* "HKLM\...\WinHttp DefaultSecureProtocols [32-bit]", "KB3140245", "restart"; what comes a second time has " (step 7, after
 * restart 1)" behind it, so that it is unique. malloc'd, NULL: no memory. */
char *change_address(const json_t *change, size_t index, const bool *again);

/* "is absent, should be REG_DWORD 0xA00 (2560)". malloc'd, NULL: no memory. */
char *change_demand(const json_t *change);

/* What is left to do of a change: all of a plan's, of a report's what is not done. */
bool change_is_open(const json_t *change);

#endif
