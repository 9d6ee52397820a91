#include "engine/sqlite/wal.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
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
  explicit WalJudge(const WalHeader& header) : header_(header), before_(header.sum) {}

  void Look(std::int64_t place, const Frame& frame) {
    const bool sound = IsSound(frame, before_);
    const bool is_next = bad_.number != kNone && frames_ == bad_.number + 1;
    if (bad_.number == kNone) {
      if (!sound) {
        Remember(place, frame);
      } else if (frame.note.ends_transaction()) {
        whole_ = frames_ + 1;
        goes_on_ = false;
      }
    } else {
      if (is_next) LearnOfBad(frame, sound);
      if (sound || (is_next && bad_.note_is_sure)) LookBehind(frame);
    }
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
  // The bad frame, counted from 0, where it is damage.
  std::optional<std::int64_t> damaged() const {
    const bool is_damage = behind_ > 1 || (behind_ == 1 && bad_ended_);
    return is_damage ? std::make_optional(bad_.number) : std::nullopt;
  }

 private:
  static constexpr std::int64_t kNone = -1;
  struct Bad {
    std::int64_t number = kNone;
    PageNote note;
    bool has_own_salts = false;
    bool may_have_old_note = false;
    bool note_is_sure = false;  // as the next frame's sum was made of it
    PageNote note_of_sum;
    bool sum_is_sure = false;
    WalSum right_sum;  // of what is in it
  };

  bool IsSound(const Frame& frame, WalSum before) const {
    return frame.salts == header_.salts && frame.note.page != 0 &&
           frame.sum == frame.SumAfter(before, header_.order);
  }

  void Remember(std::int64_t place, const Frame& frame) {
    bad_ = {.number = frames_,
            .note = frame.note,
            .has_own_salts = frame.salts == header_.salts,
            .may_have_old_note = place % kSectorSize == kNoteBeforeSector,
            .note_of_sum = frame.NoteOfSum(before_, header_.order),
            .right_sum = frame.SumAfter(before_, header_.order)};
  }

  void LearnOfBad(const Frame& next, bool next_is_sound) {
    if (next_is_sound) {
      bad_.sum_is_sure = true;
    } else {
      bad_.note_is_sure = IsSound(next, bad_.right_sum);
    }
  }

  // What the bad frame was written under, when a transaction behind it ends with this
  // note; nothing where that cannot be told.
  std::optional<PageNote> NoteOfBad(const PageNote& behind) const {
    if (bad_.note_is_sure) return bad_.note;
    if (!bad_.sum_is_sure) return std::nullopt;
    if (bad_.note_of_sum == bad_.note) return bad_.note;
    if (!bad_.has_own_salts) return std::nullopt;
    // Either the note is not as it was, or the page is not, and the sum says nothing of
    // the note. It is torn only where it lies in another sector than the salts.
    const PageNote& of_sum = bad_.note_of_sum;
    if (IsPossible(of_sum, behind) &&
        (bad_.may_have_old_note || of_sum.page == bad_.note.page ||
         of_sum.pages == bad_.note.pages)) {
      return of_sum;
    }
    const bool is_right = !bad_.may_have_old_note && IsPossible(bad_.note, behind);
    return is_right ? std::make_optional(bad_.note) : std::nullopt;
  }

  // The database never becomes smaller.
  static bool IsPossible(const PageNote& note, const PageNote& behind) {
    return note.page != 0 && note.page <= behind.pages && note.pages <= behind.pages;
  }

  // A sound frame behind the bad one.
  void LookBehind(const Frame& frame) {
    if (!frame.note.ends_transaction()) {
      begins_ = true;
      return;
    }
    if (behind_ == 0) {
      const std::optional<PageNote> note = NoteOfBad(frame.note);
      bad_ended_ = note.has_value() && note->ends_transaction();
      if (bad_ended_) last_end_ = *note;
    }
    // Where the disk asks for it SQLite writes the last frame of a transaction again
    // until a sector is full. No two transactions in a row change nothing but the same
    // page.
    if (begins_ || last_end_ != frame.note) ++behind_;
    begins_ = false;
    last_end_ = frame.note;
  }

  const WalHeader header_;
  WalSum before_;
  std::int64_t frames_ = 0;
  std::int64_t whole_ = 0;
  bool goes_on_ = false;
  Bad bad_;                 // the first one
  bool bad_ended_ = false;  // it was the last of its transaction
  int behind_ = 0;          // ends of transactions
  PageNote last_end_;       // of the bad frame, or behind it
  bool begins_ = false;     // there is more behind that end
};

