/*
 * Being run again after a restart. A boot task of the Task Scheduler, as SYSTEM, where one can be made and is seen to be there;
 * a RunOnce entry otherwise. Reasons: docs/decisions/0005-resume-mechanism.md. What is run is a copy of this program in the
 * state folder: SYSTEM must not run what a user could exchange.
 */
#include "base/error.h"
#include "machine/win32/win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/unicode.h"
#include "os/os.h"
#include "os/win32/wide.h"

#define TASK_NAME            "tlsmend-resume"
#define TASK_NAME_NOBODY_HAS "tlsmend-resume-that-nobody-made"

/* The longest command that RunOnce carries out. */
enum { RUN_ONCE_MAX = 260 };

/* What is run: the program's copy and the absolute state folder. All malloc'd. */
typedef struct plan_of_resume {
  char *program, *state;
} plan_of_resume;

static void resume_clear(plan_of_resume *plan) {
  free(plan->program);
  free(plan->state);
}

static int resume_locate(const char *state, plan_of_resume *plan, tlsmend_error *error) {
  *plan = (plan_of_resume){0};
  int result = package_absolute(state, &plan->state, error);
  if (result == TLSMEND_OK && !(plan->program = os_path_join(plan->state, "tlsmend.exe")))
    result = error_no_memory(error);
  return result;
}

/* The exit code of schtasks, or 1 if it could not be run. */
static uint32_t schtasks(win32_machine *self, const char *const *arguments) {
  process_request request = {L"System32\\schtasks.exe", arguments, true};
  uint32_t code;
  return process_run(self, &request, &code, NULL) == TLSMEND_OK ? code : 1;
}

static bool task_seen(win32_machine *self, const char *name) {
  const char *arguments[] = {"/Query", "/TN", name, NULL};
  return schtasks(self, arguments) == 0;
}

/* A schtasks that also finds what does not exist says nothing by finding ours: Wine's does that, and runs no tasks. */
static bool tasks_credible(win32_machine *self) { return !task_seen(self, TASK_NAME_NOBODY_HAS); }

static void text_escape(const wchar_t *text, wchar_t *out) {
  for (; *text; text++) {
    const wchar_t *as = *text == L'&' ? L"&amp;" : *text == L'<' ? L"&lt;" : *text == L'>' ? L"&gt;" : NULL;
    if (as) {
      wcscpy(out, as);
      out += wcslen(as);
    } else {
      *out++ = *text;
    }
  }
  *out = L'\0';
}

static const wchar_t task_format[] =
    L"\xfeff<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n"
    L"<Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\r\n"
    L"<RegistrationInfo><Description>Continues a tlsmend run after a restart; removed when the run has "
    L"ended.</Description></RegistrationInfo>\r\n"
    L"<Triggers><BootTrigger><Enabled>true</Enabled></BootTrigger></Triggers>\r\n"
    L"<Principals><Principal "
    L"id=\"Author\"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal>"
    L"</Principals>\r\n"
    L"<Settings><MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>"
    L"<DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries><StopIfGoingOnBatteries>false</"
    L"StopIfGoingOnBatteries>"
    L"<AllowHardTerminate>false</AllowHardTerminate><StartWhenAvailable>true</StartWhenAvailable>"
    L"<RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable><Enabled>true</"
    L"Enabled><RunOnlyIfIdle>false</RunOnlyIfIdle>"
    L"<ExecutionTimeLimit>PT0S</ExecutionTimeLimit><Priority>5</Priority></Settings>\r\n"
    L"<Actions Context=\"Author\"><Exec><Command>%ls</Command><Arguments>%ls</Arguments></Exec></Actions>\r\n"
    L"</Task>\r\n";

/* "resume --boot --state ..." as a command line reads it; malloc'd. */
static wchar_t *arguments_make(const plan_of_resume *plan) {
  static const wchar_t words[] = L"resume --boot --state ";
  wchar_t *state = wide_from_utf8(plan->state);
  wchar_t *line =
      state ? malloc((sizeof words / sizeof *words + 2 * wcslen(state) + 4) * sizeof *line) : NULL;
  if (line) {
    wcscpy(line, words);
    wide_quote(line + wcslen(line), state);
  }
  free(state);
  return line;
}

