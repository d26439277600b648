/*
 * Whose runbooks they are: every changed byte of a runbook, its modules, its signature and a bundle is noticed; the store is only
 * used if nobody else can write it; and what is applied to a live machine is what a trusted key has signed.
 */
#include "unit/key.h"

#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "base/digest.h"
#include "script/requires.h"
#include "script/source.h"
#include "session/authorize.h"
#include "session/rerun.h"
#include "signing/bundle.h"
#include "signing/trust_store.h"

static const char runbook[] =
    "local part = require 'acme.part'\n"
    "return { id = 'site', version = '1.0.0', title = 'Site', needs = { registry = { part.KEY } },\n"
    "  run = function() require('registry').set(part.KEY, 'v', require [[acme.deep]]) end }\n";
static const char part[] = "return { KEY = 'HKLM\\\\SOFTWARE\\\\Site' }\n";
static const char changed[] =
    "return { id = 'site', version = '1.0.0', title = 'Site', needs = {}, run = function() end }\n";
static const char deep[] = "return 7\n";

static void write_store(const minisign_secret *key, const char *comment) {
  char text[256], base64[64], *folder = engine_path("store");
  minisign_public_print(key, base64);
  snprintf(text, sizeof text, "untrusted comment: %s\n%s\n", comment, base64);
  MUST(os_dir_make(folder, &error));
  file_text("store/acme.pub", text);
  free(folder);
}

static void write_runbook(void) {
  char *folder = engine_path("acme");
  MUST(os_dir_make(folder, &error));
  free(folder);
  file_text("site.lua", runbook);
  file_text("acme/part.lua", part);
  file_text("acme/deep.lua", deep);
}

static void write_signature(const minisign_secret *key) {
  manifest files = {0};
  char *path = engine_path("site.lua"), *trusted = NULL, *signature = NULL;
  manifest_comment comment = {"site.lua", "Acme", 1700000000};
  MUST(source_collect(path, runbook, strlen(runbook), &files, &error));
  assert_int_equal(files.count, 2);
  MUST(manifest_comment_print(&files, &comment, &trusted, &error));
  MUST(minisign_sign(key, runbook, strlen(runbook), trusted, &signature, &error));
  file_text("site.lua.minisig", signature);
  manifest_clear(&files);
  free(signature), free(trusted), free(path);
}

/* The code, and the verdict if it is OK. */
static int judge(const char *name, trust_state *state) {
  tlsmend_error error;
  source_list list;
  char *path = engine_path(name), *store = engine_path("store");
  source_terms terms = {.trust = store};
  int code = sources_open(&terms, path, &list, &error);
  if (code == TLSMEND_OK) {
    *state = list.items[0].verdict.state;
    sources_close(&list);
  }
  free(path), free(store);
  return code;
}

static void assert_state(const char *name, trust_state expected) {
  trust_state state = TRUST_UNSIGNED;
  assert_int_equal(judge(name, &state), TLSMEND_OK);
  assert_int_equal(state, expected);
}

static void test_every_byte(void **unused) {
  (void)unused;
  static const char *const names[] = {"site.lua", "acme/part.lua", "acme/deep.lua", "site.lua.minisig"};
  minisign_secret key = new_key();
  write_runbook();
  write_store(&key, "acme");
  write_signature(&key);
  trust_state state;
  assert_int_equal(judge("site.lua", &state), TLSMEND_OK);
  assert_int_equal(state, TRUST_TRUSTED);
  for (size_t n = 0; n < 4; n++) {
    size_t size = 0;
    char *bytes = file_read(names[n], &size);
    for (size_t i = 0; i < size; i++) {
      char kept = bytes[i];
      bytes[i] = (char)(kept ^ (1 << (i % 8)));
      file_write(names[n], bytes, size);
      int code = judge("site.lua", &state);
      /* In the signature the number of the key may become a stranger's: then nobody is trusted. */
      if (code == TLSMEND_OK ? n < 3 || state != TRUST_UNKNOWN : code != TLSMEND_E_APPROVAL)
        fail_msg("byte %zu of %s: code %d, state %d", i, names[n], code, (int)state);
      bytes[i] = kept;
    }
    file_write(names[n], bytes, size - 1);
    assert_int_not_equal(judge("site.lua", &state), TLSMEND_OK);
    file_write(names[n], bytes, size);
    free(bytes);
  }
  assert_int_equal(judge("site.lua", &state), TLSMEND_OK);
  assert_int_equal(state, TRUST_TRUSTED);
}

