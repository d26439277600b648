/*
 * registry.pol: what Group Policy sets in the registry, as it lies on a machine's disk ("PReg", version 1; [MS-GPREG] 2.2.1).
 * Only read. Keys are relative to HKLM or HKCU, which the file does not say.
 */
#ifndef TLSMEND_REGISTRY_POLFILE_H
#define TLSMEND_REGISTRY_POLFILE_H

#include <tlsmend/values.h>

/* Called for each entry; names that begin with "**" are instructions of [MS-GPREG] 3.2.5.1, such as "**del.Name". A return
 * other than TLSMEND_OK stops the reading and is handed back. All arguments are borrowed. */
typedef int (*pol_fn)(void *data, const char *key, const char *name, const tlsmend_value *value);

/* TLSMEND_E_CORRUPT names the label and the place of what is not understood; entries before it have been handed over. */
int pol_read(const char *label, const void *bytes, size_t size, pol_fn fn, void *data, tlsmend_error *error);

/* Whether an entry sets or deletes the value at the key: by its name, by "**del.", "**soft.", "**delvals." or "**deletevalues". */
bool pol_concerns(const char *entry_name, const tlsmend_value *entry, const char *name);

#endif
