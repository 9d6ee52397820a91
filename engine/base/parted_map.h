#ifndef TOCSIN_ENGINE_BASE_PARTED_MAP_H_
#define TOCSIN_ENGINE_BASE_PARTED_MAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/hash/hash.h"

namespace tocsin {

// A hash map in parts that its copies share until they change them: copying takes the
// same however much is in it, and a change copies one part.
//
// Thread safety: as of a standard container; copies may be used beside each other.
template <typename Key, typename Value>
class PartedMap {
 public:
  // Null where there is none. Good until the map is changed.
  const Value* Find(const Key& key) const {
    const PartPtr& part = parts_[PartOf(key)];
    if (part == nullptr) return nullptr;
    const auto it = part->find(key);
    return it == part->end() ? nullptr : &it->second;
  }

  // Calls `change` with the value of a key, `otherwise` where there was none.
  void Change(const Key& key, const Value& otherwise,
              absl::FunctionRef<void(Value&)> change) {
    PartPtr& part = parts_[PartOf(key)];
    auto changed =
        part == nullptr ? std::make_shared<Part>() : std::make_shared<Part>(*part);
    change(changed->try_emplace(key, otherwise).first->second);
    part = std::move(changed);
  }

  void Erase(const Key& key) {
    if (Find(key) == nullptr) return;
    PartPtr& part = parts_[PartOf(key)];
    auto changed = std::make_shared<Part>(*part);
    changed->erase(key);
    part = std::move(changed);
  }

  // In no special order.
  void ForEach(absl::FunctionRef<void(const Key&, const Value&)> visit) const {
    for (const PartPtr& part : parts_) {
      if (part == nullptr) continue;
      for (const auto& [key, value] : *part) visit(key, value);
    }
  }

 private:
  using Part = absl::flat_hash_map<Key, Value>;
  using PartPtr = std::shared_ptr<const Part>;

  static constexpr int kPartBits = 6;

  // By the upper bits: the maps use the lower ones.
  static std::size_t PartOf(const Key& key) {
    const auto hash = static_cast<std::uint64_t>(absl::Hash<Key>()(key));
    return static_cast<std::size_t>(hash >> (64 - kPartBits));
  }

  std::array<PartPtr, std::size_t{1} << kPartBits> parts_;  // null where nothing was
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_PARTED_MAP_H_
