#ifndef TOCSIN_ENGINE_WEBHOOK_RANDOM_UUID_H_
#define TOCSIN_ENGINE_WEBHOOK_RANDOM_UUID_H_

#include <cstddef>
#include <cstdint>
#include <random>

#include "boost/uuid/uuid.hpp"

namespace tocsin::webhook {

// A version-4 UUID (RFC 9562, section 5.4).
inline boost::uuids::uuid RandomUuid(std::mt19937_64* random) {
  boost::uuids::uuid uuid = {};
  for (std::size_t i = 0; i < sizeof uuid.data; i += sizeof(std::uint64_t)) {
    std::uint64_t bits = (*random)();
    for (std::size_t j = 0; j < sizeof bits; ++j, bits >>= 8) {
      uuid.data[i + j] = static_cast<std::uint8_t>(bits);
    }
  }
  uuid.data[6] = static_cast<std::uint8_t>((uuid.data[6] & 0x0f) | 0x40);
  uuid.data[8] = static_cast<std::uint8_t>((uuid.data[8] & 0x3f) | 0x80);
  return uuid;
}

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_RANDOM_UUID_H_
