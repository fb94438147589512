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
// A function with variadic arguments, which Swift can't import.
static inline int COTLPSQLite_keep_log_on_close(sqlite3 *d) {
  return sqlite3_db_config(d, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
#endif
