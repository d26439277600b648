/*
 * The host's operating system on Windows: files, logs, locks. Contract: os/os.h. Folders stand in
 * os/win32/dir.c, time and the process in os/win32/process.c. Durability is FlushFileBuffers and, for
 * replaced names, MOVEFILE_WRITE_THROUGH.
 */
#include "base/error.h"
#include "os/os.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tlsmend/tlsmend.h>

#include "os/system.h"
#include "os/win32/library.h"
#include "os/win32/wide.h"

/* CreateFileW with a UTF-8 path; INVALID_HANDLE_VALUE and the error set otherwise. */
static int file_open_as(const char *path, DWORD access, DWORD share, DWORD how, DWORD flags, HANDLE *out) {
  *out = INVALID_HANDLE_VALUE;
  wchar_t *wide;
  int result = wide_path(path, &wide, NULL);
  if (result != TLSMEND_OK) {
    SetLastError(result == TLSMEND_E_MEMORY ? ERROR_OUTOFMEMORY : ERROR_INVALID_NAME);
    return result;
  }
  *out = CreateFileW(wide, access, share, NULL, how, FILE_ATTRIBUTE_NORMAL | flags, NULL);
  DWORD number = GetLastError();
  free(wide);
  SetLastError(number);
  return *out == INVALID_HANDLE_VALUE ? wide_code(number) : TLSMEND_OK;
}

static int file_open(const char *path, DWORD access, DWORD share, DWORD how, HANDLE *out) {
  return file_open_as(path, access, share, how, 0, out);
}

/* A file of a machine's state: made new, or one that is there and nobody else can have prepared. A link is not followed: it is opened
 * itself, and refused. Nothing of it is changed up to then. */
static int state_open(const char *path, const char *verb, DWORD access, DWORD share, DWORD how, HANDLE *out,
                      tlsmend_error *error) {
  int result = TLSMEND_OK;
  if (file_open_as(path, access | READ_CONTROL, share, how, FILE_FLAG_OPEN_REPARSE_POINT, out) !=
      TLSMEND_OK) {
    DWORD number = GetLastError();
    if (number == ERROR_FILE_EXISTS || number == ERROR_ALREADY_EXISTS)
      return tlsmend_error_set(error, TLSMEND_E_BUSY, "cannot %s %s: there is something of that name", verb,
                               path);
    return wide_fail(error, number, verb, path);
  }
  if (how != CREATE_NEW)
    result = wide_check_own(*out, false, path, error);
  if (result != TLSMEND_OK) {
    CloseHandle(*out);
    *out = INVALID_HANDLE_VALUE;
  }
  return result;
}

bool os_name_taken(const char *path) {
  if (wide_attributes(path) != INVALID_FILE_ATTRIBUTES) /* of a link itself */
    return true;
  DWORD number = GetLastError();
  return number != ERROR_FILE_NOT_FOUND && number != ERROR_PATH_NOT_FOUND;
}