/* The file that schtasks makes the task from; malloc'd, *size in bytes. */
static wchar_t *task_text(const plan_of_resume *plan, size_t *size) {
  wchar_t *arguments = arguments_make(plan), *program = wide_from_utf8(plan->program), *text = NULL;
  wchar_t *safe_arguments = arguments ? malloc((5 * wcslen(arguments) + 1) * sizeof *arguments) : NULL;
  wchar_t *safe_program = program ? malloc((5 * wcslen(program) + 1) * sizeof *program) : NULL;
  if (safe_arguments && safe_program) {
    text_escape(arguments, safe_arguments);
    text_escape(program, safe_program);
    size_t room = sizeof task_format / sizeof *task_format + wcslen(safe_arguments) + wcslen(safe_program);
    text = malloc(room * sizeof *text);
    int length = text ? swprintf(text, room, task_format, safe_program, safe_arguments) : 0;
    *size = length > 0 ? (size_t)length * sizeof *text : 0;
  }
  free(safe_arguments);
  free(safe_program);
  free(arguments);
  free(program);
  return text;
}

/* Makes the task and looks whether it is there. */
static bool task_make(win32_machine *self, const plan_of_resume *plan, const os_folder *folder) {
  size_t size = 0;
  wchar_t *text = task_text(plan, &size);
  char *file = os_path_join(plan->state, TASK_NAME ".xml");
  bool made = false;
  if (text && file && size && os_folder_put(folder, TASK_NAME ".xml", text, size, NULL) == TLSMEND_OK) {
    const char *arguments[] = {"/Create", "/TN", TASK_NAME, "/XML", file, "/F", NULL};
    made = schtasks(self, arguments) == 0 && task_seen(self, TASK_NAME);
    os_file_remove(file, NULL);
  }
  free(file);
  free(text);
  return made;
}

static void task_remove(win32_machine *self) {
  const char *arguments[] = {"/Delete", "/TN", TASK_NAME, "/F", NULL};
  schtasks(self, arguments);
}

static int run_once_make(win32_machine *self, const plan_of_resume *plan, tlsmend_error *error) {
  wchar_t *arguments = arguments_make(plan), *program = wide_from_utf8(plan->program);
  wchar_t *line =
      arguments && program ? malloc((wcslen(arguments) + 2 * wcslen(program) + 8) * sizeof *line) : NULL;
  int result = TLSMEND_OK;
  if (!line) {
    result = error_no_memory(error);
  } else {
    wchar_t *end = wide_quote(line, program);
    *end++ = L' ';
    wcscpy(end, arguments);
    result = wcslen(line) > RUN_ONCE_MAX
                 ? tlsmend_error_set(
                       error, TLSMEND_E_UNSUPPORTED,
                       "%s is too long for a RunOnce entry: choose a shorter --state, or run tlsmend resume "
                       "after the restart",
                       plan->state)
                 : registry_run_once(self, line, error);
  }
  free(line);
  free(program);
  free(arguments);
  return result;
}

static int program_copy(const plan_of_resume *plan, const os_folder *folder, tlsmend_error *error) {
  char *running = os_program_path();
  if (!running)
    return tlsmend_error_set(error, TLSMEND_E_IO, "Windows does not tell where this program is");
  int result = TLSMEND_OK;
  if (!unicode_name_equal(running, plan->program)) /* a resumed run is the copy already */
    result = os_folder_copy(folder, "tlsmend.exe", running, error);
  free(running);
  return result;
}

static int arrange(win32_machine *self, const plan_of_resume *plan, char how[256], tlsmend_error *error) {
  os_folder *folder = NULL;
  int result = os_folder_open(plan->state, true, &folder, error);
  if (result == TLSMEND_OK)
    result = program_copy(plan, folder, error);
  bool task = result == TLSMEND_OK && tasks_credible(self) && task_make(self, plan, folder);
  os_folder_close(folder);
  if (result != TLSMEND_OK)
    return result;
  if (task) {
    snprintf(how, 256, "goes on by itself after the restart: boot task %s, as SYSTEM", TASK_NAME);
    return TLSMEND_OK;
  }
  result = run_once_make(self, plan, error);
  if (result == TLSMEND_OK)
    snprintf(how, 256,
             "goes on when an administrator logs on after the restart: RunOnce entry (no boot task could be "
             "made)");
  return result;
}

/* The copy of the program marks that something was arranged. It stays where it is itself what is running. */
static int take_back(win32_machine *self, const plan_of_resume *plan, tlsmend_error *error) {
  package_clear(plan->state);
  if (!os_file_exists(plan->program))
    return TLSMEND_OK;
  int result = registry_run_once(self, NULL, error);
  if (task_seen(self, TASK_NAME) && tasks_credible(self))
    task_remove(self);
  os_file_remove(plan->program, NULL);
  return result;
}

int resume_arrange(tlsmend_machine *machine, const char *run, const char *state, char how[256],
                   tlsmend_error *error) {
  win32_machine *self = (win32_machine *)machine;
  how[0] = '\0';
  plan_of_resume plan;
  int result = resume_locate(state, &plan, error);
  if (result == TLSMEND_OK)
    result = run ? arrange(self, &plan, how, error) : take_back(self, &plan, error);
  resume_clear(&plan);
  return result;
}
