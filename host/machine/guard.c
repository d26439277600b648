/*
 * The guard around what a runbook declared: every op that a runbook's own question or change arrives by stands here. What the
 * host asks on its behalf (facts of the Windows, servicing, pending restarts) goes to the machine below, and is one of the questions
 * that stand in C: Lua may have been changed by the runbook, whoever wrote it.
 */
#include "machine/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/error.h"
#include "base/file_path.h"
#include "registry/path.h"
#include "base/unicode.h"
#include "machine/machine.h"
#include "machine/update/package.h"
#include "os/os.h"

#define SCHANNEL        "HKLM\\SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL"
#define ANY_USER        "HKU\\*\\"
#define ANY_USER_LENGTH (sizeof ANY_USER - 1)

typedef struct guard {
  tlsmend_machine base;
  const guard_needs *needs;
  const guard_trust *trust;
} guard;

/* What is done to a key. */
typedef enum use {
  SEE,    /* whether it is there: also on the way down to what is declared */
  READ,   /* its values */
  LIST,   /* its subkeys */
  CREATE, /* also the missing keys on the way down */
  WRITE
} use;

/* Whether a view of a tree is that of the key. Where the machine has one copy only, both are. */
static bool view_fits(const guard *self, int view, const tlsmend_key *key) {
  const tlsmend_system *system = NULL;
  return view == 0 || view == key->view || !path_redirected(key->path) ||
         (machine_system(self->base.below, &system, NULL) == TLSMEND_OK && !machine_is_64bit(system));
}

/* What stands behind the user's name in a path; NULL if it is no user's. In a file that has it HKCU is one more user, elsewhere a link
 * to one. */
static const char *behind_user(const guard *self, const char *path) {
  bool there = false;
  if (strncmp(path, "HKU\\", 4) == 0)
    return path + 4 + strcspn(path + 4, "\\");
  tlsmend_machine *file = self->base.below;
  if (!path_within(path, "HKCU") || !machine_is_file(file))
    return NULL;
  while (file->below)
    file = file->below;
  int code = machine_key_exists(file, "HKCU", 0, &there, NULL);
  return code == TLSMEND_OK && there ? path + 4 : NULL;
}

/* Whether the path is the tree, or lies in it; or, for `above`, on the way down to it. */
static bool tree_meets(const guard *self, const char *tree, const char *path, bool above) {
  const char *rest = strncmp(tree, ANY_USER, ANY_USER_LENGTH) == 0 ? behind_user(self, path) : NULL;
  if (rest) {
    tree += ANY_USER_LENGTH - 1; /* both from behind the user's name */
    path = rest;
  }
  return path_within(path, tree) || (above && path_within(tree, path));
}

static bool tree_holds(const guard *self, const char *tree, const tlsmend_key *key, bool above) {
  int view = tree[2] != ':' ? 0 : tree[0] == '3' ? 32 : 64;
  return tree_meets(self, view ? tree + 3 : tree, key->path, above) && view_fits(self, view, key);
}

/* Whether a key decides, beside the switches of Schannel, what is left to offer: whoever may write those may look what they come to
 * (tls.facts). */
static bool decides(const guard *self, const tlsmend_key *key) {
  static const tlsmend_key switches = {SCHANNEL "\\Protocols", 64};
  static const char *const keys[] = {
      SCHANNEL, "HKLM\\SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002",
      "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Cryptography\\Configuration\\Local\\SSL\\00010002",
      "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Lsa\\FipsAlgorithmPolicy"};
  bool one = false, writes = false;
  for (size_t i = 0; !one && i < sizeof keys / sizeof *keys; i++)
    one = path_within(key->path, keys[i]);
  for (size_t i = 0; one && !writes && i < self->needs->registry_count; i++)
    writes = tree_holds(self, self->needs->registry[i], &switches, true);
  return writes;
}

static bool declared(const guard *self, const tlsmend_key *key, use use) {
  const guard_needs *needs = self->needs;
  bool writes = use == WRITE || use == CREATE, above = use == SEE || use == CREATE;
  if (needs->made_up)
    return true;
  for (size_t i = 0; i < needs->registry_count; i++)
    if (tree_holds(self, needs->registry[i], key, above))
      return true;
  for (size_t i = 0; !writes && i < needs->read_count; i++)
    if (tree_holds(self, needs->reads[i], key, above))
      return true;
  return !writes && decides(self, key);
}

