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

/* What is true of every machine of a row. What depends on it asks for this, never for a name: a back end of an embedding program may
 * call itself anything. */
typedef struct backend {
  /* "sim": such a machine is named "sim:ARGUMENT", or "sim" where there is nothing behind it */
  const char *prefix;
  const char *help;
  backend_open_fn open; /* NULL: not in this build */
  bool here;     /* this computer: meant where no machine is named, and its Group Policy sets values again */
  bool snapshot; /* a .reg file, or the name of a built-in machine: its journals lie beside the file */
  /* what is applied is built in or signed by a trusted key, unless the operator says otherwise */
  bool needs_signatures;
  bool site_policy;   /* a policy.json that does not say which machines it is for is for this one too */
  bool private_state; /* nobody else may be able to exchange the folders of its journals */
} backend;

/* Ends with a row whose prefix is NULL: the machines of embedding programs. */
extern const backend backends[];

/* Finds the row of a spec and sets *argument behind its colon. NULL if there is none. */
const backend *backend_find(const char *spec, const char **argument);

/* The row of this computer, of snapshots, and of the machines of embedding programs. Never NULL. */
const backend *backend_here(void);
const backend *backend_snapshot(void);
const backend *backend_foreign(void);

/* Whether a machine that an embedding program's row has opened can be used: its table is of this version and has what every table
 * must. E_USAGE. */
int backend_check(const tlsmend_machine *machine, const char *prefix, tlsmend_error *error);

int sim_open(const backend_request *request, tlsmend_machine **out, tlsmend_error *error);
int win32_open(const backend_request *request, tlsmend_machine **out, tlsmend_error *error);

#endif
