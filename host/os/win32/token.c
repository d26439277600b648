/* Tokens of less rights. Contract: os/win32/token.h. */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "os/win32/token.h"

#include <sddl.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/error.h"
#include "os/win32/wide.h"

void *token_information(void *token, int class) {
  DWORD size = 0;
  GetTokenInformation(token, (TOKEN_INFORMATION_CLASS) class, NULL, 0, &size);
  void *out = size ? malloc(size) : NULL;
  if (out && !GetTokenInformation(token, (TOKEN_INFORMATION_CLASS) class, out, size, &size)) {
    free(out);
    out = NULL;
  }
  return out;
}

long token_integrity(void *token) {
  TOKEN_MANDATORY_LABEL *label = token_information(token, TokenIntegrityLevel);
  long out = -1;
  if (label)
    out =
        (long)*GetSidSubAuthority(label->Label.Sid, (DWORD)(*GetSidSubAuthorityCount(label->Label.Sid) - 1));
  free(label);
  return out;
}

bool token_lower(void *token, long integrity) {
  long now = token_integrity(token);
  if (now >= 0 && now <= integrity)
    return true;
  SID sid = {SID_REVISION, 1, {SECURITY_MANDATORY_LABEL_AUTHORITY}, {(DWORD)integrity}};
  TOKEN_MANDATORY_LABEL label = {{&sid, SE_GROUP_INTEGRITY}};
  return SetTokenInformation(token, TokenIntegrityLevel, &label, sizeof label + GetLengthSid(&sid));
}

void *token_own_descriptor(void) {
  HANDLE token;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
    return NULL;
  TOKEN_USER *user = token_information(token, TokenUser);
  PSECURITY_DESCRIPTOR out = NULL;
  wchar_t *sid = NULL, text[256];
  if (user && ConvertSidToStringSidW(user->User.Sid, &sid) && wcslen(sid) < 200) {
    swprintf(text, sizeof text / sizeof *text, L"D:P(A;;GA;;;%ls)", sid);
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, &out, NULL))
      out = NULL;
  }
  LocalFree(sid);
  free(user);
  CloseHandle(token);
  return out;
}

/* This process's token and what is in it. */
typedef struct own_token {
  HANDLE token;
  TOKEN_USER *user;
  TOKEN_GROUPS *groups;
  TOKEN_PRIVILEGES *privileges;
  SID_AND_ATTRIBUTES *sids; /* room for the user and all groups */
} own_token;

static void own_close(own_token *self) {
  if (self->token)
    CloseHandle(self->token);
  free(self->user);
  free(self->groups);
  free(self->privileges);
  free(self->sids);
}

static int own_open(own_token *out, tlsmend_error *error) {
  *out = (own_token){0};
  DWORD access = TOKEN_DUPLICATE | TOKEN_QUERY | TOKEN_ASSIGN_PRIMARY | TOKEN_ADJUST_DEFAULT |
                 TOKEN_IMPERSONATE | WRITE_DAC;
  if (!OpenProcessToken(GetCurrentProcess(), access, &out->token))
    return wide_fail(error, GetLastError(), "open", "the token of this process");
  out->user = token_information(out->token, TokenUser);
  out->groups = token_information(out->token, TokenGroups);
  out->privileges = token_information(out->token, TokenPrivileges);
  if (out->groups)
    out->sids = calloc(out->groups->GroupCount + 1, sizeof *out->sids);
  if (out->user && out->groups && out->privileges && out->sids)
    return TLSMEND_OK;
  own_close(out);
  return error_no_memory(error);
}

/* Groups that still count for a strength. The integrity is none that could be denied. */
static bool stays(const SID_AND_ATTRIBUTES *group, token_strength strength) {
  if (group->Attributes & SE_GROUP_INTEGRITY)
    return true;
  if (strength == TOKEN_LOCKED)
    return group->Attributes & SE_GROUP_LOGON_ID; /* Windows wants to find its session */
  if (strength == TOKEN_DENIED &&
      ((group->Attributes & SE_GROUP_LOGON_ID) || IsWellKnownSid(group->Sid, WinAuthenticatedUserSid)))
    return true;
  return IsWellKnownSid(group->Sid, WinWorldSid) || IsWellKnownSid(group->Sid, WinBuiltinUsersSid) ||
         IsWellKnownSid(group->Sid, WinInteractiveSid);
}

