/* The text of a plan: what a change board reads. The numbers of the steps are those that an apply counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/change.h"
#include "core/plan.h"
#include "core/text.h"
#include "core/trust.h"
#include "core/value.h"

enum { WIDTH = 79, INDENT = 7 };

static void print_machine(const tlsmend_plan *plan, text_builder *out) {
  const tlsmend_system *system = &plan->system;
  text_add(out, "Machine  %s%s%s, %u.%u.%u", system->computer, *system->computer ? ": " : "",
           *system->product ? system->product : "Windows", system->major, system->minor, system->build);
  if (system->revision >= 0)
    text_add(out, ".%lld", (long long)system->revision);
  if (system->service_pack)
    text_add(out, " SP%u", system->service_pack);
  text_add(out, ", %s\n         %s\n", *system->architecture ? system->architecture : "architecture unknown",
           plan->machine);
}

static void print_param(const plan_runbook *runbook, const char *name, const json_t *value,
                        text_builder *out) {
  text_add(out, "         %s = ", name);
  for (size_t i = 0; i < json_array_size(runbook->secrets); i++) {
    if (strcmp(json_string_value(json_array_get(runbook->secrets, i)), name) != 0 || json_is_null(value))
      continue;
    text_add(out, "(a secret)\n");
    return;
  }
  if (json_is_array(value)) {
    for (size_t i = 0; i < json_array_size(value); i++)
      text_add(out, "%s%s", i ? ", " : "", json_string_value(json_array_get(value, i)));
    text_add(out, "\n");
    return;
  }
  char *dump = json_is_string(value) ? strdup(json_string_value(value)) : json_dumps(value, JSON_ENCODE_ANY);
  text_add(out, "%s\n", json_is_null(value) ? "(not given)" : dump ? dump : "?");
  free(dump);
}

static void print_runbook(const plan_runbook *runbook, text_builder *out) {
  text_add(out, "Runbook  %s %s: %s\n", runbook->id, runbook->version, runbook->title);
  text_add(out, "         %s, SHA-256 %.16s...\n", runbook->builtin ? "part of tlsmend" : runbook->source,
           runbook->sha256);
  if (runbook->signature) {
    char signer[400];
    trust_print(runbook->signature, signer, sizeof signer);
    text_add(out, "         signature: %s\n", signer);
  }
  for (size_t i = 0; i < json_array_size(runbook->files); i++)
    text_add(out, "         with %s, SHA-256 %.16s...\n",
             json_string_value(json_object_get(json_array_get(runbook->files, i), "name")),
             json_string_value(json_object_get(json_array_get(runbook->files, i), "sha256")));
  if (!runbook->applies)
    text_add(out, "         does not apply here%s%s\n", runbook->reason ? ": " : "",
             runbook->reason ? runbook->reason : "");
  if (!runbook->applies)
    return;
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)runbook->params, name, value) print_param(runbook, name, value, out);
  for (size_t i = 0; i < json_array_size(runbook->references); i++)
    text_add(out, "         see %s\n", json_string_value(json_array_get(runbook->references, i)));
}

static void print_verdict(const tlsmend_plan *plan, text_builder *out) {
  size_t reboots = plan_reboot_count(plan), changes = plan->change_count - reboots;
  text_add(out, "\nResult   ");
  if (!plan->change_count) {
    size_t apply = plan_applying_count(plan);
    if (apply || !plan->runbook_count)
      text_add(out, "nothing to do: the machine is as the runbook%s want%s it.\n", apply == 1 ? "" : "s",
               apply == 1 ? "s" : "");
    else
      text_add(out, "does not apply to this machine, for the reason above. Nothing was looked for.\n");
    return;
  }
  text_add(out, "%zu change%s", changes, changes == 1 ? "" : "s");
  if (reboots)
    text_add(out, " and %zu restart%s", reboots, reboots == 1 ? "" : "s");
  text_add(out, " needed. Nothing has been written.\n");
}

static void print_value_lines(const tlsmend_change *change, text_builder *out) {
  char *before = change_value_print(change, &change->before),
       *after = change_value_print(change, &change->after);
  text_add(out, "%*s%s: %s -> %s\n", INDENT, "", *change->name ? change->name : "(Default)",
           before ? before : "?", after ? after : "?");
  free(before);
  free(after);
}

static void print_update_lines(const tlsmend_update *update, bool views, text_builder *out) {
  if (update->file)
    text_add(out, "%*spackage %s\n%*sSHA-256 %s\n", INDENT, "", update->file, INDENT, "", update->sha256);
  else
    text_add(out, "%*spackage not at hand: it is needed before this plan can be applied (-p package=...)\n",
             INDENT, "");
  for (size_t i = 0; i < update->file_count; i++) {
    char before[32], after[32];
    version_print(update->files[i].before, before);
    version_print(update->files[i].after, after);
    text_add(out, "%*sbrings %s%s: %s -> %s or later\n", INDENT, "", update->files[i].path,
             views && update->files[i].view == 32 ? " (32-bit)" : "", before, after);
  }
}

static const char *verb(tlsmend_change_kind kind) {
  switch (kind) {
  case TLSMEND_CHANGE_KEY_CREATE:
    return "create key";
  case TLSMEND_CHANGE_KEY_DELETE:
    return "delete key";
  case TLSMEND_CHANGE_VALUE_SET:
    return "set value";
  case TLSMEND_CHANGE_VALUE_DELETE:
    return "delete value";
  case TLSMEND_CHANGE_UPDATE_INSTALL:
    return "install update";
  case TLSMEND_CHANGE_REBOOT:
    return "restart";
  }
  return "?";
}

static void print_step(const tlsmend_plan *plan, size_t step, text_builder *out) {
  const tlsmend_change *change = &plan->changes[step];
  bool views = plan_has_views(plan);
  const char *last = step ? plan->changes[step - 1].why : NULL;
  const char *thing = change->key ? change->key : change->update.kb ? change->update.kb : "the machine";
  text_add(out, "%5zu. %s %s%s\n", step + 1, verb(change->kind), thing,
           views && change->view == 32 && change->key ? " (32-bit view)" : "");
  if (change->name)
    print_value_lines(change, out);
  if (change->kind == TLSMEND_CHANGE_UPDATE_INSTALL)
    print_update_lines(&change->update, views, out);
  if (change->owner) {
    text_add(out, "%*sWill it stay? It is\n", INDENT, "");
    text_wrap(out, INDENT, WIDTH, change->owner);
  }
  if (change->why && (!last || strcmp(last, change->why) != 0))
    text_wrap(out, INDENT, WIDTH, change->why);
}

static void print_steps(const tlsmend_plan *plan, text_builder *out) {
  bool phases = plan_reboot_count(plan) > 0;
  for (size_t i = 0; i < plan->change_count; i++) {
    bool begins = i == 0 || plan->changes[i].phase != plan->changes[i - 1].phase;
    if (begins && !phases)
      text_add(out, "\nSteps\n");
    if (begins && phases && !plan->changes[i].phase)
      text_add(out, "\nBefore the restart\n");
    if (begins && plan->changes[i].phase)
      text_add(out, "\nAfter restart %u\n", plan->changes[i].phase);
    print_step(plan, i, out);
  }
}

static void print_lines(const char *title, char *const *lines, size_t count, text_builder *out) {
  if (count)
    text_add(out, "\n%s\n", title);
  for (size_t i = 0; i < count; i++) {
    text_add(out, "  *");
    size_t start = out->length;
    text_wrap(out, 4, WIDTH, lines[i]);
    if (!out->failed && out->length > start + 3) { /* the first line goes on behind the star */
      memmove(out->bytes + start, out->bytes + start + 3, out->length - start - 3);
      out->length -= 3;
    }
  }
}

static void print_undo(const tlsmend_plan *plan, text_builder *out) {
  if (!plan->change_count)
    return;
  text_add(out, "\nUndo\n");
  text_wrap(
      out, 4, WIDTH,
      "`tlsmend rollback` takes every key and value back to what stands here as before, and deletes nothing "
      "that this plan did not create.");
  for (size_t i = 0; i < plan->change_count; i++)
    if (plan->changes[i].kind == TLSMEND_CHANGE_UPDATE_INSTALL)
      text_add(out, "    Not undone: %s stays installed.\n", plan->changes[i].update.kb);
}

int plan_print(const tlsmend_plan *plan, char **out, tlsmend_error *error) {
  text_builder text = {0};
  print_machine(plan, &text);
  for (size_t i = 0; i < plan->runbook_count; i++)
    print_runbook(&plan->runbooks[i], &text);
  print_verdict(plan, &text);
  print_steps(plan, &text);
  print_lines("Attention", plan->findings, plan->finding_count, &text);
  print_lines("Cannot tell: the plan rests on these, find them out before it is approved", plan->unknowns,
              plan->unknown_count, &text);
  print_undo(plan, &text);
  return text_finish(&text, out, error);
}
