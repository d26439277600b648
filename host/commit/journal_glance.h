/* Runs that have ended, known by the end of their journals. */
#ifndef TLSMEND_COMMIT_JOURNAL_GLANCE_H
#define TLSMEND_COMMIT_JOURNAL_GLANCE_H

#include "commit/journal_summary.h"

/*
 * Whether the last line of a journal says that `run` has ended: it is whole, fits the line before it, holds the summary of that run, and
 * stands where it was written. Then *out is the summary. False means only that the journal must be read: the run is open, an older
 * tlsmend has ended it, the end is torn or damaged, bytes are missing or too many, the file is another's. Bytes that were exchanged
 * further up are not seen.
 */
bool journal_glance(const char *path, const char *run, journal_summary *out);

#endif
