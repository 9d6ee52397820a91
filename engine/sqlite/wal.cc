#include "engine/sqlite/wal.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/sqlite/application.h"
#include "engine/sqlite/wal_frame.h"

namespace tocsin::sqlite {
namespace {

// At this place of a sector of a disk, and at no other, a frame can be torn so that its
// salts are its own and its note is still the one of before.
constexpr std::int64_t kSectorSize = 512;
constexpr std::int64_t kNoteBeforeSector = kSectorSize - 8;

// Reads the frames of a log one after the other.
class FrameReader {
 public:
  FrameReader(ByteSource* wal, std::size_t frame_size)
      : wal_(*wal), frame_size_(frame_size), bytes_(frame_size, '\0') {
    const std::int64_t behind_header =
        wal->size() - static_cast<std::int64_t>(kWalHeaderSize);
    count_ = behind_header / static_cast<std::int64_t>(frame_size);
    has_rest_ = behind_header % static_cast<std::int64_t>(frame_size) != 0;
  }

  std::int64_t count() const { return count_; }
  // Whether there is a part of a frame behind the last.
  bool has_rest() const { return has_rest_; }
  // Where the frame begins; they are counted from 0.
  std::int64_t PlaceOf(std::int64_t frame) const {
    return static_cast<std::int64_t>(kWalHeaderSize) +
           frame * static_cast<std::int64_t>(frame_size_);
  }
  // Good until the next one is read.
  absl::StatusOr<Frame> Read(std::int64_t frame) {
    absl::Status status = wal_.Read(PlaceOf(frame), frame_size_, bytes_.data());
    if (!status.ok()) return status;
    return Frame(bytes_);
  }

 private:
  ByteSource& wal_;
  const std::size_t frame_size_;
  std::string bytes_;
  std::int64_t count_ = 0;
  bool has_rest_ = false;
};

// Goes through a log whose header is sound.
class WalJudge {
 public:
  // `pages_max`: the database cannot have more.
  WalJudge(const WalHeader& header, std::int64_t pages_max, bool fills_sectors)
      : header_(header),
        pages_max_(pages_max),
        fills_sectors_(fills_sectors),
        before_(header.sum) {}

  void Look(std::int64_t place, const Frame& frame) {
    bool sound = IsSound(frame, before_);
    if (first_bad_ != kNone) {
      sound = LookBehind(frame, sound);
    } else if (!sound) {
      first_bad_ = frames_;
    } else {
      TakeSound(frame.note);
    }
    if (!sound) TakeBad(place, frame);
    if (frames_ >= whole_) {
      goes_on_ = goes_on_ || frame.salts == header_.salts ||
                 (frames_ == whole_ && !header_.IsEarlier(frame.salts));
    }
    before_ = frame.sum;
    ++frames_;
  }

  // How many frames there are of whole transactions, with nothing bad before them.
  std::int64_t whole() const { return whole_; }
  // Whether something of this round of the log is behind those.
  bool goes_on() const { return goes_on_; }
  // The bad frame, counted from 0, where it is damage: a second transaction that ends
  // behind it was begun when its own was durable.
  std::optional<std::int64_t> damaged() const {
    return ends_ > 1 ? std::make_optional(first_bad_) : std::nullopt;
  }

 private:
  static constexpr std::int64_t kNone = -1;
  struct BadFrame {
    std::int64_t number = kNone;
    PageNote note;
    bool has_own_salts = false;
    bool may_have_old_note = false;
    // If the sum of the frame before it is right: what its own was made with, and the
    // right one for what is in it.
    PageNote note_of_sum;
    WalSum right_sum;
  };

  bool IsSound(const Frame& frame, WalSum before) const {
    return frame.salts == header_.salts && frame.note.page != 0 &&
           frame.sum == frame.SumAfter(before, header_.order);
  }

