#include "tests/damage/store_files.h"

#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/core/open.h"
#include "engine/sqlite/sqlite_store.h"
#include "sqlite3.h"
#include "tests/support/describe.h"
#include "tests/support/kept_story.h"
#include "tests/support/names.h"
#include "tests/support/random.h"
#include "tests/support/wal_bytes.h"

namespace tocsin::testing {
namespace {

constexpr char kLookedAt[] = "looked-at";

StoreFiles FilesIn(const std::string& directory) {
  StoreFiles files;
  for (const char* name : {kDatabaseFile, kWalFile, kLockFile}) {
    const std::string path = absl::StrCat(directory, "/", name);
    if (std::filesystem::exists(path)) files[name] = ReadFile(path);
  }
  return files;
}

// Done to the database of a store as another program may.
void RunSql(const std::string& directory, const std::string& sql) {
  const std::string path = absl::StrCat(directory, "/", kDatabaseFile);
  sqlite3* database = nullptr;
  const bool done =
      sqlite3_open(path.c_str(), &database) == SQLITE_OK &&
      sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  sqlite3_close(database);
  if (!done) std::abort();
}

constexpr unsigned kIds = 5;
std::string IdOf(unsigned number) { return absl::StrCat("fact ", number); }

// Of a host without a log, that wants to know later what it has asked for.
void SpendSome(Engine& engine, Random* random) {
  const std::string amount = absl::StrCat(random->Below(90));
  std::vector<Fact> facts;
  std::vector<std::string> ids;
  for (unsigned i = random->Below(3); i < 3; ++i) {
    facts.push_back(Spend(Customer(static_cast<int>(1 + random->Below(3))), amount));
    ids.push_back(IdOf(random->Below(kIds)));
  }
  const Receipt receipt{.key = absl::StrCat("spend ", random->Below(1'000)),
                        .content = std::string(random->Below(300), 'r')};
  absl::Status status;
  const auto apply = [&] { status = engine.Apply(facts, {.fact_ids = ids}).status; };
  if (!engine.WithReceipt(receipt, apply).ok() || !status.ok()) std::abort();
}

// Which of all facts that there may be it knows again.
std::string KnownAgain(Engine& engine) {
  std::vector<Fact> facts;
  std::vector<std::string> ids;
  for (int customer = 1; customer <= 3; ++customer) {
    for (unsigned id = 0; id < kIds; ++id) {
      facts.push_back(Spend(Customer(customer), "0"));
      ids.push_back(IdOf(id));
    }
  }
  const ApplyResult result = engine.Apply(facts, {.fact_ids = ids});
  std::string known = DescribeStatus(result.status);
  for (const FactReport& report : result.reports) {
    absl::StrAppend(&known, " ", report.index, " ", Describe(report));
  }
  return known;
}

// A call that the story may not have, of which each makes something durable.
void DoMore(Engine& engine, Random* random) {
  switch (random->Below(6)) {
    case 0:
      if (!engine.Drain().ok()) std::abort();
      break;
    case 1:
      engine.Reset(Customer(1), AlertNumber(1)).IgnoreError();
      break;
    case 2:
      engine.UpdateAlert(AlertNumber(1), {.threshold = D("90")}).IgnoreError();
      break;
    default:
      break;
  }
  SpendSome(engine, random);
}

}  // namespace

std::string StoreGround::MakeDirectory(const std::string& name) {
  std::string directory = temp_ / name;
  std::filesystem::remove_all(directory);
  std::filesystem::create_directory(directory);
  return directory;
}

absl::StatusOr<std::unique_ptr<Engine>> StoreGround::Open(const std::string& directory,
                                                          std::string* cut_off) {
  absl::StatusOr<std::unique_ptr<store::Store>> store = sqlite::OpenStore(directory);
  if (!store.ok()) return store.status();
  if (cut_off != nullptr) *cut_off = (*store)->cut_off();
  return core::OpenWith({.journal_bytes_max = 500,
                         .fact_ids_max = 100,
                         .receipts_keep = absl::Hours(24),
                         .sink = &sink_,
                         .clock = &clock_,
                         .worker_threads = 0,
                         .shards = 1,
                         .random_seed = 1},
                        nullptr, nullptr, *std::move(store));
}

Seen StoreGround::Look(const StoreFiles& files) {
  const std::string directory = MakeDirectory(kLookedAt);
  for (const auto& [name, bytes] : files) {
    WriteFile(absl::StrCat(directory, "/", name), bytes);
  }
  sink_.SetMood(CollectingSink::Mood::kTakes);
  sink_.Take();
  Seen seen;
  const absl::StatusOr<std::unique_ptr<Engine>> engine = Open(directory, &seen.cut_off);
  seen.status = engine.status();
  if (!engine.ok()) return seen;
  seen.shown = ShownRecords(**engine);
  seen.shown += ShownStateAndRest(**engine, sink_);
  seen.shown += KnownAgain(**engine);
  return seen;
}

bool StoreGround::IsRefusedByName(const absl::Status& status) const {
  return !status.ok() && ReasonOf(status) != Reason::kNone &&
         absl::StrContains(status.message(),
                           absl::StrCat(temp_.path(), "/", kLookedAt, "/tocsin.db"));
}

MadeStore MakeStore(std::uint64_t seed, StoreGround* ground) {
  Random random(seed);
  const std::string directory = ground->MakeDirectory("made");
  constexpr int kPageSizes[] = {512, 512, 1024, 4096};
  RunSql(directory, absl::StrCat("PRAGMA page_size = ", kPageSizes[random.Below(4)],
                                 "; PRAGMA journal_mode = WAL"));
  using Mood = CollectingSink::Mood;
  ground->sink().SetMood(random.Below(3) == 0 ? Mood::kTakes : Mood::kFails);
  absl::StatusOr<std::unique_ptr<Engine>> engine = ground->Open(directory);
  if (!engine.ok()) std::abort();
  const std::size_t steps = 3 + random.Below(static_cast<unsigned>(Story().size()) - 2);
  for (std::size_t i = 0; i < steps; ++i) {
    if (!Story()[i](**engine).ok()) std::abort();
    if (random.Below(4) == 0) SpendSome(**engine, &random);
    // The log begins again with what comes next.
    if (random.Below(12) == 0) RunSql(directory, "PRAGMA wal_checkpoint(PASSIVE)");
  }
  for (unsigned more = random.Below(4); more > 0; --more) DoMore(**engine, &random);
  SpendSome(**engine, &random);
  MadeStore made;
  made.closed = random.Below(3) == 0;
  if (made.closed && !(*engine)->Close(absl::ZeroDuration()).ok()) std::abort();
  made.files = FilesIn(directory);
  if (made.closed) {
    made.shown.push_back(ground->Look(made.files).shown);
    return made;
  }
  made.ends = EndsInWal(made.files.at(kWalFile));
  for (const std::size_t end : made.ends) {
    StoreFiles files = made.files;
    files[kWalFile].resize(end);
    const Seen seen = ground->Look(files);
    // The tables are missed where they were still in the log.
    const bool is_refused =
        end == made.ends.front() && ground->IsRefusedByName(seen.status);
    if (!is_refused && (!seen.status.ok() || !seen.cut_off.empty())) std::abort();
    made.shown.push_back(seen.shown);
  }
  return made;
}

}  // namespace tocsin::testing
