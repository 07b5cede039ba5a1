// main.c FILE ROWS: makes a database of that many rows of 1,000 bytes, reads it again and checks it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite3.h"

static sqlite3 *db;

static int fail(const char *what) {
  printf("%s: %s\n", what, sqlite3_errmsg(db));
  return 1;
}

static int fill(int rows) {
  sqlite3_stmt *insert;
  char text[1001];
  memset(text, 'x', 1000);
  if (sqlite3_exec(db, "create table t(id integer primary key, v text); begin;", 0, 0, 0)) return fail("create");
  if (sqlite3_prepare_v2(db, "insert into t(v) values(?)", -1, &insert, 0)) return fail("prepare");
  for (int i = 0; i < rows; i++) {
    int used = snprintf(text, sizeof text, "%d", i);
    text[used] = 'y';
    sqlite3_bind_text(insert, 1, text, 1000, SQLITE_TRANSIENT);
    if (sqlite3_step(insert) != SQLITE_DONE) return fail("insert");
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  return sqlite3_exec(db, "commit;", 0, 0, 0) ? fail("commit") : 0;
}

static int check(void) {
  sqlite3_stmt *count, *sound;
  if (sqlite3_prepare_v2(db, "select count(*), sum(length(v)) from t", -1, &count, 0) || sqlite3_step(count) != SQLITE_ROW) return fail("count");
  if (sqlite3_prepare_v2(db, "pragma integrity_check", -1, &sound, 0) || sqlite3_step(sound) != SQLITE_ROW) return fail("check");
  printf("rows: %d, bytes: %d, sound: %s\n", sqlite3_column_int(count, 0), sqlite3_column_int(count, 1), sqlite3_column_text(sound, 0));
  sqlite3_finalize(count);
  sqlite3_finalize(sound);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  if (sqlite3_open(argv[1], &db)) return fail("open");
  if (fill(atoi(argv[2]))) return 1;
  sqlite3_close(db);
  if (sqlite3_open(argv[1], &db)) return fail("open again");
  return check() || sqlite3_close(db);
}
