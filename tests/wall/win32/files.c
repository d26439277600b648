/* Files, devices, pipes and shared objects by name. */
#include "wall/win32/win32.h"

#include <stdio.h>

#define MADE L"tlsmend-wall-made"

static long file(const wchar_t *path, DWORD access, DWORD how) {
  HANDLE opened = CreateFileW(path, access, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, how, 0, NULL);
  return opened != INVALID_HANDLE_VALUE ? WALL_THROUGH : wall_error();
}

static long in_low_folder(void) {
  wchar_t path[MAX_PATH + 40];
  _snwprintf(path, MAX_PATH + 40, L"%ls\\" MADE, wall_low_folder);
  return file(path, GENERIC_WRITE, CREATE_ALWAYS);
}

static long own_program(void) {
  wchar_t path[MAX_PATH];
  return GetModuleFileNameW(NULL, path, MAX_PATH) ? file(path, GENERIC_READ, OPEN_EXISTING) : wall_error();
}

static long temporary(void) {
  wchar_t path[MAX_PATH + 40], folder[MAX_PATH];
  if (!GetTempPathW(MAX_PATH, folder))
    return wall_error();
  _snwprintf(path, MAX_PATH + 40, L"%ls" MADE, folder);
  return file(path, GENERIC_WRITE, CREATE_ALWAYS);
}

WALL_ASK_CODE(ini, file(L"C:\\Windows\\win.ini", GENERIC_READ, OPEN_EXISTING))
WALL_ASK_CODE(hive, file(L"C:\\Windows\\System32\\config\\SAM", GENERIC_READ, OPEN_EXISTING))
WALL_ASK_CODE(here, file(MADE, GENERIC_WRITE, CREATE_ALWAYS))
WALL_ASK_CODE(common, file(L"C:\\ProgramData\\" MADE, GENERIC_WRITE, CREATE_ALWAYS))
WALL_ASK_CODE(public, file(L"C:\\Users\\Public\\" MADE, GENERIC_WRITE, CREATE_ALWAYS))
WALL_ASK_CODE(windows_temp, file(L"C:\\Windows\\Temp\\" MADE, GENERIC_WRITE, CREATE_ALWAYS))
WALL_ASK_CODE(stream, file(L"C:\\Users\\Public:stream", GENERIC_WRITE, CREATE_ALWAYS))
WALL_ASK_CODE(disk, file(L"\\\\.\\PhysicalDrive0", GENERIC_READ, OPEN_EXISTING))
WALL_ASK_CODE(volume, file(L"\\\\.\\C:", GENERIC_READ, OPEN_EXISTING))
WALL_ASK_CODE(console, file(L"CONIN$", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING))
WALL_ASK_CODE(screen, file(L"CONOUT$", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING))
WALL_ASK_CODE(nothing, file(L"NUL", GENERIC_WRITE, OPEN_EXISTING))
WALL_ASK_CODE(share, file(L"\\\\localhost\\C$\\Windows\\win.ini", GENERIC_READ, OPEN_EXISTING))
WALL_ASK_CODE(pipe_of_service, file(L"\\\\.\\pipe\\svcctl", GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING))
WALL_ASK_CODE(mailslot, file(L"\\\\.\\mailslot\\" MADE, GENERIC_WRITE, OPEN_EXISTING))
WALL_ASK(own_mailslot, CreateMailslotW(L"\\\\.\\mailslot\\" MADE, 0, 0, NULL) != INVALID_HANDLE_VALUE)
WALL_ASK(own_pipe, CreateNamedPipeW(L"\\\\.\\pipe\\" MADE, PIPE_ACCESS_DUPLEX, 0, 1, 64, 64, 0, NULL) !=
                       INVALID_HANDLE_VALUE)
WALL_ASK(folder, CreateDirectoryW(L"C:\\" MADE, NULL))
WALL_ASK_CODE(removal, file(L"C:\\Windows\\win.ini", DELETE, OPEN_EXISTING))
WALL_ASK(attributes, GetFileAttributesW(L"C:\\Windows\\win.ini") != INVALID_FILE_ATTRIBUTES)
WALL_ASK(device_name, DefineDosDeviceW(0, L"Q:", L"C:\\"))
WALL_ASK(other_folder, SetCurrentDirectoryW(L"C:\\Windows"))
WALL_ASK(watched,
         FindFirstChangeNotificationW(L"C:\\", TRUE, FILE_NOTIFY_CHANGE_FILE_NAME) != INVALID_HANDLE_VALUE)
WALL_ASK(global_event, CreateEventW(NULL, TRUE, FALSE, L"Global\\" MADE L"1"))
WALL_ASK(local_event, CreateEventW(NULL, TRUE, FALSE, L"Local\\" MADE L"2"))
WALL_ASK(mutex, CreateMutexW(NULL, FALSE, L"Global\\" MADE L"3"))
WALL_ASK(section,
         CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, L"Global\\" MADE L"4"))
WALL_ASK(local_section,
         CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 4096, L"Local\\" MADE L"5"))

static long listing(void) {
  WIN32_FIND_DATAW found;
  return FindFirstFileW(L"C:\\*", &found) != INVALID_HANDLE_VALUE ? WALL_THROUGH : wall_error();
}

const wall_attempt wall_files[] = {
    {"read win.ini", ini, WALL_REFUSED, 0, false},
    {"read the SAM", hive, WALL_REFUSED, 0, false},
    {"read its own program", own_program, WALL_REFUSED, 0, false},
    {"write here", here, WALL_REFUSED, 0, false},
    {"write to LocalLow", in_low_folder, WALL_REFUSED, 0, false},
    {"write to Temp", temporary, WALL_REFUSED, 0, false},
    {"write to ProgramData", common, WALL_REFUSED, 0, false},
    {"write to Public", public, WALL_REFUSED, 0, false},
    {"write to Windows\\Temp", windows_temp, WALL_REFUSED, 0, false},
    {"write a stream", stream, WALL_REFUSED, 0, false},
    {"read the disk", disk, WALL_REFUSED, 0, false},
    {"read the volume", volume, WALL_REFUSED, 0, false},
    {"open CONIN$", console, WALL_REFUSED, 0, false},
    {"open CONOUT$", screen, WALL_REFUSED, 0, false},
    {"open NUL", nothing, WALL_REFUSED, 0, false},
    {"read a share", share, WALL_REFUSED, 0, false},
    {"pipe of the services", pipe_of_service, WALL_REFUSED, 0, false},
    {"a mailslot", mailslot, WALL_REFUSED, 0, false},
    {"a mailslot of its own", own_mailslot, WALL_REFUSED, 0, false},
    {"a pipe of its own", own_pipe, WALL_REFUSED, 0, false},
    {"make a folder", folder, WALL_REFUSED, 0, false},
    {"open a file to delete it", removal, WALL_REFUSED, 0, false},
    {"attributes of a file", attributes, WALL_REFUSED, 0, false},
    {"list a folder", listing, WALL_REFUSED, 0, false},
    {"watch a folder", watched, WALL_REFUSED, 0, false},
    {"a name for a device", device_name, WALL_REFUSED, 0, false},
    {"another current folder", other_folder, WALL_REFUSED, 0, false},
    {"an event of all sessions", global_event, WALL_REFUSED, 0, false},
    {"an event of this session", local_event, WALL_REFUSED, 0, false},
    {"a mutex of all sessions", mutex, WALL_REFUSED, 0, false},
    {"a section of all sessions", section, WALL_REFUSED, 0, false},
    {"a section of this session", local_section, WALL_REFUSED, 0, false},
    {0},
};
