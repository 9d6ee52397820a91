#include "engine/sqlite/row.h"

#include "absl/strings/str_cat.h"
#include "xxhash.h"

namespace tocsin::sqlite {

void RowChecksum::Add(absl::string_view value) {
  checksum_ = XXH3_64bits_withSeed(value.data(), value.size(), checksum_);
}

std::uint64_t ChecksumOfRow(absl::string_view table, const Statement& row) {
  RowChecksum checksum(table);
  for (int column = 0; column < row.columns(); ++column) {
    if (column == kChecksumColumn) continue;
    if (row.IsNull(column)) {
      checksum.AddNull();
      continue;
    }
    // No such row was written.
    if (!row.HasDeclaredType(column)) checksum.AddNull();
    checksum.Add(row.Blob(column));
  }
  return checksum.value();
}

int RowWriter::NextParameter() {
  if (parameter_ == kChecksumColumn) ++parameter_;
  return ++parameter_;
}

RowWriter& RowWriter::Add(std::int64_t value) {
  checksum_.Add(absl::StrCat(value));
  insert_.Bind(NextParameter(), value);
  return *this;
}

RowWriter& RowWriter::Add(absl::string_view text) {
  checksum_.Add(text);
  insert_.Bind(NextParameter(), text);
  return *this;
}

RowWriter& RowWriter::AddIfAny(const std::optional<std::string>& text) {
  if (text.has_value()) return Add(absl::string_view(*text));
  checksum_.AddNull();
  insert_.BindNull(NextParameter());
  return *this;
}

RowWriter& RowWriter::AddBlob(absl::string_view bytes) {
  checksum_.Add(bytes);
  insert_.BindBlob(NextParameter(), bytes);
  return *this;
}

absl::Status RowWriter::Write(std::uint64_t* sum) {
  *sum += checksum_.value();
  return insert_.Bind(kChecksumColumn + 1, static_cast<std::int64_t>(checksum_.value()))
      .Run();
}

}  // namespace tocsin::sqlite
