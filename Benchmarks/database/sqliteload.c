// Copies the tables of a file of SQLite into a new one with prepared statements, in transactions of as many spans as a batch has:
// the least that must be done to store the same rows. The rows are read into memory first. Prints the spans a second and
// the CPU time of a span.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH 512
static const char *tables[] = {"resources", "scopes", "spans", "span_events", "span_links"};
enum { TABLES = 5, SPANS = 2 };

struct rows {
  sqlite3_value **values;
  long count;
  int columns;
  sqlite3_stmt *insert;
};

static void fail(sqlite3 *db) {
  fprintf(stderr, "%s\n", sqlite3_errmsg(db));
  exit(1);
}

static void run(sqlite3 *db, const char *sql) {
  if (sqlite3_exec(db, sql, 0, 0, 0) != SQLITE_OK) fail(db);
}

static struct rows read_rows(sqlite3 *from, const char *table) {
  struct rows rows = {0};
  char sql[300];
  sqlite3_stmt *select;
  // Each table in the order of its key, which the fewest pages take.
  snprintf(sql, sizeof sql, "SELECT * FROM %s", table);
  if (sqlite3_prepare_v2(from, sql, -1, &select, 0) != SQLITE_OK) fail(from);
  rows.columns = sqlite3_column_count(select);
  long room = 0;
  while (sqlite3_step(select) == SQLITE_ROW) {
    if (rows.count == room) rows.values = realloc(rows.values, (room = room * 2 + 1024) * rows.columns * sizeof *rows.values);
    for (int i = 0; i < rows.columns; i++)
      rows.values[rows.count * rows.columns + i] = sqlite3_value_dup(sqlite3_column_value(select, i));
    rows.count++;
  }
  sqlite3_finalize(select);
  return rows;
}

static int copy_schema(void *to, int columns, char **values, char **names) {
  (void)columns, (void)names;
  run(to, values[0]);
  return 0;
}

static void insert(sqlite3 *to, struct rows *rows, long first, long last) {
  for (long row = first; row < last && row < rows->count; row++) {
    for (int i = 0; i < rows->columns; i++)
      sqlite3_bind_value(rows->insert, i + 1, rows->values[row * rows->columns + i]);
    if (sqlite3_step(rows->insert) != SQLITE_DONE) fail(to);
    sqlite3_reset(rows->insert);
  }
}

int main(int argc, char **argv) {
  sqlite3 *from, *to;
  if (argc != 3) return fprintf(stderr, "usage: sqliteload FROM TO\n"), 64;
  if (sqlite3_open(argv[1], &from) != SQLITE_OK) fail(from);
  if (sqlite3_open(argv[2], &to) != SQLITE_OK) fail(to);
  run(to, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  if (sqlite3_exec(from, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid", copy_schema, to, 0) != SQLITE_OK)
    fail(from);
  struct rows rows[TABLES];
  for (int t = 0; t < TABLES; t++) {
    rows[t] = read_rows(from, tables[t]);
    char sql[300];
    int length = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?", tables[t]);
    for (int i = 1; i < rows[t].columns; i++) length += snprintf(sql + length, sizeof sql - length, ",?");
    snprintf(sql + length, sizeof sql - length, ") ON CONFLICT DO NOTHING");
    if (sqlite3_prepare_v2(to, sql, -1, &rows[t].insert, 0) != SQLITE_OK) fail(to);
  }
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  clock_t cpu = clock();
  long batches = (rows[SPANS].count + BATCH - 1) / BATCH;
  for (long batch = 0; batch < batches; batch++) {
    run(to, "BEGIN IMMEDIATE");
    for (int t = 0; t < TABLES; t++) {
      // Each batch has its share of each table.
      long first = rows[t].count * batch / batches, last = rows[t].count * (batch + 1) / batches;
      insert(to, &rows[t], first, last);
    }
    run(to, "COMMIT");
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  double seconds = end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9;
  printf("spansPerSecond %.0f\n", rows[SPANS].count / seconds);
  printf("cpuMicrosecondsPerSpan %.3f\n", (double)(clock() - cpu) / CLOCKS_PER_SEC * 1e6 / rows[SPANS].count);
  return 0;
}
