/*
 * Windows only: tokens of less rights, made from this process's own. For the files that know Windows; needs no <windows.h> itself.
 *
 * No privilege is needed for any of it: CreateProcessAsUserW wants SeAssignPrimaryTokenPrivilege only for tokens that are no restricted
 * version of the caller's own, and sets the quota of the child from that of the caller.
 */
#ifndef TLSMEND_OS_WIN32_TOKEN_H
#define TLSMEND_OS_WIN32_TOKEN_H

#include <stdbool.h>

#include <tlsmend/tlsmend.h>

/*
 * What is left of a token. Each has low integrity, no privilege (TOKEN_LOCKED) or only the one to pass through folders, and this user's own
 * SID, administrators, SYSTEM and all other groups but the ones named deny only: they count where something is denied, and nowhere else.
 */
typedef enum token_strength {
  TOKEN_LOCKED,  /* restricted to the null SID, which nothing admits: every access check fails */
  TOKEN_LIMITED, /* restricted to Everyone, Users and RESTRICTED: what admits all of the computer's users */
  TOKEN_DENIED /* not restricted; Everyone, Users, INTERACTIVE, Authenticated Users and the logon session still count */
} token_strength;

/* Two tokens as HANDLEs, to be closed by the caller. */
typedef struct token_pair {
  void *process; /* a primary one */
  /* One that the first thread impersonates while Windows' loader maps libraries, and gives back before it does anything else; NULL if
   * the other one is enough for that. It may do what this process may, without privileges and at low integrity. */
  void *start;
} token_pair;

int token_confined(token_strength strength, token_pair *out, tlsmend_error *error);
void token_pair_close(token_pair *self);

/* What GetTokenInformation answers about a class (TokenUser ...); malloc'd, NULL if it does not. */
void *token_information(void *token, int class);

/* The integrity of a token: 0x1000 is low, 0 untrusted. -1 if it does not tell. */
long token_integrity(void *token);

/* The descriptor of a thing that this user may use and nobody else; LocalFree'd by the caller, NULL if it cannot be made. */
void *token_own_descriptor(void);

/* Lowers it; true if it is not higher now. */
bool token_lower(void *token, long integrity);

#endif
