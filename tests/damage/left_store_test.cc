// Would catch a store that an engine left, and of which a byte is not as it was, or a
// file is cut or gone, that is taken for a whole one, or for none.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/damage/damage.h"
#include "tests/damage/store_files.h"
#include "tests/support/kept_story.h"
#include "tests/support/random.h"

namespace tocsin::testing {
namespace {

// Of the stores that chance makes the first that is long enough, and whose tables are not
// in the log alone.
MadeStore MakeLeft(bool closed, StoreGround* ground) {
  for (std::uint64_t seed = 1;; ++seed) {
    MadeStore made = MakeStore(seed, ground);
    if (made.closed != closed || made.shown.front().empty()) continue;
    if (closed || made.ends.size() > 6) return made;
  }
}

class LeftStore : public ::testing::Test {
 protected:
  // What becomes of the files is refused by name, or right.
  Seen ExpectNothingWrong(const MadeStore& made, const StoreFiles& files,
                          const std::string& what) {
    Seen seen = ground_.Look(files);
    EXPECT_EQ(WhatIsWrong(made, files, seen, ground_), "") << what;
    return seen;
  }
  void ExpectDamaged(const StoreFiles& files, const std::string& what) {
    const Seen seen = ground_.Look(files);
    EXPECT_EQ(ReasonOf(seen.status), Reason::kDamaged) << what << ": " << seen.status;
    EXPECT_TRUE(ground_.IsRefusedByName(seen.status)) << what << ": " << seen.status;
  }