static bool names_user(const char *const *trees, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strncmp(trees[i], ANY_USER, ANY_USER_LENGTH) == 0)
      return true;
  return false;
}

/* HKU may be listed where something of every user is declared: how else would their names be known? */
static bool users_declared(const guard *self) {
  return names_user(self->needs->registry, self->needs->registry_count) ||
         names_user(self->needs->reads, self->needs->read_count);
}

static int refuse(const guard *self, const char *what, const char *thing, const char *need,
                  tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                           "%s may not %s %.300s: if it should, write %s " GUARD_WAY_OUT,
                           self->needs->runbook, what, thing, need);
}

/* Writes `field = { "thing" }` as Lua spells it. */
static void quote_need(char *out, size_t size, const char *field, const char *thing) {
  size_t used = (size_t)snprintf(out, size, "%s = { \"", field);
  for (; *thing && used < size - 8; thing++) {
    if (*thing == '\\')
      out[used++] = '\\';
    out[used++] = *thing;
  }
  memcpy(out + used, "\" }", sizeof "\" }");
}

/* A refusal of a key, with the line that would let it pass. Whether a key is there is what a write asks first, too. */
static int refuse_key(const guard *self, use use, const tlsmend_key *key, tlsmend_error *error) {
  static const char *const words[] = {"touch", "read", "list", "create", "write to"};
  char need[512], thing[400];
  const char *mistake = path_tree_mistake(key->path);
  if (mistake)
    return tlsmend_error_set(error, TLSMEND_E_REFUSED, "%s may not %s %.300s: %s", self->needs->runbook,
                             words[use], key->path, mistake);
  const tlsmend_key other = {key->path, key->view == 32 ? 64 : 32};
  bool of_two = path_redirected(key->path) && (key->view == 32 || declared(self, &other, use));
  bool write = use == CREATE || use == WRITE, read_only = write && declared(self, key, READ);
  quote_need(need, sizeof need - 40, write || use == SEE ? "registry" : "reads", key->path);
  if (use == SEE)
    strcat(need, " (or reads, if it only looks)");
  snprintf(thing, sizeof thing, "%.300s%s%s", key->path,
           !of_two           ? ""
           : key->view == 32 ? " (32-bit view)"
                             : " (64-bit view)",
           read_only ? ", which it has declared to read only" : "");
  return refuse(self, words[use], thing, need, error);
}

/* The one question to the guard about a key. */
static int admit(const guard *self, const tlsmend_key *key, use use, tlsmend_error *error) {
  int code = path_check(key->path, error);
  if (code != TLSMEND_OK || declared(self, key, use))
    return code;
  if (use == LIST && strcmp(key->path, "HKU") == 0 && users_declared(self))
    return TLSMEND_OK;
  return refuse_key(self, use, key, error);
}

static int key_exists(tlsmend_machine *machine, const tlsmend_key *key, bool *out, tlsmend_error *error) {
  int code = admit((const guard *)machine, key, SEE, error);
  return code == TLSMEND_OK ? machine_key_exists(machine->below, key->path, key->view, out, error) : code;
}

static int value_get(tlsmend_machine *machine, const tlsmend_key *key, const char *name, tlsmend_value *out,
                     tlsmend_error *error) {
  int code = admit((const guard *)machine, key, READ, error);
  return code == TLSMEND_OK ? machine_value_get(machine->below, key->path, key->view, name, out, error)
                            : code;
}

/* An enumeration without the place where Windows keeps the other view: no path leads there. */
typedef struct names_shown {
  tlsmend_name_fn fn;
  void *data;
} names_shown;

static int show_name(void *data, const char *name) {
  const names_shown *shown = data;
  return unicode_name_equal(name, "Wow6432Node") ? 0 : shown->fn(shown->data, name);
}

static int each_key(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                    tlsmend_error *error) {
  int code = admit((const guard *)machine, key, LIST, error);
  if (code != TLSMEND_OK)
    return code;
  names_shown shown = {fn, data};
  bool holds = path_holds_node(key->path);
  return machine_each_key(machine->below, key->path, key->view, holds ? show_name : fn, holds ? &shown : data,
                          error);
}

