/*
 * Which version of a component servicing has chosen: HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\SideBySide\Winners. A registry tells so
 * much of files that it does not hold. Sources: Microsoft's "Tip of the Day: Who's winning?" and the hives of real machines.
 */
#ifndef TLSMEND_MACHINE_UPDATE_WINNERS_H
#define TLSMEND_MACHINE_UPDATE_WINNERS_H

#include <tlsmend/machine.h>

/* The version of a component ("microsoft-windows-webio") of 64-bit or 32-bit programs: four numbers in one, of which the last two are those
 * of its files; WinHTTP's component counts as 5.1. TLSMEND_E_ABSENT: it stands nowhere, or nothing is chosen, or it is none of those
 * that are known here. */
int winners_version(tlsmend_machine *machine, const char *component, int view, uint64_t *out,
                    tlsmend_error *error);

#endif
