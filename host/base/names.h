/* A list of names that grows, for everything that is enumerated before it is handed on. */
#ifndef TLSMEND_BASE_NAMES_H
#define TLSMEND_BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Owns its names. Zeroed, it is empty. */
typedef struct name_list {
  char **items;
  size_t count, room;
} name_list;

/* Adds a name, whose malloc'd bytes it takes over; NULL, as an allocation leaves it that failed, is refused. False: out of memory. */
bool name_list_take(name_list *self, char *name);

/* Adds a copy. For functions that call one with each name: `self` is a name_list. TLSMEND_OK or TLSMEND_E_MEMORY. */
int name_list_add(void *self, const char *name);

/* Copies them into *out, which is empty. False: out of memory, and *out is empty. */
bool name_list_copy(name_list *out, const name_list *from);

/* Whether they are the same names, byte by byte and in the same order. */
bool name_list_equal(const name_list *a, const name_list *b);

/* In the order in which Windows lists names, and in that of their bytes. */
void name_list_sort(name_list *self);
void name_list_sort_bytes(name_list *self);

/* Calls fn with each name until it answers something else than TLSMEND_OK, which is handed back. */
int name_list_each(const name_list *self, int (*fn)(void *data, const char *name), void *data);

/* Frees the names and leaves an empty list. */
void name_list_clear(name_list *self);

#endif
