/*
 * What the exit codes of Windows' installers (wusa, DISM, pkgmgr) mean. Platform-neutral: one table, so that it is tested
 * everywhere. Codes are unsigned 32 bit; Windows itself shows them signed, unsigned and in hex.
 */
#ifndef TLSMEND_MACHINE_UPDATE_INSTALLER_H
#define TLSMEND_MACHINE_UPDATE_INSTALLER_H

#include <stdint.h>

/* What to do after a code. */
typedef enum installer_class {
  INSTALLER_OK,             /* done */
  INSTALLER_OK_REBOOT,      /* done, complete after a restart */
  INSTALLER_OK_NO_CHANGE,   /* it was there already */
  INSTALLER_RETRY,          /* busy: the same call may succeed later */
  INSTALLER_NOT_APPLICABLE, /* not for this machine, or replaced by something newer: look at the payload */
  INSTALLER_AMBIGUOUS,      /* says two things at once: look at the payload */
  INSTALLER_FAIL
} installer_class;

/* One code. `advice` is what the operator does next, "" where there is nothing to do. Static texts. */
typedef struct installer_result {
  uint32_t code;
  installer_class class;
  const char *meaning;
  const char *advice;
} installer_result;

/* The row of a code; one that says so for codes that the table does not know. */
installer_result installer_classify(uint32_t code);

#endif