static int each_value(tlsmend_machine *machine, const tlsmend_key *key, tlsmend_name_fn fn, void *data,
                      tlsmend_error *error) {
  int code = admit((const guard *)machine, key, READ, error);
  return code == TLSMEND_OK ? machine_each_value(machine->below, key->path, key->view, fn, data, error)
                            : code;
}

static bool update_declared(const guard *self, const char *kb) {
  if (self->needs->made_up)
    return true;
  for (size_t i = 0; i < self->needs->update_count; i++)
    if (strcmp(self->needs->updates[i], kb) == 0)
      return true;
  return false;
}

static bool package_declared(const guard *self, const char *sha256) {
  for (size_t i = 0; i < self->needs->package_count; i++)
    if (strcmp(self->needs->packages[i], sha256) == 0)
      return true;
  return self->needs->package_count == 0 || self->needs->made_up;
}

/* The signer that an element of needs.packages names, or NULL. */
static const char *signer_of(const char *package) {
  size_t length = strlen(GUARD_SIGNER);
  return strncmp(package, GUARD_SIGNER, length) == 0 ? package + length : NULL;
}

/* Writes "acme or bob"; false if no signer is declared. */
static bool name_signers(const guard *self, char *out, size_t size) {
  size_t used = 0;
  *out = 0;
  for (size_t i = 0; i < self->needs->package_count && used < size; i++) {
    const char *name = signer_of(self->needs->packages[i]);
    if (name)
      used += (size_t)snprintf(out + used, size - used, "%s%s", used ? " or " : "", name);
  }
  return used > 0;
}

/* Why a verdict does not let a package pass; false if it does. */
static bool judge_signer(const guard *self, const trust_verdict *verdict, char *out, size_t size) {
  char until[32] = "";
  switch (verdict->state) {
  case TRUST_UNSIGNED:
    snprintf(out, size, "it has no signature: put its .minisig beside it (`tlsmend sign` makes one)");
    return true;
  case TRUST_UNKNOWN:
    snprintf(out, size,
             "its signature names key %s, which is not in the trust store: put the key there once you have "
             "compared it",
             verdict->key);
    return true;
  case TRUST_EXPIRED:
    calendar_print(verdict->expires, until);
    snprintf(out, size, "the key of %.100s, %s, expired on %.10s: ask for a new one", verdict->signer,
             verdict->key, until);
    return true;
  case TRUST_TRUSTED:
    break;
  }
  for (size_t i = 0; i < self->needs->package_count; i++) {
    const char *name = signer_of(self->needs->packages[i]);
    if (name && strcmp(name, verdict->signer) == 0)
      return false;
  }
  snprintf(out, size, "it is signed by %.100s, key %s: get the right one", verdict->signer, verdict->key);
  return true;
}

/* The bytes whose signature is judged must be those whose digest goes into the plan. */
static int admit_signed(const guard *self, const tlsmend_update *update, const char *signers,
                        tlsmend_error *error) {
  char reason[300] = "";
  trust_store keys = {0};
  package_judgement judgement = {.size = 0};
  tlsmend_error inner = {0, ""};
  int code = self->trust ? self->trust->keys(self->trust->data, &keys, error) : TLSMEND_OK;
  if (code == TLSMEND_OK)
    code = package_judge(update->file, &keys, &judgement, &inner);
  else
    inner = *error;
  if (code == TLSMEND_OK && strcmp(judgement.sha256, update->sha256) != 0)
    code = tlsmend_error_set(&inner, TLSMEND_E_REFUSED, "it has changed while it was read: plan again");
  if (code == TLSMEND_OK && judge_signer(self, &judgement.verdict, reason, sizeof reason))
    code = tlsmend_error_set(&inner, TLSMEND_E_REFUSED, "%s", reason);
  trust_verdict_clear(&judgement.verdict);
  trust_clear(&keys);
  if (code == TLSMEND_OK)
    return code;
  if (code == TLSMEND_E_APPROVAL)
    code = TLSMEND_E_REFUSED; /* of the guard, whose refusals nobody catches */
  return tlsmend_error_set(error, code,
                           "%s may not install the package %.300s, which must be signed by %s (its "
                           "needs.packages): %s",
                           self->needs->runbook, update->file, signers, inner.text);
}

