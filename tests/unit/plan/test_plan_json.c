/* A plan is read as it was written; one with a member of another type is no plan, whoever made its checksum. */
#include "unit/engine.h"

#include "base/digest.h"

static const char whole[] =
    "{'schema':'" PLAN_SCHEMA "','id':null,'created':'2026-11-21T00:00:00Z','tool':null,"
    "'by':{'user':null,'host':null},'machine':{'spec':'sim:x','computer':'PC','guid':null,'product':'p',"
    "'nt':'6.1','build':7601,'revision':null,'service_pack':1,'product_type':'workstation','edition':'',"
    "'release':'','architecture':'x64'},'runbooks':[{'id':'a','version':'1.0','title':'t','source':'s',"
    "'builtin':false,'sha256':'0','applies':true,'reason':null,'params':{'p':'v'},'references':[],"
    "'secret_params':[],'files':[{'name':'n','sha256':'0'}],'signature':{'state':'unsigned'}}],"
    "'changes':[{'kind':'reboot','before':null,'after':null,'phase':0},"
    "{'kind':'reboot','before':null,'after':null,'phase':1}],'reads':["
    "{'kind':'key','key':'HKLM\\\\a','view':64,'answer':true},"
    "{'kind':'value','key':'HKLM\\\\a','view':64,'name':'v','answer':null},"
    "{'kind':'keys','key':'HKLM\\\\a','view':64,'answer':['b']},"
    "{'kind':'file','key':'System32\\\\a.dll','view':64,'answer':'6.1.7601.1'}],"
    "'unknowns':[],'findings':['f']}";

/* JSON with ' for ". */
static json_t *parse(const char *text) {
  char *copy = strdup(text);
  for (char *at = copy; *at; at++)
    if (*at == '\'')
      *at = '"';
  json_t *json = json_loads(copy, JSON_DECODE_ANY, NULL);
  assert_non_null(json);
  free(copy);
  return json;
}

/* The member that "reads.0.answer" names is replaced; "" removes it. */
static void put(json_t *json, const char *path, const char *value) {
  char word[64];
  size_t length;
  for (; length = strcspn(path, "."), path[length]; path += length + 1) {
    snprintf(word, sizeof word, "%.*s", (int)length, path);
    json = json_is_array(json) ? json_array_get(json, strtoul(word, NULL, 10)) : json_object_get(json, word);
    assert_non_null(json);
  }
  if (*value)
    json_object_set_new(json, path, parse(value));
  else
    json_object_del(json, path);
}

static int load(const char *path, const char *value, tlsmend_plan **out, tlsmend_error *error) {
  char hex[DIGEST_ROOM];
  json_t *json = parse(whole);
  if (path)
    put(json, path, value);
  char *text = json_dumps(json, JSON_COMPACT);
  digest_sha256(text, strlen(text), hex);
  json_object_set_new(json, "checksum", json_string(hex));
  int code = plan_from_json(json, out, error);
  free(text);
  json_decref(json);
  return code;
}

static void test_types(void **state) {
  (void)state;
  static const struct {
    const char *path, *value;
  } rows[] = {
      {"created", "5"},
      {"machine", "null"},
      {"machine.nt", "'six'"},
      {"machine.guid", "5"},
      {"machine.spec", "null"},
      {"runbooks", "{}"},
      {"runbooks", ""},
      {"runbooks.0.id", "null"},
      {"runbooks.0.params", "[]"},
      {"runbooks.0.params", ""},
      {"runbooks.0.params.p", "1.5"},
      {"runbooks.0.params.p", "['a',1]"},
      {"runbooks.0.params.p", "{}"},
      {"runbooks.0.params.p", "{'secret':false}"},
      {"runbooks.0.params.p", "{'secret':true,'type':'x'}"},
      {"runbooks.0.references", "'a'"},
      {"runbooks.0.verifies", "[1]"},
      {"runbooks.0.secret_params", "['q']"},
      {"runbooks.0.secret_params", "[1]"},
      {"runbooks.0.files", "[{'name':1,'sha256':'0'}]"},
      {"runbooks.0.files", "'n'"},
      {"runbooks.0.signature", "{}"},
      {"changes", "{}"},
      {"changes.0.kind", "'restart'"},
      {"changes.0.phase", "1"},
      {"changes.1.phase", "0"},
      {"reads", "{}"},
      {"reads.0.kind", "'keyring'"},
      {"reads.0.key", "5"},
      {"reads.0.answer", ""},
      {"reads.0.answer", "null"},
      {"reads.0.answer", "'unknown'"},
      {"reads.0.answer", "1"},
      {"reads.0.name", "'v'"},
      {"reads.1.name", ""},
      {"reads.1.answer", "true"},
      {"reads.1.answer", "{'type':'REG_NOSUCH','secret':true}"},
      {"reads.2.answer", "false"},
      {"reads.2.answer", "true"},
      {"reads.2.answer", "['b',5]"},
      {"reads.3.answer", "false"},
      {"reads.3.answer", "'six'"},
      {"reads.3.answer", "'0.0.0.0'"},
      {"reads.3.answer", "6"},
      {"unknowns", "{}"},
      {"findings", "[1]"},
      {"findings", "null"},
      {"schema", "'tlsmend-plan/999'"},
      {"runbooks.0.params.p", "{'secret':'00'}"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    tlsmend_plan *plan = NULL;
    tlsmend_error error = {0, ""};
    int code = load(rows[i].path, rows[i].value, &plan, &error);
    if (code != TLSMEND_E_PLAN || plan || !error.text[0])
      fail_msg("%s = %s: %s %s", rows[i].path, rows[i].value, tlsmend_error_name(code), error.text);
  }
}

/* What else a member may be; what was left out is withheld. */
static void test_read(void **state) {
  (void)state;
  static const struct {
    const char *path, *value;
    bool withheld;
  } rows[] = {{NULL, "", false},
              {"reads.0.answer", "false", false},
              {"reads.2.answer", "null", false},
              {"reads.2.answer", "'unknown'", false},
              {"reads.3.answer", "null", false},
              {"runbooks.0.params.p", "['a','b']", false},
              {"runbooks.0.params.p", "null", false},
              {"runbooks.0.params.p", "{'secret':true}", true},
              {"reads.1.answer", "{'type':'REG_SZ','secret':true}", true}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    tlsmend_plan *plan = NULL;
    MUST(load(rows[i].path, rows[i].value, &plan, &error));
    assert_int_equal(plan->reads.count, 4);
    assert_int_equal(plan->withheld, rows[i].withheld);
    tlsmend_plan_free(plan);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_types), cmocka_unit_test(test_read)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
