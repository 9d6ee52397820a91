#include "bench/peers/remote_write.h"

#include <bit>

namespace tocsin::peers {
namespace {

void AppendVarint(std::uint64_t number, std::string* out) {
  for (; number >= 0x80; number >>= 7) {
    out->push_back(static_cast<char>(number | 0x80));
  }
  out->push_back(static_cast<char>(number));
}

void AppendLittleEndian(std::uint64_t number, int bytes, std::string* out) {
  for (int i = 0; i < bytes; ++i) out->push_back(static_cast<char>(number >> (8 * i)));
}

// A field of protobuf whose wire type is 2.
void AppendBytes(int field, absl::string_view bytes, std::string* out) {
  out->push_back(static_cast<char>(field << 3 | 2));
  AppendVarint(bytes.size(), out);
  out->append(bytes.data(), bytes.size());
}

std::string Label(absl::string_view name, absl::string_view value) {
  std::string out;
  AppendBytes(1, name, &out);
  AppendBytes(2, value, &out);
  return out;
}

// Prometheus has no other numbers than doubles.
std::string Sample(std::int64_t value, std::int64_t timestamp_ms) {
  std::string out;
  out.push_back(1 << 3 | 1);
  AppendLittleEndian(std::bit_cast<std::uint64_t>(static_cast<double>(value)), 8, &out);
  out.push_back(2 << 3 | 0);
  AppendVarint(static_cast<std::uint64_t>(timestamp_ms), &out);
  return out;
}

std::string SnappyBlock(absl::string_view bytes) {
  std::string out;
  AppendVarint(bytes.size(), &out);
  // A literal whose length, less 1, follows in 4 bytes.
  out.push_back(static_cast<char>(63 << 2));
  AppendLittleEndian(bytes.size() - 1, 4, &out);
  out.append(bytes.data(), bytes.size());
  return out;
}

}  // namespace

std::string RemoteWriteBody(absl::string_view metric, absl::Span<const Spend> sums,
                            std::int64_t timestamp_ms) {
  const std::string name = Label("__name__", metric);
  std::string request;
  for (const Spend& sum : sums) {
    std::string series;
    AppendBytes(1, name, &series);
    AppendBytes(1, Label("customer", sum.customer.ToString()), &series);
    AppendBytes(2, Sample(sum.amount, timestamp_ms), &series);
    AppendBytes(1, series, &request);
  }
  return SnappyBlock(request);
}

}  // namespace tocsin::peers
