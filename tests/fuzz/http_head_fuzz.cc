// Any bytes as one request, whole and cut: where the gate ends it, and as what, is the
// same, nothing behind it changes it, and what it takes Boost.Beast takes too.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/http_front/beside_beast.h"
#include "tests/http_front/gate_bytes.h"

namespace {

using tocsin::http::Progress;
using tocsin::testing::Gated;

// The first byte says where.
std::vector<std::size_t> Cuts(std::uint8_t how, std::size_t size) {
  const std::size_t step = std::size_t{1} + how % 61U;
  const std::size_t first = how % 7U;
  std::vector<std::size_t> cuts;
  for (std::size_t at = first; at < size; at += step) cuts.push_back(at);
  return cuts;
}

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const Gated whole = tocsin::testing::ReadWhole(bytes);
  Check(tocsin::testing::ReadCut(bytes, Cuts(data[0], bytes.size())) == whole);
  Check(whole.taken <= bytes.size());
  if (whole.progress == Progress::kMore) return 0;
  Check(tocsin::testing::ReadWhole(bytes.substr(0, whole.taken)) == whole);
  if (whole.progress == Progress::kRefused) {
    Check(whole.status >= 400 && whole.status < 600);
    return 0;
  }
  const std::string request(bytes.substr(0, whole.taken));
  Check(tocsin::testing::DifferenceToBeast(request, whole).empty());
  return 0;
}
