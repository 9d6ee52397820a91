#include "tests/damage/damage.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/wal_bytes.h"

namespace tocsin::testing {
namespace {

std::size_t PageSizeOf(const MadeStore& made) {
  const std::string& database = made.files.at(kDatabaseFile);
  return (static_cast<std::size_t>(static_cast<std::uint8_t>(database[16])) << 8) |
         static_cast<std::uint8_t>(database[17]);
}

std::size_t PlaceIn(const std::string& bytes, Random* random) {
  return random->Below(static_cast<unsigned>(bytes.size()));
}

std::string ChangeBytes(std::string* bytes, Random* random) {
  const std::size_t at = PlaceIn(*bytes, random);
  const std::size_t most = std::min<std::size_t>(bytes->size() - at, 700);
  const std::size_t size = 1 + random->Below(static_cast<unsigned>(most));
  const auto begin = bytes->begin() + static_cast<std::ptrdiff_t>(at);
  const auto end = begin + static_cast<std::ptrdiff_t>(size);
  switch (random->Below(5)) {
    case 0:
      *begin = static_cast<char>(*begin ^ (1 << random->Below(8)));
      return absl::StrCat("a bit of byte ", at);
    case 1:
      *begin = static_cast<char>(random->Next());
      return absl::StrCat("byte ", at);
    case 2:
      std::fill(begin, end, '\0');
      return absl::StrCat(size, " bytes zero from ", at);
    case 3:
      std::generate(begin, end, [random] { return static_cast<char>(random->Next()); });
      return absl::StrCat(size, " bytes from ", at);
    default:
      std::reverse(begin, end);
      return absl::StrCat(size, " bytes turned round from ", at);
  }
}

// Pages of a database or frames of a log.
std::string ExchangeParts(std::string* bytes, std::size_t first, std::size_t size,
                          Random* random) {
  if (bytes->size() < first + 2 * size) return ChangeBytes(bytes, random);
  const auto parts = static_cast<unsigned>((bytes->size() - first) / size);
  const std::size_t a = first + size * random->Below(parts);
  const std::size_t b = first + size * random->Below(parts);
  const std::string of_a = bytes->substr(a, size);
  const std::string of_b = bytes->substr(b, size);
  const bool both = random->Below(2) == 0;
  bytes->replace(b, size, of_a);
  if (both) bytes->replace(a, size, of_b);
  return absl::StrCat(both ? "exchanged " : "copied ", size, " bytes at ", a, " and ", b);
}

std::string DamageFile(const MadeStore& made, const std::string& name, StoreFiles* files,
                       Random* random) {
  std::string& bytes = (*files)[name];
  const std::size_t page = PageSizeOf(made);
  if (bytes.empty() || random->Below(40) == 0) {
    files->erase(name);
    return absl::StrCat(name, " removed; ");
  }
  if (random->Below(40) == 0) {
    bytes.clear();
    return absl::StrCat(name, " emptied; ");
  }
  if (random->Below(8) == 0) {
    bytes.resize(PlaceIn(bytes, random));
    return absl::StrCat(name, " cut at ", bytes.size(), "; ");
  }
  if (random->Below(8) == 0) {
    const bool is_log = name == kWalFile;
    return absl::StrCat(
        name, " ",
        ExchangeParts(&bytes, is_log ? 32 : 0, is_log ? 24 + page : page, random), "; ");
  }
  return absl::StrCat(name, " ", ChangeBytes(&bytes, random), "; ");
}

// What has become of a log.
struct LogDamage {
  std::size_t first = 0;  // byte that is not as it was, or the size that is left
  bool changed = false;   // not only cut
  std::size_t last = 0;   // byte that is not as it was
  int count = 0;
};

LogDamage CompareLogs(const std::string& was, const std::string& is) {
  LogDamage damage{.first = is.size()};
  for (std::size_t i = 0; i < is.size(); ++i) {
    if (is[i] == was[i]) continue;
    damage.first = std::min(damage.first, i);
    damage.last = i;
    damage.changed = true;
    ++damage.count;
  }
  return damage;
}

// How many transactions are before what is not as it was.
std::size_t WholeBefore(const MadeStore& made, const LogDamage& damage) {
  const auto behind = std::upper_bound(made.ends.begin(), made.ends.end(), damage.first);
  // The header is the first that ends.
  return behind == made.ends.begin()
             ? 0
             : static_cast<std::size_t>(behind - made.ends.begin()) - 1;
}

// At this place of a sector a frame may be torn so that it cannot be told from another.
bool MayBeTorn(std::size_t frame_at) { return frame_at % 512 == 504; }

// Whether a transaction behind that of the first damage, and what it follows, is as it
// was; or there is one and a byte alone is not as it was.
bool HasWholeBehind(const MadeStore& made, const std::string& is, std::size_t damaged,
                    const LogDamage& damage) {
  constexpr std::size_t kHeader = 32;
  // Before that nobody knows whether the disk asks for frames to be written again.
  constexpr std::size_t kEnough = 3;
  if (damage.count > 1 && damaged <= kEnough) return false;
  const std::string& was = made.files.at(kWalFile);
  const std::size_t frame = 24 + PageSizeOf(made);
  for (std::size_t next = damaged + 1; next < made.ends.size(); ++next) {
    if (is.size() < made.ends[next]) return false;
    const bool behind_header = next == 1;
    const std::size_t before = made.ends[next - 1] - (behind_header ? kHeader : frame);
    if (!behind_header && MayBeTorn(before)) continue;
    if (damage.count == 1) return true;
    const std::size_t size = made.ends[next] - before;
    if (is.compare(before, size, was, before, size) == 0) return true;
  }
  return false;
}

// Whether a frame of an earlier round of the log is there, as behind its end: put in the
// place of a last transaction of one frame it cannot be told from what was there before.
bool IsOfEarlierRound(const std::string& log, std::size_t frame) {
  constexpr std::size_t kFrameHeader = 24;
  if (frame + kFrameHeader > log.size()) return false;
  return BigEndianAt(log, frame + 8) < BigEndianAt(log, 16);
}

// Of a log beside a database that is right.
std::string WhatIsWrongWithLog(const MadeStore& made, const std::string& is,
                               const Seen& seen) {
  const LogDamage damage = CompareLogs(made.files.at(kWalFile), is);
  const std::size_t all = made.ends.size() - 1;
  const std::size_t right = WholeBefore(made, damage);
  if (seen.shown != made.shown[right]) {
    return absl::StrCat("not what is with ", right, " of ", all, " transactions");
  }
  if (right == all) return "";
  // A file of one byte is empty to SQLite.
  const bool at_end =
      (!damage.changed && (is.size() <= 1 || is.size() == made.ends[right])) ||
      IsOfEarlierRound(is, made.ends[right]);
  if (seen.cut_off.empty() && !at_end) return "nothing is said of the end";
  const std::size_t damaged = damage.first < made.ends.front() ? 0 : right + 1;
  if (damage.changed && HasWholeBehind(made, is, damaged, damage)) {
    return "a whole transaction is behind the damage";
  }
  return "";
}

}  // namespace

Damaged DamageByChance(const MadeStore& made, Random* random) {
  Damaged damaged{.files = made.files, .what = ""};
  const unsigned which = random->Below(16);
  const bool of_log = !made.closed && which < 10;
  if (of_log) damaged.what += DamageFile(made, kWalFile, &damaged.files, random);
  if (!of_log || which == 0) {
    damaged.what += DamageFile(made, kDatabaseFile, &damaged.files, random);
  }
  if (which >= 14) damaged.what += DamageFile(made, kLockFile, &damaged.files, random);
  return damaged;
}

std::string WhatIsWrong(const MadeStore& made, const StoreFiles& damaged,
                        const Seen& seen, const StoreGround& ground) {
  const auto bytes_of = [](const StoreFiles& files, const char* name) {
    const auto found = files.find(name);
    return found == files.end() ? std::string() : found->second;
  };
  const std::string log = bytes_of(damaged, kWalFile);
  const std::string database = bytes_of(damaged, kDatabaseFile);
  const bool database_is_right = database == made.files.at(kDatabaseFile);
  const std::string log_was = bytes_of(made.files, kWalFile);
  if (!seen.status.ok()) {
    if (!ground.IsRefusedByName(seen.status)) return seen.status.ToString();
    if (!database_is_right) return "";
    const LogDamage damage = CompareLogs(log_was, log);
    // The tables are missed.
    if (made.shown[WholeBefore(made, damage)].empty()) return "";
    // What was cut, and what is behind all transactions, is never damage.
    if (!damage.changed) return absl::StrCat("refused: ", seen.status.ToString());
    return damage.first >= made.ends.back() || damage.first >= *(made.ends.rbegin() + 1)
               ? absl::StrCat("refused: ", seen.status.ToString())
               : "";
  }
  // Whoever empties both says that there is nothing.
  if (database.empty() && log.empty() && bytes_of(damaged, kLockFile).empty()) return "";
  if (made.closed) return seen.shown == made.shown[0] ? "" : "not what was written";
  return WhatIsWrongWithLog(made, log, seen);
}

}  // namespace tocsin::testing
