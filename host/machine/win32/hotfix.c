/*
 * What Windows lists as installed hotfixes: Win32_QuickFixEngineering through WMI. Slow and incomplete (it knows nothing of
 * what a rollup contains), so it is evidence and never the only one. Every wait has an end.
 */
#define COBJMACROS
#include "base/error.h"
#include "machine/win32/win32.h"

#include <stdlib.h>
#include <wbemidl.h>

#include "os/win32/wide.h"

/* How long WMI may take for the whole list, and for its next row. */
enum { LIST_MILLISECONDS = 60000, ROW_MILLISECONDS = 15000 };

typedef struct wmi {
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
    CoUninitialize();
}

/* WMI answers callers that it may impersonate. Said for each proxy, because what COM does by default belongs to the program that
 * this library is a part of. */
static void identify(void *proxy) {
  CoSetProxyBlanket(proxy, RPC_C_AUTHN_WINNT, RPC_C_AUTHZ_NONE, NULL, RPC_C_AUTHN_LEVEL_CALL,
                    RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE);
}

/* The connection gives up after two minutes by itself (WBEM_FLAG_CONNECT_USE_MAX_WAIT). */
static int wmi_connect(wmi *self, BSTR namespace, tlsmend_error *error) {
  HRESULT code = CoInitializeEx(NULL, COINIT_MULTITHREADED);
  self->initialised = SUCCEEDED(code); /* a host program may have chosen the other model: its choice stands */
  code = CoCreateInstance(&CLSID_WbemLocator, NULL, CLSCTX_INPROC_SERVER, &IID_IWbemLocator,
                          (void **)&self->locator);
  if (FAILED(code))
    return wmi_fail(error, code, "locator");
  code = IWbemLocator_ConnectServer(self->locator, namespace, NULL, NULL, NULL,
                                    WBEM_FLAG_CONNECT_USE_MAX_WAIT, NULL, NULL, &self->services);
  if (FAILED(code))
    return wmi_fail(error, code, "connection");
  identify(self->services);
  return TLSMEND_OK;
}

/* Hands on the HotFixID of a row, whole: "File 1" and other texts stand in that column too. */
static int row_call(IWbemClassObject *row, tlsmend_name_fn fn, void *data, tlsmend_error *error) {
  VARIANT id;
  VariantInit(&id);
  int result = TLSMEND_OK;
  if (SUCCEEDED(IWbemClassObject_Get(row, L"HotFixID", 0, &id, NULL, NULL)) && V_VT(&id) == VT_BSTR &&
      V_BSTR(&id)) {
    char *name = wide_to_utf8(V_BSTR(&id), SysStringLen(V_BSTR(&id)));
    result = name ? fn(data, name) : error_no_memory(error);
    free(name);
  }
  VariantClear(&id);
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
      result = row_call(row, fn, data, error);
    if (row)
      IWbemClassObject_Release(row);
  }
  return result;
}

int hotfix_each(tlsmend_machine *machine, tlsmend_name_fn fn, void *data, tlsmend_error *error) {
  (void)machine;
  wmi self = {0};
  BSTR namespace = SysAllocString(L"ROOT\\CIMV2");
  BSTR language = SysAllocString(L"WQL");
  BSTR query = SysAllocString(L"SELECT HotFixID FROM Win32_QuickFixEngineering");
  int result = namespace && language && query ? wmi_connect(&self, namespace, error) : error_no_memory(error);
  if (result == TLSMEND_OK) {
    HRESULT code =
        IWbemServices_ExecQuery(self.services, language, query,
                                WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY, NULL, &self.rows);
    if (SUCCEEDED(code))
      identify(self.rows);
    result = SUCCEEDED(code) ? rows_call(&self, fn, data, error) : wmi_fail(error, code, "query");
  }
  wmi_close(&self);
  SysFreeString(query);
  SysFreeString(language);
  SysFreeString(namespace);
  return result;
}
