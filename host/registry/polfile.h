/*
 * registry.pol: what Group Policy sets in the registry, as it lies on a machine's disk ("PReg", version 1; [MS-GPREG] 2.2.1).
 * Only read. Keys are relative to HKLM or HKCU, which the file does not say. [MS-GPREG] ends data at 65,535 bytes; Windows takes what
 * the size says, and so does this reader.
 */
#ifndef TLSMEND_REGISTRY_POLFILE_H
#define TLSMEND_REGISTRY_POLFILE_H

#include <tlsmend/values.h>

/* Called for each entry; names that begin with "**" are instructions of [MS-GPREG] 3.2.5.1, such as "**del.Name". A return
 * other than TLSMEND_OK stops the reading and is handed back. All arguments are borrowed. */
typedef int (*pol_fn)(void *data, const char *key, const char *name, const tlsmend_value *value);

/* TLSMEND_E_CORRUPT names the label and the place of what is not understood; entries before it have been handed over. */
int pol_read(const char *label, const void *bytes, size_t size, pol_fn fn, void *data, tlsmend_error *error);

/* What an entry does to a value of its key at a refresh of policy. */
typedef enum pol_action {
  POL_LEAVES,
  POL_SETS,
  /* "**soft.Name": only where the value is absent. */
  POL_SETS_ABSENT,
  POL_DELETES
} pol_action;

/* By the entry's name: its own, or "**del.", "**soft.", "**delvals." and "**deletevalues". An entry without a name, type and data
 * only makes its key. */
pol_action pol_action_on(const char *entry_name, const tlsmend_value *entry, const char *name);

/* Whether the entry is a "**deletekeys" whose list names a key, or one above it, by what stands below the entry's own key (`below`, NULL: it
 * is not below that) or behind the root (`path`): which of the two a list means no document says. */
bool pol_deletes_key(const char *entry_name, const tlsmend_value *entry, const char *below, const char *path);

#endif
