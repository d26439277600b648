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

/* What an argument is. */
typedef enum tlsmend_type {
  /* nil, and an argument that was not given. */
  TLSMEND_TYPE_NIL,
  TLSMEND_TYPE_BOOLEAN,
  TLSMEND_TYPE_INTEGER,
  /* Any bytes. */
  TLSMEND_TYPE_TEXT,
  /* A table, a function, a number that is no integer ... A function can only refuse it. */
  TLSMEND_TYPE_OTHER
} tlsmend_type;

/* How many arguments the runbook gave. They are numbered from 1, as in Lua. */
TLSMEND_API size_t tlsmend_call_count(const tlsmend_call *call);

/* What argument `number` is; NIL behind the last. */
TLSMEND_API tlsmend_type tlsmend_call_type(const tlsmend_call *call, size_t number);

/*
 * Read argument `number`. E_SCRIPT, with the number and what was expected, if it is of another type: hand that code on, and the
 * runbook's author sees the line. Nothing is converted: the text "7" is no integer.
 */

/* *out receives 1 for true, 0 for false. */
TLSMEND_API int tlsmend_call_boolean(const tlsmend_call *call, size_t number, int *out, tlsmend_error *error);

/* *out receives the number: 64 bits, as Lua has them. */
TLSMEND_API int tlsmend_call_integer(const tlsmend_call *call, size_t number, long long *out,
                                     tlsmend_error *error);

/* *out receives the text, borrowed until the function returns. It has a NUL behind it, and may hold others; *size is without the
 * last. `size` may be NULL: then a text with NULs is refused. */
TLSMEND_API int tlsmend_call_text(const tlsmend_call *call, size_t number, const char **out, size_t *size,
                                  tlsmend_error *error);

/*
 * Add an answer. The runbook gets them in this order, up to 16. What is given is copied, and counts as memory of the runbook.
 * E_LIMIT: there are 16 already, or the runbook may hold no more.
 */

/* Adds nil: the thing is not there. */
TLSMEND_API int tlsmend_call_answer_nil(tlsmend_call *call, tlsmend_error *error);

/* Adds true for a value other than 0, else false. */
TLSMEND_API int tlsmend_call_answer_boolean(tlsmend_call *call, int value, tlsmend_error *error);

/* Adds a number. */
TLSMEND_API int tlsmend_call_answer_integer(tlsmend_call *call, long long value, tlsmend_error *error);

/* Adds a text that ends at its NUL. It must not be NULL: nil is an answer of its own. */
TLSMEND_API int tlsmend_call_answer_text(tlsmend_call *call, const char *text, tlsmend_error *error);

/* Adds a text of `size` bytes, whatever they are. */
TLSMEND_API int tlsmend_call_answer_bytes(tlsmend_call *call, const void *bytes, size_t size,
                                          tlsmend_error *error);

/* A function of a module. `data` is the module's. Another answer than TLSMEND_OK, with its line in `error`, becomes an error of the
 * runbook at the line that called. No exception, and no longjmp, may leave it. It is called on the thread that called the library. */
typedef int (*tlsmend_module_fn)(void *data, tlsmend_call *call, tlsmend_error *error);

/* One function and the name by which runbooks call it: module.NAME(...). */
typedef struct tlsmend_module_function {
  const char *name;
  tlsmend_module_fn call;
} tlsmend_module_function;

/* The version of the structure below. */
#define TLSMEND_MODULE_VERSION 1

/* A module. Alive, like all that it points to, until the sessions that it was given to are closed. */
typedef struct tlsmend_module {
  /* TLSMEND_MODULE_VERSION. */
  int version;
  /* Lower-case letters, digits, '_'; no name of the standard library or of another module (E_USAGE when a session is opened). */
  const char *name;
  /* Ends with a row whose name is NULL. */
  const tlsmend_module_function *functions;
  /* The functions' first argument. */
  void *data;
  /* Non-zero: every runbook may call it. 0: those that name it in needs.modules. */
  int open;
} tlsmend_module;

#ifdef __cplusplus
}
#endif
#endif
