// Would catch a request whose end two servers see at different places, and a gate that
// says something else when the same bytes come in other pieces.
#include "engine/http/gate.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "tests/http_front/gate_bytes.h"
#include "tests/http_front/gate_cases.h"

namespace tocsin::testing {
namespace {

using http::Framing;
using http::Progress;

std::vector<std::size_t> EveryPlace(const std::string& bytes) {
  std::vector<std::size_t> places;
  for (std::size_t at = 1; at < bytes.size(); ++at) places.push_back(at);
  return places;
}

TEST(Gate, RefusesWhatCanBeReadInTwoWays) {
  for (const BadBytes& bad : AllBadBytes()) {
    const Gated gated = ReadWhole(bad.bytes);
    EXPECT_EQ(gated.progress, Progress::kRefused) << bad.what;
    EXPECT_EQ(gated.status, bad.status) << bad.what;
    EXPECT_TRUE(gated == ReadCut(bad.bytes, EveryPlace(bad.bytes))) << bad.what;
  }
}

// At the first wrong byte, and not when the time has run out.
TEST(Gate, RefusesWithoutWaitingForMore) {
  for (const BadBytes& bad : AllBadBytes()) {
    std::size_t first = 1;
    while (first < bad.bytes.size() &&
           ReadWhole(bad.bytes.substr(0, first)).progress == Progress::kMore) {
      ++first;
    }
    const std::string beginning = bad.bytes.substr(0, first);
    EXPECT_EQ(ReadWhole(beginning).progress, Progress::kRefused) << bad.what;
    EXPECT_TRUE(ReadWhole(beginning) == ReadWhole(bad.bytes)) << bad.what;
  }
}

TEST(Gate, TakesWhatIsRightAndNotAByteMore) {
  for (const std::string& bytes : GoodBytes()) {
    const Gated gated = ReadWhole(bytes + "GET /next HTTP/1.1\r\n");
    EXPECT_EQ(gated.progress, Progress::kDone) << bytes;
    EXPECT_EQ(gated.taken, bytes.size()) << bytes;
    EXPECT_TRUE(gated == ReadCut(bytes, EveryPlace(bytes))) << bytes;
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      EXPECT_EQ(ReadWhole(bytes.substr(0, cut)).progress, Progress::kMore)
          << bytes << " cut behind " << cut;
    }
  }
}

TEST(Gate, SaysWhatTheHeadSays) {
  Gated gated = ReadWhole(
      "POST /v1/facts?x=y HTTP/1.1\r\nHost: a\r\nX-A: \t b c \t\r\n"
      "Content-Length: 3\r\nExpect: 100-continue\r\nConnection: x, close\r\n\r\n[1]");
  ASSERT_EQ(gated.progress, Progress::kDone);
  EXPECT_EQ(gated.head.request.method, "POST");
  EXPECT_EQ(gated.head.request.target, "/v1/facts?x=y");
  ASSERT_EQ(gated.head.request.fields.size(), 5U);
  EXPECT_EQ(gated.head.request.fields[1], HttpField("X-A", "b c"));
  EXPECT_EQ(gated.head.framing, Framing::kLength);
  EXPECT_EQ(gated.head.content_length, 3U);
  EXPECT_TRUE(gated.head.expects_continue);
  EXPECT_FALSE(gated.head.keep_alive);
  EXPECT_EQ(gated.body, "[1]");

  gated = ReadWhole(ChunkedReset("A\r\n0\r\n\r\n4567\n\r\n1\r\n!\r\n0\r\n\r\n"));
  EXPECT_EQ(gated.head.framing, Framing::kChunked);
  EXPECT_TRUE(gated.head.keep_alive);
  EXPECT_EQ(gated.body, "0\r\n\r\n4567\n!");
}

TEST(Gate, LimitsTheHeadToTheByte) {
  const std::string front = "GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ";
  const std::string end = "\r\n\r\n";
  const std::size_t room = http::kHeadBytesMax - front.size() - end.size();
  EXPECT_EQ(ReadWhole(front + std::string(room, 'b') + end).progress, Progress::kDone);
  const Gated more = ReadWhole(front + std::string(room + 1, 'b') + end);
  EXPECT_EQ(more.progress, Progress::kRefused);
  EXPECT_EQ(more.status, 431);
}

TEST(Gate, LimitsChunksToTheByteInAll) {
  const auto chunks = [](std::size_t count) {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) bytes += "1\r\nx\r\n";
    return ChunkedReset(bytes + "0\r\n\r\n");
  };
  const Gated most = ReadWhole(chunks(kGatedBodyMax));
  EXPECT_EQ(most.progress, Progress::kDone);
  EXPECT_EQ(most.body.size(), kGatedBodyMax);
  const Gated more = ReadWhole(chunks(kGatedBodyMax + 1));
  EXPECT_EQ(more.progress, Progress::kRefused);
  EXPECT_EQ(more.status, 413);
}

}  // namespace
}  // namespace tocsin::testing
