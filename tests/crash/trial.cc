#include "tests/crash/trial.h"

#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/core/open.h"
#include "engine/sqlite/database.h"
#include "engine/sqlite/sqlite_store.h"
#include "sqlite3.h"
#include "tests/crash/disk_vfs.h"
#include "tests/crash/judging_sink.h"
#include "tests/crash/watched_directory.h"
#include "tests/support/describe.h"
#include "tests/support/differences.h"
#include "tests/support/kept_records.h"

namespace tocsin::testing {
namespace {

constexpr char kDatabaseName[] = "/tocsin.db";

// So that the same is written each time.
void SeedSqlite() { sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 1, nullptr); }

// An empty database with other pages than the usual.
std::string EmptyDatabase(int page) {
  Disk disk(1, 512);
  const DiskVfs vfs(&disk, DiskVfs::Claims::kNothing);
  sqlite3* connection = nullptr;
  sqlite3_open_v2("empty", &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                  vfs.name().c_str());
  const std::string sql =
      absl::StrCat("PRAGMA page_size = ", page, "; PRAGMA journal_mode = WAL");
  sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr);
  sqlite3_close(connection);
  return disk.Get("empty");
}

}  // namespace

class Trials::Running {
 public:
  // Which is taken of prefixes that look the same, as where the one has a notification
  // more that waits, of what has ended since.
  enum class Doubt { kFewest, kMost };

  Running(Trials* trials, const Fate& fate, const std::string& directory, Doubt doubt)
      : doubt_(doubt),
        story_(trials->story_),
        twins_(trials->twins_),
        fate_(fate),
        directory_(directory),
        disk_(fate.chance, story_.sector),
        vfs_(&disk_, story_.claims),
        watched_(directory, &disk_),
        clock_(story_.calls.front().clock) {
    SeedSqlite();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
    if (!story_.made_before()) {
      disk_.MakeDirectory();
    } else {
      std::filesystem::create_directory(directory_, ignored);
      disk_.Put(directory_ + kDatabaseName, trials->empty_);
      was_open_ = true;
    }
  }

  Trial Run() {
    for (std::size_t life = 0; trial_.wrong.empty(); ++life) {
      if (life > fate_.lives.size()) {
        trial_.wrong = absl::StrCat("what went well has failed: ", status_.ToString());
        break;
      }
      const Leaves leaves = life > 0 ? Left(life) : Leaves::kEverything;
      if (life > 0) disk_.Leave(leaves);
      // The power ends others too.
      if (leaves != Leaves::kEverything) others_.reset();
      if (others_ == nullptr && vfs_.IsInUse()) {
        trial_.wrong = "a file is open after the end";
        break;
      }
      disk_.SwitchOn(life < fate_.lives.size() ? fate_.lives[life] : Disk::Plan{});
      if (disk_.directory_is_lost()) {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
        disk_.MakeDirectory();
      }
      if (fate_.before_life) fate_.before_life(life);
      const bool well = Live();
      trial_.calls.push_back(disk_.calls());
      trial_.changes.push_back(disk_.changes());
      if (well) break;
      ++trial_.ended;
      if (trial_.wrong.empty()) trial_.wrong = sink_.wrong();
    }
    trial_.again = sink_.again();
    if (!trial_.wrong.empty()) {
      absl::StrAppend(&trial_.wrong, "\nin life ", trial_.calls.size(), ", at call ",
                      during_, " of\n", story_.ToString());
    }
    return trial_;
  }

 private:
  absl::StatusOr<std::unique_ptr<Engine>> Open() {
    absl::StatusOr<std::unique_ptr<store::Store>> store = sqlite::OpenStore(
        directory_, vfs_.name(), {.by = story_.copies_by, .pages = story_.pages_in_log},
        story_.entries_in_row);
    if (!store.ok()) return store.status();
    Options options = story_.options;
    options.sink = &sink_;
    options.clock = &clock_;
    return core::OpenWith(options, nullptr, nullptr, *std::move(store));
  }

