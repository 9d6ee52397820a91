// Runs every scenario file, on the engine, on one that dies again and again, and on the
// reference model: what the files say must hold of all, or the model is no judge of the
// engine.
#include "tests/support/scenario.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/case.h"
#include "tests/support/crashing_engine.h"
#include "tests/support/reference_model.h"

namespace tocsin::testing {
namespace {

std::string Directory() { return TOCSIN_SOURCE_DIR "/tests/scenarios"; }

std::unique_ptr<Engine> OpenEngine(const Options& options) {
  absl::StatusOr<std::unique_ptr<Engine>> engine = Engine::Open(options);
  EXPECT_TRUE(engine.ok()) << engine.status();
  return engine.ok() ? *std::move(engine) : nullptr;
}

// In which order the clock comes to several customers holds of one life: the next one
// does first what fell due, and then judges what was left to it.
bool HoldsOverLives(const std::string& path) {
  return !path.ends_with("/periods_at_one_instant_with_work_due.test");
}

// Dies before every call.
std::unique_ptr<Engine> MakeCrashing(const Options& options) {
  return std::make_unique<CrashingEngine>(options, /*seed=*/1, /*calls=*/1);
}

std::unique_ptr<Engine> MakeModel(const Options& options) {
  return std::make_unique<ReferenceModel>(options);
}

class ScenarioTest : public ::testing::Test {
 public:
  ScenarioTest(std::string path, EngineMaker make_engine, FactsBy facts_by)
      : path_(std::move(path)),
        make_engine_(std::move(make_engine)),
        facts_by_(facts_by) {}

  void TestBody() override {
    const absl::StatusOr<Scenario> scenario = ReadScenario(path_);
    ASSERT_TRUE(scenario.ok()) << scenario.status().message();
    ASSERT_FALSE(scenario->steps.empty()) << "a scenario without steps asserts nothing";
    EXPECT_EQ(RunScenario(*scenario, make_engine_, facts_by_), "");
  }