static char *make_bundle_of(const minisign_secret *key, const char *main, const char *module, size_t *size) {
  static const char package[] = "as good as a package";
  manifest files = {0};
  char *head = NULL;
  const struct {
    manifest_kind kind;
    const char *name, *text;
  } rows[] = {{MANIFEST_RUNBOOK, "site.lua", main},
              {MANIFEST_MODULE, "acme/part.lua", part},
              {MANIFEST_MODULE, "acme/deep.lua", module},
              {MANIFEST_PACKAGE, "empty.cab", ""},
              {MANIFEST_PACKAGE, "windows6.1-kb3140245-x64.msu", package}};
  for (size_t i = 0; i < 5; i++) {
    manifest_file file = {.kind = rows[i].kind, .name = (char *)rows[i].name, .size = strlen(rows[i].text)};
    digest_sha256(rows[i].text, strlen(rows[i].text), file.sha256);
    MUST(manifest_add(&files, &file, &error));
  }
  MUST(bundle_print(&files, key, "timestamp:1\tcomment:Acme", &head, &error));
  size_t length = strlen(head);
  char *out = realloc(head, length + 4096);
  assert_non_null(out);
  for (size_t i = 0; i < 5; i++) {
    memcpy(out + length, rows[i].text, strlen(rows[i].text));
    length += strlen(rows[i].text);
  }
  manifest_clear(&files);
  *size = length;
  return out;
}

static char *make_bundle(const minisign_secret *key, size_t *size) {
  return make_bundle_of(key, runbook, deep, size);
}

static trust_store store_of(const minisign_secret *key) {
  trust_store store = {0};
  char base64[64];
  minisign_public_print(key, base64);
  MUST(trust_add(&store, "acme", base64, strlen(base64), &error));
  return store;
}

static void test_bundle(void **unused) {
  (void)unused;
  minisign_secret key = new_key();
  trust_store store = store_of(&key), none = {0};
  size_t size = 0;
  bundle bundle;
  tlsmend_error error;
  char *bytes = make_bundle(&key, &size);
  MUST(bundle_read(&store, bytes, size, &bundle, &error));
  assert_ptr_equal(bundle.key, &store.keys[0]);
  assert_int_equal(bundle.files.count, 5);
  assert_string_equal(bundle.files.files[0].bytes, runbook);
  bundle_clear(&bundle);
  for (size_t i = 0; i < size; i++) {
    char kept = bytes[i];
    bytes[i] = (char)(kept ^ (1 << (i % 8)));
    assert_int_equal(bundle_read(&store, bytes, size, &bundle, &error), TLSMEND_E_APPROVAL);
    assert_int_equal(bundle_read(&none, bytes, size, &bundle, &error), TLSMEND_E_APPROVAL);
    bytes[i] = kept;
    assert_int_equal(bundle_read(&store, bytes, i, &bundle, &error), TLSMEND_E_APPROVAL);
  }
  bytes[size] = 'x';
  assert_int_equal(bundle_read(&store, bytes, size + 1, &bundle, &error), TLSMEND_E_APPROVAL);
  for (size_t piece = 1; piece < size; piece += 1 + piece / 3) { /* however it comes */
    bundle_reader *reader = bundle_reader_new(&none);
    for (size_t at = 0; at < size; at += piece)
      MUST(bundle_feed(reader, bytes + at, size - at < piece ? size - at : piece, &error));
    MUST(bundle_end(reader, &bundle, &error));
    assert_null(bundle.key);
    bundle_clear(&bundle);
    bundle_reader_free(reader);
  }
  trust_clear(&store);
  free(bytes);
}

/* Somebody who has made a key with the number of a trusted one. */
static void test_impostor(void **unused) {
  (void)unused;
  minisign_secret key = new_key(), impostor = new_key();
  memcpy(impostor.id, key.id, sizeof key.id);
  trust_state state;
  size_t size;
  char *bytes = make_bundle(&impostor, &size);
  write_runbook();
  write_store(&key, "acme");
  write_signature(&impostor);
  file_write("site.tlsmend", bytes, size);
  assert_int_equal(judge("site.lua", &state), TLSMEND_E_APPROVAL);
  assert_int_equal(judge("site.tlsmend", &state), TLSMEND_E_APPROVAL);
  write_signature(&key);
  assert_state("site.lua", TRUST_TRUSTED);
  free(bytes);
}

