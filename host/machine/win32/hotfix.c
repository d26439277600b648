/*
 * What Windows lists as installed hotfixes: Win32_QuickFixEngineering through WMI. Slow and incomplete (it knows nothing of
 * what a rollup contains), so it is evidence and never the only one. Every wait has an end. WMI is asked once, and again when servicing
 * has changed a package since, which is looked up each time.
 */
#define COBJMACROS
#include "base/error.h"
#include "machine/win32/win32.h"

#include <stdlib.h>
#include <wbemidl.h>

#include "machine/update/cbs.h"
#include "os/win32/library.h"
#include "os/win32/wide.h"

/* COM by name: to import it would load user32.dll into each process of tlsmend, also into a worker, which has no use for windows and
 * no rights to them. */
typedef struct com {
  HRESULT(WINAPI *initialize)(void *, DWORD);
  void(WINAPI *uninitialize)(void);
  HRESULT(WINAPI *create)(REFCLSID, IUnknown *, DWORD, REFIID, void **);
  HRESULT(WINAPI *blanket)(IUnknown *, DWORD, DWORD, OLECHAR *, DWORD, DWORD, void *, DWORD);
  BSTR(WINAPI *allocate)(const OLECHAR *);
  void(WINAPI *release)(BSTR);
  UINT(WINAPI *length)(BSTR);
  HRESULT(WINAPI *clear)(VARIANTARG *);
} com;

#define COM(library, name, member)                                                                           \
  library_function(library, name, &self->functions.member, sizeof self->functions.member)

/* How long WMI may take for the whole list, and for its next row. */
enum { LIST_MILLISECONDS = 60000, ROW_MILLISECONDS = 15000 };

typedef struct wmi {
  com functions;
  bool initialised;
  IWbemLocator *locator;
  IWbemServices *services;
  IEnumWbemClassObject *rows;
} wmi;

static int wmi_fail(tlsmend_error *error, HRESULT code, const char *step) {
  return tlsmend_error_set(error, TLSMEND_E_UNKNOWN,
                           "the list of hotfixes cannot be read: WMI %s answers 0x%08lx", step,
                           (unsigned long)code);
}

static void wmi_close(wmi *self) {
  if (self->rows)
    IEnumWbemClassObject_Release(self->rows);
  if (self->services)
    IWbemServices_Release(self->services);
  if (self->locator)
    IWbemLocator_Release(self->locator);
  if (self->initialised)
    self->functions.uninitialize();
}

/* WMI answers callers that it may impersonate. Said for each proxy, because what COM does by default belongs to the program that
 * this library is a part of. */
static void identify(const wmi *self, void *proxy) {
  self->functions.blanket(proxy, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, NULL, RPC_C_AUTHN_LEVEL_CALL,
                          RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE);
}

/* The connection gives up after two minutes by itself (WBEM_FLAG_CONNECT_USE_MAX_WAIT). */
static int wmi_connect(wmi *self, BSTR namespace, tlsmend_error *error) {
  HRESULT code = self->functions.initialize(NULL, COINIT_MULTITHREADED);
  self->initialised = SUCCEEDED(code); /* a host program may have chosen the other model: its choice stands */
  code = self->functions.create(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemLocator,
                                (void **)&self->locator);
  if (FAILED(code))
    return wmi_fail(error, code, "locator");
  code = IWbemLocator_ConnectServer(self->locator, namespace, NULL, NULL, NULL,
                                    WBEM_FLAG_CONNECT_USE_MAX_WAIT, NULL, NULL, &self->services);
  if (FAILED(code))
    return wmi_fail(error, code, "connection");
  identify(self, self->services);
  return TLSMEND_OK;
}

/* Hands on the HotFixID of a row, whole: "File 1" and other texts stand in that column too. */
static int row_call(const com *functions, IWbemClassObject *row, tlsmend_name_fn fn, void *data,
                    tlsmend_error *error) {
  VARIANT id = {0}; /* VT_EMPTY */
  int result = TLSMEND_OK;
  if (SUCCEEDED(IWbemClassObject_Get(row, L"HotFixID", 0, &id, NULL, NULL)) && V_VT(&id) == VT_BSTR &&
      V_BSTR(&id)) {
    char *name = wide_to_utf8(V_BSTR(&id), functions->length(V_BSTR(&id)));
    result = name ? fn(data, name) : error_no_memory(error);
    free(name);
  }
  functions->clear(&id);
  return result;
}

