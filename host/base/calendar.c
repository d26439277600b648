/* The Gregorian calendar, without the time zones and limits of a system's. */
#include "base/calendar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t year_9999 = 253402300799;

/* Days from 1970-01-01 to a day of the Gregorian calendar. */
static int64_t days_from(int year, int month, int day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t of_era = year - era * 400, of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_day(int year, int month, int day) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1)
    return false;
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day <= lengths[month - 1] + (month == 2 && leap);
}

/* Whether text has the shape of `pattern`, where 0 stands for a digit. */
static bool shaped(const char *text, const char *pattern) {
  for (; *pattern; text++, pattern++)
    if (*pattern == '0' ? *text < '0' || *text > '9' : *text != *pattern)
      return false;
  return *text == 0;
}

bool calendar_parse(const char *text, int64_t now, int64_t *out) {
  int year = 0, month = 0, day = 0, hour = 23, minute = 59, second = 59, used = 0;
  size_t digits = strspn(text, "0123456789");
  if (digits && digits <= 4 && strcmp(text + digits, "d") == 0) {
    *out = now + (int64_t)strtol(text, NULL, 10) * 86400;
    return true;
  }
  if (shaped(text, "0000-00-00T00:00:00Z")) {
    if (sscanf(text, "%d-%d-%dT%d:%d:%d%n", &year, &month, &day, &hour, &minute, &second, &used) != 6)
      return false;
  } else if (!shaped(text, "0000-00-00") || sscanf(text, "%d-%d-%d%n", &year, &month, &day, &used) != 3) {
    return false;
  }
  if (!is_day(year, month, day) || year < 1970 || hour > 23 || minute > 59 || second > 59)
    return false;
  *out = days_from(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
  return true;
}

void calendar_print(int64_t time, char out[32]) {
  if (time < 0 || time > year_9999)
    time = time < 0 ? 0 : year_9999;
  int64_t days = time / 86400, rest = time % 86400, year = 1970 + days / 366;
  while (days_from((int)year + 1, 1, 1) <= days)
    year++;
  int month = 1;
  while (month < 12 && days_from((int)year, month + 1, 1) <= days)
    month++;
  unsigned day = (unsigned)(days - days_from((int)year, month, 1)) + 1, seconds = (unsigned)rest;
  snprintf(out, 32, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year % 10000, (unsigned)month % 100,
           day % 100, seconds / 3600 % 100, seconds / 60 % 60, seconds % 60);
}
