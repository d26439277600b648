/* A change in one line, in a language. */
#ifndef TLSMEND_RENDER_CHANGE_TEXT_H
#define TLSMEND_RENDER_CHANGE_TEXT_H

#include "plan/change.h"
#include "render/language.h"

/* As change_print. malloc'd, NULL when out of memory. */
char *change_print_in(const language *language, const tlsmend_change *change, bool views);

#endif
