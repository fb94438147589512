#ifndef SWIFT_OTLP_POSTGRES_H
#define SWIFT_OTLP_POSTGRES_H
// Debian and the BSDs have the header in a folder of its own.
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#else
#include <libpq-fe.h>
#endif
// The field codes are characters, which Swift imports as numbers of another type.
static inline const char *COTLPPostgres_sqlstate(const PGresult *r) {
  return PQresultErrorField(r, PG_DIAG_SQLSTATE);
}
static inline const char *COTLPPostgres_message(const PGresult *r) {
  return PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
}
#endif
