/* The text of a plan: what a change board reads. The numbers of the steps are those that an apply counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/plan_text.h"
#include "plan/change.h"
#include "render/say.h"
#include "signing/trust.h"
#include "registry/value.h"

enum { WIDTH = 79, INDENT = 7 };

static void print_machine(const tlsmend_plan *plan, text_builder *out) {
  const tlsmend_system *system = &plan->system;
  text_label(out, "Machine");
  text_add(out, "%s%s%s, %u.%u.%u", system->computer, *system->computer ? ": " : "",
           *system->product ? system->product : "Windows", system->major, system->minor, system->build);
  if (system->revision >= 0)
    text_add(out, ".%lld", (long long)system->revision);
  if (system->service_pack)
    text_add(out, " SP%u", system->service_pack);
  text_add(out, ", ");
  if (*system->architecture)
    text_add(out, "%s", system->architecture);
  else
    text_say(out, "architecture unknown");
  text_add(out, "\n");
  text_label(out, NULL);
  text_add(out, "%s\n", plan->machine);
}

/* Whether a list would read as another one between commas. */
static bool needs_quotes(const name_list *list) {
  bool found = false;
  for (size_t i = 0; i < list->count; i++) {
    const char *text = list->items[i];
    found = found || !*text || strpbrk(text, ",\"[") || *text == ' ' || text[strlen(text) - 1] == ' ';
  }
  return found;
}

static void print_list(const name_list *list, text_builder *out) {
  for (size_t i = 0; i < list->count; i++)
    text_add(out, "%s%s", i ? ", " : "", list->items[i]);
}

static void print_json(const param_value *value, text_builder *out) {
  json_t *json = param_value_to_json(value);
  char *dump = json_dumps(json, JSON_ENCODE_ANY);
  text_add(out, "%s", dump ? dump : "?");
  free(dump);
  json_decref(json);
}

static void print_param(const plan_param *param, text_builder *out) {
  const param_value *value = &param->value;
  text_label(out, NULL);
  text_add(out, "%s = ", param->name);
  if (value->kind == PARAM_NONE)
    text_say(out, "(not given)");
  else if (param->secret)
    text_say(out, "(a secret)");
  else if (value->kind == PARAM_TEXT)
    text_add(out, "%s", value->text);
  else if (value->kind == PARAM_LIST && !needs_quotes(&value->list))
    print_list(&value->list, out);
  else
    print_json(value, out);
  text_add(out, "\n");
}

static void print_runbook(const plan_runbook *runbook, text_builder *out) {
  text_label(out, "Runbook");
  text_add(out, "%s %s: ", runbook->id, runbook->version);
  text_add(out, "%s", text_said(out, runbook->title));
  text_add(out, "\n");
  text_label(out, NULL);
  if (runbook->builtin)
    text_say(out, "part of tlsmend");
  else
    text_add(out, "%s", runbook->source);
  text_add(out, ", SHA-256 %.16s...\n", runbook->sha256);
  if (runbook->signature) {
    char signer[400];
    trust_print(runbook->signature, signer, sizeof signer);
    text_label(out, NULL);
    text_say(out, "signature: %s", text_said(out, signer));
    text_add(out, "\n");
  }
  for (size_t i = 0; i < json_array_size(runbook->files); i++) {
    text_label(out, NULL);
    text_say(out, "with %s, SHA-256 %.16s...",
             json_string_value(json_object_get(json_array_get(runbook->files, i), "name")),
             json_string_value(json_object_get(json_array_get(runbook->files, i), "sha256")));
    text_add(out, "\n");
  }
  if (!runbook->applies) {
    text_label(out, NULL);
    if (runbook->reason)
      text_say(out, "does not apply here: %s", text_said(out, runbook->reason));
    else
      text_say(out, "does not apply here");
    text_add(out, "\n");
    return;
  }
  for (size_t i = 0; i < runbook->effect.count; i++) {
    text_label(out, NULL);
    text_say(out, "its verify asks %s, and may keep a run that nobody confirms", runbook->effect.items[i]);
    text_add(out, "\n");
  }
  for (size_t i = 0; i < runbook->param_count; i++)
    print_param(&runbook->params[i], out);
  for (size_t i = 0; i < runbook->references.count; i++) {
    text_label(out, NULL);
    text_say(out, "see %s", runbook->references.items[i]);
    text_add(out, "\n");
  }
}

