#ifndef TOCSIN_BENCH_DURABLE_BARE_LOOP_H_
#define TOCSIN_BENCH_DURABLE_BARE_LOOP_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace tocsin {

// The last so many blobs that an engine's journal got; the engine may be running.
std::vector<std::string> LastOfJournal(const std::string& directory, std::size_t count);

// What a durable write costs at least where SQLite does it: nothing is decided, checked
// or kept apart from the blobs, each of which is a transaction. The database is as the
// engine's: WAL, synchronous=FULL, and everything else as SQLite has it.
class BareLoop {
 public:
  BareLoop(const std::string& file, std::vector<std::string> blobs);
  ~BareLoop();
  BareLoop(const BareLoop&) = delete;
  BareLoop& operator=(const BareLoop&) = delete;

  // So many of the blobs, one after the other, over and over.
  void Append(std::size_t count);

 private:
  void Run(sqlite3_stmt* statement);

  const std::vector<std::string> blobs_;
  std::size_t next_ = 0;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
};

}  // namespace tocsin

#endif  // TOCSIN_BENCH_DURABLE_BARE_LOOP_H_