  // What is left of the life before. While the very first transaction makes the database,
  // SQLite is not proof against two ends, neither of which loses what was acknowledged,
  // as nothing was: the store is refused as damaged. They are left out.
  // - It deletes the journal of a database that is empty, and does not ask whether that
  // is
  //   durable. A process ends while it rolls back, and the power goes under the next one:
  //   a first page is left, and no journal.
  // - It reads two settings from the first page before it rolls it back.
  Leaves Left(std::size_t life) const {
    const Leaves leaves = fate_.lives[life - 1].leaves;
    if (was_open_) return leaves;
    if (leaves == Leaves::kEverything && life > 1) return Leaves::kNothing;
    return leaves == Leaves::kGarbage ? Leaves::kFirst : leaves;
  }

  // Others look at a database once it is open, and stay.
  absl::StatusOr<std::unique_ptr<Engine>> OpenBesideOthers() {
    absl::StatusOr<std::unique_ptr<Engine>> engine = Open();
    if (!engine.ok() || !story_.others_look || others_ != nullptr) return engine;
    auto others = sqlite::Database::Open(directory_ + kDatabaseName, vfs_.name());
    if (!others.ok()) return engine;
    if ((*others)->QueryInteger("SELECT count(*) FROM sqlite_schema").ok()) {
      others_ = *std::move(others);
    }
    return engine;
  }

  // Who has the database open sees it whole, whoever else has died.
  std::string OthersLook() {
    if (others_ == nullptr) return "";
    const absl::StatusOr<std::string> sound = others_->QueryText("PRAGMA quick_check");
    if (WentWrong() || (sound.ok() && *sound == "ok")) return "";
    return absl::StrCat("others see ", sound.ok() ? *sound : Text(sound.status()));
  }

  bool WentWrong() const {
    return disk_.off() || disk_.has_failed() || disk_.was_full() ||
           (fate_.has_failed && fate_.has_failed());
  }

  // Whether it came to the end of the story.
  bool Live() {
    absl::StatusOr<std::unique_ptr<Engine>> engine = OpenBesideOthers();
    trial_.opened.push_back(disk_.changes());
    if (!engine.ok()) {
      status_ = engine.status();
      ++trial_.refused_to_open;
      if (!WentWrong()) trial_.wrong = absl::StrCat("it does not open: ", Text(status_));
      return false;
    }
    was_open_ = true;
    trial_.wrong = OthersLook();
    if (!trial_.wrong.empty()) return false;
    if (!ReadReceipts(**engine)) return false;
    trial_.wrong = Find(**engine);
    if (!trial_.wrong.empty()) return false;
    for (std::size_t call = acknowledged_; call < story_.calls.size(); ++call) {
      if (!TellOne(call, **engine)) return false;
    }
    during_ = story_.calls.size() - 1;
    Twin& twin = twins_.AtTheEnd(path_);
    if (!ReadReceipts(**engine)) return false;
    Compare(**engine, twin);
    if (!trial_.wrong.empty() || !CompareHistory(**engine, twin)) return false;
    if (!trial_.wrong.empty()) return false;
    status_ = (*engine)->Close().status();
    engine->reset();
    if (WentWrong()) return false;
    if (!status_.ok()) trial_.wrong = absl::StrCat("it does not close: ", Text(status_));
    return true;
  }

  bool TellOne(std::size_t number, Engine& engine) {
    const StoryCall& call = story_.calls[number];
    during_ = number;
    may_know_ = number + 1;
    status_ = Tell(call, engine, clock_, sink_);
    const bool each = story_.options.durability == Durability::kEach;
    bool acknowledged = each && !IsEnd(status_);
    if (!each && call.flush && !IsEnd(status_)) {
      status_ = engine.Flush();
      acknowledged = status_.ok();
    }
    if (acknowledged) acknowledged_ = number + 1;
    if (disk_.off()) return false;
    if (!IsEnd(status_)) return true;
    if (WentWrong()) {
      ExpectLatched(engine);
    } else {
      trial_.wrong = absl::StrCat("call ", number, " fails: ", Text(status_));
    }
    return false;
  }

