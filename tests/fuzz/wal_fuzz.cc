// Any bytes as a write-ahead log, and as the database beside it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/sqlite/wal.h"
#include "tests/support/wal_bytes.h"

namespace {

using tocsin::sqlite::WalEnd;

absl::StatusOr<WalEnd> CheckBytes(bool fills_sectors, std::string_view wal,
                                  std::string_view database) {
  tocsin::testing::BytesInMemory wal_bytes(wal);
  tocsin::testing::BytesInMemory database_bytes(database);
  return tocsin::sqlite::CheckWal("wal", fills_sectors, &wal_bytes, &database_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const bool fills_sectors : {false, true}) {
    const absl::StatusOr<WalEnd> end = CheckBytes(fills_sectors, bytes, bytes);
    if (!end.ok()) continue;
    const auto ends_at = static_cast<std::size_t>(end->ends_at);
    if (end->ends_at < 0 || ends_at > size) std::abort();
    // What is whole is so without what is behind it.
    const absl::StatusOr<WalEnd> again =
        CheckBytes(fills_sectors, bytes.substr(0, ends_at), bytes);
    if (!again.ok() || again->ends_at != end->ends_at || !again->cut_off.empty()) {
      std::abort();
    }
  }
  return 0;
}
