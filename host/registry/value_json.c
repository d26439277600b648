/*
 * Owns the JSON of registry values. Strict on purpose: a value that is read has to be spelled exactly as
 * it would be written, so that what a reader of a plan sees is what is applied, and nothing hides beside
 * it.
 */
#include "base/error.h"
#include "registry/value.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/unicode.h"

static json_t *hex_to_json(const tlsmend_value *value) {
  if (value->size > (SIZE_MAX - 1) / 2)
    return NULL;
  char *text = malloc(value->size * 2 + 1);
  if (!text)
    return NULL;
  sodium_bin2hex(text, value->size * 2 + 1, value->data, value->size);
  json_t *json = json_stringn(text, value->size * 2);
  free(text);
  return json;
}

/* JSON has no lone surrogates: they are shown as U+FFFD. *exact is set to false if there was one. */
static json_t *text_to_json(char *text, bool *exact) {
  if (!text)
    return NULL;
  for (unsigned char *at = (unsigned char *)text; *at; at++)
    if (at[0] == 0xED && at[1] >= 0xA0) {
      memcpy(at, "\xEF\xBF\xBD", 3);
      *exact = false;
    }
  return json_string(text);
}

static json_t *texts_to_json(const tlsmend_value *value, bool *exact) {
  size_t count = 0;
  char **texts = value_texts(value, &count);
  json_t *list = texts ? json_array() : NULL;
  for (size_t i = 0; list && i < count; i++)
    if (json_array_append_new(list, text_to_json(texts[i], exact)) != 0) {
      json_decref(list);
      list = NULL;
    }
  value_texts_free(texts, count);
  return list;
}

static json_t *number_to_json(const tlsmend_value *value, bool *exact) {
  uint64_t number = 0;
  *exact = value_number(value, &number) && number <= INT64_MAX; /* JSON integers are signed here */
  return *exact ? json_integer((json_int_t)number) : json_null();
}

/* The readable spelling; *exact tells whether the bytes can be made from it again. */
static json_t *data_to_json(const tlsmend_value *value, bool *exact) {
  *exact = true;
  if (value->type == TLSMEND_REG_DWORD || value->type == TLSMEND_REG_QWORD)
    return number_to_json(value, exact);
  if (value->type == TLSMEND_REG_MULTI_SZ) {
    *exact = value_is_plain(value);
    return texts_to_json(value, exact);
  }
  if (value->type == TLSMEND_REG_SZ || value->type == TLSMEND_REG_EXPAND_SZ) {
    *exact = value_is_plain(value);
    char *text = value_text(value);
    json_t *json = text_to_json(text, exact);
    free(text);
    return json;
  }
  return hex_to_json(value);
}

json_t *value_to_json(const tlsmend_value *value) {
  if (!value->present)
    return json_null();
  bool exact = true;
  char type[32];
  value_type_print(value->type, type);
  json_t *json = json_object();
  if (!json || json_object_set_new(json, "type", json_string(type)) != 0 ||
      json_object_set_new(json, "data", data_to_json(value, &exact)) != 0 ||
      (!exact && json_object_set_new(json, "raw", hex_to_json(value)) != 0)) {
    json_decref(json);
    return NULL;
  }
  return json;
}

static int wrong(tlsmend_error *error, const char *what) {
  return tlsmend_error_set(error, TLSMEND_E_CORRUPT, "a registry value in JSON: %s", what);
}

static int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static int hex_from_json(const json_t *json, uint32_t type, tlsmend_value *out, tlsmend_error *error) {
  if (!json_is_string(json))
    return wrong(error, "expected lower-case hex digits as a string");
  const char *text = json_string_value(json);
  size_t length = json_string_length(json);
  unsigned char *data = malloc(length / 2 + 1);
  if (!data)
    return error_no_memory(error);
  bool valid = length % 2 == 0;
  for (size_t i = 0; valid && i < length; i += 2) {
    int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
    valid = high >= 0 && low >= 0;
    if (valid)
      data[i / 2] = (unsigned char)(high << 4 | low);
  }
  int code = valid ? tlsmend_value_set(out, type, data, length / 2, error)
                   : wrong(error, "expected an even number of lower-case hex digits");
  free(data);
  return code;
}

static int number_from_json(const json_t *json, uint32_t type, tlsmend_value *out, tlsmend_error *error) {
  if (!json_is_integer(json))
    return wrong(error, "expected a number");
  json_int_t number = json_integer_value(json);
  if (number < 0)
    return wrong(error, "a number below 0");
  if (type == TLSMEND_REG_QWORD)
    return value_set_qword(out, (uint64_t)number, error);
  if (number > UINT32_MAX)
    return wrong(error, "a REG_DWORD above 4294967295");
  return value_set_dword(out, (uint32_t)number, error);
}

static int texts_from_json(const json_t *json, tlsmend_value *out, tlsmend_error *error) {
  if (!json_is_array(json))
    return wrong(error, "expected an array of strings for REG_MULTI_SZ");
  size_t count = json_array_size(json);
  const char **texts = calloc(count + 1, sizeof *texts);
  if (!texts)
    return error_no_memory(error);
  bool valid = true;
  for (size_t i = 0; valid && i < count; i++) {
    texts[i] = json_string_value(json_array_get(json, i));
    valid = texts[i] && texts[i][0];
  }
  int code = valid ? value_set_multi(out, texts, count, error)
                   : wrong(error, "expected strings that are not empty in a REG_MULTI_SZ");
  free(texts);
  return code;
}

static int data_from_json(const json_t *json, uint32_t type, tlsmend_value *out, tlsmend_error *error) {
  const json_t *raw = json_object_get(json, "raw"), *data = json_object_get(json, "data");
  if (raw)
    return hex_from_json(raw, type, out, error);
  if (type == TLSMEND_REG_DWORD || type == TLSMEND_REG_QWORD)
    return number_from_json(data, type, out, error);
  if (type == TLSMEND_REG_MULTI_SZ)
    return texts_from_json(data, out, error);
  if (type != TLSMEND_REG_SZ && type != TLSMEND_REG_EXPAND_SZ)
    return hex_from_json(data, type, out, error);
  if (!json_is_string(data))
    return wrong(error, "expected a string");
  return value_set_string(out, type, json_string_value(data), error);
}

int value_from_json(const json_t *json, tlsmend_value *out, tlsmend_error *error) {
  tlsmend_value_clear(out);
  if (json_is_null(json))
    return TLSMEND_OK;
  const char *name = json_string_value(json_object_get(json, "type"));
  uint32_t type = 0;
  if (!name || !value_type_parse(name, &type))
    return wrong(error, "expected null or an object with \"type\" (such as \"REG_DWORD\") and \"data\"");
  int code = data_from_json(json, type, out, error);
  if (code)
    return code;
  json_t *again = value_to_json(out);
  if (!again)
    code = error_no_memory(error);
  else if (!json_equal(json, again))
    code = wrong(error,
                 "\"type\", \"data\" and \"raw\" do not belong together, or there is something beside them");
  json_decref(again);
  if (code)
    tlsmend_value_clear(out);
  return code;
}
