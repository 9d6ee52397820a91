// Would catch a write-ahead log whose damage is passed over, and one that is refused
// though nothing is wrong but that the power went while it was written.
#include "engine/sqlite/wal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sqlite3.h"
#include "tests/support/random.h"
#include "tests/support/temp_directory.h"
#include "tests/support/wal_bytes.h"
#include "tests/unit/written_wal.h"

namespace tocsin::sqlite {
namespace {

using testing::CheckBytes;
using testing::EndsInWal;
using testing::ExpectDamaged;
using testing::ExpectEnds;
using testing::WrittenWal;

constexpr std::size_t kSector = 512;

// What SQLite makes of such files: how many rows there are; less than 0: none.
int RowsOf(const std::string& database, const std::string& wal) {
  const testing::TempDirectory temp(testing::InMemory());
  testing::WriteFile(temp / "a.db", database);
  testing::WriteFile(temp / "a.db-wal", wal);
  sqlite3* opened = nullptr;
  EXPECT_EQ(sqlite3_open((temp / "a.db").c_str(), &opened), SQLITE_OK);
  int rows = -1;
  const auto take = +[](void* to, int, char** values, char**) {
    *static_cast<int*>(to) = std::atoi(values[0]);
    return 0;
  };
  sqlite3_exec(opened, "SELECT count(*) FROM u", take, &rows, nullptr);
  sqlite3_close(opened);
  return rows;
}

struct Files {
  std::string wal;
  std::string database;
};

const Files& SmallFiles() {
  static const auto* const files = [] {
    WrittenWal written(512);
    for (const int size : {10, 900, 30, 2000, 50}) written.Write(size);
    return new Files{.wal = written.wal(), .database = written.database()};
  }();
  return *files;
}

TEST(Wal, AnyBitOfATransactionWithAnotherBehindItIsDamage) {
  const auto& [whole, database] = SmallFiles();
  const std::vector<std::size_t> ends = EndsInWal(whole);
  ASSERT_EQ(ends.size(), 8);
  ASSERT_EQ(ends.back(), whole.size());
  ExpectEnds(CheckBytes(whole, database), whole.size(), false, "the whole");
  const std::size_t before_last = ends[ends.size() - 2];
  for (std::size_t place = 0; place < whole.size(); ++place) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = whole;
      bytes[place] = static_cast<char>(bytes[place] ^ (1 << bit));
      const std::string what = absl::StrCat("bit ", bit, " of byte ", place);
      const absl::StatusOr<WalEnd> end = CheckBytes(bytes, database);
      if (place < before_last) {
        ExpectDamaged(end, what);
      } else {
        ExpectEnds(end, before_last, true, what);
      }
    }
  }
}

// Of these numbers of pages a bit less is none: by a bit of the page the sum may be that
// of a frame which ends no transaction.
TEST(Wal, AnyBitOfALastFrameIsDamageAlsoWhereItMightEndNone) {
  constexpr std::size_t kFrame = 512 + 24;
  WrittenWal written(512);
  const auto pages_at = [](const std::string& wal, std::size_t end) {
    return testing::BigEndianAt(wal, end - kFrame + 4);
  };
  for (const std::uint32_t pages : {8U, 32U}) {
    do {
      written.Write(60);
    } while (pages_at(written.wal(), EndsInWal(written.wal()).back()) < pages);
    written.MoveIntoDatabase();
    for (const char* to : {"upper", "lower", "upper"}) {
      written.Run(absl::StrCat("UPDATE t SET b = ", to, "(b)"));
    }
    const std::string whole = written.wal();
    const std::vector<std::size_t> ends = EndsInWal(whole);
    ASSERT_EQ(ends.size(), 4U);
    for (const std::size_t end : {ends[1], ends[2]}) {
      ASSERT_EQ(pages_at(whole, end), pages);
      for (std::size_t bit = 0; bit < kFrame * 8; ++bit) {
        std::string bytes = whole;
        char& byte = bytes[end - kFrame + bit / 8];
        byte = static_cast<char>(byte ^ (1 << bit % 8));
        ExpectDamaged(CheckBytes(bytes, written.database()),
                      absl::StrCat(pages, " pages, bit ", bit));
      }
    }
  }
}

TEST(Wal, CutAnywhereEndsBehindItsLastWholeTransaction) {
  const auto& [whole, database] = SmallFiles();
  const std::vector<std::size_t> ends = EndsInWal(whole);
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto next = std::upper_bound(ends.begin(), ends.end(), size);
    const std::size_t right = next == ends.begin() ? 0 : *(next - 1);
    ExpectEnds(CheckBytes(whole.substr(0, size), database), right, size != right,
               absl::StrCat("cut at ", size));
  }
}

