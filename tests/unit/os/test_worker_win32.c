/*
 * Workers on Windows: what a worker inherits, how it ends and with whom, what happens where this process is in a job or a level does not
 * start. Wine does not enforce all of it: that is said (NOT ENFORCED HERE) and not judged.
 */
#include <windows.h>

#include "unit/os/worker.h"

/* In the worker. */

static void grow(uint32_t mib) {
  for (;;) {
    char *bytes = malloc((size_t)mib << 20);
    if (!bytes)
      os_wall_exit(9);
    memset(bytes, 1, (size_t)mib << 20);
    os_sleep(1);
  }
}

/* Handles that were inherited: GetHandleInformation asks for no right. */
static uint32_t count_inherited(void) {
  uint32_t count = 0;
  DWORD flags;
  for (uintptr_t i = 4; i < 0x4000; i += 4)
    count += GetHandleInformation((HANDLE)i, &flags) && (flags & HANDLE_FLAG_INHERIT);
  return count;
}

static void obey(const order *given) {
  switch (given->what) {
  case 'e':
    echo(given->size);
    break;
  case 'w':
    answer_wall();
    break;
  case 'n':
    answer(count_inherited());
    break;
  case 'i':
    answer(GetCurrentProcessId());
    break;
  case 'q':
    answer(os_wall_waiting() ? 1 : 0);
    break;
  case 'g':
    grow(given->size);
    break;
  case 's':
    *(volatile char *)(uintptr_t)given->size = 1;
    break;
  case 'l':
    for (volatile bool forever = true; forever;)
      continue;
    break;
  case 'x':
    os_wall_exit((int)given->size);
  default:
    os_wall_exit(8);
  }
}

static int work(unsigned long long memory) {
  order given;
  if (os_wall_raise(memory, &wall, &wall_error) != TLSMEND_OK)
    os_wall_exit(6);
  while (os_wall_receive(&given, sizeof given))
    obey(&given);
  os_wall_exit(7);
}

/* Functions of Windows that the library has from here: its own import of them is this variable. */

typedef BOOL(WINAPI *assign_fn)(HANDLE, HANDLE);
typedef BOOL(WINAPI *create_fn)(HANDLE, LPCWSTR, LPWSTR, LPSECURITY_ATTRIBUTES, LPSECURITY_ATTRIBUTES, BOOL,
                                DWORD, LPVOID, LPCWSTR, LPSTARTUPINFOW, LPPROCESS_INFORMATION);
#ifdef _WIN64
#define IMPORT(name, bytes) __asm__("__imp_" name)
#else
#define IMPORT(name, bytes) __asm__("__imp__" name "@" bytes)
#endif

static struct {
  unsigned refused;   /* assignments to a job that are refused from now on */
  unsigned stillborn; /* processes that die while they are loaded */
  unsigned created, broken_away, assigned;
} faults;

static BOOL WINAPI assign(HANDLE job, HANDLE process) {
  assign_fn real;
  FARPROC found = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "AssignProcessToJobObject");
  memcpy(&real, &found, sizeof real);
  if (faults.refused > 0) {
    faults.refused--;
    SetLastError(ERROR_ACCESS_DENIED);
    return FALSE;
  }
  faults.assigned++;
  return real(job, process);
}

static BOOL WINAPI create(HANDLE token, LPCWSTR program_, LPWSTR line, LPSECURITY_ATTRIBUTES process,
                          LPSECURITY_ATTRIBUTES thread, BOOL inherit, DWORD flags, LPVOID environment,
                          LPCWSTR folder, LPSTARTUPINFOW start, LPPROCESS_INFORMATION out) {
  create_fn real;
  FARPROC found = GetProcAddress(GetModuleHandleW(L"advapi32.dll"), "CreateProcessAsUserW");
  memcpy(&real, &found, sizeof real);
  faults.created++;
  faults.broken_away += (flags & CREATE_BREAKAWAY_FROM_JOB) != 0;
  wchar_t dying[] = L"worker --stillborn";
  if (faults.stillborn > 0) {
    faults.stillborn--;
    line = dying;
  }
  return real(token, program_, line, process, thread, inherit, flags, environment, folder, start, out);
}

extern assign_fn imported_assign IMPORT("AssignProcessToJobObject", "8");
assign_fn imported_assign = assign;
extern create_fn imported_create IMPORT("CreateProcessAsUserW", "44");
create_fn imported_create = create;

