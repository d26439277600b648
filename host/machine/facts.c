/*
 * Facts of a Windows from its registry. Numbers come from CurrentMajorVersionNumber where it exists (10 and later), because
 * CurrentVersion stays "6.3" there; never from a product name, which says "Windows 10" on 11.
 */
#include "machine/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unicode.h"
#include "registry/path.h"
#include "registry/value.h"

#define CONTROL "HKLM\\SYSTEM\\CurrentControlSet\\Control\\"

/* Reads as the back end has it: no view is resolved, because that needs the facts that are being made. */
static tlsmend_value read_raw(tlsmend_machine *machine, const char *path, const char *name) {
  tlsmend_value value = {0};
  tlsmend_key key = {path, 64};
  if (machine->ops->value_get(machine, &key, name, &value, NULL) != TLSMEND_OK)
    tlsmend_value_clear(&value);
  return value;
}

static bool read_number(tlsmend_machine *machine, const char *path, const char *name, uint32_t *out) {
  tlsmend_value value = read_raw(machine, path, name);
  uint64_t number = 0;
  bool found = value_number(&value, &number);
  tlsmend_value_clear(&value);
  if (found)
    *out = (uint32_t)number;
  return found;
}

/* Leaves out empty if the value is absent, no text, or too long. */
static bool read_text(tlsmend_machine *machine, const char *path, const char *name, char *out, size_t room) {
  *out = 0;
  tlsmend_value value = read_raw(machine, path, name);
  char *text = value_text(&value);
  if (text && strlen(text) < room)
    memcpy(out, text, strlen(text) + 1);
  free(text);
  tlsmend_value_clear(&value);
  return *out != 0;
}

static int derive_version(tlsmend_machine *machine, tlsmend_system *out, tlsmend_error *error) {
  const char *key = MACHINE_CURRENT_VERSION;
  char text[32];
  if (!read_number(machine, key, "CurrentMajorVersionNumber", &out->major) ||
      !read_number(machine, key, "CurrentMinorVersionNumber", &out->minor)) {
    if (!read_text(machine, key, "CurrentVersion", text, sizeof text) ||
        sscanf(text, "%u.%u", &out->major, &out->minor) != 2)
      return tlsmend_error_set(
          error, TLSMEND_E_UNKNOWN,
          "the machine does not say which Windows it is: no CurrentVersion in %s; a file needs "
          "that branch as well",
          key);
  }
  if (!read_text(machine, key, "CurrentBuildNumber", text, sizeof text) &&
      !read_text(machine, key, "CurrentBuild", text, sizeof text))
    return tlsmend_error_set(
        error, TLSMEND_E_UNKNOWN,
        "the machine does not say which Windows it is: no CurrentBuildNumber in %s; a file needs "
        "that branch as well",
        key);
  out->build = (uint32_t)strtoul(text, NULL, 10);
  uint32_t revision = 0;
  out->revision = read_number(machine, key, "UBR", &revision) ? (int64_t)revision : -1;
  return TLSMEND_OK;
}

static void derive_service_pack(tlsmend_machine *machine, tlsmend_system *out) {
  char text[64];
  uint32_t number = 0;
  if (read_text(machine, MACHINE_CURRENT_VERSION, "CSDVersion", text, sizeof text) &&
      sscanf(text, "Service Pack %u", &number) == 1)
    out->service_pack = number;
  else if (read_number(machine, CONTROL "Windows", "CSDVersion", &number))
    out->service_pack = number >> 8; /* 0x100 is SP 1 */
}

static void derive_product_type(tlsmend_machine *machine, tlsmend_system *out) {
  char text[64];
  if (read_text(machine, CONTROL "ProductOptions", "ProductType", text, sizeof text))
    out->product_type = strcmp(text, "WinNT") == 0      ? TLSMEND_WORKSTATION
                        : strcmp(text, "LanmanNT") == 0 ? TLSMEND_DOMAIN_CONTROLLER
                        : strcmp(text, "ServerNT") == 0 ? TLSMEND_SERVER
                                                        : 0;
  else if (read_text(machine, MACHINE_CURRENT_VERSION, "InstallationType", text, sizeof text))
    out->product_type = strncmp(text, "Client", 6) == 0   ? TLSMEND_WORKSTATION
                        : strncmp(text, "Server", 6) == 0 ? TLSMEND_SERVER
                                                          : 0;
}

