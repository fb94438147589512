#ifndef SWIFT_OTLP_NGHTTP2_H
#define SWIFT_OTLP_NGHTTP2_H
#include <nghttp2/nghttp2.h>

/// Accepts field values with spaces at their ends, as every nghttp2 before 1.50 does.
static inline void swift_otlp_nghttp2_take_blanks(nghttp2_option *option) {
#if NGHTTP2_VERSION_NUM >= 0x013200
  nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(option, 1);
#endif
}
#endif
