/* Files and folders that are reached without following links, and stay what was reached. */
#define _GNU_SOURCE /* realpath */

#include "unit/engine.h"

#ifdef _WIN32
#include <windows.h>

#include "os/win32/wide.h"
#else
#include <unistd.h>
#endif

static int append_piece(void *data, const void *bytes, size_t size) {
  strncat(data, bytes, size);
  return TLSMEND_OK;
}

static int nothing_else(void *expected, const char *name) {
  assert_string_equal(name, expected);
  return TLSMEND_OK;
}

static char *place_read(const char *path, size_t followed) {
  os_nofollow *reached;
  char *copy = calloc(1, 100);
  assert_non_null(copy);
  MUST(os_nofollow_open(path, followed, &reached, &error));
  MUST(os_nofollow_stream(reached, append_piece, copy, &error));
  assert_true(os_file_exists(os_nofollow_name(reached)));
  os_nofollow_close(reached);
  return copy;
}

static void files_and_folders(void **state) {
  (void)state;
  os_nofollow *reached;
  char *root = engine_path("place"), *below = engine_path("place/a/b"), *file = engine_path("place/a/b/file"),
       *none = engine_path("place/a/none");
  MUST(os_dir_make(below, &error));
  file_text("place/a/b/file", "here");
  const size_t followed[] = {strlen(root), strlen(root) + 1, strlen(below), strlen(file), SIZE_MAX};
  for (size_t i = 0; i < sizeof followed / sizeof *followed; i++) {
    char *found = place_read(file, followed[i]);
    assert_string_equal(found, "here");
    free(found);
  }
  MUST_FAIL(TLSMEND_E_ABSENT, os_nofollow_open(none, strlen(root), &reached, &error));
  MUST(os_nofollow_open(below, strlen(root), &reached, &error));
  MUST(os_dir_each(os_nofollow_name(reached), nothing_else, "file", &error));
  os_nofollow_close(reached);
  free(root), free(below), free(file), free(none);
}

#ifdef _WIN32
/* Nothing on the way can be exchanged while a file is held. */
static void held(void **state) {
  (void)state;
  os_nofollow *reached;
  char *root = engine_path("held"), *below = engine_path("held/a/b"), *middle = engine_path("held/a"),
       *elsewhere = engine_path("held/c");
  wchar_t *from, *to;
  MUST(os_dir_make(below, &error));
  MUST(wide_path(middle, &from, &error));
  MUST(wide_path(elsewhere, &to, &error));
  MUST(os_nofollow_open(below, strlen(root), &reached, &error));
  assert_false(MoveFileExW(from, to, 0));
  os_nofollow_close(reached);
  assert_true(MoveFileExW(from, to, 0));
  free(from), free(to), free(root), free(below), free(middle), free(elsewhere);
}
#else
static void make_link(const char *name, const char *target) {
  char *path = engine_path(name);
  assert_int_equal(symlink(target, path), 0);
  free(path);
}

static void make_folder(const char *name) {
  char *path = engine_path(name);
  MUST(os_dir_make(path, &error));
  free(path);
}

static void links(void **state) {
  (void)state;
  static const struct row {
    const char *path, *root;
    const char *link; /* NULL: it is reached */
  } rows[] = {
      {"in/file", "in", NULL},
      {"in/dir/file", "in", "in/dir"},
      {"in/dir/nothing", "in", "in/dir"},
      {"in/dir", "in", "in/dir"},
      {"in/link", "in", "in/link"},
      {"in/dead", "in", "in/dead"},
      {"in/dead/file", "in", "in/dead"},
      {"in/self/file", "in", "in/self"}, /* inside, but who knows tomorrow */
      {"in/dir/file", "in/dir", NULL},   /* a link that is named itself */
      {"in/link", "in/link", NULL},
      {"root/file", "root", NULL},
      {"root/link", "root", "root/link"},
      {"root/deep/dir/file", "root", "root/deep/dir"},
      {"root/deep/dir/file", "root/deep/dir", NULL},
  };
  make_folder("in/deep");
  make_folder("out");
  file_text("in/file", "inside");
  file_text("out/file", "outside");
  make_link("in/dir", "../out");
  make_link("in/link", "../out/file");
  make_link("in/dead", "nowhere");
  make_link("in/self", ".");
  make_link("in/deep/dir", "../../out");
  make_link("root", "in");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char *path = engine_path(rows[i].path), *root = engine_path(rows[i].root),
         *link = engine_path(rows[i].link ? rows[i].link : "");
    os_nofollow *reached = NULL;
    if (rows[i].link) {
      tlsmend_error error = {0, ""};
      assert_int_equal(os_nofollow_open(path, strlen(root), &reached, &error), TLSMEND_E_REFUSED);
      assert_true(strncmp(error.text, link, strlen(link)) == 0 && error.text[strlen(link)] == ' ');
      assert_null(reached);
    } else {
      free(place_read(path, strlen(root)));
    }
    free(path), free(root), free(link);
  }
}

