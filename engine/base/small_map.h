#ifndef TOCSIN_ENGINE_BASE_SMALL_MAP_H_
#define TOCSIN_ENGINE_BASE_SMALL_MAP_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "absl/container/btree_map.h"

namespace tocsin {

// A map that mostly has one entry, or none: one stands in the map itself and costs no
// allocation. What is found is good until an entry is made or erased.
//
// Thread safety: as of an std::map.
template <typename Key, typename T>
class SmallMap {
 public:
  bool empty() const { return size() == 0; }
  std::size_t size() const { return many_ != nullptr ? many_->size() : one_.has_value(); }
  bool contains(const Key& key) const { return Find(key) != nullptr; }

  // Null where there is none of the key.
  const T* Find(const Key& key) const {
    if (many_ != nullptr) {
      const auto it = many_->find(key);
      return it == many_->end() ? nullptr : &it->second;
    }
    return one_.has_value() && one_->first == key ? &one_->second : nullptr;
  }
  T* Find(const Key& key) { return const_cast<T*>(std::as_const(*this).Find(key)); }

  // The entry of the key, made where there is none, and whether it was.
  std::pair<T*, bool> FindOrMake(const Key& key) {
    if (T* const known = Find(key); known != nullptr) return {known, false};
    if (many_ == nullptr && !one_.has_value()) {
      one_.emplace(key, T());
      return {&one_->second, true};
    }
    if (many_ == nullptr) {
      many_ = std::make_unique<Many>();
      many_->emplace(one_->first, std::move(one_->second));
      one_.reset();
    }
    return {&(*many_)[key], true};
  }
  // Nothing where there is none of the key. It may be the key of an entry itself.
  void Erase(const Key& key) {
    if (many_ != nullptr) {
      const auto it = many_->find(key);
      if (it != many_->end()) many_->erase(it);
    } else if (contains(key)) {
      one_.reset();
    }
  }
  void Clear() {
    one_.reset();
    many_.reset();
  }

  // By key: `visit(key, entry)`, which may change the entry, but not the map.
  template <typename Visit>
  void ForEach(Visit visit) {
    if (one_.has_value()) visit(std::as_const(one_->first), one_->second);
    if (many_ == nullptr) return;
    for (auto& [key, entry] : *many_) visit(key, entry);
  }
  template <typename Visit>
  void ForEach(Visit visit) const {
    if (one_.has_value()) visit(one_->first, one_->second);
    if (many_ == nullptr) return;
    for (const auto& [key, entry] : *many_) visit(key, entry);
  }
  // Of the first entry. Needs one.
  const Key& FirstKey() const {
    return many_ != nullptr ? many_->begin()->first : one_->first;
  }

 private:
  using Many = absl::btree_map<Key, T>;

  std::optional<std::pair<Key, T>> one_;  // nothing once there were more
  std::unique_ptr<Many> many_;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_SMALL_MAP_H_
