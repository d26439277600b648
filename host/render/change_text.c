/* A change in one line. Its words are in the reader's language; names and data stay as they are. */
#include "render/change_text.h"

#include "render/say.h"

char *change_print_in(const language *language, const tlsmend_change *change, bool views) {
  text_builder out = {.language = language};
  const char *parts[3] = {"", "", ""};
  char *text = NULL;
  change_line line;
  if (!change_describe(change, views, &line))
    return NULL;
  for (size_t i = 0; i < line.count; i++)
    parts[i] = line.is_text[i] ? text_said(&out, line.parts[i]) : line.parts[i];
  text_say(&out, line.format, parts[0], parts[1], parts[2]);
  change_line_clear(&line);
  text_finish(&out, &text, NULL);
  return text;
}
