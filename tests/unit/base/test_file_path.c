/* The spelling of file paths: what is inside by names, what is refused, and that no spelling leads out. */
#include "unit/engine.h"

#include <ctype.h>

#include "base/file_path.h"
#include "unit/random.h"

static void test_mistakes(void **state) {
  (void)state;
  static const char *const plain[] = {
      "C:\\Packages",          "c:/packages/a.msu",   "\\\\server\\share\\a", "/srv/packages",
      "System32\\winhttp.dll", "C:\\PACKAG~1\\a.msu", "C:\\com\\lpt\\nulls",  "C:\\a.nul"};
  static const char *const wrong[] = {"C:\\a\\..\\b",
                                      "C:\\.\\b",
                                      "C:\\a\\\\b",
                                      "C:\\a\\",
                                      "C:a",
                                      "\\a",
                                      "C:\\a:b",
                                      "C:\\a.",
                                      "C:\\a ",
                                      "C:\\NUL",
                                      "C:\\nul.msu",
                                      "C:\\a\\Com1",
                                      "C:\\LPT\u00b9.x",
                                      "C:\\CONIN$",
                                      "\\\\?\\C:\\a",
                                      "\\\\.\\C:\\a",
                                      "\\\\?\\GLOBALROOT\\Device",
                                      "C:\\a*",
                                      "C:\\\x01",
                                      "/a/../b",
                                      "/a//b",
                                      "/a\\b",
                                      "",
                                      "..\\a",
                                      "System32\\..\\a",
                                      "C:\\con .txt",
                                      "\\??\\C:\\a",
                                      "C:\\aux:b",
                                      "/proc/self/../b",
                                      "C:\\a<"};
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    if (file_path_mistake(plain[i]))
      fail_msg("%s: %s", plain[i], file_path_mistake(plain[i]));
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (!file_path_mistake(wrong[i]))
      fail_msg("%s is taken for plain", wrong[i]);
}

static void test_shares(void **state) {
  (void)state;
  static const char *const shares[] = {"\\\\server\\share",          "//server/share",
                                       "\\/server\\share",           "/\\server/share",
                                       "\\\\.\\UNC\\server\\share",  "\\\\?\\UNC\\server\\share",
                                       "\\??\\UNC\\server",          "/\?\?/UNC/server",
                                       "\\\\server@SSL\\DavWWWRoot", "\\\\"};
  static const char *const places[] = {"C:\\a", "/srv", "a\\\\b", "System32\\a.dll", "\\a",
                                       "/",     "\\",   "",       "C:\\?",           "?"};
  for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
    if (!file_path_share(shares[i]))
      fail_msg("%s is taken for a place of this computer", shares[i]);
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (file_path_share(places[i]))
      fail_msg("%s is taken for one of another computer", places[i]);
}

static void test_within(void **state) {
  (void)state;
  static const struct row {
    const char *path, *root;
    bool within;
  } rows[] = {{"C:\\Packages", "C:\\Packages", true},
              {"c:/PACKAGES/a.msu", "C:\\Packages\\", true},
              {"C:\\Packages\\", "C:\\Packages", true},
              {"C:\\Packages2", "C:\\Packages", false},
              {"C:\\Pack", "C:\\Packages", false},
              {"C:\\Packages\\..\\b", "C:\\Packages", false},
              {"C:\\Packages:b", "C:\\Packages", false},
              {"C:\\Packages\\a:b", "C:\\Packages", false},
              {"\\\\?\\C:\\Packages", "C:\\Packages", false},
              {"C:\\PACKAG~1", "C:\\Packages", false},
              {"\\\\server\\share\\a", "\\\\SERVER\\share", true},
              {"/srv/a", "/srv", true},
              {"/SRV/a", "/srv", false},
              {"/srv/../etc", "/srv", false},
              {"/srvx", "/srv", false},
              {"/a", "/", true},
              {"", "", false},
              {"a", "", false},
              {"D:\\odd..\\x.msu", "D:\\odd..", true},
              {"C:\\stra\u00dfe\\a", "C:\\STRA\u00dfE", true},
              {"C:\\\u00c4\\a", "C:\\\u00e4", true},
              {"C:\\Packages\\NUL.msu", "C:\\Packages", false}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if ((file_path_root(rows[i].path, rows[i].root) > 0) != rows[i].within)
      fail_msg("%s in %s: not %d", rows[i].path, rows[i].root, rows[i].within);
}

typedef struct place {
  char names[32][24];
  size_t count;
  bool odd; /* a stream or a device */
} place;

static void resolve(const char *path, place *out) {
  *out = (place){.count = 0};
  while (*path) {
    char name[24] = "";
    size_t length = 0;
    for (; *path && *path != '\\' && *path != '/'; path++)
      if (length < sizeof name - 1)
        name[length++] = (char)tolower((unsigned char)*path);
    path += *path != '\0';
    if (strcmp(name, "..") == 0) {
      out->count -= out->count > 0;
      continue;
    }
    while (length && (name[length - 1] == '.' || name[length - 1] == ' '))
      name[--length] = '\0';
    if (!length)
      continue;
    out->odd = out->odd || strncmp(name, "nul", 3) == 0 || (strchr(name, ':') && strcmp(name, "c:") != 0);
    if (out->count < 32)
      strcpy(out->names[out->count++], name);
  }
}

static bool leads_inside(const char *path) {
  static const char *const root[] = {"c:", "srv", "packages"};
  place place;
  resolve(path, &place);
  bool inside = place.count >= 3 && !place.odd;
  for (size_t i = 0; inside && i < 3; i++)
    inside = strcmp(place.names[i], root[i]) == 0;
  return inside;
}

static void test_random(void **state) {
  (void)state;
  static const char *const pieces[] = {"C:",        "c:",  "srv", "SRV", "Packages", "packages",
                                       "packages.", "..",  ".",   "a",   "B.c",      "a:b",
                                       "NUL.msu",   "nul", "a ",  "",    "PACKAG~1"};
  static const char *const between[] = {"\\", "\\", "/", "\\\\"};
  unsigned inside = 0;
  for (unsigned round = 0; round < 200000; round++) {
    char path[400] = "";
    bool plain = true;
    if (random_below(2))
      strcpy(path, random_below(2) ? "C:\\srv\\packages" : "c:/SRV/Packages");
    for (size_t i = random_below(7) + !*path; i > 0; i--) {
      size_t piece = random_below(sizeof pieces / sizeof *pieces), glue = random_below(4);
      plain = plain && glue < 3 && (piece == 9 || piece == 10 || piece == 16);
      if (*path)
        strcat(path, between[glue]);
      strcat(path, pieces[piece]);
    }
    bool within = file_path_root(path, "C:\\srv\\Packages") > 0;
    size_t root = file_path_root(path, "C:\\srv\\Packages");
    inside += within;
    assert_true(within ? root == strlen("C:\\srv\\Packages") && (!path[root] || strchr("\\/", path[root]))
                       : root == 0);
    if (within && !leads_inside(path))
      fail_msg("%s is taken for inside", path);
    if (!within && plain && (strncmp(path, "C:\\srv\\p", 8) == 0 || strncmp(path, "c:/SRV/P", 8) == 0))
      fail_msg("%s is taken for outside", path);
  }
  assert_true(inside > 10000);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_mistakes), cmocka_unit_test(test_shares),
                                     cmocka_unit_test(test_within), cmocka_unit_test(test_random)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