// What can be seen of transactions where nobody knows how the log began: of those of the
// first round that is seen, which frame has each page last.
struct Seen {
  std::map<std::uint32_t, std::int64_t> pages;
  bool transaction = false;
};

absl::StatusOr<Seen> LookAround(FrameReader* frames, WordOrder order) {
  std::map<std::uint32_t, std::int64_t> unfinished;
  std::optional<WalSalts> salts;
  std::optional<WalSum> before;
  Seen seen;
  for (std::int64_t i = 0; i < frames->count(); ++i) {
    const absl::StatusOr<Frame> frame = frames->Read(i);
    if (!frame.ok()) return frame.status();
    const bool sound =
        before.has_value() && frame->sum == frame->SumAfter(*before, order);
    before = frame->sum;
    if (!sound || frame->note.page == 0) continue;
    if (!salts.has_value()) salts = frame->salts;
    if (frame->salts != *salts) break;
    unfinished[frame->note.page] = i;
    if (!frame->note.ends_transaction()) continue;
    for (const auto& [page, number] : unfinished) seen.pages[page] = number;
    unfinished.clear();
    seen.transaction = true;
  }
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
                                          std::uint32_t page_size_of_header,
                                          ByteSource* wal, ByteSource* database) {
  WalEnd end{.ends_at = 0,
             .cut_off = absl::StrCat(path,
                                     ": its header (byte 0) was not finished, or torn; "
                                     "nothing that is behind it counts")};
  if (wal->size() < static_cast<std::int64_t>(kWalHeaderSize)) return end;
  const absl::StatusOr<std::uint32_t> of_database = PageSizeOf(database);
  if (!of_database.ok()) return of_database.status();
  for (const std::uint32_t page_size : {*of_database, page_size_of_header}) {
    if (!IsPageSize(page_size)) continue;
    FrameReader frames(wal, kFrameHeaderSize + page_size);
    for (const WordOrder order : {WordOrder::kLowFirst, WordOrder::kHighFirst}) {
      const absl::StatusOr<Seen> seen = LookAround(&frames, order);
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

absl::StatusOr<WalEnd> CheckWal(const std::string& path, ByteSource* wal,
                                ByteSource* database) {
  if (wal->size() == 0) return WalEnd();
  WalHeader header;
  if (wal->size() >= static_cast<std::int64_t>(kWalHeaderSize)) {
    std::string bytes(kWalHeaderSize, '\0');
    absl::Status status = wal->Read(0, bytes.size(), bytes.data());
    if (!status.ok()) return status;
    if (!ReadWalHeader(bytes, &header)) {
      return CheckWithoutHeader(path, header.page_size, wal, database);
    }
  } else {
    return CheckWithoutHeader(path, 0, wal, database);
  }
  FrameReader frames(wal, header.frame_size());
  WalJudge judge(header);
  for (std::int64_t i = 0; i < frames.count(); ++i) {
    const absl::StatusOr<Frame> frame = frames.Read(i);
    if (!frame.ok()) return frame.status();
    judge.Look(frames.PlaceOf(i), *frame);
  }
  if (judge.damaged().has_value()) {
    return MakeStatus(
        Reason::kDamaged,
        absl::StrCat(path, ": frame ", *judge.damaged() + 1, " (byte ",
                     frames.PlaceOf(*judge.damaged()),
                     ") is not as it was written, and there are whole transactions "
                     "behind its own"));
  }
  WalEnd end{.ends_at = frames.PlaceOf(judge.whole())};
  if (judge.goes_on() || (judge.whole() == frames.count() && frames.has_rest())) {
    end.cut_off =
        absl::StrCat(path, ": ends behind frame ", judge.whole(), " (byte ", end.ends_at,
                     "); what is behind that was not finished, or torn");
  }
  return end;
}

}  // namespace tocsin::sqlite