  // Nothing else in a story is unavailable.
  static bool IsEnd(const absl::Status& status) {
    return status.code() == absl::StatusCode::kUnavailable;
  }
  static std::string Text(const absl::Status& status) { return status.ToString(); }

  // After a failure no call is answered, and the sink hears nothing more.
  void ExpectLatched(Engine& engine) {
    const std::size_t told = sink_.calls();
    sink_.SetMood(CollectingSink::Mood::kTakes);
    for (StoryCall call : story_.calls) {
      call.clock = clock_.Now();
      const absl::Status status = Tell(call, engine, clock_, sink_);
      if (status.code() == absl::StatusCode::kUnavailable) continue;
      trial_.wrong =
          absl::StrCat("after \"", Text(status_), "\" a call says ", Text(status));
    }
    if (!IsEnd(engine.Flush())) trial_.wrong = "Flush answers after a failure";
    if (sink_.calls() != told) trial_.wrong = "the sink is told after a failure";
  }

  // How many calls it knows, and whether they are those that it must.
  std::string Find(Engine& engine) {
    if (engine.GetStats().decisions_differed > 0) return "a decision differs";
    if (trial_.ended == 0) return "";
    const Resumed before{.known = during_, .during = during_};
    const bool drains = may_know_ > during_ && acknowledged_ <= during_ &&
                        story_.calls[during_].action.verb == Action::Verb::kDrain;
    std::string differs;
    std::optional<Resumed> found;
    for (std::size_t known = acknowledged_; known <= may_know_; ++known) {
      const Resumed resumed{.known = known, .during = during_};
      std::string this_differs = Differ(engine, *twins_.Knowing(path_, resumed).engine);
      if (!this_differs.empty()) {
        absl::StrAppend(&differs, "\nwith ", known, " calls: ", this_differs);
        continue;
      }
      trial_.doubtful = trial_.doubtful || found.has_value();
      // All may be judged, and the sink not told.
      if (!found.has_value() || doubt_ == Doubt::kMost) {
        found = drains && known > during_ ? before : resumed;
      }
    }
    if (found.has_value()) return Resume(*found, engine);
    // What is due is judged customer by customer, and so may be done in part.
    if (drains &&
        DifferInRecords(engine, *twins_.Knowing(path_, before).engine).empty()) {
      return Resume(before, engine);
    }
    return absl::StrCat("it knows no prefix of the calls with the ", acknowledged_,
                        " that were acknowledged:", differs);
  }

  std::string Resume(Resumed resumed, Engine& engine) {
    if (may_know_ > during_) ++(resumed.known > during_ ? trial_.in : trial_.out);
    const std::set<NotificationId>& known = twins_.Known(path_, resumed);
    for (const Notification& notification : sink_.first()) {
      if (known.contains(notification.id)) continue;
      return absl::StrCat("it was told, and with ", resumed.known,
                          " calls is not known: ", ToJson(notification));
    }
    Add(resumed, &path_);
    acknowledged_ = resumed.known;
    may_know_ = resumed.known;
    if (resumed.known == 0) return "";
    const StoryCall& last = story_.calls[resumed.known - 1];
    if (last.action.verb != Action::Verb::kApply) return "";
    const ApplyResult result = engine.Apply(
        last.action.facts, {.position = last.action.position, .fact_ids = last.fact_ids});
    if (IsEnd(result.status) || result.ignored) return "";
    return absl::StrCat("a batch that it knows is taken a second time: ",
                        Describe(result));
  }

