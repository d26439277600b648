/*
 * The Windows event log. All meaning stands in the one string of an event; the message file is one that Windows itself brings and
 * that says "%1" for each id, so that nothing of ours must stay on the machine. The source is registered by `tlsmend install`
 * only; without it the events are there too, with a remark of the viewer that it knows no description.
 */
#include "machine/win32/win32.h"

#include <stdio.h>
#include <stdlib.h>

#include "os/win32/wide.h"

#define SOURCE     L"tlsmend"
#define SOURCE_KEY L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\tlsmend"
#define MESSAGES   L"%SystemRoot%\\System32\\EventCreate.exe"

int event_log(tlsmend_machine *machine, tlsmend_log_kind kind, const char *text, tlsmend_error *error) {
  (void)machine;
  WORD type = kind == TLSMEND_LOG_FAILURE   ? EVENTLOG_ERROR_TYPE
              : kind == TLSMEND_LOG_REFUSAL ? EVENTLOG_WARNING_TYPE
                                            : EVENTLOG_INFORMATION_TYPE;
  wchar_t *wide = wide_from_utf8(text);
  HANDLE source = wide ? RegisterEventSourceW(NULL, SOURCE) : NULL;
  LPCWSTR strings[] = {wide};
  int result = TLSMEND_OK;
  if (!source || !ReportEventW(source, type, 0, (DWORD)kind, NULL, 1, 0, strings, NULL))
    result = wide_fail(error, GetLastError(), "write to", "the event log");
  if (source)
    DeregisterEventSource(source);
  free(wide);
  return result;
}

static LONG source_write(HKEY key) {
  DWORD types = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
  LONG number =
      RegSetValueExW(key, L"EventMessageFile", 0, REG_EXPAND_SZ, (const BYTE *)MESSAGES, sizeof MESSAGES);
  if (number == ERROR_SUCCESS)
    number = RegSetValueExW(key, L"TypesSupported", 0, REG_DWORD, (const BYTE *)&types, sizeof types);
  return number == ERROR_SUCCESS ? RegFlushKey(key) : number;
}

int event_source(tlsmend_machine *machine, bool install, char how[256], tlsmend_error *error) {
  (void)machine;
  HKEY key = NULL;
  LONG number;
  if (install) {
    number = RegCreateKeyExW(HKEY_LOCAL_MACHINE, SOURCE_KEY, 0, NULL, 0, KEY_WRITE | KEY_WOW64_64KEY, NULL,
                             &key, NULL);
    if (number == ERROR_SUCCESS)
      number = source_write(key);
    if (key)
      RegCloseKey(key);
  } else {
    number = RegDeleteKeyW(HKEY_LOCAL_MACHINE, SOURCE_KEY);
    if (number == ERROR_FILE_NOT_FOUND)
      number = ERROR_SUCCESS;
  }
  if (number != ERROR_SUCCESS)
    return wide_fail(error, (DWORD)number, install ? "register" : "remove", "the event source tlsmend");
  snprintf(how, 256,
           install ? "The event source tlsmend is registered: runs are in the Application log."
                   : "The event source tlsmend is removed. What stands in the log stays.");
  return TLSMEND_OK;
}
