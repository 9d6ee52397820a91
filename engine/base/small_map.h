#ifndef TOCSIN_ENGINE_BASE_SMALL_MAP_H_
#define TOCSIN_ENGINE_BASE_SMALL_MAP_H_

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/container/inlined_vector.h"

namespace tocsin {

// A map of a few entries, by key: the first stands in the map itself, so that one that
// has a single entry, as mostly, costs no allocation. Every change moves what comes
// behind it: iterators and references into the map are good until then.
//
// Thread safety: as of an std::map.
template <typename Key, typename T>
class SmallMap {
 public:
  using Entry = std::pair<Key, T>;
  using iterator = typename absl::InlinedVector<Entry, 1>::iterator;
  using const_iterator = typename absl::InlinedVector<Entry, 1>::const_iterator;

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  iterator begin() { return entries_.begin(); }
  iterator end() { return entries_.end(); }
  const_iterator begin() const { return entries_.begin(); }
  const_iterator end() const { return entries_.end(); }

  iterator find(const Key& key) {
    const iterator it = LowerBound(key);
    return it != end() && it->first == key ? it : end();
  }
  const_iterator find(const Key& key) const {
    return const_cast<SmallMap*>(this)->find(key);
  }
  bool contains(const Key& key) const { return find(key) != end(); }

  // The entry of the key, made where there is none, and whether it was.
  std::pair<iterator, bool> try_emplace(const Key& key) {
    const iterator it = LowerBound(key);
    if (it != end() && it->first == key) return {it, false};
    return {entries_.insert(it, Entry(key, T())), true};
  }
  void erase(const_iterator it) { entries_.erase(it); }
  void clear() { entries_.clear(); }

 private:
  iterator LowerBound(const Key& key) {
    return std::lower_bound(
        begin(), end(), key,
        [](const Entry& entry, const Key& sought) { return entry.first < sought; });
  }

  absl::InlinedVector<Entry, 1> entries_;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_SMALL_MAP_H_
