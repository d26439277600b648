/*
 * Bench: a live Windows in this process, as built-in runbooks use it. usage:
 *   live RUNBOOK READS ROUNDS   a registry read from Lua (read.lua), and the three Win32 calls that it takes in C, in turn; prints
 *                               nanoseconds a read, of tlsmend and of C, and the median of the ratios
 *   live RUNBOOK                plans and applies it
 */
#include <windows.h>

#include <tlsmend/tlsmend.h>

#include <stdio.h>
#include <stdlib.h>

static double now(void) {
  LARGE_INTEGER tick, count;
  QueryPerformanceFrequency(&tick);
  QueryPerformanceCounter(&count);
  return (double)count.QuadPart * 1e9 / (double)tick.QuadPart;
}

static double read_plain(long reads) {
  double begin = now();
  for (long i = 0; i < reads; i++) {
    HKEY key;
    DWORD type, data, size = sizeof data;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\tlsmend-bench\\K0", 0,
                      KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key) ||
        RegQueryValueExW(key, L"V0", NULL, &type, (BYTE *)&data, &size) || RegCloseKey(key)) {
      fprintf(stderr, "live: the value is not there\n");
      exit(1);
    }
  }
  return now() - begin;
}

static int apply(tlsmend_session *session, const char *runbook) {
  tlsmend_plan *made = NULL;
  tlsmend_report *report = NULL;
  tlsmend_error error;
  int code = tlsmend_plan_make(session, &runbook, 1, NULL, 0, &made, &error);
  if (code == TLSMEND_OK)
    code = tlsmend_apply(session, made, &report, &error);
  if (code != TLSMEND_OK)
    fprintf(stderr, "live: %s\n", error.text);
  tlsmend_report_free(report);
  tlsmend_plan_free(made);
  return code != TLSMEND_OK;
}

static double plan(tlsmend_session *session, const char *runbook, long again) {
  char param[32];
  const char *params[] = {param};
  tlsmend_plan *made = NULL;
  tlsmend_error error;
  snprintf(param, sizeof param, "again=%ld", again);
  double begin = now();
  if (tlsmend_plan_make(session, &runbook, 1, params, 1, &made, &error) != TLSMEND_OK) {
    fprintf(stderr, "live: %s\n", error.text);
    exit(1);
  }
  tlsmend_plan_free(made);
  return now() - begin;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

enum { MOST = 1000 };

int main(int argc, char **argv) {
  static double ours[MOST], theirs[MOST], ratio[MOST];
  long reads = argc == 4 ? atol(argv[2]) : 0, rounds = argc == 4 ? atol(argv[3]) : 0;
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  tlsmend_session *session = NULL;
  tlsmend_error error;
  if (argc != 2 && (reads < 1 || rounds < 1 || rounds > MOST))
    return 64;
  options.in_process = options.allow_unsigned = 1;
  if (tlsmend_session_open(&options, &session, &error) != TLSMEND_OK)
    return fprintf(stderr, "live: %s\n", error.text), 1;
  if (argc == 2) {
    int failed = apply(session, argv[1]);
    tlsmend_session_close(session);
    return failed;
  }
  for (long i = -1; i < rounds; i++) { /* the first one warms */
    double once = plan(session, argv[1], 1), many = plan(session, argv[1], 1 + reads),
           plain = read_plain(reads);
    if (i < 0)
      continue;
    ours[i] = (many - once) / (double)reads;
    theirs[i] = plain / (double)reads;
    ratio[i] = ours[i] / theirs[i];
  }
  tlsmend_session_close(session);
  qsort(ours, (size_t)rounds, sizeof *ours, compare);
  qsort(theirs, (size_t)rounds, sizeof *theirs, compare);
  qsort(ratio, (size_t)rounds, sizeof *ratio, compare);
  printf("%.0f %.0f %.2f\n", ours[rounds / 2], theirs[rounds / 2], ratio[rounds / 2]);
  return 0;
}
