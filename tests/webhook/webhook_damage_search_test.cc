// Would catch a store of webhooks that was damaged anywhere and of which something else
// is sent than was to be, or less, without a word.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/random.h"
#include "tests/webhook/left_webhooks.h"
#include "tocsin/status.h"

namespace tocsin::testing {
namespace {

struct DamagedWebhooks {
  WebhookFiles files;
  std::string what = {};
  // The log may end earlier, where nobody can see it.
  bool may_be_shorter = false;
};

void FlipBits(unsigned count, std::string* bytes, Random* random) {
  for (unsigned i = 0; i < count; ++i) {
    char& byte = (*bytes)[random->Below(static_cast<unsigned>(bytes->size()))];
    byte = static_cast<char>(byte ^ (1 << random->Below(8)));
  }
}

void OverwriteRange(std::string* bytes, Random* random) {
  const std::size_t at = random->Below(static_cast<unsigned>(bytes->size()));
  const std::size_t count =
      std::min<std::size_t>(1 + random->Below(600), bytes->size() - at);
  const bool is_zero = random->Below(2) == 0;
  for (std::size_t i = at; i < at + count; ++i) {
    (*bytes)[i] = is_zero ? '\0' : static_cast<char>(random->Below(256));
  }
}

void ExchangePages(std::string* bytes, Random* random) {
  constexpr std::size_t kPage = 4'096;
  const auto pages = static_cast<unsigned>(bytes->size() / kPage);
  if (pages < 2) return;
  const std::size_t a = random->Below(pages) * kPage, b = random->Below(pages) * kPage;
  const std::string kept = bytes->substr(a, kPage);
  bytes->replace(a, kPage, bytes->substr(b, kPage));
  bytes->replace(b, kPage, kept);
}

// A bad frame is seen by a whole transaction behind its own. That one is not whole where
// it was damaged, too; and whose own it is nobody can tell without the frame's header.
bool MayEndTheLog(const std::string& log, const std::string& damaged) {
  constexpr std::size_t kFrame = 24 + 4'096, kFrameHeader = 24, kHeader = 32;
  std::set<std::size_t> frames;
  std::size_t bytes_of_header = 0;
  for (std::size_t at = 0; at < damaged.size(); ++at) {
    if (log[at] == damaged[at]) continue;
    const std::size_t behind = at + kFrame - kHeader;
    frames.insert(behind / kFrame);
    if (behind % kFrame < kFrameHeader) ++bytes_of_header;
  }
  constexpr std::size_t kFlipped = 3;
  return frames.size() > 1 || bytes_of_header > kFlipped;
}

DamagedWebhooks DamageWebhooks(const LeftWebhooks& left, Random* random) {
  DamagedWebhooks damaged{.files = left.files};
  const bool of_log = left.files.contains(kWebhooksLog) && random->Below(2) == 0;
  const std::string name = of_log ? kWebhooksLog : kWebhooksFile;
  std::string& bytes = damaged.files[name];
  const unsigned kind = random->Below(8);
  switch (kind) {
    case 0:
    case 1:
    case 2:
      FlipBits(1 + random->Below(3), &bytes, random);
      break;
    case 3:
    case 4:
      OverwriteRange(&bytes, random);
      break;
    case 5:
    case 6:
      ExchangePages(&bytes, random);
      break;
    default:
      bytes.resize(random->Below(static_cast<unsigned>(bytes.size())));
      damaged.may_be_shorter = of_log;
  }
  if (of_log && MayEndTheLog(left.files.at(name), bytes)) {
    damaged.may_be_shorter = true;
  }
  if (random->Below(20) == 0) damaged.files[kWebhooksLock] = "";
  damaged.what = absl::StrCat(name, ", damage ", kind);
  return damaged;
}

// What is wrong with what became of it; empty: nothing.
std::string WhatIsWrong(const LeftWebhooks& left, const DamagedWebhooks& damaged,
                        const absl::StatusOr<std::string>& shown) {
  if (!shown.ok()) {
    const Reason reason = ReasonOf(shown.status());
    const bool is_named = absl::StrContains(shown.status().message(), "webhooks.");
    const bool is_right =
        is_named && (reason == Reason::kDamaged || reason == Reason::kStoreUnusable);
    return is_right ? "" : absl::StrCat("refused with ", shown.status().ToString());
  }
  const auto end = left.shown.end();
  const auto found = std::find(left.shown.begin(), end, *shown);
  if (found == end) return absl::StrCat("is shown as ", *shown);
  // The last transaction may have been torn.
  const bool is_last = damaged.files != left.files && end - found <= 2;
  if (end - found == 1 || is_last || damaged.may_be_shorter) return "";
  return absl::StrCat("is ", end - found - 1, " transactions shorter");
}

TEST(WebhookDamageSearch, WhatIsDamagedIsRefusedByNameOrRight) {
  const char* const asked = std::getenv("TOCSIN_DAMAGES");
  const int damages = asked == nullptr ? 400 : std::atoi(asked);
  for (const bool closed : {true, false}) {
    const LeftWebhooks left = LeaveWebhooks(closed);
    WebhookGround ground;
    Random random(closed ? 1 : 2);
    int refused = 0, right = 0;
    for (int i = 0; i < damages; ++i) {
      const DamagedWebhooks damaged = DamageWebhooks(left, &random);
      ground.Put(damaged.files);
      const absl::StatusOr<std::string> shown = ground.Look();
      ++(shown.ok() ? right : refused);
      EXPECT_EQ(WhatIsWrong(left, damaged, shown), "") << i << ": " << damaged.what;
    }
    EXPECT_GT(refused, damages / 3);
    EXPECT_GT(right, 0);
  }
}

}  // namespace
}  // namespace tocsin::testing
