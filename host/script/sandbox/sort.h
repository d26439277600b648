/* Sorting without chance. */
#ifndef TLSMEND_SCRIPT_SANDBOX_SORT_H
#define TLSMEND_SCRIPT_SANDBOX_SORT_H

#include <stdbool.h>
#include <stddef.h>

#include <lua.h>

/* The numbers from 0 to below `count`, sorted by `before`, which is a strict order or the result is any order. Leaves them as a userdata
 * on the stack. [-0, +1, e] */
typedef bool (*sort_before)(void *data, size_t a, size_t b);
const size_t *sandbox_sort(lua_State *L, size_t count, sort_before before, void *data);

/* table.sort */
int l_table_sort(lua_State *L);

#endif
