#ifndef TOCSIN_TESTS_SUPPORT_MEMORY_STORE_H_
#define TOCSIN_TESTS_SUPPORT_MEMORY_STORE_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "engine/store/store.h"

namespace tocsin::testing {

// What is left when an engine is gone. Once switched off nothing more reaches it.
struct MemoryDisk {
  std::vector<std::pair<std::uint64_t, std::string>> entries;  // with their first step
  std::optional<store::Checkpoint> checkpoint;
  std::vector<store::Image> images;          // of the checkpoint
  std::vector<store::Image> next_images;     // of the next one
  std::size_t images_beside_checkpoint = 0;  // in its own transactions, in all
  std::map<std::string, std::uint64_t> positions;
  std::map<std::uint64_t, std::string> waiting;  // as bytes, by number
  std::vector<store::HistoryRow> history;
  std::vector<std::pair<absl::Time, std::vector<std::string>>> fact_ids;
  std::vector<Receipt> receipts;
  absl::Time last_instant = absl::InfinitePast();
  std::atomic<bool> off{false};
};

// A store of transactions as they are. The disk must outlive it.
//
// Thread safety: as a Store.
class MemoryStore final : public store::Store {
 public:
  explicit MemoryStore(MemoryDisk* disk) : disk_(*disk) {}

  absl::Status Load(store::Loader* loader) override;
  absl::Status Commit(const store::Transaction& transaction) override;
  // Of one thread only.
  absl::StatusOr<std::vector<store::HistoryRow>> History(
      const store::HistoryQuery& query) override;
  absl::StatusOr<std::vector<Receipt>> Receipts(absl::Time from) override;

 private:
  MemoryDisk& disk_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_MEMORY_STORE_H_
