#ifndef TOCSIN_ENGINE_BASE_HASH_H_
#define TOCSIN_ENGINE_BASE_HASH_H_

#include <cstdint>
#include <cstring>

#include "absl/numeric/int128.h"
#include "boost/uuid/uuid.hpp"

namespace tocsin {

// A hash of a UUID's bytes that is the same in every process and on every machine,
// so that what is divided by it may be stored. (absl::Hash is seeded per process.)
// The mixing is the folded multiplication of wyhash, with two of its secrets.
inline std::uint64_t StableHash(const boost::uuids::uuid& uuid) {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, uuid.data, sizeof high);
  std::memcpy(&low, uuid.data + sizeof high, sizeof low);
  const absl::uint128 product = absl::uint128(high ^ 0xa0761d6478bd642fULL) *
                                absl::uint128(low ^ 0xe7037ed1a0b428dbULL);
  return absl::Uint128High64(product) ^ absl::Uint128Low64(product);
}

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_HASH_H_