static int admit_update(const guard *self, const tlsmend_update *update, tlsmend_error *error) {
  char need[100], signers[200];
  if (!update_declared(self, update->kb)) {
    snprintf(need, sizeof need, "updates = { \"%.40s\" }", update->kb);
    return refuse(self, "install", update->kb, need, error);
  }
  if (!update->sha256 || package_declared(self, update->sha256)) /* none is at hand yet: apply refuses that */
    return TLSMEND_OK;
  if (update->file && name_signers(self, signers, sizeof signers))
    return admit_signed(self, update, signers, error);
  snprintf(need, sizeof need, "packages = { \"%.64s\" }", update->sha256);
  return refuse(self, "install the package", update->file ? update->file : update->kb, need, error);
}

/* Whoever may write a link could point it to where he may not write. */
static int admit_value(const guard *self, const tlsmend_change *change, tlsmend_error *error) {
  if (change->kind == TLSMEND_CHANGE_VALUE_SET && change->after.type == TLSMEND_REG_LINK)
    return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                             "%s may not write a REG_LINK to %.300s: runbooks make no links",
                             self->needs->runbook, change->key);
  return TLSMEND_OK;
}

static int apply(tlsmend_machine *machine, const tlsmend_change *change, tlsmend_outcome *outcome,
                 tlsmend_error *error) {
  const guard *self = (const guard *)machine;
  tlsmend_key key = {change->key, change->view};
  int code = TLSMEND_OK;
  switch (change->kind) {
  case TLSMEND_CHANGE_KEY_CREATE:
    code = admit(self, &key, CREATE, error);
    break;
  case TLSMEND_CHANGE_KEY_DELETE:
  case TLSMEND_CHANGE_VALUE_SET:
  case TLSMEND_CHANGE_VALUE_DELETE:
    code = admit(self, &key, WRITE, error);
    if (code == TLSMEND_OK)
      code = admit_value(self, change, error);
    break;
  case TLSMEND_CHANGE_UPDATE_INSTALL:
    code = admit_update(self, &change->update, error);
    break;
  case TLSMEND_CHANGE_REBOOT:
    if (!self->needs->reboot && !self->needs->made_up)
      code = refuse(self, "restart", "the machine", "reboot = true", error);
    break;
  }
  return code == TLSMEND_OK ? machine_apply(machine->below, change, outcome, error) : code;
}

/* The spelling of an endpoint in `needs`: "[::1]:443" for what has colons of its own. */
static bool probe_declared(const guard *self, const char *spelled) {
  for (size_t i = 0; i < self->needs->probe_count; i++)
    if (unicode_name_equal(self->needs->probes[i], spelled))
      return true;
  return self->needs->any_probe;
}

static int may_probe(tlsmend_machine *machine, const tlsmend_endpoint *endpoint, tlsmend_error *error) {
  const guard *self = (const guard *)machine;
  char spelled[300];
  snprintf(spelled, sizeof spelled, strchr(endpoint->host, ':') ? "[%.256s]:%u" : "%.256s:%u", endpoint->host,
           endpoint->port);
  if (!probe_declared(self, spelled)) {
    char need[340];
    snprintf(need, sizeof need, "probes = { \"%s\" }", spelled);
    return refuse(self, "probe", spelled, need, error);
  }
  return machine_may_probe(machine->below, endpoint, error);
}

static int schannel_probe(tlsmend_machine *machine, const tlsmend_endpoint *endpoint,
                          tlsmend_probe_answer *out, tlsmend_error *error) {
  int code = may_probe(machine, endpoint, error);
  return code == TLSMEND_OK ? machine_schannel_probe(machine->below, endpoint, out, error) : code;
}

/* How much of the path is declared, by the longest declaration: links below that are not followed. 0: none of it. */
static size_t file_declared(const guard *self, const char *path, bool below_system) {
  const guard_needs *needs = self->needs;
  size_t most = 0;
  for (size_t i = 0; i < needs->file_count + needs->given_count; i++) {
    bool given = i >= needs->file_count;
    const char *root = given ? needs->given[i - needs->file_count] : needs->files[i];
    if ((given || file_path_absolute(root)) == below_system || (!given && file_path_share(root)))
      continue;
    size_t length = file_path_root(path, root);
    most = length > most ? length : most;
  }
  return most;
}

