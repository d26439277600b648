/*
 * Plans, reports and states as one HTML page that needs nothing else: no network, no other file. Made from their JSON, so that
 * a page can be made of files that were brought together from many machines.
 */
#ifndef TLSMEND_RENDER_PAGE_H
#define TLSMEND_RENDER_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "render/page_parts.h"

typedef struct page_set {
  const page_document *documents;
  size_t count;
  const language *language; /* NULL: English */
} page_set;

/* One document in full, or a table of several. malloc'd. */
int page_render(const page_set *set, char **out, tlsmend_error *error);

#endif