// Sectors of the last transaction that were not yet written, or unreadable.
std::string TornBetween(const std::string& before, const std::string& after,
                        std::size_t from, testing::Random* random) {
  std::string torn = after;
  const bool garbage = random->Below(3) == 0;
  for (std::size_t at = from; at < torn.size();) {
    const std::size_t to = std::min(torn.size(), (at / kSector + 1) * kSector);
    if (random->Below(2) == 0) {
      for (std::size_t i = at; i < to; ++i) {
        const char old = i < before.size() ? before[i] : '\0';
        torn[i] = garbage ? static_cast<char>(random->Next()) : old;
      }
    }
    at = to;
  }
  if (random->Below(3) == 0) {
    torn.resize(std::max(
        before.size(), from + random->Below(static_cast<unsigned>(torn.size() - from))));
  }
  return torn;
}

// Whether a frame from there on has the salts of the header.
bool HasFrameOfRound(std::string_view wal, std::size_t from) {
  const std::size_t frame = 24 + testing::BigEndianAt(wal, 8);
  for (std::size_t at = from; at + frame <= wal.size(); at += frame) {
    if (wal.substr(at + 8, 8) == wal.substr(16, 8)) return true;
  }
  return false;
}

// A log with transactions of sizes by chance, of which the last is torn. It has begun
// again so many times.
void ExpectTornIsTaken(std::uint64_t seed, int rounds) {
  testing::Random random(seed);
  WrittenWal written(random.Below(2) == 0 ? 512 : 1024);
  const auto write_some = [&](unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      written.Write(static_cast<int>(random.Below(6000)));
    }
  };
  for (int round = 0; round < rounds; ++round) {
    write_some(random.Below(10) + 6);
    written.MoveIntoDatabase();
  }
  write_some(random.Below(8));
  const std::string before = written.wal();
  written.Write(static_cast<int>(random.Below(6000)));
  const std::string after = written.wal();
  const std::vector<std::size_t> ends = EndsInWal(after);
  const std::size_t from = ends[ends.size() - 2];
  for (int i = 0; i < 200; ++i) {
    const std::string torn = TornBetween(before, after, from, &random);
    const absl::StatusOr<WalEnd> end = CheckBytes(torn, written.database());
    const std::string what = absl::StrCat("seed ", seed, ", case ", i);
    ASSERT_TRUE(end.ok()) << what << ": " << end.status();
    const bool whole = torn.substr(0, ends.back()) == after.substr(0, ends.back());
    EXPECT_EQ(end->ends_at, static_cast<std::int64_t>(whole ? ends.back() : from))
        << what << ": " << end->cut_off;
    if (!whole && HasFrameOfRound(torn, from)) {
      EXPECT_NE(end->cut_off, "") << what;
    }
  }
}

TEST(Wal, TornInItsLastTransactionEndsBeforeIt) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    ExpectTornIsTaken(seed, static_cast<int>(seed % 3));
  }
}

TEST(Wal, WhatAnEarlierRoundLeftIsNoPartOfIt) {
  WrittenWal written(512);
  for (int i = 0; i < 6; ++i) written.Write(1000);
  const std::string first_round = written.wal();
  written.MoveIntoDatabase();
  written.Write(10);
  written.Write(700);
  const std::string wal = written.wal();
  ASSERT_EQ(wal.size(), first_round.size());
  const std::size_t end = EndsInWal(wal).back();
  ASSERT_LT(end, wal.size() / 2);
  ExpectEnds(CheckBytes(wal, written.database()), end, false, "a second round");
  for (std::size_t place = 32; place < end; ++place) {
    std::string bytes = wal;
    bytes[place] = static_cast<char>(bytes[place] ^ 4);
    const absl::StatusOr<WalEnd> damaged = CheckBytes(bytes, written.database());
    const std::string what = absl::StrCat("byte ", place);
    const std::size_t before_last = EndsInWal(wal).rbegin()[1];
    if (place < before_last) {
      ExpectDamaged(damaged, what);
    } else {
      ExpectEnds(damaged, before_last, true, what);
    }
  }
}

