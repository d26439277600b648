/*
 * The live Windows as a machine, split by subject: registry, facts, hotfixes, updates, restart, resume. This header is what
 * those files share; nothing outside host/machine/win32 includes it.
 */
#ifndef TLSMEND_MACHINE_WIN32_WIN32_H
#define TLSMEND_MACHINE_WIN32_WIN32_H

#include <windows.h>

#include <tlsmend/machine.h>

#include "base/names.h"

#ifndef ERROR_STOPPED_ON_SYMLINK
#define ERROR_STOPPED_ON_SYMLINK 681 /* winerror.h of newer kits */
#endif

typedef struct kept_key kept_key; /* registry_kept.c */

typedef struct win32_machine {
  tlsmend_machine base;
  char *state;            /* the folder of journals */
  bool wide_system;       /* a 64-bit Windows: the registry has two views */
  unsigned char *scratch; /* where values are read into before they are copied */
  DWORD scratch_size;
  LONG(WINAPI *query_key)(HANDLE, int, void *, ULONG, ULONG *); /* NtQueryKey */
  kept_key *kept;
  unsigned long long kept_clock;
  bool kept_writes; /* they were opened to be written */
  struct {          /* what WMI answered, and when: see hotfix.c */
    bool known;
    int code;
    uint64_t packages;
    name_list names;
    tlsmend_error error;
  } hotfixes;
} win32_machine;

/* registry_open.c */
void registry_begin(win32_machine *self);

/* Opens a key with the rights asked for, in its view. A key that is a link, or lies below one, is not followed: the answer is
 * ERROR_STOPPED_ON_SYMLINK, unless it is one of Windows' own. *out is NULL and the answer a Windows error number otherwise. */
LONG registry_open(const win32_machine *self, const tlsmend_key *key, REGSAM rights, HKEY *out);

/* Whether an open handle is at the place that `key` names: ERROR_SUCCESS or ERROR_STOPPED_ON_SYMLINK. */
LONG registry_check_place(const win32_machine *self, HKEY handle, const tlsmend_key *key);

/* The name that the kernel has for an open key, as it answers it: the length in bytes, then the text. */
typedef struct key_name {
  void *data; /* `room`, or malloc'd; NULL: none, as of a root */
  ULONG size;
  ULONG room[256];
} key_name;

/* As registry_open; `name` is to be cleared whatever comes of it. */
LONG registry_open_named(const win32_machine *self, const tlsmend_key *key, REGSAM rights, HKEY *out,
                         key_name *name);
void registry_name_clear(key_name *name);
/* Whether an open key has this very name now. */
bool registry_name_is(const win32_machine *self, HKEY handle, const void *name, ULONG size);

/* Fails with "cannot VERB KEY (64-bit view): REASON". */
int registry_fail(tlsmend_error *error, LONG number, const char *verb, const tlsmend_key *key);

/* registry_kept.c */
typedef LONG (*registry_fn)(void *data, HKEY handle);

/*
 * Calls `fn` with a key that is open with these rights and at its place, and answers its number, or that of opening it. The handle is
 * kept for the next call that names the same key; those for reading until something is written, and the other way round. If a kept one
 * fails, or the key was deleted meanwhile, `fn` is called once more with a new one.
 */
LONG registry_with(win32_machine *self, const tlsmend_key *key, REGSAM rights, registry_fn fn, void *data);

/* Closes all that is kept open. */
void registry_drop(win32_machine *self);

/* registry.c */
int registry_key_exists(tlsmend_machine *self, const tlsmend_key *key, bool *out, tlsmend_error *error);
int registry_value_get(tlsmend_machine *self, const tlsmend_key *key, const char *name, tlsmend_value *out,
                       tlsmend_error *error);
int registry_each_key(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                      tlsmend_error *error);
int registry_each_value(tlsmend_machine *self, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                        tlsmend_error *error);

/* A value of an open key; one that is not there is no error. Answers a Windows error number. */
LONG registry_ask(win32_machine *self, HKEY handle, const char *name, tlsmend_value *out);

/* registry_write.c: the only file that opens keys with write access */
int registry_apply(win32_machine *self, const tlsmend_change *change, tlsmend_error *error);
int registry_may_write(win32_machine *self, tlsmend_error *error);
/* Adds the entry that runs a command at the next logon of an administrator, and removes older ones of ours; NULL: removes all. */
int registry_run_once(win32_machine *self, const wchar_t *command, tlsmend_error *error);

/* registry_flush.c: as machine op flush */
int registry_flush(tlsmend_machine *self, const tlsmend_change *changes, size_t count, tlsmend_error *error);

/* facts.c */
int facts_system(tlsmend_machine *self, tlsmend_system *out, tlsmend_error *error);
int facts_file_version(tlsmend_machine *self, const char *path, int view, uint64_t *out,
                       tlsmend_error *error);
int facts_boot_id(tlsmend_machine *self, char out[64], tlsmend_error *error);
void facts_layout(win32_machine *self);
/* Whether this process runs in a network logon (WinRM, psexec), where wusa is refused. */
bool facts_network_logon(void);

/* event.c */
int event_log(tlsmend_machine *self, tlsmend_log_kind kind, const char *text, tlsmend_error *error);
int event_source(tlsmend_machine *self, bool install, char how[256], tlsmend_error *error);

/* hotfix.c */
int hotfix_each(tlsmend_machine *self, tlsmend_name_fn fn, void *data, tlsmend_error *error);
void hotfix_forget(win32_machine *self);

/* process.c: runs a native tool and waits for its end, however long that takes; it is never killed. */
typedef struct process_request {
  const wchar_t *tool;          /* L"System32\\wusa.exe" */
  const char *const *arguments; /* UTF-8, NULL at the end; quoted here */
  bool quiet;                   /* its output is thrown away */
} process_request;
int process_run(win32_machine *self, const process_request *request, uint32_t *exit_code,
                tlsmend_error *error);

/* package.c: the file of an update, taken into the state folder, where nobody but administrators can exchange it. */
/* `begun`: a copy that a run has made already is used if it is the one. */
int package_take(const win32_machine *self, const tlsmend_update *update, bool begun, char **out,
                 tlsmend_error *error);
int package_keep(tlsmend_machine *self, const tlsmend_change *change, bool begun, tlsmend_error *error);
/* Removes all that was kept and not installed. */
void package_clear(const char *state);
/* Removes and frees what package_take handed out. */
void package_drop(char *path);
/* The absolute spelling of a path, as other programs take it; malloc'd. */
int package_absolute(const char *path, char **out, tlsmend_error *error);

/* cabinet.c: the inner cabinets of an .msu, into a folder. */
int cabinet_expand(const char *package, const char *folder, tlsmend_error *error);

/* update.c, restart.c, resume.c */
int update_apply(win32_machine *self, const tlsmend_change *change, tlsmend_outcome *outcome,
                 tlsmend_error *error);
int restart_apply(win32_machine *self, const tlsmend_change *change, tlsmend_outcome *outcome,
                  tlsmend_error *error);
int resume_arrange(tlsmend_machine *self, const char *run, const char *state, char how[256],
                   tlsmend_error *error);

/* schannel.c */
int schannel_probe(tlsmend_machine *self, const tlsmend_endpoint *endpoint, tlsmend_probe_answer *out,
                   tlsmend_error *error);

#endif
