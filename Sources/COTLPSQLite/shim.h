#ifndef SWIFT_OTLP_SQLITE_H
#define SWIFT_OTLP_SQLITE_H
#include <sqlite3.h>
// SQLITE_STATIC is a cast, which Swift can't import: SQLite reads the bytes while the statement runs, without a copy.
static inline int COTLPSQLite_bind_text(sqlite3_stmt *s, int i, const void *t, int n) {
  return sqlite3_bind_text(s, i, (const char *)t, n, SQLITE_STATIC);
}
static inline int COTLPSQLite_bind_blob(sqlite3_stmt *s, int i, const void *b, int n) {
  // A blob at address 0 would be NULL.
  return n == 0 ? sqlite3_bind_zeroblob(s, i, 0) : sqlite3_bind_blob(s, i, b, n, SQLITE_STATIC);
}
static inline int COTLPSQLite_bind_copy(sqlite3_stmt *s, int i, const void *b, int n) {
  return n == 0 ? sqlite3_bind_zeroblob(s, i, 0) : sqlite3_bind_blob(s, i, b, n, SQLITE_TRANSIENT);
}
#endif