/* In the parent. */

static bool on_wine(void) { return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version"); }

static os_wall lines_of(os_worker *worker) {
  os_wall out = {.count = ask(worker, 'w', 0)};
  os_worker_wait wait = within(LONGEST);
  assert_in_range(out.count, 1, 16);
  MUST(os_worker_receive(worker, out.lines, out.count * sizeof out.lines[0], &wait, &error));
  os_worker_notes(worker, &out);
  return out;
}

static bool says(const os_wall *lines, const char *words) {
  for (size_t i = 0; i < lines->count; i++)
    if (strstr(lines->lines[i], words))
      return true;
  return false;
}

static void must_say(const os_wall *lines, const char *words) {
  if (!says(lines, words))
    fail_msg("no line says \"%s\"", words);
}

/* What holds on Windows from some version on; a loud line where Wine does not do it. */
static void should_say(const os_wall *lines, const char *words) {
  if (!says(lines, words) && on_wine())
    print_message("  NOT ENFORCED HERE: %s\n", words);
  else
    must_say(lines, words);
}

static void token_is_less(void **state) {
  (void)state;
  os_worker *worker = started();
  os_wall lines = lines_of(worker);
  must_say(&lines, " 0 privileges");
  should_say(&lines, "user denied");
  should_say(&lines, "restricted to 1 other");
  should_say(&lines, "integrity: untrusted");
  should_say(&lines, "job: no child process, ends with tlsmend");
  os_worker_end(worker);
}

static void ends(void **state) {
  (void)state;
  must_end('x', 0, LONGEST, 0, TLSMEND_E_FAILED, "ended with exit code 0");
  must_end('x', 3, LONGEST, 0, TLSMEND_E_FAILED, "ended with exit code 3");
  must_end('x', 0xc0000409, LONGEST, 0, TLSMEND_E_FAILED,
           "was ended by the system for what it did or tried (0xC0000409)");
  must_end('s', 8, LONGEST, 0, TLSMEND_E_FAILED, "crashed (0xC0000005");
}

static void limits(void **state) {
  (void)state;
  idles = 0;
  must_end('l', 0, SOON, 0, TLSMEND_E_LIMIT, "gave no answer in its time");
  assert_true(idles > 0);
  if (on_wine())
    print_message("  NOT ENFORCED HERE: processor time, which Wine does not tell of another process\n");
  else
    must_end('l', 0, LONGEST, 1, TLSMEND_E_LIMIT, "1 seconds of processor");
}

/* The job refuses the memory, and the worker ends itself with 9; or this process looks, and ends it. */
static void memory_is_limited(void **state) {
  (void)state;
  tlsmend_error error = {0};
  os_worker *worker = started();
  os_worker_wait wait = within(LONGEST);
  char byte;
  tell(worker, 'g', 1);
  int code = os_worker_receive(worker, &byte, 1, &wait, &error);
  print_message("  %s\n", error.text);
  if (code == TLSMEND_E_LIMIT)
    assert_string_equal(error.text, "took more memory than its 33554432 bytes");
  else
    assert_string_equal(error.text, "ended with exit code 9");
  os_worker_end(worker);
}

static void knows_what_waits(void **state) {
  (void)state;
  os_worker *worker = started();
  order both[] = {{'q', 0}, {'q', 0}};
  os_worker_wait wait = within(LONGEST);
  uint32_t answers[2] = {9, 9};
  MUST(os_worker_send(worker, both, sizeof both, &wait, &error));
  MUST(os_worker_receive(worker, answers, sizeof answers, &wait, &error));
  assert_int_equal(answers[0], 1);
  assert_int_equal(answers[1], 0);
  os_worker_end(worker);
}

/* Pipes whose writing ends could be inherited: where nobody has them once they are closed here, nobody has inherited them. */
static void nothing_is_inherited(void **state) {
  (void)state;
  enum { PIPES = 8 };
  HANDLE reading[PIPES], writing[PIPES];
  SECURITY_ATTRIBUTES inheritable = {sizeof inheritable, NULL, TRUE};
  for (int i = 0; i < PIPES; i++)
    assert_true(CreatePipe(&reading[i], &writing[i], &inheritable, 0));
  os_worker *worker = started();
  assert_int_equal(ask(worker, 'n', 0), 2);
  for (int i = 0; i < PIPES; i++) {
    CloseHandle(writing[i]);
    assert_false(PeekNamedPipe(reading[i], NULL, 0, NULL, NULL, NULL));
    assert_int_equal(GetLastError(), ERROR_BROKEN_PIPE);
    CloseHandle(reading[i]);
  }
  os_worker_end(worker);
}

static void no_such_program(void **state) {
  (void)state;
  tlsmend_error error = {0};
  os_worker *worker = NULL;
  assert_int_equal(
      os_worker_start(&(os_worker_terms){.program = "C:\\nowhere\\tlsmend.exe"}, &worker, &error),
      TLSMEND_E_ABSENT);
  assert_null(worker);
  assert_non_null(strstr(error.text, "C:\\nowhere\\tlsmend.exe"));
}

static void another_program(void **state) {
  (void)state;
  tlsmend_error error = {0};
  os_worker *worker = NULL;
  char *other = os_system_path("System32\\cmd.exe");
  assert_int_equal(os_worker_start(&(os_worker_terms){.program = other}, &worker, &error),
                   TLSMEND_E_UNSUPPORTED);
  assert_null(worker);
  assert_non_null(strstr(error.text, other));
  free(other);
}

/* This program once more, with a word that says what it does; its exit code. */
static DWORD apart(const char *word) {
  STARTUPINFOA start = {.cb = sizeof start};
  PROCESS_INFORMATION process;
  char line[1024];
  DWORD code = 0;
  snprintf(line, sizeof line, "\"%s\" %s", program, word);
  assert_true(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &start, &process));
  assert_int_equal(WaitForSingleObject(process.hProcess, LONGEST), WAIT_OBJECT_0);
  assert_true(GetExitCodeProcess(process.hProcess, &code));
  CloseHandle(process.hThread);
  CloseHandle(process.hProcess);
  return code;
}