  std::string DifferInRecords(Engine& actual, Engine& expected) const {
    const std::string receipts = *ShownReceipts(expected, InstantsOfReceipts());
    if (receipts_ != receipts) return Differing("the receipts", receipts_, receipts);
    const auto position = [](Engine& engine) {
      const auto last = engine.LastPosition(kStorySource);
      return last.ok() && last->has_value() ? absl::StrCat(**last)
                                            : DescribeStatus(last.status());
    };
    const std::string actual_position = position(actual);
    const std::string expected_position = position(expected);
    if (actual_position != expected_position) {
      return Differing("the position", actual_position, expected_position);
    }
    return "";
  }
  std::string Differ(Engine& actual, Engine& expected) const {
    const std::string differs = DifferInRecords(actual, expected);
    return !differs.empty()
               ? differs
               : DifferInQueries(actual, expected, story_.customers, story_.alerts);
  }

  // What becomes durable together has one instant.
  Instants InstantsOfReceipts() const {
    return story_.options.durability == Durability::kEach ? Instants::kShown
                                                          : Instants::kLeftOut;
  }

  // These say false where the disk has ended it meanwhile.
  bool ReadReceipts(Engine& engine) {
    return IsShown(ShownReceipts(engine, InstantsOfReceipts()), &receipts_);
  }
  bool CompareHistory(Engine& engine, Twin& twin) {
    const auto history_of = [this](Engine& one) {
      return ShownHistory(one, story_.customers, story_.alerts);
    };
    std::string actual;
    if (!IsShown(history_of(engine), &actual)) return false;
    const std::string expected = *history_of(*twin.engine);
    if (actual != expected) trial_.wrong = Differing("the history", actual, expected);
    return true;
  }
  bool IsShown(absl::StatusOr<std::string> text, std::string* shown) {
    if (text.ok()) {
      *shown = *std::move(text);
      return true;
    }
    status_ = text.status();
    if (!WentWrong()) trial_.wrong = absl::StrCat("it shows not all: ", Text(status_));
    return false;
  }

  void Compare(Engine& engine, Twin& twin) {
    trial_.wrong = Differ(engine, *twin.engine);
    if (!trial_.wrong.empty()) return;
    std::vector<Notification> told = sink_.first();
    SortByCustomer(&told);
    for (std::size_t i = 0; i < std::max(told.size(), twin.told.size()); ++i) {
      const bool both = i < told.size() && i < twin.told.size();
      if (both && told[i].id == twin.told[i].id && SameButId(told[i], twin.told[i])) {
        continue;
      }
      trial_.wrong = Differing(absl::StrCat("notification ", i + 1, " by customer"),
                               i < told.size() ? ToJson(told[i]) : "none",
                               i < twin.told.size() ? ToJson(twin.told[i]) : "none");
      return;
    }
  }

  const Doubt doubt_;
  const Story& story_;
  Twins& twins_;
  const Fate& fate_;
  const std::string directory_;
  Disk disk_;
  const DiskVfs vfs_;
  const WatchedDirectory watched_;
  ManualClock clock_;
  JudgingSink sink_;
  std::unique_ptr<sqlite::Database> others_;

  bool was_open_ = false;  // or is a database from the start
  Path path_;
  std::size_t acknowledged_ = 0;  // so many calls must be known
  std::size_t may_know_ = 0;      // and so many may be
  std::size_t during_ = 0;        // the call that was under way
  absl::Status status_;           // why the life has ended
  std::string receipts_;          // that it has shown last
  Trial trial_;
};

Trials::Trials(Story story)
    : story_(std::move(story)), empty_(EmptyDatabase(story_.page)), twins_(&story_) {}

Trials::~Trials() = default;

Trial Trials::Run(const Fate& fate) {
  const std::string directory = temp_ / "store";
  Trial trial = Running(this, fate, directory, Running::Doubt::kFewest).Run();
  if (trial.wrong.empty() || !trial.doubtful) return trial;
  return Running(this, fate, directory, Running::Doubt::kMost).Run();
}

}  // namespace tocsin::testing
