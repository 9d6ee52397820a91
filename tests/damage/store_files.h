#ifndef TOCSIN_TESTS_DAMAGE_STORE_FILES_H_
#define TOCSIN_TESTS_DAMAGE_STORE_FILES_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/facts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_directory.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

inline constexpr char kDatabaseFile[] = "tocsin.db";
inline constexpr char kWalFile[] = "tocsin.db-wal";
inline constexpr char kLockFile[] = "lock";

// The files of a store, by name. What processes share while they have it open is none.
using StoreFiles = std::map<std::string, std::string>;

// What becomes of files when they are opened as a store.
struct Seen {
  absl::Status status;
  std::string shown = {};    // all that the engine shows, and delivers then
  std::string cut_off = {};  // as the store says it
};

// A place where stores are made and opened.
class StoreGround {
 public:
  StoreGround() = default;

  std::string MakeDirectory(const std::string& name);
  // `cut_off` may be null.
  absl::StatusOr<std::unique_ptr<Engine>> Open(const std::string& directory,
                                               std::string* cut_off = nullptr);
  Seen Look(const StoreFiles& files);
  // Whether it was refused, by an error that names a file of the store.
  bool IsRefusedByName(const absl::Status& status) const;

  CollectingSink& sink() { return sink_; }

 private:
  TempDirectory temp_{InMemory()};
  CollectingSink sink_;
  ManualClock clock_{At("2026-02-01T00:00:00Z")};
};

// A store with a story in it, and what is right of it.
struct MadeStore {
  StoreFiles files;
  bool closed = false;  // it has no log then
  // Where in the log its header ends, and each of its transactions.
  std::vector<std::size_t> ends;
  // What is shown with so many of its transactions, which are as many as there are ends;
  // of a closed one there is one.
  std::vector<std::string> shown;
};

// By chance; an engine that was killed, or closed, has made it.
MadeStore MakeStore(std::uint64_t seed, StoreGround* ground);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_DAMAGE_STORE_FILES_H_
