#ifndef TOCSIN_ENGINE_STATE_FACT_IDS_H_
#define TOCSIN_ENGINE_STATE_FACT_IDS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tocsin/ids.h"

namespace tocsin::state {

// The ids of the last facts: of so many of them, and from an instant on.
//
// Thread safety: none.
class FactIds {
 public:
  struct Window {
    std::size_t max = 0;
    absl::Time from = absl::InfinitePast();
  };

  // A fact of one customer is not that of another with the same id.
  static std::string KeyOf(const CustomerId& customer, absl::string_view id) {
    std::string key(reinterpret_cast<const char*>(&customer.uuid()), kCustomerBytes);
    key.append(id.data(), id.size());
    return key;
  }
  static CustomerId CustomerOf(absl::string_view key);

  bool Knows(const std::string& key, const Window& window) {
    Forget(window);
    return known_.contains(key);
  }
  // One that is known is as new as this again.
  void Add(std::string key, absl::Time at, const Window& window) {
    // Views of texts that stay where they are.
    order_.emplace_back(at, std::move(key));
    const absl::string_view added = order_.back().second;
    known_.erase(added);
    known_.emplace(added, first_ + order_.size() - 1);
    Forget(window);
  }
  std::size_t size() const { return order_.size(); }

 private:
  static constexpr std::size_t kCustomerBytes = 16;

  void Forget(const Window& window) {
    while (!order_.empty() &&
           (order_.size() > window.max || order_.front().first < window.from)) {
      const auto known = known_.find(order_.front().second);
      if (known != known_.end() && known->second == first_) known_.erase(known);
      order_.pop_front();
      ++first_;
    }
  }

  std::deque<std::pair<absl::Time, std::string>> order_;
  std::uint64_t first_ = 0;  // the number of the first of these; the next ones follow
  absl::flat_hash_map<absl::string_view, std::uint64_t> known_;  // where it stands last
};

}  // namespace tocsin::state

#endif  // TOCSIN_ENGINE_STATE_FACT_IDS_H_