static void print_verdict(const tlsmend_plan *plan, text_builder *out) {
  size_t reboots = plan_reboot_count(plan), apply = plan_applying_count(plan);
  const char *changes = TEXT_COUNT(out, plan->change_count - reboots, "1 change", "%zu changes");
  const char *restarts = TEXT_COUNT(out, reboots, "1 restart", "%zu restarts");
  text_add(out, "\n");
  text_label(out, "Result");
  if (!plan->change_count && !apply && plan->runbook_count)
    text_say(out, "does not apply to this machine, for the reason above. Nothing was looked for.");
  else if (!plan->change_count && plan->unknowns.list.count)
    text_say(out, "nothing to do, as far as can be told: see below.");
  else if (!plan->change_count && apply == 1)
    text_say(out, "nothing to do: the machine is as the runbook wants it.");
  else if (!plan->change_count)
    text_say(out, "nothing to do: the machine is as the runbooks want it.");
  else if (reboots)
    text_say(out, "%s and %s needed. Nothing has been written.", changes, restarts);
  else
    text_say(out, "%s needed. Nothing has been written.", changes);
  text_add(out, "\n");
}

/* Data stay as they are; that there are none, or that they are secret, is said. */
static void print_value(const tlsmend_change *change, const tlsmend_value *value, text_builder *out) {
  char *text = change_value_print(change, value);
  bool said = change->secret || !value->present;
  text_add(out, "%s", !text ? "?" : said ? text_said(out, text) : text);
  free(text);
}

static void print_value_lines(const tlsmend_change *change, text_builder *out) {
  text_add(out, "%*s%s: ", INDENT, "", *change->name ? change->name : "(Default)");
  print_value(change, &change->before, out);
  text_add(out, " -> ");
  print_value(change, &change->after, out);
  text_add(out, "\n");
}

static void print_update_lines(const tlsmend_update *update, bool views, text_builder *out) {
  text_add(out, "%*s", INDENT, "");
  if (update->file)
    text_say(out, "package %s", update->file);
  else
    text_say(out, "package not at hand: it is needed before this plan can be applied (-p package=...)");
  text_add(out, "\n");
  if (update->file)
    text_add(out, "%*sSHA-256 %s\n", INDENT, "", update->sha256);
  for (size_t i = 0; i < update->file_count; i++) {
    char before[32], after[32];
    version_print(update->files[i].before, before);
    version_print(update->files[i].after, after);
    text_add(out, "%*s", INDENT, "");
    text_say(out,
             views && update->files[i].view == 32 ? "brings %s (32-bit): %s -> %s or later"
                                                  : "brings %s: %s -> %s or later",
             update->files[i].path, text_said(out, before), text_said(out, after));
    text_add(out, "\n");
  }
}

static const char *verb(tlsmend_change_kind kind) {
  switch (kind) {
  case TLSMEND_CHANGE_KEY_CREATE:
    return "create key %s";
  case TLSMEND_CHANGE_KEY_DELETE:
    return "delete key %s";
  case TLSMEND_CHANGE_VALUE_SET:
    return "set value %s";
  case TLSMEND_CHANGE_VALUE_DELETE:
    return "delete value %s";
  case TLSMEND_CHANGE_UPDATE_INSTALL:
    return "install update %s";
  case TLSMEND_CHANGE_REBOOT:
    return "restart %s";
  }
  return "?";
}

