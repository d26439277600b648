/* Keys of a file that nobody reads: they stand where Windows has none, mistyped or left over. */
#ifndef TLSMEND_MACHINE_UNREAD_H
#define TLSMEND_MACHINE_UNREAD_H

#include <tlsmend/machine.h>

#include "base/names.h"

/*
 * Adds a line for each to *out, which the caller clears. Only what must be a mistake is named: a key of HKEY_LOCAL_MACHINE that is no
 * hive, a control set whose name is none, a user that is no SID, Wow6432Node in a 32-bit Windows. What other programs may have made is
 * not. Nothing for a machine that is no file.
 */
int unread_keys(tlsmend_machine *self, name_list *out, tlsmend_error *error);

#endif
