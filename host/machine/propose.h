/*
 * How writes are asked for while a runbook runs: each call becomes machine_apply of one or more explicit changes on the
 * machine that it was handed (an overlay), implied ones included: missing ancestors become key-creates, a subtree deletion
 * is expanded from the bottom up. What would change nothing proposes nothing.
 */
#ifndef TLSMEND_MACHINE_PROPOSE_H
#define TLSMEND_MACHINE_PROPOSE_H

#include <tlsmend/machine.h>

int propose_key_create(tlsmend_machine *machine, const char *path, int view, const char *why,
                       tlsmend_error *error);

/* With everything below it. */
int propose_key_delete(tlsmend_machine *machine, const char *path, int view, const char *why,
                       tlsmend_error *error);
int propose_value_set(tlsmend_machine *machine, const char *path, int view, const char *name,
                      const tlsmend_value *value, const char *why, tlsmend_error *error);

/* As propose_value_set for a value that is shown to nobody. */
int propose_secret_set(tlsmend_machine *machine, const char *path, int view, const char *name,
                       const tlsmend_value *value, const char *why, tlsmend_error *error);
int propose_value_delete(tlsmend_machine *machine, const char *path, int view, const char *name,
                         const char *why, tlsmend_error *error);

/* `update` is copied; its effects' before-values are read here. */
int propose_update(tlsmend_machine *machine, const tlsmend_update *update, const char *why,
                   tlsmend_error *error);
int propose_reboot(tlsmend_machine *machine, const char *why, tlsmend_error *error);

#endif
