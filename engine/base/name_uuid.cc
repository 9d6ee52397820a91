// Compiled with its loops unrolled in full (see CMakeLists.txt), for processors without
// instructions for SHA-1: Boost's rounds are one loop with a branch in it, and GCC makes
// it 3.5 times as fast that way.
#include "engine/base/name_uuid.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "boost/uuid/name_generator_sha1.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace tocsin {
namespace {

#if defined(__x86_64__)

#define TOCSIN_SHA_TARGET __attribute__((target("sha,sse4.1")))

// FIPS 180-4, section 6.1, by the SHA extensions: Intel 64 Architectures Software
// Developer's Manual, volume 2, SHA1RNDS4, SHA1NEXTE, SHA1MSG1 and SHA1MSG2.
class Sha1 {
 public:
  static constexpr std::size_t kBlock = 64;

  // Words lie with the first in the highest lane.
  TOCSIN_SHA_TARGET Sha1()
      : abcd_(_mm_set_epi32(0x67452301, static_cast<int>(0xefcdab89),
                            static_cast<int>(0x98badcfe), 0x10325476)),
        e_(_mm_set_epi32(static_cast<int>(0xc3d2e1f0), 0, 0, 0)) {}

  TOCSIN_SHA_TARGET void Add(const std::uint8_t* block) {
    __m128i words[4];
    for (std::size_t i = 0; i < 4; ++i) {
      words[i] =
          Reversed(_mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * i)));
    }
    Rounds rounds = {.abcd = abcd_, .before = e_};
    TwentyRounds<0>(words, &rounds);
    TwentyRounds<1>(words, &rounds);
    TwentyRounds<2>(words, &rounds);
    TwentyRounds<3>(words, &rounds);
    e_ = _mm_sha1nexte_epu32(rounds.before, e_);
    abcd_ = _mm_add_epi32(rounds.abcd, abcd_);
  }

  // The first 16 bytes of the digest, of 20.
  TOCSIN_SHA_TARGET void Digest(std::uint8_t* bytes) const {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), Reversed(abcd_));
  }

 private:
  struct Rounds {
    __m128i abcd;
    __m128i before;  // `abcd` four rounds ago, of which the next E is made
  };

  TOCSIN_SHA_TARGET static __m128i Reversed(__m128i bytes) {
    return _mm_shuffle_epi8(
        bytes, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  }

  // Those of one function and constant, four at a time. `words` are the last sixteen.
  template <int kFunction>
  TOCSIN_SHA_TARGET static void TwentyRounds(__m128i* words, Rounds* rounds) {
    for (int step = 5 * kFunction; step < 5 * (kFunction + 1); ++step) {
      __m128i& oldest = words[step % 4];
      if (step >= 4) {
        const __m128i mixed = _mm_xor_si128(
            _mm_sha1msg1_epu32(oldest, words[(step + 1) % 4]), words[(step + 2) % 4]);
        oldest = _mm_sha1msg2_epu32(mixed, words[(step + 3) % 4]);
      }
      const __m128i e = step == 0 ? _mm_add_epi32(rounds->before, oldest)
                                  : _mm_sha1nexte_epu32(rounds->before, oldest);
      rounds->before = rounds->abcd;
      rounds->abcd = _mm_sha1rnds4_epu32(rounds->abcd, e, kFunction);
    }
  }

  __m128i abcd_;
  __m128i e_;
};

bool HasShaInstructions() {
  constexpr unsigned kSsse3And41 = (1u << 9) | (1u << 19);
  constexpr unsigned kSha = 1u << 29;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kSsse3And41) != kSsse3And41)
    return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & kSha) != 0;
}

// Namespace and name, one behind the other, in blocks; at the end the padding.
TOCSIN_SHA_TARGET void HashInto(const boost::uuids::uuid& name_space,
                                absl::string_view name, std::uint8_t* digest) {
  Sha1 sha;
  std::uint8_t block[Sha1::kBlock];
  std::uint8_t* at = std::copy(name_space.begin(), name_space.end(), block);
  const std::uint64_t bits = 8 * (name_space.size() + name.size());
  const auto room = [&] { return static_cast<std::size_t>(block + Sha1::kBlock - at); };
  while (name.size() >= room()) {
    const absl::string_view part = name.substr(0, room());
    std::copy(part.begin(), part.end(), at);
    name.remove_prefix(part.size());
    sha.Add(block);
    at = block;
  }
  at = std::copy(name.begin(), name.end(), at);
  *at++ = 0x80;
  if (room() < sizeof bits) {
    std::fill_n(at, room(), std::uint8_t{0});
    sha.Add(block);
    at = block;
  }
  at = std::fill_n(at, room() - sizeof bits, std::uint8_t{0});
  for (int shift = 56; shift >= 0; shift -= 8) {
    *at++ = static_cast<std::uint8_t>(bits >> shift);
  }
  sha.Add(block);
  sha.Digest(digest);
}

boost::uuids::uuid NameUuidBySha(const boost::uuids::uuid& name_space,
                                 absl::string_view name) {
  boost::uuids::uuid uuid;
  HashInto(name_space, name, uuid.data);
  uuid.data[6] = static_cast<std::uint8_t>((uuid.data[6] & 0x0f) | 0x50);
  uuid.data[8] = static_cast<std::uint8_t>((uuid.data[8] & 0x3f) | 0x80);
  return uuid;
}

#endif  // defined(__x86_64__)

}  // namespace

boost::uuids::uuid NameUuid(const boost::uuids::uuid& name_space,
                            absl::string_view name) {
#if defined(__x86_64__)
  static const bool has_sha = HasShaInstructions();
  if (has_sha) return NameUuidBySha(name_space, name);
#endif
  return boost::uuids::name_generator_sha1(name_space)(name.data(), name.size());
}

}  // namespace tocsin