static void test_names(void **unused) {
  (void)unused;
  static const char *const bad[] = {
      "",         "..",          "../x.lua",     "x/../y.lua", "/x.lua",      "x//y.lua",
      "x.lua/",   "c:x.lua",     "C:\\x.lua",    "x\\y.lua",   "x.lua:y",     "x.lua.",
      "x.lua ",   "con.lua",     "acme/nul.lua", "com1.lua",   "X/y.lua",     "x.y/z.lua",
      "x",        ".lua",        "\xc3\xa4.lua", "x\n.lua",    "x.lua|y.lua", "~/x.lua",
      "lpt9.msu", "-x.msu",      ".x.msu",       "x/y.msu",    "x.exe",       "x.msu.",
      "aux.cab",  "x.msu::$DATA"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    if (manifest_name_good(MANIFEST_MODULE, bad[i]))
      fail_msg("%s is taken for a module", bad[i]);
    if (strchr(bad[i], '/') || strstr(bad[i], ".msu") || strstr(bad[i], ".cab") || strstr(bad[i], ".exe"))
      if (manifest_name_good(MANIFEST_PACKAGE, bad[i]) || manifest_name_good(MANIFEST_RUNBOOK, bad[i]))
        fail_msg("%s is taken for a package or runbook", bad[i]);
  }
  assert_true(manifest_name_good(MANIFEST_MODULE, "acme/part_2.lua"));
  assert_true(manifest_name_good(MANIFEST_RUNBOOK, "Winhttp-TLS12.lua"));
  assert_true(manifest_name_good(MANIFEST_PACKAGE, "Windows6.1-KB3140245-x64_ab12.msu"));
  manifest files = {0};
  tlsmend_error error;
  manifest_file file = {.kind = MANIFEST_PACKAGE, .name = "a.msu"};
  digest_sha256("", 0, file.sha256);
  MUST(manifest_add(&files, &file, &error));
  file.name = "A.MSU";
  assert_int_equal(manifest_add(&files, &file, &error), TLSMEND_E_APPROVAL);
  manifest_clear(&files);
}

static int note(void *data, const char *name) {
  strcat(strcat(data, name), " ");
  return TLSMEND_OK;
}

static void test_requires(void **unused) {
  (void)unused;
  char found[256] = "";
  static const char text[] = "#!lua\nlocal a = require 'a.b' -- require 'no1'\n--[==[ require 'no2' ]] ]==] "
                             "local b = require(\"b\")\n"
                             "local s = \"require 'no3' \\\" require 'no4'\" local c = require[[c]] local t "
                             "= [=[ require 'no5' ]] ]=]\n"
                             "requires 'no6' xrequire 'no7' require --[[x]] ( --y\n 'd' ) require(x) require "
                             "'No8' require '../no9'\n"
                             "f'' require\n'e' require 'x\\z";
  assert_int_equal(requires_each(text, strlen(text), note, found), TLSMEND_OK);
  assert_string_equal(found, "a.b b c d e ");
  for (size_t i = 0; i < sizeof text; i++) { /* whatever is cut off */
    char *copy = malloc(i + 1);
    char sink[256] = "";
    memcpy(copy, text, i);
    requires_each(copy, i, note, sink);
    free(copy);
  }
}

static void test_store(void **unused) {
  (void)unused;
  minisign_secret key = new_key(), other = new_key();
  trust_state state;
  write_runbook();
  assert_state("site.lua", TRUST_UNSIGNED); /* the store is not looked for */
  write_signature(&key);
  write_store(&other, "acme");
  assert_state("site.lua", TRUST_UNKNOWN);
  write_store(&key, "Acme, runbooks");
  assert_state("site.lua", TRUST_TRUSTED);
  write_store(&key, "Acme expires:2020-12-31");
  assert_state("site.lua", TRUST_EXPIRED);
  write_store(&key, "Acme expires:2999-12-31");
  assert_state("site.lua", TRUST_TRUSTED);
  static const char *const wrong[] = {
      "expires 2999-12-31",       "expires:soon", "expires:", "Expires:2999-12-31", "expiry:2999-12-31",
      "expires:2999-12-31 or so", "expires:14d"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    write_store(&key, wrong[i]);
    assert_int_equal(judge("site.lua", &state), TLSMEND_E_APPROVAL);
  }
  write_store(&key, "Acme");
  file_text("store/broken.pub", "no key\n");
  assert_int_equal(judge("site.lua", &state), TLSMEND_E_APPROVAL);
}

#ifndef _WIN32
static void set_mode(const char *name, unsigned mode) {
  char *path = engine_path(name);
  assert_int_equal(chmod(path, (mode_t)mode), 0);
  free(path);
}

