#ifndef SWIFT_OTLP_ZLIB_H
#define SWIFT_OTLP_ZLIB_H
#include <zlib.h>
// zlib's init functions are macros, which Swift can't call.
static inline int COTLPZlib_deflateInit2(z_stream *s, int level, int windowBits, int memLevel) {
  return deflateInit2(s, level, Z_DEFLATED, windowBits, memLevel, Z_DEFAULT_STRATEGY);
}
static inline int COTLPZlib_inflateInit2(z_stream *s, int windowBits) { return inflateInit2(s, windowBits); }
#endif