/* The user and the groups that shall count no more. */
static DWORD denied(own_token *self, token_strength strength) {
  DWORD count = 0;
  self->sids[count++].Sid = self->user->User.Sid;
  for (DWORD i = 0; i < self->groups->GroupCount; i++)
    if (!stays(&self->groups->Groups[i], strength))
      self->sids[count++].Sid = self->groups->Groups[i].Sid;
  return count;
}

/* How many privileges are taken, from the first one on; the one to pass through folders is last then. */
static DWORD taken(own_token *self, token_strength strength) {
  LUID passing;
  DWORD count = self->privileges->PrivilegeCount;
  LUID_AND_ATTRIBUTES *all = self->privileges->Privileges;
  if (strength == TOKEN_LOCKED || !LookupPrivilegeValueW(NULL, SE_CHANGE_NOTIFY_NAME, &passing))
    return count;
  for (DWORD i = 0; i < count; i++)
    if (memcmp(&all[i].Luid, &passing, sizeof passing) == 0) {
      all[i] = all[count - 1];
      all[count - 1].Luid = passing;
      return count - 1;
    }
  return count;
}

static int restrict_failed(tlsmend_error *error) {
  return wide_fail(error, GetLastError(), "make", "a token of less rights");
}

static int process_token(own_token *self, token_strength strength, HANDLE *out, tlsmend_error *error) {
  SID null = {SID_REVISION, 1, {SECURITY_NULL_SID_AUTHORITY}, {SECURITY_NULL_RID}};
  SID world = {SID_REVISION, 1, {SECURITY_WORLD_SID_AUTHORITY}, {SECURITY_WORLD_RID}};
  SID restricted = {SID_REVISION, 1, {SECURITY_NT_AUTHORITY}, {SECURITY_RESTRICTED_CODE_RID}};
  BYTE users[SECURITY_MAX_SID_SIZE];
  DWORD size = sizeof users, count = denied(self, strength);
  if (!CreateWellKnownSid(WinBuiltinUsersSid, NULL, users, &size))
    return restrict_failed(error);
  SID_AND_ATTRIBUTES nobody[] = {{&null, 0}}, anybody[] = {{&world, 0}, {users, 0}, {&restricted, 0}};
  DWORD others = strength == TOKEN_LOCKED ? 1 : strength == TOKEN_LIMITED ? 3 : 0;
  BOOL done = CreateRestrictedToken(self->token, 0, count, self->sids, taken(self, strength),
                                    self->privileges->Privileges, others,
                                    strength == TOKEN_LOCKED ? nobody
                                    : others                 ? anybody
                                                             : NULL,
                                    out);
  return done ? TLSMEND_OK : restrict_failed(error);
}

/* A thread may impersonate this token in full only because it is restricted too (to all that it has) and of the same user. */
static int start_token(own_token *self, HANDLE *out, tlsmend_error *error) {
  DWORD count = 0;
  HANDLE primary = NULL;
  self->sids[count++].Sid = self->user->User.Sid;
  for (DWORD i = 0; i < self->groups->GroupCount; i++)
    if (!(self->groups->Groups[i].Attributes & SE_GROUP_INTEGRITY))
      self->sids[count++].Sid = self->groups->Groups[i].Sid;
  for (DWORD i = 0; i < count; i++)
    self->sids[i].Attributes = 0;
  if (!CreateRestrictedToken(self->token, DISABLE_MAX_PRIVILEGE, 0, NULL, 0, NULL, count, self->sids,
                             &primary))
    return restrict_failed(error);
  BOOL done = token_lower(primary, SECURITY_MANDATORY_LOW_RID) &&
              DuplicateTokenEx(primary, TOKEN_IMPERSONATE | TOKEN_QUERY, NULL, SecurityImpersonation,
                               TokenImpersonation, out);
  int result = done ? TLSMEND_OK : restrict_failed(error);
  CloseHandle(primary);
  return result;
}

int token_confined(token_strength strength, token_pair *out, tlsmend_error *error) {
  own_token own;
  *out = (token_pair){0};
  int result = own_open(&own, error);
  if (result != TLSMEND_OK)
    return result;
  result = process_token(&own, strength, &out->process, error);
  if (result == TLSMEND_OK && !token_lower(out->process, SECURITY_MANDATORY_LOW_RID))
    result = restrict_failed(error);
  if (result == TLSMEND_OK && strength == TOKEN_LOCKED)
    result = start_token(&own, &out->start, error);
  own_close(&own);
  if (result != TLSMEND_OK)
    token_pair_close(out);
  return result;
}

void token_pair_close(token_pair *self) {
  if (self->process)
    CloseHandle(self->process);
  if (self->start)
    CloseHandle(self->start);
  *self = (token_pair){0};
}
