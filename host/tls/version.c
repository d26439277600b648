/* Names and bits of the versions of SSL and TLS. */
#include "tls/version.h"

static const struct {
  const char *name;
  unsigned bit;
} rows[TLS_VERSION_COUNT] = {
#define ROW(version, name, bit) [version] = {name, bit},
    TLS_VERSIONS(ROW)
#undef ROW
};

const char *tls_version_name(tls_version version) { return rows[version].name; }

unsigned tls_version_bit(tls_version version) { return rows[version].bit; }
