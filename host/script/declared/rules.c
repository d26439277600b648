/* What a declaration may say. */
#include "script/declared/rules.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file_path.h"
#include "base/unicode.h"
#include "machine/guard.h"
#include "registry/path.h"
#include "script/declared/param.h"
#include "tls/probe.h"

/* More than any runbook wants, and few enough to be searched one by one. */
enum { PARAMS_MOST = 100, CHOICES_MOST = 200, NEEDS_MOST = 1000 };

/* Planning would log on to a server of the author's choice. */
#define SHARE_MISTAKE "leads to another computer, which only the operator may name"

int rule_line(const char *field, const char *text, size_t size, tlsmend_error *error) {
  bool line = size > 0 && unicode_valid(text, size);
  for (size_t i = 0; i < size; i++)
    line = line && !iscntrl((unsigned char)text[i]);
  return line
             ? TLSMEND_OK
             : tlsmend_error_set(error, TLSMEND_E_SCRIPT, "field '%s' must be one line of UTF-8 text", field);
}

int rule_id(const char *id, tlsmend_error *error) {
  bool good = islower((unsigned char)id[0]) || isdigit((unsigned char)id[0]);
  for (const char *at = id; *at; at++)
    good = good && (islower((unsigned char)*at) || isdigit((unsigned char)*at) || *at == '-');
  if (good && strlen(id) <= 63)
    return TLSMEND_OK;
  return tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                           "field 'id' must be lower-case letters, digits and '-' (63 at most), got '%s'",
                           id);
}

int rule_param_count(size_t count, tlsmend_error *error) {
  return count <= PARAMS_MOST ? TLSMEND_OK
                              : tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                                                  "field 'params' has more than %d parameters", PARAMS_MOST);
}

int rule_choice_count(const char *field, size_t count, tlsmend_error *error) {
  return count <= CHOICES_MOST ? TLSMEND_OK
                               : tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                                                   "field '%s' has more than %d values", field, CHOICES_MOST);
}

int rule_need_count(const char *field, size_t count, tlsmend_error *error) {
  return count <= NEEDS_MOST
             ? TLSMEND_OK
             : tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                                 "field '%s' has more than %d elements: declare the trees above them", field,
                                 NEEDS_MOST);
}

int rule_param_name(const char *name, const char *shown, tlsmend_error *error) {
  bool good = name && islower((unsigned char)name[0]) && strlen(name) <= 63;
  for (const char *at = name; good && *at; at++)
    good = islower((unsigned char)*at) || isdigit((unsigned char)*at) || *at == '_';
  return good ? TLSMEND_OK
              : tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                                  "'%s' is not a parameter name (lower-case letters, digits, '_')", shown);
}

int rule_default(const declared_param *param, const char *field, tlsmend_error *error) {
  const param_value *value = &param->fallback;
  if (param->type == PARAM_TYPE_PATH && value->text && file_path_share(value->text))
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "field '%s.default' " SHARE_MISTAKE, field);
  if (value->kind != PARAM_NONE && !param_allowed(param, value))
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "field '%s.default' must be one of its choices", field);
  return TLSMEND_OK;
}

int rule_secret(const declared_param *param, const char *field, tlsmend_error *error) {
  if (param->type != PARAM_TYPE_PATH || !param->secret)
    return TLSMEND_OK;
  return tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                           "field '%s.secret': a path is no secret, plans name the files", field);
}

static int add(name_list *out, char *text, tlsmend_error *error) {
  return name_list_take(out, text) ? TLSMEND_OK : error_no_memory(error);
}

/* "32:" or "64:", as the author wrote it, and the canonical path. */
static char *join_tree(const char *text, size_t view, const char *path) {
  size_t size = strlen(path) + 1;
  char *tree = malloc(view + size);
  if (tree) {
    memcpy(tree, text, view);
    memcpy(tree + view, path, size);
  }
  return tree;
}

