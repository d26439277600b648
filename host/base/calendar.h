/* Times as they are written and read: "2026-11-21T23:59:59Z", always UTC. What time it is says os/os.h. */
#ifndef TLSMEND_BASE_CALENDAR_H
#define TLSMEND_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds since 1970 as that. */
void calendar_print(int64_t time, char out[32]);

/* Reads that, a day ("2026-11-21": its last second), or a number of days from `now` ("14d"). False: none of them. */
bool calendar_parse(const char *text, int64_t now, int64_t *out);

#endif