// As on a disk that may spoil what is beside a write.
TEST(Wal, WhatFillsASectorIsPartOfItsTransaction) {
  WrittenWal written(512, "?psow=0");
  for (const int size : {10, 900, 30}) written.Write(size);
  const std::string before = written.wal();
  written.Write(500);
  const std::string whole = written.wal();
  const std::vector<std::size_t> ends = EndsInWal(whole, true);
  const std::size_t from = ends.rbegin()[1];
  const std::size_t frames = (whole.size() - from) / 536;
  ASSERT_GT(frames, 6);
  ExpectEnds(CheckBytes(whole, written.database(), true), whole.size(), false,
             "the whole");
  testing::Random random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string torn = TornBetween(before, whole, from, &random);
    const absl::StatusOr<WalEnd> end = CheckBytes(torn, written.database(), true);
    ASSERT_TRUE(end.ok()) << i << ": " << end.status();
    EXPECT_GE(end->ends_at, static_cast<std::int64_t>(from)) << i;
  }
  for (std::size_t place = 0; place < from; ++place) {
    std::string bytes = whole;
    bytes[place] = static_cast<char>(bytes[place] ^ 32);
    const std::size_t at = 32 + (std::max<std::size_t>(place, 32) - 32) / 536 * 536;
    const bool fills =
        at > 32 && whole.substr(at, 8) == whole.substr(at - 536, 8) && place >= 32;
    const absl::StatusOr<WalEnd> end = CheckBytes(bytes, written.database(), true);
    if (fills && at > ends.rbegin()[2]) {
      // The last of these is written when its transaction is durable, so that it may be
      // torn together with the next transaction.
      ExpectEnds(end, at, true, absl::StrCat("byte ", place));
    } else {
      ExpectDamaged(end, absl::StrCat("byte ", place));
    }
  }
}

// Of the frames that fill a sector the last is not waited for, nor is the transaction
// behind it when the power goes.
TEST(Wal, ThatIsTornInWhatFillsASectorAndBehindItEndsThere) {
  WrittenWal written(512, "?psow=0");
  for (const int size : {10, 900, 30}) written.Write(size);
  const std::size_t before = written.wal().size();
  written.Write(500);
  std::string torn = written.wal();
  torn[before - 100] = static_cast<char>(torn[before - 100] ^ 1);
  ExpectEnds(CheckBytes(torn, written.database(), true), before - 536, true,
             "the last of them");
}

// What is written last alone, and again, is a transaction each time.
TEST(Wal, AnyBitOfATransactionOfThePageOfTheOneBeforeIsDamage) {
  WrittenWal written(512);
  for (int i = 0; i < 8; ++i) written.Run("INSERT INTO u VALUES (1)");
  const std::string whole = written.wal();
  const std::vector<std::size_t> ends = EndsInWal(whole);
  ASSERT_GT(ends.size(), 8U);
  for (std::size_t place = 32; place < whole.size(); ++place) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = whole;
      bytes[place] = static_cast<char>(bytes[place] ^ (1 << bit));
      const absl::StatusOr<WalEnd> end = CheckBytes(bytes, written.database());
      const std::string what = absl::StrCat("byte ", place, ", bit ", bit);
      if (place < ends.rbegin()[1]) {
        ExpectDamaged(end, what);
      } else {
        ExpectEnds(end, ends.rbegin()[1], true, what);
      }
    }
  }
}

TEST(Wal, EndsWhereSqliteEndsIt) {
  testing::Random random(7);
  const auto& [whole, database] = SmallFiles();
  const std::vector<std::size_t> ends = EndsInWal(whole);
  int taken = 0;
  for (int i = 0; i < 600; ++i) {
    std::string bytes = whole;
    const unsigned from = random.Below(2) == 0
                              ? random.Below(static_cast<unsigned>(whole.size()))
                              : static_cast<unsigned>(ends.rbegin()[1]);
    for (unsigned n = random.Below(4); n > 0; --n) {
      const std::size_t at =
          from + random.Below(static_cast<unsigned>(whole.size()) - from);
      bytes[at] = static_cast<char>(random.Next());
    }
    bytes.resize(whole.size() - random.Below(3) * random.Below(900));
    const absl::StatusOr<WalEnd> end = CheckBytes(bytes, database);
    if (!end.ok()) continue;
    ++taken;
    EXPECT_EQ(RowsOf(database, bytes),
              RowsOf(database, whole.substr(0, static_cast<std::size_t>(end->ends_at))))
        << i << ": " << end->cut_off;
  }
  EXPECT_GT(taken, 100);
}

}  // namespace
}  // namespace tocsin::sqlite
