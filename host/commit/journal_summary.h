/*
 * What a run says of itself in its last record, so that a run that has ended is known without its plan: the record `end` has a
 * member `summary`. docs/JOURNAL.md says what is in it.
 */
#ifndef TLSMEND_COMMIT_JOURNAL_SUMMARY_H
#define TLSMEND_COMMIT_JOURNAL_SUMMARY_H

#include "commit/journal.h"

typedef struct journal_summary {
  json_t *record;                           /* holds the texts */
  const char *run, *machine, *plan, *begun; /* as in the journal; `plan` is the id of it, or NULL */
  const json_t *runbooks;                   /* their ids */
  size_t steps, done;                       /* of the plan, and of them those that are done */
  size_t told;     /* those that a list of runs tells of one by one: left, or begun and not ended */
  uint64_t before; /* the bytes of all lines before that one */
  run_result result;
} journal_summary;

/* Takes a record `end` (stolen). False, and *out is empty, if it has no summary, or one that a newer tlsmend has written. */
bool journal_summary_take(json_t *record, journal_summary *out);

/* The summary of a run that has been read, open or not. */
int journal_summary_of(const journal *self, journal_summary *out, tlsmend_error *error);

void journal_summary_clear(journal_summary *self);

#endif
