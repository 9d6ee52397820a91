#ifndef TOCSIN_ENGINE_BASE_HASH_H_
#define TOCSIN_ENGINE_BASE_HASH_H_

#include <cstdint>
#include <cstring>

#include "boost/uuid/uuid.hpp"

namespace tocsin {

// A hash of a UUID's bytes that is the same in every process and on every machine,
// so that what is divided by it may be stored. (absl::Hash is seeded per process.)
// The mixing is the finalizer of MurmurHash3.
inline std::uint64_t StableHash(const boost::uuids::uuid& uuid) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, uuid.data, sizeof high);
  std::memcpy(&low, uuid.data + sizeof high, sizeof low);
  std::uint64_t mixed = high ^ (low * 0x9e3779b97f4a7c15ULL);
  mixed ^= mixed >> 33;
  mixed *= 0xff51afd7ed558ccdULL;
  mixed ^= mixed >> 33;
  mixed *= 0xc4ceb9fe1a85ec53ULL;
  mixed ^= mixed >> 33;
  return mixed;
}

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_HASH_H_