/* A tree as guard_needs has them: a canonical path, with "32:" or "64:" before it where one view is meant. */
static int take_tree(const need_rule *rule, const char *text, size_t number, name_list *out,
                     tlsmend_error *error) {
  tlsmend_error inner;
  char *path = NULL;
  size_t view = strncmp(text, "32:", 3) == 0 || strncmp(text, "64:", 3) == 0 ? 3 : 0;
  int code = path_canonical(text + view, &path, &inner);
  if (code == TLSMEND_E_MEMORY)
    return error_no_memory(error);
  if (code != TLSMEND_OK)
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "field '%s[%zu]': %s", rule->field, number, inner.text);
  const char *mistake = path_tree_mistake(path);
  code = mistake ? tlsmend_error_set(error, TLSMEND_E_SCRIPT, "field '%s[%zu]': %s: %s", rule->field, number,
                                     text, mistake)
                 : add(out, join_tree(text, view, path), error);
  free(path);
  return code;
}

static int take_update(const need_rule *rule, const char *text, size_t number, name_list *out,
                       tlsmend_error *error) {
  size_t digits = strncmp(text, "KB", 2) == 0 ? strspn(text + 2, "0123456789") : 0;
  if (digits >= 5 && digits <= 9 && !text[2 + digits])
    return add(out, strdup(text), error);
  return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "field '%s[%zu]' must be like \"KB3140245\", got \"%s\"",
                           rule->field, number, text);
}

/* The SHA-256 of a package, 64 hex digits, kept in lower case; or "signer:NAME". */
static int take_package(const need_rule *rule, const char *text, size_t number, name_list *out,
                        tlsmend_error *error) {
  char hex[65];
  size_t prefix = strlen(GUARD_SIGNER), digits = strspn(text, "0123456789abcdefABCDEF");
  if (strncmp(text, GUARD_SIGNER, prefix) == 0) {
    const char *mistake = trust_name_mistake(text + prefix);
    return mistake ? tlsmend_error_set(error, TLSMEND_E_SCRIPT, "field '%s[%zu]': %s, got \"%.80s\"",
                                       rule->field, number, mistake, text)
                   : add(out, strdup(text), error);
  }
  if (digits != 64 || text[digits])
    return tlsmend_error_set(
        error, TLSMEND_E_SCRIPT,
        "field '%s[%zu]' must be the SHA-256 of a package, 64 hex digits, or \"signer:NAME\", got \"%.80s\"",
        rule->field, number, text);
  for (size_t i = 0; i <= digits; i++)
    hex[i] = (char)tolower((unsigned char)text[i]);
  return add(out, strdup(hex), error);
}

static int take_file(const need_rule *rule, const char *text, size_t number, name_list *out,
                     tlsmend_error *error) {
  const char *mistake = file_path_share(text) ? SHARE_MISTAKE ", by a parameter" : file_path_mistake(text);
  return mistake
             ? tlsmend_error_set(error, TLSMEND_E_SCRIPT, "field '%s[%zu]': %s: it %s; write its plain path",
                                 rule->field, number, text, mistake)
             : add(out, strdup(text), error);
}

static bool is_one_of(const char *text, const char *const *known, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(text, known[i]) == 0)
      return true;
  return false;
}

/* A protocol older than TLS 1.2 that the runbook may switch on. */
static int take_legacy(const need_rule *rule, const char *text, size_t number, name_list *out,
                       tlsmend_error *error) {
  static const char *const known[] = {"SSL 3.0", "TLS 1.0", "TLS 1.1", "DTLS 1.0"};
  return is_one_of(text, known, sizeof known / sizeof known[0])
             ? add(out, strdup(text), error)
             : tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                                 "field '%s[%zu]' must be \"SSL 3.0\", \"TLS 1.0\", \"TLS 1.1\" or \"DTLS "
                                 "1.0\", got \"%s\"",
                                 rule->field, number, text);
}