static int rows_call(wmi *self, tlsmend_name_fn fn, void *data, tlsmend_error *error) {
  ULONGLONG start = GetTickCount64();
  int result = TLSMEND_OK;
  while (result == TLSMEND_OK) {
    IWbemClassObject *row = NULL;
    ULONG count = 0;
    HRESULT code = IEnumWbemClassObject_Next(self->rows, ROW_MILLISECONDS, 1, &row, &count);
    if (count == 0 && code == WBEM_S_FALSE)
      return TLSMEND_OK;
    if (count == 0 || GetTickCount64() - start > LIST_MILLISECONDS)
      result = wmi_fail(error, code, code == WBEM_S_TIMEDOUT ? "query ran out of time and" : "query");
    else
      result = row_call(&self->functions, row, fn, data, error);
    if (row)
      IWbemClassObject_Release(row);
  }
  return result;
}

static bool com_load(wmi *self) {
  return COM(L"ole32.dll", "CoInitializeEx", initialize) &&
         COM(L"ole32.dll", "CoUninitialize", uninitialize) && COM(L"ole32.dll", "CoCreateInstance", create) &&
         COM(L"ole32.dll", "CoSetProxyBlanket", blanket) &&
         COM(L"oleaut32.dll", "SysAllocString", allocate) && COM(L"oleaut32.dll", "SysFreeString", release) &&
         COM(L"oleaut32.dll", "SysStringLen", length) && COM(L"oleaut32.dll", "VariantClear", clear);
}

static int query_call(wmi *self, tlsmend_name_fn fn, void *data, tlsmend_error *error) {
  BSTR namespace = self->functions.allocate(L"ROOT\\CIMV2");
  BSTR language = self->functions.allocate(L"WQL");
  BSTR query = self->functions.allocate(L"SELECT HotFixID FROM Win32_QuickFixEngineering");
  int result = namespace && language && query ? wmi_connect(self, namespace, error) : error_no_memory(error);
  if (result == TLSMEND_OK) {
    HRESULT code =
        IWbemServices_ExecQuery(self->services, language, query,
                                WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY, NULL, &self->rows);
    if (SUCCEEDED(code))
      identify(self, self->rows);
    result = SUCCEEDED(code) ? rows_call(self, fn, data, error) : wmi_fail(error, code, "query");
  }
  wmi_close(self);
  self->functions.release(query);
  self->functions.release(language);
  self->functions.release(namespace);
  return result;
}

/* The time of the last change of each of servicing's packages, mixed into one number. */
static LONG mix_changes(void *data, HKEY handle) {
  uint64_t *mixed = data;
  wchar_t name[256];
  *mixed = 0xcbf29ce484222325; /* FNV-1a */
  for (DWORD i = 0;; i++) {
    DWORD length = 256;
    FILETIME time;
    LONG number = RegEnumKeyExW(handle, i, name, &length, NULL, NULL, NULL, &time);
    if (number != ERROR_SUCCESS)
      return number == ERROR_NO_MORE_ITEMS ? ERROR_SUCCESS : number;
    for (unsigned byte = 0; byte < sizeof time; byte++)
      *mixed = (*mixed ^ ((const unsigned char *)&time)[byte]) * 0x100000001b3;
  }
}

/* Whether servicing has changed no package since WMI was asked: all that it lists comes from servicing. */
static bool is_still(win32_machine *self, uint64_t *now) {
  static const tlsmend_key packages = {CBS_PACKAGES, 64};
  *now = 0;
  LONG number = registry_with(self, &packages, KEY_ENUMERATE_SUB_KEYS, mix_changes, now);
  return (number == ERROR_SUCCESS || number == ERROR_FILE_NOT_FOUND) && self->hotfixes.known &&
         self->hotfixes.packages == *now;
}

void hotfix_forget(win32_machine *self) {
  name_list_clear(&self->hotfixes.names);
  self->hotfixes.known = false;
}

static void ask(win32_machine *self, uint64_t now) {
  wmi wmi = {0};
  tlsmend_error *error = &self->hotfixes.error;
  hotfix_forget(self);
  self->hotfixes.code = com_load(&wmi) ? query_call(&wmi, name_list_add, &self->hotfixes.names, error)
                                       : wmi_fail(error, CO_E_DLLNOTFOUND, "library");
  self->hotfixes.known = self->hotfixes.code != TLSMEND_E_MEMORY;
  self->hotfixes.packages = now;
}

int hotfix_each(tlsmend_machine *machine, tlsmend_name_fn fn, void *data, tlsmend_error *error) {
  win32_machine *self = (win32_machine *)machine;
  uint64_t now;
  if (!is_still(self, &now))
    ask(self, now);
  if (self->hotfixes.code == TLSMEND_OK)
    return name_list_each(&self->hotfixes.names, fn, data);
  return self->hotfixes.code == TLSMEND_E_MEMORY
             ? error_no_memory(error)
             : tlsmend_error_set(error, self->hotfixes.code, "%s", self->hotfixes.error.text);
}
