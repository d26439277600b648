/*
 * libFuzzer target: any bytes are a snapshot. What it says of its Windows, files, hotfixes and starts is told or refused with one
 * line; printed and read again it is the same machine.
 */
#include "fuzz/fuzz.h"

#include "machine/facts.h"
#include "machine/machine.h"
#include "machine/sim/sim.h"

static int ignore(void *data, const char *name) {
  (void)data;
  return strlen(name) > 100000 ? TLSMEND_E_FAILED : TLSMEND_OK;
}

static void ask(tlsmend_machine *machine) {
  static const char *const files[] = {"System32\\winhttp.dll", "System32\\schannel.dll"};
  tlsmend_error error = {0};
  const tlsmend_system *system = NULL;
  uint64_t version = 0;
  char boot[64] = "";
  name_list names = {0};
  tlsmend_value value = {0};
  fuzz_judge(machine_system(machine, &system, &error), &error);
  for (int i = 0; i < 4; i++)
    fuzz_judge(machine_file_version(machine, files[i % 2], i < 2 ? 64 : 32, &version, &error), &error);
  fuzz_judge(machine_boot_id(machine, boot, &error), &error);
  MUST(memchr(boot, '\0', sizeof boot));
  fuzz_judge(machine_hotfixes(machine, &names, &error), &error);
  name_list_clear(&names);
  fuzz_judge(machine_value_get(machine, MACHINE_CURRENT_VERSION, 32, "ProductName", &value, &error), &error);
  tlsmend_value_clear(&value);
  fuzz_judge(machine_each_key(machine, "HKLM\\SOFTWARE", 64, ignore, NULL, &error), &error);
}

/* The canonical text of what the bytes say; NULL if they are refused. free() */
static unsigned char *print(const char *text, size_t *size) {
  tlsmend_machine *machine = NULL;
  tlsmend_error error = {0};
  unsigned char *out = NULL;
  backend_request request = {.argument = "fuzz", .text = text};
  int code = sim_open(&request, &machine, &error);
  fuzz_judge(code, &error);
  MUST((code == TLSMEND_OK) == (machine != NULL));
  if (machine) {
    ask(machine);
    MUST(sim_render(machine, &out, size, &error) == TLSMEND_OK);
  }
  machine_close(machine);
  return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = fuzz_text(data, size);
  size_t first_size = 0, second_size = 0;
  unsigned char *first = print(text, &first_size);
  if (first) {
    char *again = fuzz_text(first, first_size);
    unsigned char *second = print(again, &second_size);
    MUST(second && second_size == first_size && memcmp(first, second, first_size) == 0);
    free(second);
    free(again);
  }
  free(first);
  free(text);
  return 0;
}
