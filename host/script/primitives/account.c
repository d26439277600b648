/* Counting what a text uses up. Nothing outlives a limit: once one was passed, every further count fails with it. */
#include "script/primitives/account.h"

#include <stdbool.h>
#include <string.h>

#include "os/os.h"

/* Which option raises a limit, what is counted, and what 0 stands for. */
static const struct limit_row {
  const char *word, *member, *unit;
  unsigned long long most;
} limits[] = {
#define ROW(name, word, member, unit, most) {word, #member, unit, most},
    TLSMEND_LIMITS(ROW)
#undef ROW
};

void account_open(script_account *account, const unsigned long long limit[TLSMEND_LIMIT_COUNT]) {
  memset(account, 0, sizeof *account);
  for (int i = 0; i < TLSMEND_LIMIT_COUNT; i++)
    account->limit[i] = limit && limit[i] > 0 ? limit[i] : limits[i].most;
  account->exceeded = SANDBOX_WITHIN;
  account->deadline = UINT64_MAX;
}

void account_start(script_account *account) {
  uint64_t seconds = account->limit[TLSMEND_LIMIT_TIME];
  account->deadline = os_clock() + (seconds < 1 << 30 ? seconds : 1 << 30) * 1000;
}

void account_rest(script_account *account) { account->deadline = UINT64_MAX; }

void account_refill(script_account *account) {
  for (int i = 0; i < TLSMEND_LIMIT_COUNT; i++)
    if (i != TLSMEND_LIMIT_MEMORY)
      account->used[i] = 0;
}

void account_renew(script_account *account) {
  account->exceeded = SANDBOX_WITHIN;
  account->stop = 0;
  account_refill(account);
}

int account_passed(const script_account *account) {
  if (account->exceeded != SANDBOX_WITHIN)
    return account->exceeded;
  if (account->stop)
    return SANDBOX_STOPPED;
  if (account->used[TLSMEND_LIMIT_INSTRUCTIONS] > account->limit[TLSMEND_LIMIT_INSTRUCTIONS])
    return TLSMEND_LIMIT_INSTRUCTIONS;
  return os_clock() > account->deadline ? TLSMEND_LIMIT_TIME : SANDBOX_WITHIN;
}

int account_check(script_account *account, tlsmend_error *error) {
  account->exceeded = account_passed(account);
  return account_ended(account, "", error);
}

int account_count(script_account *account, tlsmend_limit limit, unsigned long long amount,
                  tlsmend_error *error) {
  int reached = account_passed(account);
  unsigned long long *used = &account->used[limit], most = account->limit[limit];
  if (limit == TLSMEND_LIMIT_VALUE) /* not a sum */
    *used = 0;
  if (reached == SANDBOX_WITHIN && (*used > most || amount > most - *used))
    reached = (int)limit;
  *used += amount;
  account->exceeded = reached;
  return account_ended(account, "", error);
}

int account_ended(const script_account *account, const char *where, tlsmend_error *error) {
  if (account->exceeded == SANDBOX_WITHIN)
    return TLSMEND_OK;
  if (account->exceeded == SANDBOX_STOPPED)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT, "%sstopped", where);
  if (account->exceeded == SANDBOX_NAMES)
    return tlsmend_error_set(error, TLSMEND_E_LIMIT,
                             "%sstopped: a table has more than %d keys beside its list", where,
                             ACCOUNT_NAMES_MOST);
  if (account->exceeded == SANDBOX_REFUSED)
    return tlsmend_error_set(error, account->refusal.code, "%s", account->refusal.text);
  const struct limit_row *row = &limits[account->exceeded];
  bool loop = account->exceeded == TLSMEND_LIMIT_INSTRUCTIONS || account->exceeded == TLSMEND_LIMIT_TIME;
  return tlsmend_error_set(
      error, TLSMEND_E_LIMIT,
      "%sstopped at the limit of %llu %s; raise it with --limit-%s (%s of the library)%s", where,
      account->limit[account->exceeded], row->unit, row->word, row->member,
      loop ? ", if it is no endless loop" : "");
}
