/*
 * tlsmend/signing.h: signed runbooks, and plans that somebody approves by a signature.
 *
 * A part of the public interface: <tlsmend/tlsmend.h> includes it, and programs include that.
 *
 * SIGNED RUNBOOKS
 *   A runbook that is not part of this library is a .lua file, with the modules beside it that it requires, or a bundle, one file
 *   that also holds packages. Either may be signed in the format of minisign. Wherever `runbook` is a path, such a file is
 *   meant; of what it holds, the bytes that were verified are those that run.
 *
 *   Whose keys count stands in the trust store (tlsmend_options.trust), which is only used if nobody but administrators can write
 *   it: files NAME.pub of minisign, whose first line may end in "expires:2027-12-31".
 *
 *   A signature that does not fit is refused everywhere (E_APPROVAL). One by a key that is not in the store cannot be checked, and
 *   every output says so; what it lists (modules, the files of a bundle) must still be there as listed. Without one, or by a key
 *   that is not trusted (any more), a runbook may be planned; see tlsmend_options.allow_unsigned. Packages of which a runbook names
 *   the signer must be signed by that key of the same store, for a plan too (E_REFUSED). docs/VENDORS.md has the whole of it.
 *
 * APPROVED PLANS
 *   An approval is a detached signature over the bytes of a saved plan, in the format of minisign, whose trusted (signed)
 *   comment holds who approves, the ticket and until when. `minisign -V` verifies it, and signatures that minisign makes with
 *   such a comment are approvals: fields "approver:NAME", "ticket:ID", "expires:2026-12-31", separated by tabs.
 *   A site demands approvals by a policy.json (docs/APPROVALS.md); a program may demand them by itself.
 *
 * Files of keys, of signatures and the password are read when a function is called, and nothing of them is kept after it.
 */
#ifndef TLSMEND_SIGNING_H
#define TLSMEND_SIGNING_H

#ifndef TLSMEND_H
#error "include <tlsmend/tlsmend.h>, which this is a part of"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* How a runbook, a package or a bundle is signed. All borrowed. */
typedef struct tlsmend_sign_terms {
  size_t size;
  /* Of the secret key. NULL: it has none. */
  const char *password;
  /* One line that is signed too, or NULL. */
  const char *comment;
  /* The bundle to write, NAME.tlsmend. NULL: FILE.minisig beside the one file. */
  const char *output;
  /* As in tlsmend_options, for runbooks that require them; or NULL. */
  const struct tlsmend_module *const *modules;
  /* As in tlsmend_options: a runbook is loaded before it is signed. */
  const char *worker;
  int in_process;
} tlsmend_sign_terms;

/* What tlsmend_sign_terms begins with. */
#define TLSMEND_SIGN_TERMS_INIT                                                                              \
  { sizeof(tlsmend_sign_terms), NULL, NULL, NULL, NULL, NULL, 0 }

/*
 * Signs `count` files with the minisign secret key file `key`: one runbook, one package (.msu, .cab), or those of a bundle.
 * The modules beside them that their texts require by literal names are covered too. *out receives the path that was written;
 * free it with tlsmend_text_free. Errors: E_USAGE, E_SCRIPT (a runbook does not load), E_APPROVAL (not a key, wrong password),
 * E_ABSENT (the key has a password and terms hold none), E_IO.
 */
TLSMEND_API int tlsmend_sign(const char *const *files, size_t count, const char *key,
                             const tlsmend_sign_terms *terms, char **out, tlsmend_error *error);

/* What to verify. All borrowed. */
typedef struct tlsmend_verify_request {
  /* A runbook, a package or a bundle. */
  const char *file;
  /* Public keys that count instead of the store: files of minisign, or the base64 text. */
  const char *const *keys;
  size_t key_count;
  /* TEXT or JSON. */
  tlsmend_format format;
} tlsmend_verify_request;

/* Renders signer, key, its end, and the files that are covered. *trusted receives 1 if the signature fits and the key is
 * trusted, else 0. Free *out with tlsmend_text_free. Errors: E_USAGE, E_APPROVAL (it does not fit, or the store is not safe). */
TLSMEND_API int tlsmend_verify(const tlsmend_options *options, const tlsmend_verify_request *request,
                               char **out, int *trusted, tlsmend_error *error);

/* What an approval says. All borrowed. */
typedef struct tlsmend_approval_terms {
  size_t size;
  /* Of the secret key. NULL: it has none. */
  const char *password;
  /* Who approves, one line, or NULL. */
  const char *approver;
  /* Of the change, one line, or NULL. */
  const char *ticket;
  /* "2026-12-31" (to its end, UTC), "2026-12-31T12:00:00Z", "14d". NULL: never. */
  const char *expires;
  /* The file to write. NULL: beside the plan, FILE.minisig, then FILE.2.minisig ... */
  const char *signature;
  /* Non-zero: sign although the plan rests on something that the machine could not tell. */
  int accept_unknown;
} tlsmend_approval_terms;

/* What tlsmend_approval_terms begins with. */
#define TLSMEND_APPROVAL_TERMS_INIT                                                                          \
  { sizeof(tlsmend_approval_terms), NULL, NULL, NULL, NULL, NULL, 0 }

/*
 * Signs the saved plan `plan` (a path) with the minisign secret key file `key`. *out receives the path of the signature; free it
 * with tlsmend_text_free. A plan that could not be applied is not signed.
 * Errors: E_PLAN, E_APPROVAL (not a key, wrong password), E_ABSENT (the key has a password and terms hold none), E_UNKNOWN
 * (see accept_unknown), E_REFUSED (a package is missing), E_USAGE.
 */
TLSMEND_API int tlsmend_approve(const char *plan, const char *key, const tlsmend_approval_terms *terms,
                                char **out, tlsmend_error *error);

/* Whose approvals a plan must have. All borrowed. */
typedef struct tlsmend_approval_check {
  size_t size;
  /* Public keys: files of minisign, or the base64 text. */
  const char *const *keys;
  size_t key_count;
  /* Signature files. None: those beside the plan, FILE.minisig, FILE.2.minisig ... */
  const char *const *signatures;
  size_t signature_count;
  /* How many of the keys must have signed. 0: all. */
  size_t needed;
  /* The time at which approvals must hold, in seconds since 1970. 0: the clock. */
  long long now;
} tlsmend_approval_check;

/* What tlsmend_approval_check begins with. */
#define TLSMEND_APPROVAL_CHECK_INIT                                                                          \
  { sizeof(tlsmend_approval_check), NULL, 0, NULL, 0, 0, 0 }

/*
 * Checks the approvals of a plan that tlsmend_plan_load read, against the very bytes that were read. What holds is kept with
 * the plan and goes into the journal of a run. Machine and repetition are checked by tlsmend_apply, and so is the policy of
 * the site (policy.json in the state folder, for a live machine also in ProgramData\tlsmend): where that demands
 * approvals, tlsmend_apply refuses a plan without them whatever was checked here.
 * Errors: E_APPROVAL, E_USAGE.
 */
TLSMEND_API int tlsmend_plan_check_approvals(tlsmend_plan *plan, const tlsmend_approval_check *check,
                                             tlsmend_error *error);

#ifdef __cplusplus
}
#endif
#endif
