#ifndef SWIFT_OTLP_CURL_H
#define SWIFT_OTLP_CURL_H
#include <curl/curl.h>
// libcurl's setters and getters are variadic, which Swift can't call: one function for each type of the argument.
static inline CURLcode COTLPCURL_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode COTLPCURL_set_offset(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode COTLPCURL_set_pointer(CURL *h, CURLoption o, const void *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode COTLPCURL_set_text(CURL *h, CURLoption o, const char *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode COTLPCURL_set_list(CURL *h, CURLoption o, struct curl_slist *v) {
  return curl_easy_setopt(h, o, v);
}
static inline CURLcode COTLPCURL_set_write(CURL *h, CURLoption o, size_t (*f)(char *, size_t, size_t, void *)) {
  return curl_easy_setopt(h, o, f);
}
static inline CURLcode COTLPCURL_set_open(CURL *h, curl_opensocket_callback f) {
  return curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, f);
}
static inline CURLcode COTLPCURL_set_close(CURL *h, curl_closesocket_callback f) {
  return curl_easy_setopt(h, CURLOPT_CLOSESOCKETFUNCTION, f);
}
static inline CURLcode COTLPCURL_set_context(CURL *h, curl_ssl_ctx_callback f) {
  return curl_easy_setopt(h, CURLOPT_SSL_CTX_FUNCTION, f);
}
static inline CURLcode COTLPCURL_set_prereq(CURL *h, curl_prereq_callback f) {
  return curl_easy_setopt(h, CURLOPT_PREREQFUNCTION, f);
}
static inline CURLcode COTLPCURL_get_long(CURL *h, CURLINFO i, long *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode COTLPCURL_get_offset(CURL *h, CURLINFO i, curl_off_t *v) { return curl_easy_getinfo(h, i, v); }
static inline CURLcode COTLPCURL_get_pointer(CURL *h, CURLINFO i, void **v) { return curl_easy_getinfo(h, i, v); }
static inline CURLMcode COTLPCURL_multi_set_long(CURLM *m, CURLMoption o, long v) { return curl_multi_setopt(m, o, v); }
static inline CURLMcode COTLPCURL_multi_set_pointer(CURLM *m, CURLMoption o, void *v) {
  return curl_multi_setopt(m, o, v);
}
static inline CURLMcode COTLPCURL_multi_set_socket(CURLM *m, curl_socket_callback f) {
  return curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, f);
}
static inline CURLMcode COTLPCURL_multi_set_timer(CURLM *m, curl_multi_timer_callback f) {
  return curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, f);
}
static inline CURLSHcode COTLPCURL_share(CURLSH *s, curl_lock_data what) {
  return curl_share_setopt(s, CURLSHOPT_SHARE, what);
}
// CURLVERSION_NOW is a macro.
static inline const char *COTLPCURL_tls_version(void) { return curl_version_info(CURLVERSION_NOW)->ssl_version; }
// The result of a message, which is in a union.
static inline CURLcode COTLPCURL_result(const CURLMsg *m) { return m->data.result; }
#endif