static void must_be_gone(DWORD id) {
  assert_int_not_equal(id, 0);
  HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, id);
  if (!process)
    return;
  assert_int_equal(WaitForSingleObject(process, LONGEST), WAIT_OBJECT_0);
  CloseHandle(process);
}

static DWORD leave_one(char what) {
  os_worker *worker = started();
  DWORD id = ask(worker, 'i', 0);
  if (what)
    tell(worker, what, 0);
  return id;
}

/* One that waits sees the end of the pipe; one that is busy is the job's, and where it has none a thread of it looks at the pipe. */
static void ends_with_its_parent(void **state) {
  (void)state;
  must_be_gone(apart("--leave-busy"));
  must_be_gone(apart("--leave-waiting"));
  must_be_gone(apart("--leave-jobless"));
  must_be_gone(apart("--leave-jobless-busy"));
}

static void no_nested_jobs(void **state) {
  (void)state;
  memset(&faults, 0, sizeof faults);
  faults.refused = 2;
  os_worker *worker = started(); /* the second process, out of the job of this one */
  os_wall lines = lines_of(worker);
  assert_int_equal(faults.created, 2);
  assert_int_equal(faults.broken_away, 1);
  assert_int_equal(faults.assigned, 1);
  assert_false(says(&lines, "job: none of its own"));
  os_worker_end(worker);
  memset(&faults, 0, sizeof faults);
  faults.refused = 4;
  worker = started();
  lines = lines_of(worker);
  assert_int_equal(faults.created, 3);
  must_say(&lines, "job: none of its own: tlsmend is in one");
  must_echo(worker, 10);
  os_worker_end(worker);
  faults.refused = 1;
  worker = started();
  lines = lines_of(worker);
  must_say(&lines, "job: without limits of windows and clipboard");
  os_worker_end(worker);
  memset(&faults, 0, sizeof faults);
}

/* Run in a process of its own, which is in a job then. */
static DWORD in_job(DWORD flags) {
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limit = {.BasicLimitInformation.LimitFlags = flags};
  HANDLE job = CreateJobObjectW(NULL, NULL);
  if (!SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limit, sizeof limit) ||
      !assign(job, GetCurrentProcess()))
    return 2;
  os_worker *worker = started();
  os_wall lines = lines_of(worker);
  for (size_t i = 0; i < lines.count; i++)
    if (strstr(lines.lines[i], "job"))
      print_message("  %s\n", lines.lines[i]);
  must_echo(worker, 1000);
  os_worker_end(worker);
  return 0;
}

static void within_a_job(void **state) {
  (void)state;
  assert_int_equal(apart("--in-job"), 0);
  assert_int_equal(apart("--in-job-left"), 0);
}

