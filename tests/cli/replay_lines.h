#ifndef TOCSIN_TESTS_CLI_REPLAY_LINES_H_
#define TOCSIN_TESTS_CLI_REPLAY_LINES_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/cli/run_tocsin.h"

namespace tocsin::testing {

// Ids as in a replay file, from small numbers.
inline std::string CustomerText(int n) {
  return absl::StrFormat("c0000000-0000-4000-8000-%012d", n);
}
inline std::string AlertText(int n) {
  return absl::StrFormat("a0000000-0000-4000-8000-%012d", n);
}

// `1997-01-01T00:00:00Z`, so many seconds (of less than a day) later.
inline std::string TimeText(int second) {
  return absl::StrFormat("1997-01-01T%02d:%02d:%02dZ", second / 3600, second / 60 % 60,
                         second % 60);
}

// Without a timestamp if `second` is negative.
inline std::string SpendLine(int customer, int amount, int second) {
  std::string line = absl::StrCat(R"({"type":"spend","customer_id":")",
                                  CustomerText(customer), R"(","amount":)", amount);
  if (second >= 0) absl::StrAppend(&line, R"(,"timestamp":")", TimeText(second), "\"");
  return line + "}\n";
}

// {"type":"clock"} and others whose fields, but the time, are given.
inline std::string Line(const std::string& fields, int second) {
  return absl::StrCat("{", fields, R"(,"timestamp":")", TimeText(second), "\"}\n");
}

// An alert on what every customer spends; `fields` begins with a comma.
inline std::string SpendAlert(int alert, int threshold, const std::string& fields = "") {
  return absl::StrCat(R"({"id":")", AlertText(alert),
                      R"(","alert_type":"spend_threshold_reached","name":"spend )",
                      threshold, R"(","threshold":)", threshold, fields, "}");
}

// One replay in a folder of its own.
class ReplayRun {
 public:
  ReplayRun(const std::string& alerts, const std::string& facts)
      : alerts_path_(dir_.Write("alerts.json", alerts)),
        facts_path_(dir_.Write("facts.jsonl", facts)) {}

  // With all files written; more arguments may be given.
  const RunResult& Run(std::vector<std::string> more = {}) {
    std::vector<std::string> args = {
        "replay",          "--alerts",           alerts_path_, "--facts",   facts_path_,
        "--notifications", notifications_path(), "--state",    state_path()};
    args.insert(args.end(), more.begin(), more.end());
    result_ = RunTocsin(args);
    return result_;
  }

  const TempDir& dir() const { return dir_; }
  const std::string& alerts_path() const { return alerts_path_; }
  const std::string& facts_path() const { return facts_path_; }
  std::string notifications_path() const { return dir_.Path("notifications.jsonl"); }
  std::string state_path() const { return dir_.Path("state.json"); }

  std::string Notifications() const { return ReadFile(notifications_path()); }
  std::string State() const { return ReadFile(state_path()); }

  // What it said of bad lines, without the path: `3: reason`.
  std::vector<std::string> BadLines() const {
    std::vector<std::string> bad;
    for (const std::string& line : LinesOf(result_.err)) {
      if (line.starts_with(facts_path_ + ":"))
        bad.push_back(line.substr(facts_path_.size() + 1));
    }
    return bad;
  }

  // Of each notification: the numbers of customer and alert, value, kind, epoch,
  // cause and time: `1 2 50 reached 0 spend 1997-01-01T00:00:00.000Z`.
  std::vector<std::string> Notified() const {
    std::vector<std::string> notified;
    for (const std::string& json : LinesOf(Notifications())) {
      const bool reached = FieldOf(json, "type").ends_with("_reached");
      notified.push_back(
          absl::StrCat(std::stoi(FieldOf(json, "customer_id").substr(24)), " ",
                       std::stoi(FieldOf(json, "alert_id").substr(24)), " ",
                       FieldOf(json, "current_spend"),
                       reached ? " reached " : " resolved ", FieldOf(json, "epoch"), " ",
                       FieldOf(json, "triggered_by"), " ", FieldOf(json, "timestamp")));
    }
    return notified;
  }

 private:
  const TempDir dir_;
  const std::string alerts_path_;
  const std::string facts_path_;
  RunResult result_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CLI_REPLAY_LINES_H_
