#ifndef TOCSIN_ENGINE_SQLITE_ROW_H_
#define TOCSIN_ENGINE_SQLITE_ROW_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/sqlite/database.h"

// Every table of a store has its key first and then a checksum of the row, so that a
// value that is damaged is never taken for one that was written. It is XXH3-64 of each
// value in its order, an integer's of its digits, seeded with that of the value before
// it, and the first with that of the table's name.
namespace tocsin::sqlite {

inline constexpr int kChecksumColumn = 1;

// Folds the values of a row, one after the other.
class RowChecksum {
 public:
  explicit RowChecksum(absl::string_view table) { Add(table); }

  void Add(absl::string_view value);
  void AddNull() { checksum_ = ~checksum_; }
  std::uint64_t value() const { return checksum_; }

 private:
  std::uint64_t checksum_ = 0;
};

// The checksum of the row that a `SELECT *` has come to, by its values; another one where
// one of them is not of its column's type.
std::uint64_t ChecksumOfRow(absl::string_view table, const Statement& row);

// Writes a row by a statement whose parameters are all columns of the table.
class RowWriter {
 public:
  RowWriter(absl::string_view table, Statement* insert)
      : checksum_(table), insert_(*insert) {}

  RowWriter& Add(std::int64_t value);
  RowWriter& Add(absl::string_view text);
  RowWriter& AddIfAny(const std::optional<std::string>& text);
  // The bytes must stay until it is written.
  RowWriter& AddBlob(absl::string_view bytes);
  // Writes it, and adds its checksum to the sum.
  absl::Status Write(std::uint64_t* sum);

 private:
  int NextParameter();

  RowChecksum checksum_;
  Statement& insert_;
  int parameter_ = 0;
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_ROW_H_
