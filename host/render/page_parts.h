/* The parts of a page, each in a file of its own. What makes pages of them is render/page.c. */
#ifndef TLSMEND_RENDER_PAGE_PARTS_H
#define TLSMEND_RENDER_PAGE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

#include "render/say.h"

typedef struct page_document {
  const json_t *json; /* a plan, a report or a status */
  const char *name;   /* of its file, NULL */
  const char *sha256; /* of the saved plan's bytes, NULL if it is not known */
} page_document;

/* The verdict in one sentence, and its kind for colours: "good", "changes", "bad", "unknown". */
void page_verdict(const json_t *json, const char **kind, text_builder *out);

/* The protocols before and after, as a picture and as a table; nothing if the plan looks at none. */
void page_matrix(const json_t *json, text_builder *out);

/* Whether the machine of a plan or report keeps two views of the registry, so that a change must say in which it is. */
bool page_has_views(const json_t *json);

/* What is done, step by step, and the difference in the registry as regedit would spell it. */
void page_steps(const json_t *json, text_builder *out);
void page_difference(const json_t *json, text_builder *out);

/* The form that filters and opens; `groups` are rows of value and label, ended by NULL. */
void page_controls(const char *const groups[][2], text_builder *out);

void page_table(const page_document *documents, size_t count, text_builder *out);

/* Style and script, lines to be printed as they are, NULL behind the last. */
extern const char *const page_style[];
extern const char *const page_script[];

#endif
