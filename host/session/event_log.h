/* Lines in the machine's own log. */
#ifndef TLSMEND_SESSION_EVENT_LOG_H
#define TLSMEND_SESSION_EVENT_LOG_H

#include "commit/journal.h"
#include "session/runs/report.h"

/* A run begins. */
void session_log_start(tlsmend_session *self, const char *verb, const journal *journal);

/* What became of a call; `error` is as the caller gets it, and may be NULL. */
void session_log_end(tlsmend_session *self, const char *verb, int code, const tlsmend_report *report,
                     const tlsmend_error *error);

#endif