  // A frame with nothing bad before it.
  void TakeSound(const PageNote& note) {
    if (!note.ends_transaction()) {
      begins_ = true;
      return;
    }
    ++ends_before_;
    repeats_ = repeats_ || (!begins_ && note == last_end_);
    begins_ = false;
    whole_ = frames_ + 1;
    goes_on_ = false;
    last_end_ = note;
    last_end_at_ = frames_;
  }

  void TakeBad(std::int64_t place, const Frame& frame) {
    last_bad_ = {.number = frames_,
                 .note = frame.note,
                 .has_own_salts = frame.salts == header_.salts,
                 .may_have_old_note = place % kSectorSize == kNoteBeforeSector,
                 .note_of_sum = frame.NoteOfSum(before_, header_.order),
                 .right_sum = frame.SumAfter(before_, header_.order)};
    if (last_bad_.has_own_salts && !last_bad_.may_have_old_note &&
        IsPossible(frame.note) && !frame.note.ends_transaction()) {
      begins_ = true;
    }
  }

  // Whether a frame behind the first bad one is sound, if not by the sum that is stored
  // before it, then by what it must have been. And the one before tells by it what it is.
  bool LookBehind(const Frame& frame, bool sound) {
    if (last_bad_.number == frames_ - 1) {
      if (sound) {
        Count(NoteOfBad(frame));
      } else if (IsSound(frame, last_bad_.right_sum)) {
        Count(last_bad_.note);
        sound = true;
      }
    }
    if (sound) Count(frame.note);
    return sound;
  }

  // What a bad frame whose sum is right was written under; nothing where nobody can tell.
  std::optional<PageNote> NoteOfBad(const Frame& next) const {
    const PageNote& note = last_bad_.note;
    const PageNote& of_sum = last_bad_.note_of_sum;
    if (of_sum == note) return note;
    if (!last_bad_.has_own_salts) return std::nullopt;
    if (IsAgain(note)) return note;
    // Either the note is not as it was, or the page is not, and the sum says nothing of
    // the note. It is torn only where it lies in another sector than the salts.
    // In a transaction the pages are in their order, and none is there twice.
    const bool old_note = last_bad_.may_have_old_note;
    const bool is_near =
        old_note || of_sum.page == note.page || of_sum.pages == note.pages;
    const bool another_begins = next.note.page <= of_sum.page;
    if (IsPossible(of_sum) && is_near && of_sum.ends_transaction() == another_begins) {
      return of_sum;
    }
    return !old_note && IsPossible(note) ? std::make_optional(note) : std::nullopt;
  }

  // The database never becomes smaller, and larger by a page for each frame at most.
  bool IsPossible(const PageNote& note) const {
    if (note.page == 0 || note.page > pages_max_) return false;
    if (!note.ends_transaction()) return true;
    const std::int64_t most =
        last_end_.pages == 0 ? pages_max_ : last_end_.pages + frames_ - last_end_at_;
    return note.pages >= last_end_.pages && note.pages <= most;
  }

  // Where SQLite writes the last frame of a transaction again until a sector is full, it
  // does so for nearly all, and does not wait for the last of these to be durable.
  // Before several ends it may be missing all the same: where it was torn, crash after
  // crash, it was cut off.
  bool IsAgain(const PageNote& note) const {
    constexpr int kEnough = 8;
    return fills_sectors_ && !begins_ && note == last_end_ &&
           (repeats_ || ends_before_ < kEnough);
  }

  void Count(const std::optional<PageNote>& note) {
    if (!note.has_value()) return;
    if (!note->ends_transaction()) {
      begins_ = true;
      return;
    }
    if (!IsAgain(*note)) ++ends_;
    begins_ = false;
    last_end_ = *note;
    last_end_at_ = frames_;
  }

