#ifndef TOCSIN_ENGINE_SQLITE_WAL_H_
#define TOCSIN_ENGINE_SQLITE_WAL_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// The write-ahead log of SQLite, as a crashed engine leaves it.
// https://www.sqlite.org/fileformat2.html#walformat
//
// SQLite ends it in silence at the first frame that is not as it was written, as if
// nothing were behind that one. Here it is looked at before SQLite sees it. Each frame's
// checksum begins with that of the frame before it, as it is stored there; so what is
// behind a bad frame can be judged by itself.
namespace tocsin::sqlite {

// Bytes that are read at any place.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual std::int64_t size() const = 0;
  // `count` of them, which are there. Error: kUnavailable.
  virtual absl::Status Read(std::int64_t at, std::size_t count, char* to) = 0;
};

// Where the whole transactions of a log end.
struct WalEnd {
  std::int64_t ends_at = 0;  // in bytes
  // Why there, where something of the last transaction is behind it; else empty.
  std::string cut_off = {};
  // What the first page of the database begins with at that end, where it is in the log.
  std::string first_page = {};
};

// Judges the log of this path and the database that it belongs to. On a disk that may
// spoil what is beside a write, SQLite writes the last frame of a transaction again until
// a sector is full; there the next transaction must not be of that page alone, as it
// would look the same.
//
// A transaction is durable before the next one is begun. So a bad frame with a whole
// transaction behind its own is damage, and refused. One of the last transaction may just
// as well have been torn when the power went: there the log ends. What is of an earlier
// round of the log, which begins at its start again when all of it is in the database, is
// no part of it.
//
// Errors: kDataLoss for damage; those of the sources.
absl::StatusOr<WalEnd> CheckWal(const std::string& path, bool fills_sectors,
                                ByteSource* wal, ByteSource* database);

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_WAL_H_