/* So far down that no chain of links leads out of the work folder. */
#define DEEP "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"

/* Random trees with links: a path is reached if, and only if, the system's own name for it is the path that was asked for. */
static void as_the_system_says(void **state) {
  (void)state;
  static const char *const names[] = {"a", "b", "c"};
  static const char *const targets[] = {".", "..", "a", "b/c", "../..", "../b", "../../out/a", "nothing"};
  unsigned passed = 0, refused = 0;
  char *root = engine_path(DEEP "/tree"), *real = NULL;
  make_folder(DEEP "/out/a");
  for (int round = 0; round < 120; round++) {
    for (int i = 0; i < 4; i++) {
      char name[128] = DEEP "/tree";
      for (size_t depth = 1 + random_below(3); depth > 0; depth--)
        strcat(strcat(name, "/"), names[random_below(3)]);
      char *path = engine_path(name);
      os_dir_make(path, NULL); /* some parts of it are links by now, or files */
      if (os_dir_remove(path, NULL) == TLSMEND_OK && random_below(2))
        (void)!symlink(targets[random_below(sizeof targets / sizeof *targets)], path);
      free(path);
    }
    free(real);
    real = realpath(root, NULL);
    for (int i = 0; real && i < 20; i++) {
      char below[64] = "", expected[512];
      for (size_t depth = 1 + random_below(4); depth > 0; depth--)
        strcat(strcat(below, "/"), names[random_below(3)]);
      snprintf(expected, sizeof expected, "%s%s", real, below);
      char *path = malloc(strlen(root) + sizeof below), *found;
      strcat(strcpy(path, root), below);
      found = realpath(path, NULL);
      os_nofollow *reached = NULL;
      int code = os_nofollow_open(path, strlen(root), &reached, NULL);
      if ((code == TLSMEND_OK) != (found && strcmp(found, expected) == 0))
        fail_msg("%s is %s: %s", path, found ? found : "nothing", tlsmend_error_name(code));
      if (code != TLSMEND_OK && found)
        assert_int_equal(code, TLSMEND_E_REFUSED);
      passed += code == TLSMEND_OK;
      refused += code == TLSMEND_E_REFUSED;
      os_nofollow_close(reached);
      free(path), free(found);
    }
    if (random_below(8) == 0) {
      os_dir_each(root, remove_one, root, NULL);
      os_dir_each(root, remove_folders, root, NULL);
    }
  }
  assert_true(passed > 50 && refused > 50);
  free(root), free(real);
}

/* What was reached stays what is read and named, whatever is put into its place. */
static void exchanged(void **state) {
  (void)state;
  os_nofollow *file, *dir;
  char *root = engine_path("swap"), *a = engine_path("swap/a"), *b = engine_path("swap/b"),
       *path = engine_path("swap/a/file"), copy[100] = "";
  make_folder("swap/a");
  make_folder("out");
  file_text("swap/a/file", "right");
  file_text("out/file", "wrong");
  file_text("out/more", "wrong");
  MUST(os_nofollow_open(path, strlen(root), &file, &error));
  MUST(os_nofollow_open(a, strlen(root), &dir, &error));
  assert_int_equal(rename(a, b), 0);
  make_link("swap/a", "../out");
  MUST(os_nofollow_stream(file, append_piece, copy, &error));
  assert_string_equal(copy, "right");
  if (strncmp(os_nofollow_name(file), "/proc/", 6) == 0) {
    copy[0] = '\0';
    MUST(os_file_stream(os_nofollow_name(file), append_piece, copy, &error));
    assert_string_equal(copy, "right");
    MUST(os_dir_each(os_nofollow_name(dir), nothing_else, "file", &error));
  }
  os_nofollow_close(file);
  os_nofollow_close(dir);
  free(root), free(a), free(b), free(path);
}
#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      ENGINE_TEST(files_and_folders),
#ifdef _WIN32
      ENGINE_TEST(held),
#else
      ENGINE_TEST(links),
      ENGINE_TEST(as_the_system_says),
      ENGINE_TEST(exchanged),
#endif
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
