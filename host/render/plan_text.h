/* A plan as text for a change board. */
#ifndef TLSMEND_RENDER_PLAN_TEXT_H
#define TLSMEND_RENDER_PLAN_TEXT_H

#include "plan/plan.h"
#include "render/language.h"

/* *out is malloc'd. E_MEMORY. */
int plan_print(const tlsmend_plan *plan, const language *language, char **out, tlsmend_error *error);

#endif
