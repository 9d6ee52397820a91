#ifndef TOCSIN_ENGINE_BASE_BYTES_H_
#define TOCSIN_ENGINE_BASE_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "boost/uuid/uuid.hpp"
#include "tocsin/decimal.h"
#include "tocsin/ids.h"

// How values stand in what is stored: the same bytes on every machine. Numbers are
// little-endian base 128 (LEB128, as in DWARF and protocol buffers), signed ones in
// zigzag; texts have their length before them.
namespace tocsin {

// Room for a few values, to be appended to a string at once: to append each by itself
// would take longer than to work them out. Who writes knows that they fit.
inline constexpr std::size_t kFewBytes = 96;
class FewBytes {
 public:
  void push_back(char byte) { bytes_[size_++] = byte; }
  void append(const char* bytes, std::size_t size) {
    std::memcpy(bytes_ + size_, bytes, size);
    size_ += size;
  }
  absl::string_view view() const { return {bytes_, size_}; }

 private:
  char bytes_[kFewBytes];
  std::size_t size_ = 0;
};

// Appends values to a string, or `FewBytes`, which must outlive it.
//
// Thread safety: none.
template <typename Out>
class BasicByteWriter {
 public:
  // The most bytes that one value takes.
  static constexpr std::size_t kNumberMax = 10;
  static constexpr std::size_t kAmountMax = 19;
  static constexpr std::size_t kTimeMax = 1 + 2 * kNumberMax;

  explicit BasicByteWriter(Out* out) : out_(out) {}

  void Byte(std::uint8_t byte) { out_->push_back(static_cast<char>(byte)); }
  void Bool(bool value) { Byte(value ? 1 : 0); }
  void Number(std::uint64_t value) {
    while (value >= 0x80) {
      Byte(static_cast<std::uint8_t>(value | 0x80));
      value >>= 7;
    }
    Byte(static_cast<std::uint8_t>(value));
  }
  void Signed(std::int64_t value) {
    Number((static_cast<std::uint64_t>(value) << 1) ^
           static_cast<std::uint64_t>(value >> 63));
  }
  void Amount(Decimal value) {
    __extension__ typedef unsigned __int128 UInt128;
    const Int128 units = value.units();
    UInt128 zigzag =
        (static_cast<UInt128>(units) << 1) ^ static_cast<UInt128>(units >> 127);
    for (; zigzag > std::numeric_limits<std::uint64_t>::max(); zigzag >>= 7) {
      Byte(static_cast<std::uint8_t>(static_cast<std::uint8_t>(zigzag) | 0x80));
    }
    Number(static_cast<std::uint64_t>(zigzag));
  }
  // Any instant, also the infinite ones, to the quarter of a nanosecond.
  void Time(absl::Time time);
  void Duration(absl::Duration duration) { Time(absl::UnixEpoch() + duration); }
  void Uuid(const boost::uuids::uuid& uuid) {
    out_->append(reinterpret_cast<const char*>(uuid.data), sizeof uuid.data);
  }
  template <typename Tag>
  void Uuid(const Id<Tag>& id) {
    Uuid(id.uuid());
  }
  void Text(absl::string_view text) {
    Number(text.size());
    out_->append(text.data(), text.size());
  }

 private:
  Out* const out_;
};

using ByteWriter = BasicByteWriter<std::string>;

// Reads what a `ByteWriter` wrote, in the same order. Bytes that nobody wrote never make
// it read beyond the end: from the first value that cannot be read on, `ok` is false and
// every value is empty.
//
// Thread safety: none.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : left_(bytes) {}

  bool ok() const { return ok_; }
  // Whether all was read, and nothing amiss.
  bool AtEnd() const { return ok_ && left_.empty(); }
  std::size_t left() const { return left_.size(); }
  // For who finds that a value is none that could have been written.
  void Fail() {
    ok_ = false;
    left_ = {};
  }

  // The next byte, which is still to be read; 0 at the end.
  std::uint8_t PeekByte() const {
    return left_.empty() ? 0 : static_cast<std::uint8_t>(left_.front());
  }
  std::uint8_t Byte() {
    if (left_.empty()) {
      Fail();
      return 0;
    }
    const auto byte = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    return byte;
  }
  bool Bool() { return ByteUpTo(1) != 0; }
  // One that is at most `max`.
  std::uint8_t ByteUpTo(std::uint8_t max) {
    const std::uint8_t byte = Byte();
    if (byte <= max) return byte;
    Fail();
    return 0;
  }
  std::uint64_t Number();
  std::int64_t Signed() {
    const std::uint64_t zigzag = Number();
    return static_cast<std::int64_t>(zigzag >> 1) ^
           -static_cast<std::int64_t>(zigzag & 1);
  }
  // How many of something follow, of which each takes a byte or more.
  std::size_t Count() {
    const std::uint64_t count = Number();
    if (count <= left_.size()) return static_cast<std::size_t>(count);
    Fail();
    return 0;
  }
  Decimal Amount();
  absl::Time Time();
  absl::Duration Duration() { return Time() - absl::UnixEpoch(); }
  boost::uuids::uuid Uuid() {
    boost::uuids::uuid uuid{};
    const absl::string_view bytes = Take(sizeof uuid.data);
    if (!bytes.empty()) std::memcpy(uuid.data, bytes.data(), sizeof uuid.data);
    return uuid;
  }
  template <typename AnId>
  AnId IdOf() {
    return AnId(Uuid());
  }
  // Good as long as the bytes are.
  absl::string_view TextView() { return Take(Count()); }
  std::string Text() { return std::string(TextView()); }

 private:
  absl::string_view Take(std::size_t size) {
    if (size > left_.size()) {
      Fail();
      return {};
    }
    const absl::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

  absl::string_view left_;
  bool ok_ = true;
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_BYTES_H_
