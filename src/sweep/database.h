// SQLite without its C: a connection, statements, errors as sentences. The only file that sees its
// header is database.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace scantling::sweep {

class Database;

// A prepared statement. Values are bound by position from 1, columns read by position from 0.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  Statement& bind(int at, std::int64_t value);
  Statement& bind(int at, double value);  // NaN becomes NULL
  Statement& bind(int at, std::string_view text);
  Statement& bind_null(int at);
  // True: there is a row. Binding anew needs a reset.
  Expected<bool> step();
  void reset();
  // One step that gives no row, then a reset.
  Expected<void> run();

  std::int64_t integer(int column) const;
  double number(int column) const;  // NULL is NaN
  std::string text(int column) const;

 private:
  friend class Database;
  sqlite3_stmt* handle_ = nullptr;
};

class Database {
 public:
  Database() = default;
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  static Expected<Database> open(const std::string& path);
  Expected<void> execute(const std::string& sql);  // one or more statements without rows
  Expected<Statement> prepare(std::string_view sql);
  Expected<std::int64_t> integer(std::string_view sql);  // of its first row; 0: none
  std::int64_t last_row() const;

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace scantling::sweep
