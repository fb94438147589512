#ifndef SWIFT_OTLP_CNGHTTP2_H
#define SWIFT_OTLP_CNGHTTP2_H
#include <nghttp2/nghttp2.h>
#endif
