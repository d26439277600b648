/*
 * tlsmend/module.h: for programs that embed tlsmend and give runbooks a module of their own ("require 'inventory'").
 *
 * A module is a table of functions. A function reads its arguments from the call and adds its answers to it; neither it nor the
 * program needs to know Lua, or to link the same one:
 *
 *     static int owner(void *data, tlsmend_call *call, tlsmend_error *error) {
 *       const char *host = NULL;
 *       int code = tlsmend_call_text(call, 1, &host, NULL, error);
 *       return code == TLSMEND_OK ? tlsmend_call_answer_text(call, find((inventory *)data, host), error) : code;
 *     }
 *     static const tlsmend_module_function functions[] = {{"owner", owner}, {NULL, NULL}};
 *     static const tlsmend_module module = {TLSMEND_MODULE_VERSION, "inventory", functions, &all, 0};
 *     static const tlsmend_module *const modules[] = {&module, NULL};
 *     options.modules = modules;
 *
 * The guard: a runbook calls the functions of a module that its needs name (needs = { modules = { "inventory" } }), inside
 * `applies`, `run` and `verify`; others are refused with TLSMEND_E_REFUSED, unless the module is `open` to all. Such a refusal ends
 * the run even if the runbook catches the error. An error that your function returns, TLSMEND_E_REFUSED too, may be caught.
 *
 * A function is called while planning, and once more before and after an apply: the plan is compared with what its runbooks
 * propose then. So it must change nothing that it answers from, and must answer the same while nothing has changed. Effects belong
 * into a machine (<tlsmend/machine.h>), where they are planned, journalled and undone.
 */
#ifndef TLSMEND_MODULE_H
#define TLSMEND_MODULE_H

#include <tlsmend/tlsmend.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One call from a runbook: its arguments and its answers. Valid until the function returns. */
typedef struct tlsmend_call tlsmend_call;

typedef enum tlsmend_type {
  TLSMEND_TYPE_NIL, /* also an argument that was not given */
  TLSMEND_TYPE_BOOLEAN,
  TLSMEND_TYPE_INTEGER,
  TLSMEND_TYPE_TEXT, /* any bytes */
  TLSMEND_TYPE_OTHER /* a table, a function, a number that is no integer ... */
} tlsmend_type;

/* How many arguments there are. They are numbered from 1, as in Lua. */
TLSMEND_API size_t tlsmend_call_count(const tlsmend_call *call);
TLSMEND_API tlsmend_type tlsmend_call_type(const tlsmend_call *call, size_t number);

/* Read an argument. TLSMEND_E_SCRIPT, with the number and what was expected, if it is of another type. A text is borrowed until
 * the function returns, has a NUL behind it, and may hold others; `size` may be NULL, then a text with NULs is refused. */
TLSMEND_API int tlsmend_call_boolean(const tlsmend_call *call, size_t number, int *out, tlsmend_error *error);
TLSMEND_API int tlsmend_call_integer(const tlsmend_call *call, size_t number, long long *out,
                                     tlsmend_error *error);
TLSMEND_API int tlsmend_call_text(const tlsmend_call *call, size_t number, const char **out, size_t *size,
                                  tlsmend_error *error);

/* Add an answer; the runbook gets them in this order, up to 16. What is given is copied, and counts as memory of the runbook.
 * TLSMEND_E_LIMIT, TLSMEND_E_MEMORY. */
TLSMEND_API int tlsmend_call_answer_nil(tlsmend_call *call, tlsmend_error *error);
TLSMEND_API int tlsmend_call_answer_boolean(tlsmend_call *call, int value, tlsmend_error *error);
TLSMEND_API int tlsmend_call_answer_integer(tlsmend_call *call, long long value, tlsmend_error *error);
TLSMEND_API int tlsmend_call_answer_text(tlsmend_call *call, const char *text, tlsmend_error *error);
TLSMEND_API int tlsmend_call_answer_bytes(tlsmend_call *call, const void *bytes, size_t size,
                                          tlsmend_error *error);

/* A function of a module. Another answer than TLSMEND_OK, with its line in `error`, becomes an error of the runbook at the line that
 * called; no exception may leave it. */
typedef int (*tlsmend_module_fn)(void *data, tlsmend_call *call, tlsmend_error *error);

typedef struct tlsmend_module_function {
  const char *name;
  tlsmend_module_fn call;
} tlsmend_module_function;

#define TLSMEND_MODULE_VERSION 1
typedef struct tlsmend_module {
  int version;      /* TLSMEND_MODULE_VERSION */
  const char *name; /* lower-case letters, digits, '_'; none of the standard library's */
  const tlsmend_module_function *functions; /* ends with a row whose name is NULL */
  void *data;                               /* the functions' first argument */
  int open; /* non-zero: every runbook may call it; 0: those that name it in needs.modules */
} tlsmend_module;

#ifdef __cplusplus
}
#endif
#endif
