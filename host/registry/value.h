/* Registry values: making and reading them, comparing, and their spelling for people and in JSON. */
#ifndef TLSMEND_REGISTRY_VALUE_H
#define TLSMEND_REGISTRY_VALUE_H

#include <jansson.h>

#include <tlsmend/values.h>

/* The name of a type ("REG_DWORD"), or NULL for a number that has none. */
const char *value_type_name(uint32_t type);

/* The number of a type name; also "REG_0x0000abcd" for types without a name. False if it is neither. */
bool value_type_parse(const char *name, uint32_t *out);

/* "REG_DWORD" or "REG_0x0000abcd", into a caller's buffer. */
void value_type_print(uint32_t type, char out[32]);

int value_copy(tlsmend_value *out, const tlsmend_value *from, tlsmend_error *error);

/* Same presence, type and bytes. */
bool value_equal(const tlsmend_value *a, const tlsmend_value *b);

int value_set_dword(tlsmend_value *out, uint32_t number, tlsmend_error *error);
int value_set_qword(tlsmend_value *out, uint64_t number, tlsmend_error *error);

/* REG_SZ or REG_EXPAND_SZ: UTF-16LE with a terminating NUL. */
int value_set_string(tlsmend_value *out, uint32_t type, const char *text, tlsmend_error *error);

/* REG_MULTI_SZ of `count` texts; an empty text inside the list is TLSMEND_E_USAGE because it would end the list. */
int value_set_multi(tlsmend_value *out, const char *const *texts, size_t count, tlsmend_error *error);

/* The number of a well-formed REG_DWORD (little or big endian) or REG_QWORD; false otherwise. */
bool value_number(const tlsmend_value *value, uint64_t *out);

/* Whether the bytes are exactly those that value_set_string or value_set_multi would make of the text or texts that a
 * REG_SZ, REG_EXPAND_SZ or REG_MULTI_SZ reads as: ended by its NUL, nothing behind it. False for other types. */
bool value_is_plain(const tlsmend_value *value);

/* The text of a string value up to its first NUL, as Windows programs read it; malloc'd; NULL if not a string type or out
 * of memory. */
char *value_text(const tlsmend_value *value);

/* The texts of a REG_MULTI_SZ; malloc'd array of *count malloc'd texts; NULL if the type is another. */
char **value_texts(const tlsmend_value *value, size_t *count);
void value_texts_free(char **texts, size_t count);

/* {"type": ..., "data": ...}, null for absent. Where the bytes are not the ones that this spelling would write, "raw"
 * holds them as hex, so that JSON is byte-exact. NULL when out of memory. */
json_t *value_to_json(const tlsmend_value *value);
int value_from_json(const json_t *json, tlsmend_value *out, tlsmend_error *error);

/* One line for people: "absent", "REG_DWORD 0xA00 (2560)", "REG_SZ \"text\"". malloc'd; long data is shortened. */
char *value_print(const tlsmend_value *value);

#endif