/* A protocol from TLS 1.2 on that the runbook may switch off. */
static int take_off(const need_rule *rule, const char *text, size_t number, name_list *out,
                    tlsmend_error *error) {
  static const char *const known[] = {"TLS 1.2", "TLS 1.3", "DTLS 1.2"};
  return is_one_of(text, known, sizeof known / sizeof known[0])
             ? add(out, strdup(text), error)
             : tlsmend_error_set(
                   error, TLSMEND_E_SCRIPT,
                   "field '%s[%zu]' must be \"TLS 1.2\", \"TLS 1.3\" or \"DTLS 1.2\", got \"%s\"",
                   rule->field, number, text);
}

static int take_probe(const need_rule *rule, const char *text, size_t number, name_list *out,
                      tlsmend_error *error) {
  tlsmend_error inner;
  char host[PROBE_HOST_MOST];
  unsigned port;
  return probe_endpoint_parse(text, host, &port, &inner) == TLSMEND_OK
             ? add(out, strdup(text), error)
             : tlsmend_error_set(error, TLSMEND_E_SCRIPT, "field '%s[%zu]': %s", rule->field, number,
                                 inner.text);
}

static int take_module(const need_rule *rule, const char *text, size_t number, name_list *out,
                       tlsmend_error *error) {
  (void)rule;
  (void)number;
  return add(out, strdup(text), error);
}

#define AT(member)   offsetof(declared_needs, member)
#define LIST(member) .name = #member, .field = "needs." #member, .list = AT(member)

/* In this order they are read: the first mistake is the one that is told. Only the bench, lint and readers of the header ask for `legacy`
 * and `off`. */
const need_rule need_rules[NEED_RULES] = {
    {LIST(registry), .take = take_tree, .expected = "a list of key paths"},
    {LIST(reads), .take = take_tree, .expected = "a list of key paths"},
    {LIST(updates), .take = take_update, .expected = "a list such as { \"KB3140245\" }"},
    {LIST(packages), .take = take_package, .expected = "a list of SHA-256 and \"signer:NAME\""},
    {LIST(files), .take = take_file, .expected = "a list of files and folders"},
    {LIST(legacy), .take = take_legacy, .given = AT(has_legacy),
     .expected = "a list such as { \"TLS 1.1\" }"},
    {LIST(off), .take = take_off, .given = AT(has_off), .expected = "a list such as { \"TLS 1.3\" }"},
    {LIST(probes), .take = take_probe, .given = AT(has_probes), .or_true = true,
     .expected = "true, or a list such as { \"server.example:443\" }"},
    {LIST(modules), .take = take_module, .given = AT(has_modules), .expected = "a list of names of modules"}};

const name_list *rule_need_list(const need_rule *rule, const declared_needs *needs) {
  return (const name_list *)(const void *)((const char *)needs + rule->list);
}

void rule_need_given(const need_rule *rule, declared_needs *needs) {
  if (rule->given)
    *(bool *)(void *)((char *)needs + rule->given) = true;
}

int rule_need(const need_rule *rule, const char *text, size_t number, declared_needs *needs,
              tlsmend_error *error) {
  name_list *list = (name_list *)(void *)((char *)needs + rule->list);
  int code = rule->take(rule, text, number, list, error);
  if (code != TLSMEND_OK)
    return code;
  const char *taken = list->items[list->count - 1];
  return unicode_valid(taken, strlen(taken))
             ? TLSMEND_OK
             : tlsmend_error_set(error, TLSMEND_E_SCRIPT, "field '%s[%zu]' is not UTF-8", rule->field,
                                 number);
}

int rule_verifies(const runbook_header *header, tlsmend_error *error) {
  bool asks = header->needs.any_probe || header->needs.probes.count > 0;
  return !header->verifies_effect || (header->has_verify && asks)
             ? TLSMEND_OK
             : tlsmend_error_set(error, TLSMEND_E_SCRIPT, "field 'verifies' wants verify and needs.probes");
}