 private:
  std::string path_;
  EngineMaker make_engine_;
  FactsBy facts_by_;
};

void Register(const char* suite, const std::string& path, EngineMaker maker,
              FactsBy facts_by = FactsBy::kId) {
  const std::string name = std::filesystem::path(path).stem().string();
  ::testing::RegisterTest(suite, name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [path, maker, facts_by]() -> ::testing::Test* {
                            return new ScenarioTest(path, maker, facts_by);
                          });
}

std::string RunText(std::string_view text) {
  const absl::StatusOr<Scenario> scenario = ParseScenario(text, "text");
  if (!scenario.ok()) return std::string(scenario.status().message());
  return RunScenario(*scenario, MakeModel);
}

// A runner that passes everything would pass every file above.
TEST(ScenarioRunner, FindsWhatIsWrong) {
  const std::string setup = "alert limit spend 100\nspend acme 100\n";
  EXPECT_EQ(RunText(setup + "expect reached limit acme value=100\n"), "");
  EXPECT_NE(RunText(setup), "") << "a notification at the end";
  EXPECT_NE(RunText(setup + "status acme limit in_alarm\n"), "") << "a surplus one";
  EXPECT_NE(RunText(setup + "expect nothing\n"), "");
  EXPECT_NE(RunText(setup + "expect reached limit acme value=99\n"), "");
  EXPECT_NE(RunText(setup + "expect reached limit acme no_such_field=1\n"), "");
  EXPECT_NE(RunText(setup + "expect resolved limit acme\n"), "");
  EXPECT_NE(RunText(setup + "expect reached limit other\n"), "");
  EXPECT_NE(RunText("expect reached limit acme\n"), "");
  EXPECT_NE(RunText("alert limit spend 100\nreset acme limit\n"), "")
      << "an error unsaid";
  EXPECT_NE(RunText("error unknown_alert alert limit spend 100\n"), "");
  EXPECT_NE(RunText("stale spend acme 1\n"), "");
  EXPECT_NE(RunText("spend acme 1 at=2027-01-01\n"), "") << "a refusal unsaid";
  EXPECT_NE(RunText("ignored batch source=s offset=1\nend\n"), "");
  EXPECT_NE(RunText("stats applied=1\n"), "");
  EXPECT_NE(RunText("alert a spend 1\nspend acme 0\nstatus acme a in_alarm\n"), "");
  EXPECT_NE(RunText("alert a spend 1\nspend acme 0\nstatus acme a ok value=1\n"), "");
  EXPECT_NE(RunText("alert a spend 1\nspend acme 0\nstatus acme a error no_scope\n"), "");
  EXPECT_NE(RunText("alert a spend 1 group=g\nspend acme 0 g=x\ninstances acme a\n"), "");
}

TEST(ScenarioRunner, NamesTheLine) {
  EXPECT_EQ(RunText("# one\n\nspend acme\n"),
            "text:3: spend CUSTOMER AMOUNT | usage CUSTOMER METRIC AMOUNT");
  EXPECT_EQ(RunText("fly acme\n"), "text:1: no such command: fly");
  EXPECT_EQ(RunText("expect nothing\nstats applied=2\n").substr(0, 27),
            "text:2: expected applied=2\n");
}

// An action must read back as it was written, or a shrunk case cannot be pasted.
TEST(ScenarioText, ReadsBackWhatItWrites) {
  for (const char* line :
       {"clock 2026-01-05T00:00:00Z",
        "sink throws",
        "drain",
        "alert limit usage -1.5 plan=pro metric=m key=u group=region:us group=model "
        "notify_resolved silent",
        "alert limit spend 0 customer=acme contract=tier:gold",
        "update limit threshold=5 notify_resolved=no no_groups contract=a:b notify_again",
        "archive limit release_key",
        "disable limit",
        "enable limit",
        "spend acme 5 total contract=k region= v=3 at=2026-01-01T00:00:00.5Z",
        "usage acme m -5 region=us v=0",
        "period acme 2026-01-01T00:00:00Z "
        "2026-02-01T00:00:00Z",
        "customer acme plan=none archived",
        "customer acme restored",
        "contract acme k tier=gold",
        "reset acme limit region=us",
        "alert low low_remaining_contract_credit_and_commit_balance 10 credit=euro "
        "contract_credit_or_commit=tier:gold "
        "specifier=team:a,zone:,-plan:free+old:yes,- specifier=tier",
        "alert low low_credit_balance 10 grant_types=promo,trial",
        "alert low low_remaining_seat_balance 10 seat=user:ann",
        "alert big invoice_total 10 invoice_types=USAGE,OTHER",
        "update low commit=a:b no_invoice_types no_grant_types seat=user no_specifiers",
        "update low invoice_types=A,B grant_types=x specifier=team specifier=a:b",
        "customer acme plan=pro plan_ends=2026-02-01T00:00:00Z field=a:b",
        "customer acme plan_ends=none no_fields archived",
        "balance acme b commit 10 -5.5 credit=euro starts=2026-01-01T00:00:00Z ends=none "
        "field=team:a field=tier: grant_type=promo seat=user:ann v=3",
        "balance acme b credit_grant 10 5 starts=none no_fields grant_type=none "
        "seat=none",
        "draw acme b -5 v=0",
        "invoice acme i USAGE 5 credit=euro inactive v=3",
        "reset acme low balance=b",
        "reset acme low invoice=",
        "reset acme low seat=user:ann",
        "reset acme low field=team:"}) {
    const absl::StatusOr<Action> action = ParseAction(SplitWords(line));
    ASSERT_TRUE(action.ok()) << line << ": " << action.status();
    EXPECT_EQ(FormatAction(*action), line);
  }
}

TEST(ScenarioText, ReadsBackGeneratedCases) {
  for (int flavour = 0; flavour <= static_cast<int>(Flavour::kSeats); ++flavour) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      const Case test_case = GenerateCase(seed, static_cast<Flavour>(flavour));
      const std::string text = FormatCase(test_case);
      const absl::StatusOr<Scenario> read = ParseScenario(text, "case");
      ASSERT_TRUE(read.ok()) << read.status() << "\n" << text;
      std::string again;
      for (const Step& step : read->steps) again += FormatAction(step.action) + "\n";
      // The first step sets the clock.
      std::string written = again.substr(0, again.find('\n') + 1);
      for (const CaseStep& step : StepsOf(test_case)) {
        written += FormatAction(step.action) + "\n";
      }
      ASSERT_EQ(again, written);
    }
  }
}

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const std::string directory = tocsin::testing::Directory();
  for (const std::string& path : tocsin::testing::ScenariosIn(directory)) {
    tocsin::testing::Register("Engine", path, tocsin::testing::OpenEngine);
    tocsin::testing::Register("EngineByHandle", path, tocsin::testing::OpenEngine,
                              tocsin::testing::FactsBy::kHandle);
    if (tocsin::testing::HoldsOverLives(path)) {
      tocsin::testing::Register("EngineThroughCrashes", path,
                                tocsin::testing::MakeCrashing);
    }
    tocsin::testing::Register("Model", path, tocsin::testing::MakeModel);
  }
  return RUN_ALL_TESTS();
}
