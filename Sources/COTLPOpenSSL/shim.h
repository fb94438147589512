#ifndef SWIFT_OTLP_OPENSSL_H
#define SWIFT_OTLP_OPENSSL_H
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
// OpenSSL's clean-up at exit would free memory that a telemetry thread may still use.
static inline void COTLPOpenSSL_init(void) { OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, NULL); }
// Macros that Swift can't import.
static inline long COTLPOpenSSL_set_tlsext_host_name(SSL *s, const char *name) { return SSL_set_tlsext_host_name(s, name); }
static inline long COTLPOpenSSL_CTX_set_min_proto_version(SSL_CTX *c, int v) { return SSL_CTX_set_min_proto_version(c, v); }
static inline long COTLPOpenSSL_CTX_set_max_proto_version(SSL_CTX *c, int v) { return SSL_CTX_set_max_proto_version(c, v); }
static inline long COTLPOpenSSL_CTX_add0_chain_cert(SSL_CTX *c, X509 *x) { return SSL_CTX_add0_chain_cert(c, x); }
static inline long COTLPOpenSSL_CTX_set1_verify_cert_store(SSL_CTX *c, X509_STORE *s) {
  return SSL_CTX_set1_verify_cert_store(c, s);
}
static inline STACK_OF(X509) *COTLPOpenSSL_CTX_get0_chain_certs(SSL_CTX *c) {
  STACK_OF(X509) *chain = NULL;
  SSL_CTX_get0_chain_certs(c, &chain);
  return chain;
}
static inline long COTLPOpenSSL_CTX_set_session_cache_mode(SSL_CTX *c, long m) { return SSL_CTX_set_session_cache_mode(c, m); }
// The options of every connection: no compression, no renegotiation, the cipher is the server's choice.
static inline void COTLPOpenSSL_CTX_set_safe_options(SSL_CTX *c) {
  SSL_CTX_set_options(c, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
}
static inline void COTLPOpenSSL_CTX_set_no_tickets(SSL_CTX *c) {
  SSL_CTX_set_options(c, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(c, 0);
}
static inline long COTLPOpenSSL_BIO_get_mem_data(BIO *b, char **p) { return BIO_get_mem_data(b, p); }
static inline long COTLPOpenSSL_CTX_set_client_sigalgs_list(SSL_CTX *c, const char *list) {
  return SSL_CTX_set1_client_sigalgs_list(c, list);
}
#endif
