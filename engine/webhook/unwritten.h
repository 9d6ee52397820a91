#ifndef TOCSIN_ENGINE_WEBHOOK_UNWRITTEN_H_
#define TOCSIN_ENGINE_WEBHOOK_UNWRITTEN_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "engine/webhook/delivery_record.h"
#include "engine/webhook/delivery_store.h"

namespace tocsin::webhook {

// What became of deliveries since the store was last written: of each only how it stands
// now. One that was taken before it came to be written never is.
//
// Thread safety: none.
class Unwritten {
 public:
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  // A new one, which may be dead already.
  void Add(std::uint64_t number, std::uint64_t endpoint,
           std::shared_ptr<const Letter> letter, const DeliveryState& state);
  void Change(std::uint64_t number, const DeliveryState& state);
  // The endpoint has it. Until that is written it is known here: the engine may give it
  // once more.
  void Remove(std::uint64_t number, std::uint64_t endpoint, NotificationId notification);
  // Null for one that the store has.
  std::shared_ptr<const Letter> LetterOf(std::uint64_t number) const;
  bool Has(std::uint64_t endpoint, NotificationId notification) const {
    return ids_.contains({endpoint, notification});
  }
  // In a transaction. What is written stays here until `Clear`.
  absl::Status WriteTo(DeliveryStore* store) const;
  void Clear();

 private:
  struct Entry {
    std::uint64_t endpoint = 0;
    std::shared_ptr<const Letter> letter = nullptr;
    DeliveryState state = {};
    bool is_removed = false;
  };

  // Written from the oldest on: so they lie in the store.
  absl::btree_map<std::uint64_t, Entry> entries_;
  absl::flat_hash_set<std::pair<std::uint64_t, NotificationId>> ids_;
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_UNWRITTEN_H_