static bool name_architecture(const char *text, size_t length, tlsmend_system *out) {
  static const char *const spellings[][2] = {
      {"AMD64", "x64"}, {"x86", "x86"}, {"ARM64", "arm64"}, {"IA64", "ia64"}};
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
    if (unicode_name_equal_n(text, length, spellings[i][0])) {
      snprintf(out->architecture, sizeof out->architecture, "%s", spellings[i][1]);
      return true;
    }
  return false;
}

/* "7601.24545.amd64fre.win7sp1_ldr_escrow.200102-1707": its third part is the processor, and whether it is a checked build. */
static bool name_build(const char *text, tlsmend_system *out) {
  for (int part = 0; part < 2; part++) {
    text += strcspn(text, ".");
    if (!*text++)
      return false;
  }
  size_t length = strcspn(text, "."), kind = strlen("fre");
  if (length <= kind || (!unicode_name_equal_n(text + length - kind, kind, "fre") &&
                         !unicode_name_equal_n(text + length - kind, kind, "chk")))
    return false;
  return name_architecture(text, length - kind, out);
}

static void derive_architecture(tlsmend_machine *machine, tlsmend_system *out) {
  char text[128];
  if (read_text(machine, CONTROL "Session Manager\\Environment", "PROCESSOR_ARCHITECTURE", text,
                sizeof text)) {
    name_architecture(text, strlen(text), out);
    return;
  }
  if (read_text(machine, MACHINE_CURRENT_VERSION, "BuildLabEx", text, sizeof text) && name_build(text, out))
    return;
  bool wow = false;
  tlsmend_key key = {"HKLM\\SOFTWARE\\Wow6432Node", 64};
  if (machine->ops->key_exists(machine, &key, &wow, NULL) == TLSMEND_OK && wow)
    snprintf(out->architecture, sizeof out->architecture, "x64");
  else if (out->major < 6) /* as a rule, and nothing hangs on it: it has no TLS 1.2 and gets none */
    snprintf(out->architecture, sizeof out->architecture, "x86");
}

int facts_derive(tlsmend_machine *machine, tlsmend_system *out, tlsmend_error *error) {
  *out = (tlsmend_system){.revision = -1};
  int code = derive_version(machine, out, error);
  if (code != TLSMEND_OK)
    return code;
  derive_service_pack(machine, out);
  derive_product_type(machine, out);
  derive_architecture(machine, out);
  const char *key = MACHINE_CURRENT_VERSION;
  read_text(machine, key, "EditionID", out->edition, sizeof out->edition);
  read_text(machine, key, "ProductName", out->product, sizeof out->product);
  if (!read_text(machine, key, "DisplayVersion", out->release, sizeof out->release))
    read_text(machine, key, "ReleaseId", out->release, sizeof out->release);
  read_text(machine, CONTROL "ComputerName\\ComputerName", "ComputerName", out->computer,
            sizeof out->computer);
  return TLSMEND_OK;
}

bool facts_rest_on(const tlsmend_change *change) {
  static const char *const keys[] = {MACHINE_CURRENT_VERSION,
                                     CONTROL "ComputerName\\ComputerName",
                                     CONTROL "ProductOptions",
                                     CONTROL "Session Manager\\Environment",
                                     CONTROL "Windows",
                                     "HKLM\\SOFTWARE\\Wow6432Node",
                                     FACTS_KEY};
  if (!change->key || (!change->name && change->view == 32)) /* the first 32-bit key makes Wow6432Node */
    return true;
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    if (path_within(change->key, keys[i]) || path_within(keys[i], change->key))
      return true;
  return false;
}
