/* What a registry tells of its Windows, for machines that cannot ask Windows itself. */
#ifndef TLSMEND_MACHINE_FACTS_H
#define TLSMEND_MACHINE_FACTS_H

#include <tlsmend/machine.h>

/* Where Windows says what it is. */
#define MACHINE_CURRENT_VERSION "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"

/* Where a snapshot keeps what is not in a registry: file versions, architecture, hotfixes. */
#define FACTS_KEY "HKLM\\SOFTWARE\\tlsmend\\Facts"

/* Fills *out from HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion and its neighbours. TLSMEND_E_UNKNOWN if there is no
 * build number. Sources: domain reference section 9. */
int facts_derive(tlsmend_machine *machine, tlsmend_system *out, tlsmend_error *error);

/* Whether a change of the registry may make the facts that were derived others. */
bool facts_rest_on(const tlsmend_change *change);

#endif
