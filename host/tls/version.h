/*
 * The versions of SSL and TLS: name, and bit in DefaultSecureProtocols, SecureProtocols and what Schannel calls SP_PROT_..._CLIENT.
 * Oldest first. stdlib/tls/protocols.lua has them for Lua; a test compares the two.
 */
#ifndef TLSMEND_TLS_VERSION_H
#define TLSMEND_TLS_VERSION_H

#define TLS_VERSIONS(X)                                                                                      \
  X(TLS_SSL2, "SSL 2.0", 0x8)                                                                                \
  X(TLS_SSL3, "SSL 3.0", 0x20)                                                                               \
  X(TLS_1_0, "TLS 1.0", 0x80)                                                                                \
  X(TLS_1_1, "TLS 1.1", 0x200)                                                                               \
  X(TLS_1_2, "TLS 1.2", 0x800)                                                                               \
  X(TLS_1_3, "TLS 1.3", 0x2000)

#define TLS_VERSION_(version, name, bit) version,
typedef enum tls_version { TLS_VERSIONS(TLS_VERSION_) } tls_version;
#undef TLS_VERSION_
enum { TLS_VERSION_COUNT = TLS_1_3 + 1 };

/* "SSL 2.0" ... "TLS 1.3". Static. */
const char *tls_version_name(tls_version version);

unsigned tls_version_bit(tls_version version);

#endif
