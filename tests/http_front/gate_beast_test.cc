// Would catch bytes that the gate takes for a request and a parser by other hands does
// not, or for another one.
#include <gtest/gtest.h>

#include <boost/beast/http.hpp>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "tests/http_front/beside_beast.h"
#include "tests/http_front/gate_bytes.h"
#include "tests/http_front/gate_cases.h"

namespace tocsin::testing {
namespace {

namespace beast = boost::beast::http;

std::string Mutated(std::string bytes, std::mt19937_64* random) {
  static constexpr char kBytes[] = "\r\n\t \0:;,0129afAFxX+-/.%#\x7f\x80\x0b\"'()";
  const auto below = [&](std::size_t n) {
    return static_cast<std::size_t>((*random)() % n);
  };
  for (std::size_t changes = 1 + below(4); changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = below(bytes.size());
    const char byte = kBytes[below(sizeof kBytes - 1)];
    switch (below(4)) {
      case 0:
        bytes[at] = byte;
        break;
      case 1:
        bytes.insert(at, 1, byte);
        break;
      case 2:
        bytes.erase(at, 1 + below(3));
        break;
      default:
        bytes.insert(at, bytes.substr(below(bytes.size()), below(24)));
        break;
    }
  }
  return bytes;
}

TEST(GateBesideBeast, TakesNothingThatBeastRefusesOrReadsOtherwise) {
  constexpr int kCases = 200'000;
  std::vector<std::string> all = GoodBytes();
  for (const BadBytes& bad : AllBadBytes()) all.push_back(bad.bytes);
  std::mt19937_64 random(1);
  int taken = 0;
  for (int i = 0; i < kCases; ++i) {
    const std::string bytes = Mutated(all[random() % all.size()], &random);
    const Gated gated = ReadWhole(bytes);
    if (gated.progress != http::Progress::kDone) continue;
    ++taken;
    const std::string difference = DifferenceToBeast(bytes, gated);
    ASSERT_EQ(difference, "") << bytes;
  }
  // Enough of both that each could have shown something.
  EXPECT_GT(taken, kCases / 20);
  EXPECT_LT(taken, kCases / 2);
}

// What the gate is for.
TEST(GateBesideBeast, RefusesMoreThanBeast) {
  int beast_takes = 0;
  for (const BadBytes& bad : AllBadBytes()) {
    beast::request_parser<beast::string_body> parser;
    parser.eager(true);
    boost::system::error_code error;
    parser.put(boost::asio::buffer(bad.bytes), error);
    if (!error && parser.is_done()) ++beast_takes;
  }
  EXPECT_GT(beast_takes, 10);
}

}  // namespace
}  // namespace tocsin::testing