static void print_step(const tlsmend_plan *plan, size_t step, text_builder *out) {
  const tlsmend_change *change = &plan->changes[step];
  bool views = plan_has_views(plan);
  const char *last = step ? plan->changes[step - 1].why : NULL;
  text_add(out, "%5zu. ", step + 1);
  if (change->key || change->update.kb)
    text_say(out, verb(change->kind), change->key ? change->key : change->update.kb);
  else
    text_say(out, "restart the machine");
  if (views && change->view == 32 && change->key) {
    text_add(out, " ");
    text_say(out, "(32-bit view)");
  }
  text_add(out, "\n");
  if (change->name)
    print_value_lines(change, out);
  if (change->kind == TLSMEND_CHANGE_UPDATE_INSTALL)
    print_update_lines(&change->update, views, out);
  if (change->owner) {
    text_add(out, "%*s", INDENT, "");
    text_say(out, "Will it stay? It is");
    text_add(out, "\n");
    text_tell(out, INDENT, WIDTH, change->owner);
  }
  if (change->why && (!last || strcmp(last, change->why) != 0))
    text_tell(out, INDENT, WIDTH, change->why);
}

static void print_steps(const tlsmend_plan *plan, text_builder *out) {
  bool phases = plan_reboot_count(plan) > 0;
  for (size_t i = 0; i < plan->change_count; i++) {
    bool begins = i == 0 || plan->changes[i].phase != plan->changes[i - 1].phase;
    if (begins)
      text_add(out, "\n");
    if (begins && !phases)
      text_say(out, "Steps");
    if (begins && phases && !plan->changes[i].phase)
      text_say(out, "Before the restart");
    if (begins && plan->changes[i].phase)
      text_say(out, "After restart %u", plan->changes[i].phase);
    if (begins)
      text_add(out, "\n");
    print_step(plan, i, out);
  }
}

static void print_lines(const char *title, const name_list *lines, text_builder *out) {
  if (!lines->count)
    return;
  text_add(out, "\n");
  text_add(out, "%s", text_said(out, title));
  text_add(out, "\n");
  for (size_t i = 0; i < lines->count; i++) {
    text_add(out, "  *");
    size_t start = out->length;
    text_tell(out, 4, WIDTH, lines->items[i]);
    if (!out->failed && out->length > start + 3) { /* the first line goes on behind the star */
      memmove(out->bytes + start, out->bytes + start + 3, out->length - start - 3);
      out->length -= 3;
    }
  }
}

static void print_undo(const tlsmend_plan *plan, text_builder *out) {
  if (!plan->change_count)
    return;
  text_add(out, "\n");
  text_say(out, "Undo");
  text_add(out, "\n");
  text_tell(
      out, 4, WIDTH,
      "`tlsmend rollback` takes every key and value back to what stands here as before, and deletes nothing "
      "that this plan did not create.");
  for (size_t i = 0; i < plan->change_count; i++)
    if (plan->changes[i].kind == TLSMEND_CHANGE_UPDATE_INSTALL) {
      text_add(out, "    ");
      text_say(out,
               plan->removes_updates ? "%s is removed from this snapshot; on a live machine it stays."
                                     : "Not undone: %s stays installed.",
               plan->changes[i].update.kb);
      text_add(out, "\n");
    }
}

int plan_print(const tlsmend_plan *plan, const language *language, char **out, tlsmend_error *error) {
  text_builder text = {.language = language};
  print_machine(plan, &text);
  for (size_t i = 0; i < plan->runbook_count; i++)
    print_runbook(&plan->runbooks[i], &text);
  print_verdict(plan, &text);
  print_steps(plan, &text);
  print_lines("Attention", &plan->findings.list, &text);
  print_lines("Cannot tell: the plan rests on these, find them out before it is approved",
              &plan->unknowns.list, &text);
  print_undo(plan, &text);
  text_align(&text, 9);
  return text_finish(&text, out, error);
}