  const WalHeader header_;
  const std::int64_t pages_max_;
  const bool fills_sectors_;
  WalSum before_;
  std::int64_t frames_ = 0;
  std::int64_t whole_ = 0;
  bool goes_on_ = false;
  std::int64_t first_bad_ = kNone;
  BadFrame last_bad_;
  int ends_ = 0;          // of transactions, that can be told from the first bad frame on
  int ends_before_ = 0;   // that one
  bool repeats_ = false;  // among those: a last frame stands there again
  PageNote last_end_;
  std::int64_t last_end_at_ = 0;
  bool begins_ = false;  // another is begun behind that end
};

// What can be seen of transactions where nobody knows how the log began: of those of the
// first round that is seen, which frame has each page last.
struct Seen {
  std::map<std::uint32_t, std::int64_t> pages;
  bool transaction = false;
};

// Whether it may be all of the round that was in the database when the log was about to
// begin anew. Where the header was torn amid its sum there is nothing else to know the
// frame by: no sum before it, and behind it what earlier rounds left.
bool MayBeRound(const PageNote& note, std::int64_t database_pages) {
  return note.page != 0 && note.page <= note.pages && note.pages == database_pages;
}

// `of_header`: what its sum may have been.
absl::StatusOr<Seen> LookAround(FrameReader* frames, WordOrder order,
                                const std::array<WalSum, 2>& of_header,
                                std::int64_t database_pages) {
  std::map<std::uint32_t, std::int64_t> unfinished;
  std::optional<WalSalts> salts;
  std::optional<WalSum> before;
  WalSalts first;
  bool first_is_round = false;
  // A frame that goes on with the sum of one before is of the same round, whatever its
  // salts say, which no sum covers.
  bool in_round = false;
  Seen seen;
  for (std::int64_t i = 0; i < frames->count(); ++i) {
    const absl::StatusOr<Frame> frame = frames->Read(i);
    if (!frame.ok()) return frame.status();
    const bool sound = before.has_value()
                           ? frame->sum == frame->SumAfter(*before, order)
                           : frame->sum == frame->SumAfter(of_header[0], order) ||
                                 frame->sum == frame->SumAfter(of_header[1], order);
    before = frame->sum;
    const bool goes_on = std::exchange(in_round, false);
    if (i == 0) {
      first = frame->salts;
      first_is_round = !sound && MayBeRound(frame->note, database_pages);
      if (first_is_round) seen.pages[frame->note.page] = 0;
    } else if (frame->salts == first || (i == 1 && sound)) {
      first_is_round = false;
    }
    if (!sound || frame->note.page == 0) continue;
    if (first_is_round) break;
    if (!salts.has_value()) salts = frame->salts;
    if (frame->salts != *salts && !goes_on) break;
    in_round = true;
    unfinished[frame->note.page] = i;
    if (!frame->note.ends_transaction()) continue;
    for (const auto& [page, number] : unfinished) seen.pages[page] = number;
    unfinished.clear();
    seen.transaction = true;
  }
  seen.transaction = seen.transaction || first_is_round;
  return seen;
}

// Whether the database has it all, as when the log was about to begin anew.
absl::StatusOr<bool> IsInDatabase(const Seen& seen, std::size_t page_size,
                                  FrameReader* frames, ByteSource* database) {
  std::string page(page_size, '\0');
  for (const auto& [number, in_frame] : seen.pages) {
    const std::int64_t place =
        (std::int64_t{number} - 1) * static_cast<std::int64_t>(page_size);
    if (place + static_cast<std::int64_t>(page_size) > database->size()) return false;
    absl::Status status = database->Read(place, page_size, page.data());
    if (!status.ok()) return status;
    const absl::StatusOr<Frame> frame = frames->Read(in_frame);
    if (!frame.ok()) return frame.status();
    if (frame->page != page) return false;
  }
  return true;
}

// https://www.sqlite.org/fileformat2.html#page_size
absl::StatusOr<std::uint32_t> PageSizeOf(ByteSource* database) {
  constexpr std::int64_t kPlace = 16;
  if (database->size() < kPlace + 2) return 0;
  std::string bytes(2, '\0');
  absl::Status status = database->Read(kPlace, bytes.size(), bytes.data());
  if (!status.ok()) return status;
  const auto high = static_cast<std::uint8_t>(bytes[0]);
  const auto low = static_cast<std::uint8_t>(bytes[1]);
  const std::uint32_t size = std::uint32_t{high} << 8 | low;
  return size == 1 ? kPageSizeMax : size;
}

// A log whose header is bad. It is written, and made durable, before anything of its
// round is.
absl::StatusOr<WalEnd> CheckWithoutHeader(const std::string& path,
                                          absl::string_view header, ByteSource* wal,
                                          ByteSource* database) {
  WalEnd end{.ends_at = 0,
             .cut_off = absl::StrCat(path,
                                     ": its header (byte 0) was not finished, or torn; "
                                     "nothing that is behind it counts")};
  if (header.size() < kWalHeaderSize) return end;
  WalHeader read;
  ReadWalHeader(header, &read);
  const absl::StatusOr<std::uint32_t> of_database = PageSizeOf(database);
  if (!of_database.ok()) return of_database.status();
  for (const std::uint32_t page_size : {*of_database, read.page_size}) {
    if (!IsPageSize(page_size)) continue;
    FrameReader frames(wal, kFrameHeaderSize + page_size);
    for (const WordOrder order : {WordOrder::kLowFirst, WordOrder::kHighFirst}) {
      const absl::StatusOr<Seen> seen =
          LookAround(&frames, order, {read.sum, SumOfWalHeader(header, order)},
                     database->size() / page_size);
      if (!seen.ok()) return seen.status();
      if (!seen->transaction) continue;
      const absl::StatusOr<bool> nothing_lost =
          IsInDatabase(*seen, page_size, &frames, database);
      if (!nothing_lost.ok()) return nothing_lost.status();
      if (*nothing_lost) return end;
      return MakeStatus(
          Reason::kDamaged,
          absl::StrCat(path,
                       ": its header (byte 0) is not as it was written, and there "
                       "are whole transactions behind it"));
    }
  }
  return end;
}

}  // namespace

absl::StatusOr<WalEnd> CheckWal(const std::string& path, bool fills_sectors,
                                ByteSource* wal, ByteSource* database) {
  if (wal->size() == 0) return WalEnd();
  WalHeader header;
  const std::int64_t size = std::min<std::int64_t>(wal->size(), kWalHeaderSize);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  absl::Status status = wal->Read(0, bytes.size(), bytes.data());
  if (!status.ok()) return status;
  if (!ReadWalHeader(bytes, &header)) {
    return CheckWithoutHeader(path, bytes, wal, database);
  }
  FrameReader frames(wal, header.frame_size());
  const std::int64_t database_pages = database->size() / header.page_size;
  WalJudge judge(header, database_pages + frames.count(), fills_sectors);
  std::string first_page;
  WalEnd end;
  for (std::int64_t i = 0; i < frames.count(); ++i) {
    const absl::StatusOr<Frame> frame = frames.Read(i);
    if (!frame.ok()) return frame.status();
    judge.Look(frames.PlaceOf(i), *frame);
    if (frame->note.page == 1) first_page.assign(frame->page.data(), kFirstOfPage);
    if (judge.whole() > i) end.first_page = first_page;
  }
  if (judge.damaged().has_value()) {
    return MakeStatus(
        Reason::kDamaged,
        absl::StrCat(path, ": frame ", *judge.damaged() + 1, " (byte ",
                     frames.PlaceOf(*judge.damaged()),
                     ") is not as it was written, and there are whole transactions "
                     "behind its own"));
  }
  end.ends_at = frames.PlaceOf(judge.whole());
  if (judge.goes_on() || (judge.whole() == frames.count() && frames.has_rest())) {
    end.cut_off =
        absl::StrCat(path, ": ends behind frame ", judge.whole(), " (byte ", end.ends_at,
                     "); what is behind that was not finished, or torn");
  }
  return end;
}

}  // namespace tocsin::sqlite