/* In a process of its own: what did not start once is not tried again. */
static DWORD at_lesser_level(void) {
  faults.stillborn = 2;
  os_worker *worker = started();
  os_wall lines = lines_of(worker);
  for (size_t i = 0; i < lines.count; i++)
    print_message("  %s\n", lines.lines[i]);
  if (!says(&lines, "level: token limited to what everybody may") || !says(&lines, "0xC0000142") ||
      faults.created != 3)
    return 2;
  os_worker_end(worker);
  worker = started();
  lines = lines_of(worker);
  if (!says(&lines, "level: token limited to what everybody may") || faults.created != 4)
    return 3;
  os_worker_end(worker);
  tlsmend_error error = {0};
  faults.stillborn = 9;
  if (os_worker_start(&(os_worker_terms){.program = program}, &worker, &error) != TLSMEND_E_UNSUPPORTED)
    return 4;
  print_message("  %s\n", error.text);
  return strstr(error.text, "0xC0000142") ? 0 : 5;
}

static void lesser_levels(void **state) {
  (void)state;
  assert_int_equal(apart("--levels"), 0);
}

static void nothing_leaks(void **state) {
  (void)state;
  DWORD before = 0, after = 0;
  must_end('x', 1, LONGEST, 0, TLSMEND_E_FAILED, "1"); /* libraries that are looked up stay loaded */
  assert_true(GetProcessHandleCount(GetCurrentProcess(), &before));
  for (unsigned i = 0; i < 50; i++)
    os_worker_end(started());
  assert_true(GetProcessHandleCount(GetCurrentProcess(), &after));
  assert_int_equal(after, before);
}

/* By hand: --measure. */
static DWORD measure(void) {
  enum { STARTS = 50, TRIPS = 5000 };
  LARGE_INTEGER begin, end, second;
  QueryPerformanceFrequency(&second);
  QueryPerformanceCounter(&begin);
  for (int i = 0; i < STARTS; i++)
    os_worker_end(started());
  QueryPerformanceCounter(&end);
  printf("start and end: %.2f ms\n",
         (double)(end.QuadPart - begin.QuadPart) * 1e3 / (double)second.QuadPart / STARTS);
  os_worker *worker = started();
  QueryPerformanceCounter(&begin);
  for (int i = 0; i < TRIPS; i++)
    ask(worker, 'i', 0);
  QueryPerformanceCounter(&end);
  printf("round trip: %.2f us\n",
         (double)(end.QuadPart - begin.QuadPart) * 1e6 / (double)second.QuadPart / TRIPS);
  os_worker_end(worker);
  return 0;
}

static DWORD in_own_process(const char *word) {
  if (strcmp(word, "--stillborn") == 0)
    return 0xc0000142;
  if (strstr(word, "jobless"))
    faults.refused = 9;
  if (strncmp(word, "--leave-", 8) == 0)
    return leave_one(strstr(word, "busy") ? 'l' : 0);
  if (strcmp(word, "--in-job") == 0)
    return in_job(0);
  if (strcmp(word, "--in-job-left") == 0)
    return in_job(JOB_OBJECT_LIMIT_BREAKAWAY_OK);
  if (strcmp(word, "--levels") == 0)
    return at_lesser_level();
  return measure();
}

int main(int argc, char **argv) {
  unsigned long long memory;
  if (os_wall_wanted(argc, argv, &memory))
    return work(memory);
  program = os_program_path();
  if (argc == 2)
    ExitProcess(in_own_process(argv[1]));
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wanted),
      cmocka_unit_test(says_what_it_is_made_of),
      cmocka_unit_test(token_is_less),
      cmocka_unit_test(echoes),
      cmocka_unit_test(frames_that_come_at_once),
      cmocka_unit_test(knows_what_waits),
      cmocka_unit_test(ends),
      cmocka_unit_test(limits),
      cmocka_unit_test(memory_is_limited),
      cmocka_unit_test(nothing_is_inherited),
      cmocka_unit_test(no_such_program),
      cmocka_unit_test(another_program),
      cmocka_unit_test(ends_with_its_parent),
      cmocka_unit_test(no_nested_jobs),
      cmocka_unit_test(within_a_job),
      cmocka_unit_test(lesser_levels),
      cmocka_unit_test(nothing_leaks),
  };
  int failures = cmocka_run_group_tests_name("worker", tests, NULL, NULL);
  free(program);
  return failures;
}