bool os_file_exists(const char *path) {
  DWORD attributes = wide_attributes(path);
  return attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

static bool identity(const char *path, BY_HANDLE_FILE_INFORMATION *out) {
  wchar_t *wide;
  if (wide_path(path, &wide, NULL) != TLSMEND_OK)
    return false;
  HANDLE file = CreateFileW(wide, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                            OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
  free(wide);
  if (file == INVALID_HANDLE_VALUE)
    return false;
  bool known = GetFileInformationByHandle(file, out) != 0;
  CloseHandle(file);
  return known;
}

bool os_file_same(const char *path, const char *other) {
  BY_HANDLE_FILE_INFORMATION a, b;
  return identity(path, &a) && identity(other, &b) && a.dwVolumeSerialNumber == b.dwVolumeSerialNumber &&
         a.nFileIndexHigh == b.nFileIndexHigh && a.nFileIndexLow == b.nFileIndexLow;
}

int os_file_remove(const char *path, tlsmend_error *error) {
  wchar_t *wide;
  int result = wide_path(path, &wide, error);
  if (result != TLSMEND_OK)
    return result;
  if (!DeleteFileW(wide))
    result = wide_fail(error, GetLastError(), "remove", path);
  free(wide);
  return result;
}

int os_dir_remove(const char *path, tlsmend_error *error) {
  wchar_t *wide;
  int result = wide_path(path, &wide, error);
  if (result != TLSMEND_OK)
    return result;
  if (!RemoveDirectoryW(wide))
    result = wide_fail(error, GetLastError(), "remove", path);
  free(wide);
  return result;
}

int os_dir_temporary(char **out, tlsmend_error *error) {
  wchar_t folder[MAX_PATH + 1];
  char name[32];
  unsigned long long chance = 0;
  DWORD(WINAPI * of_system)
  (DWORD, wchar_t *); /* Windows 11: SYSTEM has a folder that nobody else writes to */
  DWORD length = library_function(L"kernel32.dll", "GetTempPath2W", &of_system, sizeof of_system)
                     ? of_system(MAX_PATH + 1, folder)
                     : GetTempPathW(MAX_PATH + 1, folder);
  *out = NULL;
  if (length == 0 || length > MAX_PATH)
    return wide_fail(error, GetLastError(), "find", "the folder for temporary files");
  os_random(&chance, sizeof chance);
  snprintf(name, sizeof name, "tlsmend-%016llx", chance);
  char *base = wide_to_utf8(folder, length);
  *out = base ? os_path_join(base, name) : NULL;
  free(base);
  int code = *out ? os_dir_make(*out, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    return code;
  free(*out);
  *out = NULL;
  return code;
}

static int read_all(HANDLE file, const char *path, char *bytes, size_t size, size_t *got,
                    tlsmend_error *error) {
  *got = 0;
  while (*got < size) {
    size_t rest = size - *got;
    DWORD done = 0;
    if (!ReadFile(file, bytes + *got, rest > 0x10000000 ? 0x10000000 : (DWORD)rest, &done, NULL))
      return wide_fail(error, GetLastError(), "read", path);
    if (done == 0)
      break;
    *got += done;
  }
  return TLSMEND_OK;
}

int os_file_read(const char *path, size_t most, char **out, size_t *size, tlsmend_error *error) {
  *out = NULL;
  *size = 0;
  HANDLE file;
  if (file_open(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, OPEN_EXISTING,
                &file) != TLSMEND_OK)
    return wide_fail(error, GetLastError(), "read", path);
  int result = TLSMEND_OK;
  char *bytes = NULL;
  LARGE_INTEGER length;
  if (!GetFileSizeEx(file, &length)) {
    result = wide_fail(error, GetLastError(), "read", path);
    goto out;
  }
  if ((unsigned long long)length.QuadPart > most) {
    result = tlsmend_error_set(error, TLSMEND_E_IO, "cannot read %s: %lld bytes, more than the %llu allowed",
                               path, length.QuadPart, (unsigned long long)most);
    goto out;
  }
  bytes = malloc((size_t)length.QuadPart + 1);
  if (!bytes) {
    result = error_no_memory(error);
    goto out;
  }
  result = read_all(file, path, bytes, (size_t)length.QuadPart, size, error);
  if (result != TLSMEND_OK)
    goto out;
  bytes[*size] = '\0';
  *out = bytes;
  bytes = NULL;
out:
  if (result != TLSMEND_OK)
    *size = 0;
  free(bytes);
  CloseHandle(file);
  return result;
}

int os_file_size(const char *path, uint64_t *out, tlsmend_error *error) {
  HANDLE file;
  LARGE_INTEGER length;
  /* asked of the file, not of its name: the folder's note of the size is late */
  if (file_open(path, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                OPEN_EXISTING, &file) != TLSMEND_OK)
    return wide_fail(error, GetLastError(), "look at", path);
  int result = GetFileSizeEx(file, &length) ? TLSMEND_OK : wide_fail(error, GetLastError(), "look at", path);
  CloseHandle(file);
  *out = result == TLSMEND_OK ? (uint64_t)length.QuadPart : 0;
  return result;
}

static BOOL write_all(HANDLE file, const char *bytes, size_t size) {
  while (size > 0) {
    DWORD done = 0;
    if (!WriteFile(file, bytes, size > 0x10000000 ? 0x10000000 : (DWORD)size, &done, NULL))
      return FALSE;
    bytes += done;
    size -= done;
  }
  return TRUE;
}

/* Nothing is written before the new file has the rights of the old one: who may not read that reads nothing here. */
static DWORD write_beside(const wchar_t *temporary, const wchar_t *path, const void *bytes, size_t size) {
  HANDLE file = CreateFileW(temporary, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
  if (file == INVALID_HANDLE_VALUE)
    return GetLastError();
  DWORD number = wide_keep_rights(path, temporary);
  if (number == ERROR_SUCCESS && (!write_all(file, bytes, size) || !FlushFileBuffers(file)))
    number = GetLastError();
  CloseHandle(file);
  if (number != ERROR_SUCCESS)
    DeleteFileW(temporary);
  return number;
}

/* A scanner or a reader may have the old file open for a moment: such an answer is worth waiting for. */
DWORD wide_move_over(const wchar_t *from, const wchar_t *to) {
  for (int tries = 0;; tries++) {
    if (MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
      return ERROR_SUCCESS;
    DWORD number = GetLastError();
    if ((number != ERROR_SHARING_VIOLATION && number != ERROR_ACCESS_DENIED) || tries == 10)
      return number;
    Sleep(50);
  }
}

int os_file_may_replace(const char *path, tlsmend_error *error) {
  DWORD attributes = wide_attributes(path);
  if (attributes == INVALID_FILE_ATTRIBUTES)
    return TLSMEND_OK;
  if (attributes & FILE_ATTRIBUTE_DIRECTORY)
    return tlsmend_error_set(error, TLSMEND_E_IO, "cannot replace %s: it is not a file; name a file", path);
  if (attributes & FILE_ATTRIBUTE_READONLY)
    return tlsmend_error_set(error, TLSMEND_E_DENIED,
                             "cannot write %s: it is read-only; lift that with attrib -r", path);
  return TLSMEND_OK;
}

int os_file_replace(const char *path, const void *bytes, size_t size, tlsmend_error *error) {
  size_t room = strlen(path) + 32;
  wchar_t *from = NULL, *to = NULL;
  int result = os_file_may_replace(path, error);
  if (result != TLSMEND_OK)
    return result;
  char *temporary = malloc(room);
  if (!temporary)
    return error_no_memory(error);
  unsigned chance[2]; /* nobody knows the name beforehand, and what is there already is not written */
  os_random(chance, sizeof chance);
  snprintf(temporary, room, "%s.%08x%08x.new", path, chance[0], chance[1]);
  result = wide_path(temporary, &from, error);
  if (result == TLSMEND_OK)
    result = wide_path(path, &to, error);
  DWORD number = result == TLSMEND_OK ? write_beside(from, to, bytes, size) : ERROR_SUCCESS;
  if (number != ERROR_SUCCESS)
    result = wide_fail(error, number, "write", temporary);
  if (result == TLSMEND_OK && (number = wide_move_over(from, to)) != ERROR_SUCCESS) {
    result = wide_fail(error, number, "replace", path);
    DeleteFileW(from);
  }
  free(from);
  free(to);
  free(temporary);
  return result;
}

struct os_log {
  HANDLE file;
  char path[];
};

int os_log_open(const char *path, bool create, os_log **out, tlsmend_error *error) {
  *out = NULL;
  size_t length = strlen(path) + 1;
  os_log *log = malloc(sizeof *log + length);
  if (!log)
    return error_no_memory(error);
  memcpy(log->path, path, length);
  /* Not shared for deleting: while a run is at work nobody takes its journal away or puts another one there. */
  int result = state_open(path, create ? "make" : "open", GENERIC_WRITE, FILE_SHARE_READ,
                          create ? CREATE_NEW : OPEN_EXISTING, &log->file, error);
  if (result != TLSMEND_OK) {
    os_log_close(log);
    return result;
  }
  *out = log;
  return TLSMEND_OK;
}

int os_log_write(os_log *log, const void *bytes, size_t size, tlsmend_error *error) {
  LARGE_INTEGER zero = {0};
  DWORD done = 0;
  if (!SetFilePointerEx(log->file, zero, NULL, FILE_END) ||
      !WriteFile(log->file, bytes, (DWORD)size, &done, NULL))
    return wide_fail(error, GetLastError(), "append to", log->path);
  if (done != size)
    return tlsmend_error_set(error, TLSMEND_E_IO,
                             "cannot append to %s: only %lu of %llu bytes fit (disk full?)", log->path, done,
                             (unsigned long long)size);
  return TLSMEND_OK;
}

int os_log_flush(os_log *log, tlsmend_error *error) {
  return FlushFileBuffers(log->file) ? TLSMEND_OK : wide_fail(error, GetLastError(), "flush", log->path);
}

int os_log_append(os_log *log, const void *bytes, size_t size, tlsmend_error *error) {
  int result = os_log_write(log, bytes, size, error);
  return result == TLSMEND_OK ? os_log_flush(log, error) : result;
}

int os_log_truncate(os_log *log, uint64_t size, tlsmend_error *error) {
  LARGE_INTEGER end;
  end.QuadPart = (LONGLONG)size;
  if (!SetFilePointerEx(log->file, end, NULL, FILE_BEGIN) || !SetEndOfFile(log->file) ||
      !FlushFileBuffers(log->file))
    return wide_fail(error, GetLastError(), "cut", log->path);
  return TLSMEND_OK;
}

void os_log_close(os_log *log) {
  if (!log)
    return;
  if (log->file != INVALID_HANDLE_VALUE)
    CloseHandle(log->file);
  free(log);
}

struct os_lock {
  HANDLE file;
};

/* What is locked is one byte far behind the text, so that others can read who holds it. */
enum { LOCKED_BYTE = 0x40000000 };

static void holder_read(HANDLE file, char *other, size_t other_size) {
  if (!other || other_size == 0)
    return;
  DWORD got = 0;
  if (!ReadFile(file, other, (DWORD)(other_size - 1), &got, NULL))
    got = 0;
  other[got] = '\0';
  other[strcspn(other, "\r\n")] = '\0';
}

/* The text is for people only, so a failure to write it does not fail the lock. */
static void holder_write(HANDLE file, const char *holder) {
  SetFilePointer(file, 0, NULL, FILE_BEGIN);
  SetEndOfFile(file);
  write_all(file, holder, strlen(holder));
}

int os_lock_take(const char *path, const char *holder, os_lock **out, char *other, size_t other_size,
                 tlsmend_error *error) {
  *out = NULL;
  if (other && other_size)
    other[0] = '\0';
  HANDLE file;
  int opened = state_open(path, "lock", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                          OPEN_ALWAYS, &file, error);
  if (opened != TLSMEND_OK)
    return opened;
  OVERLAPPED where = {0};
  where.Offset = LOCKED_BYTE;
  if (!LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &where)) {
    DWORD number = GetLastError();
    int result = wide_fail(error, number == ERROR_IO_PENDING ? ERROR_LOCK_VIOLATION : number, "lock", path);
    holder_read(file, other, other_size);
    CloseHandle(file);
    return result;
  }
  os_lock *lock = malloc(sizeof *lock);
  if (!lock) {
    CloseHandle(file);
    return error_no_memory(error);
  }
  holder_write(file, holder ? holder : "");
  lock->file = file;
  *out = lock;
  return TLSMEND_OK;
}

/* The file stays: removing it would let two processes lock two files of one name. */
void os_lock_release(os_lock *lock) {
  if (!lock)
    return;
  holder_write(lock->file, "");
  CloseHandle(lock->file);
  free(lock);
}

static int stream_open(HANDLE file, const char *path, int (*fn)(void *data, const void *bytes, size_t size),
                       void *data, tlsmend_error *error) {
  LARGE_INTEGER length; /* devices have none */
  if (GetFileType(file) != FILE_TYPE_DISK || !GetFileSizeEx(file, &length))
    return tlsmend_error_set(error, TLSMEND_E_IO, "cannot read %s: it is not a file", path);
  char *bytes = malloc(OS_STREAM_PIECE);
  DWORD got = 1;
  int result = bytes ? TLSMEND_OK : error_no_memory(error);
  while (result == TLSMEND_OK && got) {
    if (!ReadFile(file, bytes, OS_STREAM_PIECE, &got, NULL))
      result = wide_fail(error, GetLastError(), "read", path);
    else if (got)
      result = fn(data, bytes, got);
  }
  free(bytes);
  return result;
}

int os_file_stream(const char *path, int (*fn)(void *data, const void *bytes, size_t size), void *data,
                   tlsmend_error *error) {
  HANDLE file;
  if (file_open(path, GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING, &file) != TLSMEND_OK)
    return wide_fail(error, GetLastError(), "open", path);
  int result = stream_open(file, path, fn, data, error);
  CloseHandle(file);
  return result;
}
