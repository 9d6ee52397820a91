#ifndef TOCSIN_TESTS_KILLS_LEDGER_H_
#define TOCSIN_TESTS_KILLS_LEDGER_H_

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/kills/scene.h"

namespace tocsin::testing {

// What one process after the other has said of a directory, and what is wrong with it:
// something acknowledged that is missing, half of a batch, a notification that was lost,
// told twice as two, or told too early.
class Ledger {
 public:
  Ledger() : acknowledged_(kKillSources, 0) {}

  // A line of the process.
  void Take(absl::string_view line);
  // The first thing that was wrong; empty as long as there is none.
  const std::string& wrong() const { return wrong_; }
  // Whether the last process came to its end, and all was found right then.
  bool ended_well() const { return ended_ && wrong_.empty(); }

  std::uint64_t calls() const { return calls_; }  // that were acknowledged
  std::uint64_t told() const { return told_count_; }
  std::uint64_t told_again() const { return told_again_; }

 private:
  struct Told {
    int alert = 0;
    bool up = false;
    std::uint64_t epoch = 0;
    std::string id_and_content = {};
  };
  struct CustomerState {
    std::string value = {};
    std::uint64_t epoch = 0;
    std::string status = {};
    std::uint64_t events = 0;  // in its history of the counted alert
  };
  using Words = std::vector<absl::string_view>;

  void TakeTold(const Words& words);
  // What the process found when it had opened the directory.
  void TakeShown(const Words& words);
  void CheckShown();
  void CheckSums();
  void CheckRecords();
  void CheckEpochs();
  void CheckAlerts();
  void CheckToldIsDurable();
  void CheckEnd();
  void CheckPassing(int alert, bool enabled);
  std::uint64_t CountTold(int customer, int alert, bool up) const;
  template <typename... Parts>
  void Wrong(const Parts&... parts);

  // What was acknowledged: the offsets, the resets since the epochs were last seen, and
  // the alerts, with whether they are enabled.
  Offsets acknowledged_;
  std::map<int, std::uint64_t> resets_;
  std::map<int, bool> alerts_;
  // What was seen when the directory was last opened.
  std::map<int, CustomerState> customers_;

  // Of a process that is saying what it found.
  Offsets shown_offsets_ = Offsets(kKillSources, 0);
  std::map<int, CustomerState> shown_customers_;
  std::map<int, bool> shown_alerts_;
  Offsets shown_receipts_ = Offsets(kKillSources, 0);  // of batches
  std::map<int, std::uint64_t> shown_reset_receipts_;  // by customer

  std::map<int, std::vector<Told>> told_;  // by customer, in the order of sequences
  std::set<std::string> ids_;
  bool ended_ = false;
  std::uint64_t calls_ = 0;
  std::uint64_t told_count_ = 0;
  std::uint64_t told_again_ = 0;
  std::string wrong_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_KILLS_LEDGER_H_