static void test_writable(void **unused) {
  (void)unused;
  static const struct {
    const char *name;
    unsigned bad, good;
  } rows[] = {{"store", 0777, 0755},
              {"store", 0775, 0755},
              {"store", 01777, 0755},
              {"store/acme.pub", 0666, 0644},
              {"store/acme.pub", 0664, 0644},
              {"", 0777, 0755},
              {"", 0770, 0700}};
  minisign_secret key = new_key();
  trust_state state;
  write_runbook();
  write_signature(&key);
  write_store(&key, "Acme");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    set_mode(rows[i].name, rows[i].good);
    assert_state("site.lua", TRUST_TRUSTED);
    set_mode(rows[i].name, rows[i].bad);
    assert_int_equal(judge("site.lua", &state), TLSMEND_E_APPROVAL);
    set_mode(rows[i].name, rows[i].good);
  }
  char *from = engine_path("store/acme.pub"), *to = engine_path("store/link.pub");
  char *elsewhere = engine_path("acme.pub");
  assert_int_equal(rename(from, elsewhere), 0);
  assert_int_equal(symlink(elsewhere, to), 0);
  assert_int_equal(judge("site.lua", &state), TLSMEND_E_APPROVAL);
  assert_int_equal(unlink(to), 0);
  assert_int_equal(rename(elsewhere, from), 0);
  if (geteuid() == 0) {
    assert_state("site.lua", TRUST_TRUSTED);
    assert_int_equal(chown(from, 12345, 0), 0);
    assert_int_equal(judge("site.lua", &state), TLSMEND_E_APPROVAL);
    assert_int_equal(chown(from, 0, 0), 0);
  }
  free(from), free(to), free(elsewhere);
}
#endif

static tlsmend_session *open_session(void) {
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  char *path = engine_path("pc.reg"), *state = engine_path("state"), *store = engine_path("store"), spec[512];
  tlsmend_session *session = NULL;
  file_text("pc.reg", windows7);
  snprintf(spec, sizeof spec, "sim:%s", path);
  options.machine = spec;
  options.state = state;
  options.trust = store;
  MUST(tlsmend_session_open(&options, &session, &error));
  free(session->spec);
  session->backend = backend_here();
  session->spec = strdup("live"); /* as far as trust goes */
  free(path), free(state), free(store);
  return session;
}

static tlsmend_plan *make_plan(tlsmend_session *session, const char *name) {
  char *path = engine_path(name);
  const char *names[] = {path};
  tlsmend_plan *plan = NULL;
  MUST(tlsmend_plan_make(session, names, 1, NULL, 0, &plan, &error));
  free(path);
  return plan;
}

/* What becomes of applying it; `before` is done to the files between plan and apply. */
static int authorize(const char *name, bool allow, void (*before)(void), bool *recorded) {
  tlsmend_session *session = open_session();
  tlsmend_plan *plan = make_plan(session, name);
  tlsmend_error error = {0, ""};
  session->allow_unsigned = allow;
  if (before)
    before();
  int code = session_authorize(session, AUTHORIZE_NOTHING, plan, NULL, &error);
  if (code != TLSMEND_OK)
    assert_true(error.text[0] != 0);
  *recorded = session->signers && json_is_true(json_object_get(session->signers, "allow_unsigned"));
  assert_true(!session->signers == (code != TLSMEND_OK));
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
  return code;
}

static void swap_runbook(void) {
  file_text("site.lua", changed);
  char *path = engine_path("site.lua.minisig");
  remove(path); /* unsigned is not bad, but it is not what was planned */
  free(path);
}

/* A library of one's own is nothing that a key has signed. */
static void test_library(void **unused) {
  (void)unused;
  minisign_secret key = new_key();
  tlsmend_error error = {0, ""};
  write_runbook();
  write_store(&key, "Acme");
  write_signature(&key);
  tlsmend_session *session = open_session();
  tlsmend_plan *plan = make_plan(session, "site.lua");
  MUST(session_authorize(session, AUTHORIZE_NOTHING, plan, NULL, &error));
  session->library = strdup("elsewhere");
  assert_int_equal(session_authorize(session, AUTHORIZE_NOTHING, plan, NULL, &error), TLSMEND_E_REFUSED);
  session->allow_unsigned = true;
  MUST(session_authorize(session, AUTHORIZE_NOTHING, plan, NULL, &error));
  assert_true(json_is_true(json_object_get(session->signers, "allow_unsigned")));
  tlsmend_plan_free(plan);
  tlsmend_session_close(session);
}

static void swap_module(void) { file_text("acme/deep.lua", "return 8\n"); }

