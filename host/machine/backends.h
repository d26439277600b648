/* The one table of back ends: which prefix of a machine spec opens which. */
#ifndef TLSMEND_MACHINE_BACKENDS_H
#define TLSMEND_MACHINE_BACKENDS_H

#include <tlsmend/machine.h>

/* What a back end is opened with. All borrowed. */
typedef struct backend_request {
  const char *argument; /* what follows the prefix: "pc.reg" of "sim:pc.reg"; "" if nothing does */
  const char *state;    /* the folder of journals, NULL: none */
  const char *text;   /* sim: contents of a built-in snapshot (UTF-8 .reg), NULL: read the file `argument` */
  const char *former; /* sim: another folder in which an older tlsmend may have counted restarts; or NULL */
  const char *path;   /* sim: the file that changes are written to, NULL: they stay in memory */
} backend_request;

typedef int (*backend_open_fn)(const backend_request *request, tlsmend_machine **out, tlsmend_error *error);

/* What kind of machine a row opens. What depends on it asks for this, never for a name: a back end of an embedding program may call
 * itself anything. */
typedef enum machine_kind {
  MACHINE_FOREIGN, /* an embedding program's */
  MACHINE_LIVE,    /* this computer */
  MACHINE_SNAPSHOT /* a .reg file */
} machine_kind;

typedef struct backend {
  const char *prefix; /* "live", "sim" */
  machine_kind kind;
  const char *help;
  backend_open_fn open; /* NULL: not in this build */
} backend;

/* Ends with a row whose prefix is NULL. */
extern const backend backends[];

/* Finds the row of a spec and sets *argument behind its colon. NULL if there is none. */
const backend *backend_find(const char *spec, const char **argument);

/* Whether a machine that an embedding program's row has opened can be used: its table is of this version and has what every table
 * must. E_USAGE. */
int backend_check(const tlsmend_machine *machine, const char *prefix, tlsmend_error *error);

int sim_open(const backend_request *request, tlsmend_machine **out, tlsmend_error *error);
int win32_open(const backend_request *request, tlsmend_machine **out, tlsmend_error *error);

#endif
