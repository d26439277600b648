/*
 * elevated PROGRAM ARGUMENT...: runs it with the rights of an administrator, which elevated.manifest asks for, and leaves with its
 * exit code. Without a program: 0 if this process has them.
 */
#include <wchar.h>
#include <windows.h>

static int rights(void) {
  HANDLE token = NULL;
  TOKEN_ELEVATION elevation = {0};
  DWORD size = 0;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
    GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &size);
  return elevation.TokenIsElevated ? 0 : 1;
}

int wmain(void) {
  STARTUPINFOW start = {.cb = sizeof start};
  PROCESS_INFORMATION process;
  DWORD code = 125;
  wchar_t *rest = GetCommandLineW(); /* passed on as it stands, behind the name of this program */
  wchar_t *end = *rest == L'"' ? wcschr(rest + 1, L'"') : wcschr(rest, L' ');
  rest = end ? end + 1 + wcsspn(end + 1, L" ") : L"";
  if (!*rest)
    return rights();
  if (!CreateProcessW(NULL, rest, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process))
    return 126;
  WaitForSingleObject(process.hProcess, INFINITE);
  GetExitCodeProcess(process.hProcess, &code);
  return (int)code;
}