static void test_authorize(void **unused) {
  (void)unused;
  bool recorded;
  minisign_secret key = new_key(), other = new_key();
  size_t size;
  char *bytes = make_bundle(&key, &size);
  write_runbook();
  file_write("site.tlsmend", bytes, size);
  write_store(&other, "Acme");
  assert_int_equal(authorize("site.lua", false, NULL, &recorded), TLSMEND_E_REFUSED);
  assert_int_equal(authorize("site.lua", true, NULL, &recorded), TLSMEND_OK);
  assert_true(recorded);
  write_signature(&key);
  for (int bundled = 0; bundled < 2; bundled++) {
    const char *name = bundled ? "site.tlsmend" : "site.lua";
    write_store(&other, "Acme");
    assert_int_equal(authorize(name, false, NULL, &recorded), TLSMEND_E_APPROVAL);
    assert_int_equal(authorize(name, true, NULL, &recorded), TLSMEND_OK);
    assert_true(recorded);
    write_store(&key, "Acme expires:2020-12-31");
    assert_int_equal(authorize(name, false, NULL, &recorded), TLSMEND_E_APPROVAL);
    write_store(&key, "Acme expires:2999-12-31");
    assert_int_equal(authorize(name, false, NULL, &recorded), TLSMEND_OK);
    assert_false(recorded);
    assert_int_equal(authorize(name, true, NULL, &recorded), TLSMEND_OK);
    assert_false(recorded); /* it was not needed */
  }
  assert_int_equal(authorize("site.lua", true, swap_runbook, &recorded), TLSMEND_E_REFUSED);
  write_runbook();
  assert_int_equal(authorize("site.lua", true, swap_module, &recorded), TLSMEND_E_REFUSED);
  write_runbook();
  write_signature(&key);
  assert_int_equal(authorize("site.lua", true, swap_module, &recorded), TLSMEND_E_APPROVAL);
  free(bytes);
}

/* A run that goes on after a restart asks no key any more: what then runs and verifies has the digests of the plan. */
static void test_again(void **unused) {
  (void)unused;
  static void (*const swaps[])(void) = {swap_runbook, swap_module};
  minisign_secret key = new_key(), other = new_key();
  for (int i = 0; i < 6; i++) {
    bool sealed = i >= 2, bundled = i >= 4;
    write_runbook();
    write_store(&key, "Acme");
    if (sealed)
      write_signature(&key);
    size_t size = 0;
    char *bytes = make_bundle(&key, &size);
    file_write("site.tlsmend", bytes, size);
    tlsmend_error error = {0, ""};
    tlsmend_session *session = open_session();
    tlsmend_plan *plan = make_plan(session, bundled ? "site.tlsmend" : "site.lua"), *again = NULL;
    MUST(session_plan_again(session, plan, &again, &error));
    assert_int_equal(again->change_count, plan->change_count);
    tlsmend_plan_free(again);
    if (bundled) {
      free(bytes);
      bytes = make_bundle_of(&other, i == 4 ? changed : runbook, i == 4 ? deep : "return 8\n", &size);
      file_write("site.tlsmend", bytes, size);
    } else {
      swaps[i % 2]();
    }
    /* A module that is not the one of the signature is found before its digest is asked for. */
    int expected = i == 3 ? TLSMEND_E_APPROVAL : TLSMEND_E_REFUSED;
    assert_int_equal(session_plan_again(session, plan, &again, &error), expected);
    assert_int_equal(session_verify(session, plan, NULL, &error), expected);
    if (i != 3)
      assert_non_null(strstr(error.text, "its text has changed"));
    tlsmend_plan_free(plan);
    tlsmend_session_close(session);
    free(bytes);
  }
}

/* The bytes that were judged run, whatever lies there when they do. */
static void test_read_once(void **unused) {
  (void)unused;
  minisign_secret key = new_key();
  write_runbook();
  write_store(&key, "Acme");
  write_signature(&key);
  source_list list;
  char *path = engine_path("site.lua"), *store = engine_path("store");
  source_terms terms = {.trust = store};
  MUST(sources_open(&terms, path, &list, &error));
  file_text("site.lua", "error 'not this one'");
  file_text("acme/part.lua", "error 'nor this one'");
  file_text("acme/deep.lua", "error 'nor this one'");
  script_options options = source_options(&(script_options){0}, &list.items[0]);
  script_runbook *open = NULL;
  MUST(script_open(&options, path, &open, &error));
  assert_string_equal(script_header(open)->id, "site");
  script_close(open);
  sources_close(&list);
  free(path), free(store);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      ENGINE_TEST(test_every_byte), ENGINE_TEST(test_bundle),   ENGINE_TEST(test_impostor),
      ENGINE_TEST(test_names),      ENGINE_TEST(test_requires), ENGINE_TEST(test_store),
#ifndef _WIN32
      ENGINE_TEST(test_writable),
#endif
      ENGINE_TEST(test_authorize),  ENGINE_TEST(test_library),  ENGINE_TEST(test_read_once),
      ENGINE_TEST(test_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
