/* Messages, questions and results. Decides where a text goes and in which colour, never what a command does. */
#include "cli/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"

int say_error(tlsmend_error *error, int code, const char *format, ...) {
  char text[sizeof error->text];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return tlsmend_error_set(error, code, "%s", text);
}

bool say_live(void) { return os_terminal(2); }

void say_coloured(say_colour colour, const char *text) {
  static const char *const codes[] = {"", "\033[31m", "\033[33m", "\033[32m"};
  char *no_color = os_environment("NO_COLOR");
  bool coloured = colour != SAY_PLAIN && (!no_color || !no_color[0]) && os_terminal(2);
  free(no_color);
  fputs(coloured ? codes[colour] : "", stderr);
  fputs(text, stderr);
  fputs(coloured ? "\033[0m" : "", stderr);
}

static void print_json_string(const char *text) {
  if (!text) {
    fputs("null", stdout);
    return;
  }
  putchar('"');
  for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
    if (*at == '"' || *at == '\\')
      printf("\\%c", *at);
    else if (*at < 0x20)
      printf("\\u%04x", *at);
    else
      putchar(*at);
  }
  putchar('"');
}

static void print_member(const char *name, const char *value) {
  if (!name)
    return;
  printf("\"%s\": ", name);
  print_json_string(value);
  fputs(", ", stdout);
}

void say_object(const char *schema, const char *result, const char *name, const char *value,
                const char *name2, const char *value2) {
  putchar('{');
  print_member("schema", schema);
  print_member(name, value);
  print_member(name2, value2);
  printf("\"result\": \"%s\"}\n", result);
}

int say_failure(const tlsmend_error *error, tlsmend_format format) {
  int code = tlsmend_error_exit(error->code);
  fflush(stdout);
  fputs("tlsmend: ", stderr);
  say_coloured(SAY_RED, "error:");
  fprintf(stderr, " %s\n", error->text);
  if (format == TLSMEND_FORMAT_JSON) {
    fputs("{\"schema\": \"tlsmend-error/1\", \"result\": \"error\", \"error\": {\"code\": ", stdout);
    print_json_string(tlsmend_error_name(error->code));
    fputs(", \"text\": ", stdout);
    print_json_string(error->text);
    printf(", \"exit\": %d}}\n", code);
  }
  return code;
}

bool say_text(char *text) {
  size_t length = strlen(text);
  bool written = fwrite(text, 1, length, stdout) == length;
  if (length > 0 && text[length - 1] != '\n')
    putchar('\n');
  tlsmend_text_free(text);
  return written && fflush(stdout) == 0;
}

int say_result(char *text, int exit_code) {
  tlsmend_error error;
  errno = 0;
  if (say_text(text))
    return exit_code;
  if (errno == EPIPE) /* `| head` has read enough */
    return tlsmend_error_exit(TLSMEND_E_IO);
  say_error(&error, TLSMEND_E_IO, "the output could not be written to stdout: what is there is not whole");
  return say_failure(&error, TLSMEND_FORMAT_TEXT);
}

char *say_in(const char *language, const char *english) {
  tlsmend_error error;
  char *text = NULL;
  if (tlsmend_text_in(language, english, &text, &error) != TLSMEND_OK)
    tlsmend_text_in(NULL, english, &text, &error);
  return text;
}

/* Copies a text to out + at and returns where it ends. If out is NULL, only that is counted. */
static size_t put(char *out, size_t at, const char *text, size_t length) {
  if (out)
    memcpy(out + at, text, length);
  return at + length;
}

/* Fills in %1 and %2. Returns the length. */
static size_t fill(char *out, const char *format, const char *const arguments[2]) {
  size_t at = 0;
  while (*format) {
    bool hole = format[0] == '%' && (format[1] == '1' || format[1] == '2');
    const char *argument = hole ? arguments[format[1] - '1'] : NULL;
    at = put(out, at, argument ? argument : format, argument ? strlen(argument) : 1);
    format += argument ? 2 : 1;
  }
  return at;
}

static char *say_filled(const char *language, const char *format, const char *first, const char *second) {
  const char *const arguments[2] = {first, second};
  char *local = say_in(language, format);
  size_t length = fill(NULL, local ? local : format, arguments);
  char *text = malloc(length + 1);
  if (text)
    text[fill(text, local ? local : format, arguments)] = '\0';
  tlsmend_text_free(local);
  return text;
}

void say_line(const char *language, const char *format, const char *argument) {
  enum { width = 79 };
  char *freed = say_filled(language, format, argument, NULL);
  const char *text = freed ? freed : "";
  while (*text) {
    size_t fits = 0, columns = 0;
    for (size_t i = 0; text[i] && columns <= width; i++) {
      columns += ((unsigned char)text[i] & 0xC0) != 0x80;
      if (!text[i + 1] || text[i + 1] == ' ')
        fits = fits == 0 || columns <= width ? i + 1 : fits;
    }
    fits = fits == 0 ? strlen(text) : fits;
    printf("%.*s\n", (int)fits, text);
    text += fits + (text[fits] == ' ');
  }
  free(freed);
}

/* "yes" or its first letter, in English or in the language whose first letter is `key`; capitals count too. */
static bool is_yes(char *answer, char key) {
  for (char *at = answer; *at; at++)
    *at |= *at >= 'A' && *at <= 'Z' ? 'a' - 'A' : 0;
  return (answer[0] == key && !answer[1]) || strcmp(answer, "y") == 0 || strcmp(answer, "yes") == 0 ||
         (key == 'j' && strcmp(answer, "ja") == 0);
}

bool say_question(const char *language, const char *format, const char *first, const char *second) {
  char answer[16] = "";
  if (!os_interactive())
    return false;
  char *question = say_filled(language, format, first, second), *keys = say_in(language, "[y/N]");
  char key = keys ? keys[1] : 'y';
  fflush(stdout);
  fprintf(stderr, "%s %s ", question ? question : format, keys ? keys : "");
  fflush(stderr);
  free(question);
  tlsmend_text_free(keys);
  if (!fgets(answer, sizeof answer, stdin)) {
    fputc('\n', stderr);
    return false;
  }
  answer[strcspn(answer, "\r\n")] = '\0';
  return is_yes(answer, key);
}
