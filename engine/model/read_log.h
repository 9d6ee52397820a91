#ifndef TOCSIN_ENGINE_MODEL_READ_LOG_H_
#define TOCSIN_ENGINE_MODEL_READ_LOG_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "boost/uuid/uuid.hpp"
#include "engine/model/gauge.h"
#include "engine/model/measure.h"

namespace tocsin::model {

// One sum of a customer's, among those that one source read is about: the subject's
// whole, a contract's part of it, an instance of a measure, a contract's part of that;
// or what remains of a balance, or an invoice's total.
struct SumKey {
  const Measure* measure = nullptr;  // null: without group values
  std::string instance = {};
  boost::uuids::uuid item{};  // the contract, balance or invoice; nil for none

  friend bool operator==(const SumKey& a, const SumKey& b) {
    return a.measure == b.measure && a.instance == b.instance && a.item == b.item;
  }
  template <typename H>
  friend H AbslHashValue(H state, const SumKey& key) {
    return H::combine_contiguous(H::combine(std::move(state), key.measure, key.instance),
                                 key.item.data, sizeof key.item.data);
  }
};

// What was applied while a read is under way: of each sum that moved, what it was when
// the read began and the postings since. So an answer, which says what the sum was at
// some instant in between, can be put where it belongs.
class ReadLog {
 public:
  // Notes what a sum is, before the first posting to it; null where it is not there.
  void Keep(const SumKey& key, const Sum* now) {
    if (!spoilt_) sums_.try_emplace(key, Entry{now == nullptr ? Sum() : *now, {}});
  }
  // Notes a posting to sums that were kept. Above `additions_max` of them the log is
  // given up.
  void Add(absl::Span<const SumKey> keys, const Posting& posting,
           std::size_t additions_max);
  // No answer fits any more.
  void Spoil();
  bool spoilt() const { return spoilt_; }

  struct Replayed {
    Sum sum;
    // A total that was applied meanwhile stands, and not the answer.
    bool superseded = false;
  };
  // What a sum comes to with the answer in it. Nothing if that cannot be told, and it
  // has to be read again: the answer is older than what was in the sum when the read
  // began; or something was applied meanwhile and it, or the answer, has no version; or
  // the log was given up. `now` is the sum as it is, null where it is not there.
  std::optional<Replayed> Replay(const SumKey& key, const Sum* now,
                                 const Posting& answer) const;

 private:
  struct Entry {
    Sum before;
    std::vector<Posting> postings;
  };

  absl::flat_hash_map<SumKey, Entry> sums_;
  std::size_t count_ = 0;
  bool spoilt_ = false;
};

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_READ_LOG_H_
