/* Errors that are the same wherever they happen. All others are said where they are met, by tlsmend_error_set. */
#ifndef TLSMEND_BASE_ERROR_H
#define TLSMEND_BASE_ERROR_H

#include <tlsmend/tlsmend.h>

/* Sets and returns TLSMEND_E_MEMORY. For what was wanted is not said: nothing that the reader could do depends on it. */
int error_no_memory(tlsmend_error *error);

#endif