/* Only names are compared here: who looks at the file follows no link behind *followed. */
static int admit_file(const guard *self, const char *path, bool below_system, size_t *followed,
                      tlsmend_error *error) {
  size_t below = *followed, allowed = file_declared(self, path, below_system);
  if (allowed) {
    int code = guard_may_look(self->base.below, path, below_system, &below, error);
    *followed = allowed < below ? allowed : below;
    return code;
  }
  const char *mistake = file_path_mistake(path);
  if (mistake)
    return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                             "%s may not look at the file %.300s: it %s; write its plain path",
                             self->needs->runbook, path, mistake);
  if (file_path_share(path))
    return tlsmend_error_set(
        error, TLSMEND_E_REFUSED,
        "%s may not look at the file %.300s: it lies on another computer, which only the "
        "operator may name, by a parameter",
        self->needs->runbook, path);
  if (!below_system &&
      !file_path_absolute(path)) /* no declaration means it: what has no root lies below Windows */
    return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                             "%s may not look at the file %.300s: it has no root; write all of its path, "
                             "and write it in files " GUARD_WAY_OUT
                             ", or let the operator name it by a parameter",
                             self->needs->runbook, path);
  char need[420];
  quote_need(need, sizeof need, "files", path);
  return refuse(self, "look at the file", path, need, error);
}

/* The files by which the catalogue of updates (stdlib/windows) knows that one is there. A runbook may ask about updates undeclared, and
 * is told their versions; who asks is Lua that it may have changed, so it is told those and no others. */
static bool tells_of_updates(const char *path) {
  static const char *const told[] = {"System32\\schannel.dll", "System32\\webio.dll",
                                     "System32\\winhttp.dll"};
  for (size_t i = 0; i < sizeof told / sizeof *told; i++)
    if (unicode_name_equal(path, told[i]))
      return true;
  return false;
}

static int file_version(tlsmend_machine *machine, const char *path, int view, uint64_t *out,
                        tlsmend_error *error) {
  size_t followed = SIZE_MAX; /* the folder of Windows is that of administrators */
  int code =
      tells_of_updates(path) ? TLSMEND_OK : admit_file((const guard *)machine, path, true, &followed, error);
  return code == TLSMEND_OK ? machine_file_version(machine->below, path, view, out, error) : code;
}

static void close_guard(tlsmend_machine *machine) { free(machine); }

static const tlsmend_machine_ops guard_ops = {.version = TLSMEND_MACHINE_OPS_VERSION,
                                              .name = "guard",
                                              .close = close_guard,
                                              .key_exists = key_exists,
                                              .value_get = value_get,
                                              .each_key = each_key,
                                              .each_value = each_value,
                                              .file_version = file_version,
                                              .apply = apply,
                                              .may_probe = may_probe,
                                              .schannel_probe = schannel_probe};

/* The guard that stands over a machine: the next one below it, or the machine itself. NULL: there is none. */
static const guard *guard_over(const tlsmend_machine *machine) {
  while (machine && machine->ops != &guard_ops)
    machine = machine->below;
  return (const guard *)machine;
}

int guard_may_look(const tlsmend_machine *machine, const char *path, bool below_system, size_t *followed,
                   tlsmend_error *error) {
  const guard *self = guard_over(machine);
  *followed = strlen(path);
  return self ? admit_file(self, path, below_system, followed, error) : TLSMEND_OK;
}

int guard_may_call(const tlsmend_machine *machine, const char *module, tlsmend_error *error) {
  const guard *self = guard_over(machine);
  char need[128];
  if (!self)
    return TLSMEND_OK;
  for (size_t i = 0; i < self->needs->module_count; i++)
    if (strcmp(self->needs->modules[i], module) == 0)
      return TLSMEND_OK;
  snprintf(need, sizeof need, "modules = { \"%.64s\" }", module);
  return refuse(self, "call the module", module, need, error);
}

int guard_open(tlsmend_machine *below, const guard_needs *needs, const guard_trust *trust,
               tlsmend_machine **out, tlsmend_error *error) {
  *out = NULL;
  guard *self = calloc(1, sizeof *self);
  if (!self)
    return error_no_memory(error);
  self->base = (tlsmend_machine){.ops = &guard_ops, .below = below};
  self->needs = needs;
  self->trust = trust;
  *out = &self->base;
  return TLSMEND_OK;
}