  StoreGround ground_;
};

TEST_F(LeftStore, AnyByteOfItsLogIsSeenOrEndsItBeforeItsLastTransaction) {
  const MadeStore made = MakeLeft(false, &ground_);
  const bool every_byte = std::getenv("TOCSIN_EVERY_BIT") != nullptr;
  const std::size_t frame = (made.ends[1] - made.ends[0]) % 536 == 0 ? 536 : 24 + 1024;
  const std::size_t last = made.ends.rbegin()[1];
  Random random(1);
  for (std::size_t place = 0; place < made.ends.back(); ++place) {
    const bool of_header = place < 32 || (place - 32) % frame < 24;
    if (!every_byte && random.Below(of_header ? 2 : 24) != 0) continue;
    StoreFiles files = made.files;
    char& byte = files[kWalFile][place];
    byte = static_cast<char>(byte ^ (1 << random.Below(8)));
    const std::string what = absl::StrCat("byte ", place);
    const Seen seen = ExpectNothingWrong(made, files, what);
    EXPECT_EQ(seen.status.ok(), place >= last) << what << ": " << seen.status;
    const std::string log = absl::StrCat("/", kWalFile, ": ");
    EXPECT_TRUE(
        absl::StrContains(seen.status.ok() ? seen.cut_off : seen.status.message(), log))
        << what;
  }
}

TEST_F(LeftStore, ItsLogCutAnywhereEndsBehindAWholeTransaction) {
  const MadeStore made = MakeLeft(false, &ground_);
  const std::size_t size = made.files.at(kWalFile).size();
  for (std::size_t left = 0; left <= size; left += left % 536 < 40 ? 7 : 97) {
    StoreFiles files = made.files;
    files[kWalFile].resize(left);
    const std::string what = absl::StrCat("cut at ", left);
    const Seen seen = ExpectNothingWrong(made, files, what);
    EXPECT_TRUE(seen.status.ok()) << what << ": " << seen.status;
  }
}

TEST_F(LeftStore, WhoseTablesWereInALogThatIsGoneIsMissed) {
  MadeStore made;
  for (std::uint64_t seed = 1; made.shown.empty() || !made.shown[0].empty(); ++seed) {
    made = MakeStore(seed, &ground_);
  }
  for (const std::size_t left : {0U, 1U, 31U, 32U, 500U}) {
    StoreFiles files = made.files;
    files[kWalFile].resize(left);
    ExpectDamaged(files, absl::StrCat("cut at ", left));
  }
  StoreFiles files = made.files;
  files.erase(kWalFile);
  ExpectDamaged(files, "gone");
}

TEST_F(LeftStore, AnyCutOfItsDatabaseIsSeen) {
  const MadeStore closed = MakeLeft(true, &ground_);
  const std::size_t size = closed.files.at(kDatabaseFile).size();
  for (std::size_t left = 0; left < size; left += left < 600 ? 1 : 41) {
    StoreFiles files = closed.files;
    files[kDatabaseFile].resize(left);
    const std::string what = absl::StrCat("cut at ", left);
    const bool opened = ExpectNothingWrong(closed, files, what).status.ok();
    // The end of the last page may hold nothing.
    constexpr std::size_t kLargestPage = 4'096;
    if (left + kLargestPage <= size) {
      EXPECT_FALSE(opened) << what;
    }
  }
  const MadeStore killed = MakeLeft(false, &ground_);
  for (std::size_t left = 0; left < killed.files.at(kDatabaseFile).size(); left += 17) {
    StoreFiles files = killed.files;
    files[kDatabaseFile].resize(left);
    ExpectNothingWrong(killed, files, absl::StrCat("with a log, cut at ", left));
  }
}

TEST_F(LeftStore, ThatIsGoneIsMissed) {
  for (const bool closed : {true, false}) {
    const MadeStore made = MakeLeft(closed, &ground_);
    StoreFiles files = made.files;
    files[kDatabaseFile].clear();
    ExpectDamaged(files, "emptied");
    files.erase(kDatabaseFile);
    ExpectDamaged(files, "removed");
    if (closed) continue;
    // What there is may be of use to somebody.
    files.erase(kLockFile);
    ExpectDamaged(files, "a log alone");
    files[kDatabaseFile].clear();
    const std::string directory = ground_.MakeDirectory("kept");
    for (const auto& [name, bytes] : files) {
      WriteFile(absl::StrCat(directory, "/", name), bytes);
    }
    EXPECT_FALSE(ground_.Open(directory).ok());
    EXPECT_EQ(ReadFile(absl::StrCat(directory, "/", kWalFile)), files[kWalFile]);
  }
}

TEST_F(LeftStore, WithoutItsLocksBytesIsTheSame) {
  for (const bool closed : {true, false}) {
    const MadeStore made = MakeLeft(closed, &ground_);
    StoreFiles files = made.files;
    ASSERT_FALSE(files[kLockFile].empty());
    for (const char* bytes : {"", "x"}) {
      files[kLockFile] = bytes;
      EXPECT_TRUE(ExpectNothingWrong(made, files, bytes).status.ok());
    }
    files.erase(kLockFile);
    EXPECT_TRUE(ExpectNothingWrong(made, files, "removed").status.ok());
  }
}

// As the first engine leaves it that ends before it has made a store.
TEST_F(LeftStore, ThatWasNeverMadeIsMade) {
  for (const StoreFiles& files : {
           StoreFiles{},
           StoreFiles{{kLockFile, ""}},
           StoreFiles{{kLockFile, ""}, {kDatabaseFile, ""}},
           StoreFiles{{kDatabaseFile, ""}},
           StoreFiles{{kDatabaseFile, ""}, {kWalFile, ""}},
       }) {
    const Seen seen = ground_.Look(files);
    EXPECT_TRUE(seen.status.ok()) << seen.status;
    EXPECT_EQ(seen.cut_off, "");
  }
  const std::string directory = ground_.MakeDirectory("new");
  ASSERT_TRUE(ground_.Open(directory).ok());
  std::filesystem::resize_file(absl::StrCat(directory, "/", kDatabaseFile), 0);
  EXPECT_EQ(ReasonOf(ground_.Open(directory).status()), Reason::kDamaged);
}

// Else what is torn would be read as a part of what is written before it.
TEST_F(LeftStore, WhatIsTornIsCutOffAndSaidOnce) {
  const MadeStore made = MakeLeft(false, &ground_);
  const std::string directory = ground_.MakeDirectory("torn");
  const auto file = [&](const char* name) { return absl::StrCat(directory, "/", name); };
  // Also in the first of all, which made the tables.
  for (const std::size_t whole : {std::size_t{0}, made.ends.size() - 2}) {
    const std::size_t last = made.ends[whole];
    std::string torn = made.files.at(kWalFile).substr(0, made.ends[whole + 1]);
    torn[last + 30] = static_cast<char>(~torn[last + 30]);
    for (const auto& [name, bytes] : made.files) WriteFile(file(name.c_str()), bytes);
    WriteFile(file(kWalFile), torn + std::string(200'000, 'x'));
    std::string cut_off;
    const absl::StatusOr<std::unique_ptr<Engine>> engine =
        ground_.Open(directory, &cut_off);
    ASSERT_TRUE(engine.ok()) << engine.status();
    EXPECT_TRUE(absl::StrContains(cut_off, absl::StrCat("byte ", last))) << cut_off;
    EXPECT_LT(std::filesystem::file_size(file(kWalFile)), 200'000);
    // Killed once more.
    StoreFiles files;
    for (const char* name : {kDatabaseFile, kWalFile, kLockFile}) {
      files[name] = ReadFile(file(name));
    }
    const Seen seen = ground_.Look(files);
    EXPECT_TRUE(seen.status.ok()) << seen.status;
    EXPECT_EQ(seen.cut_off, "");
    EXPECT_EQ(seen.shown, made.shown[whole]);
  }
}

}  // namespace
}  // namespace tocsin::testing
