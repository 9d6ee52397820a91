#include "tests/kills/ledger.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace tocsin::testing {
namespace {

// Threads of a process that may have been in a reset.
constexpr std::uint64_t kResetting = kKillSources + 1;

std::uint64_t NumberIn(absl::string_view word) {
  std::uint64_t number = 0;
  return absl::SimpleAtoi(word, &number) ? number : ~std::uint64_t{0};
}
int SmallIn(absl::string_view word) { return static_cast<int>(NumberIn(word)); }

}  // namespace

template <typename... Parts>
void Ledger::Wrong(const Parts&... parts) {
  if (wrong_.empty()) wrong_ = absl::StrCat(parts...);
}

void Ledger::Take(absl::string_view line) {
  const Words words = absl::StrSplit(line, absl::MaxSplits(' ', 7));
  const absl::string_view what = words[0];
  ended_ = false;
  if (what == "told" && words.size() == 8) return TakeTold(words);
  if (what == "shown") return CheckShown();
  if (what == "closed" && words.size() == 3) {
    if (words[1] != "0" || words[2] != "0")
      Wrong("something was left at the end: ", line);
    return CheckEnd();
  }
  if (what == "applied" && words.size() == 3) {
    acknowledged_[NumberIn(words[1])] = NumberIn(words[2]);
  } else if (what == "reset" && words.size() == 2) {
    ++resets_[SmallIn(words[1])];
  } else if (what == "created" && words.size() == 2) {
    alerts_[SmallIn(words[1])] = true;
  } else if (what == "archived" && words.size() == 2) {
    alerts_[SmallIn(words[1])] = false;
  } else {
    return TakeShown(words);
  }
  ++calls_;
}

void Ledger::TakeTold(const Words& words) {
  std::vector<Told>& told = told_[SmallIn(words[1])];
  const std::uint64_t sequence = NumberIn(words[2]);
  const std::string id(words[6]);
  Told one{.alert = SmallIn(words[3]),
           .up = words[4] == "up",
           .epoch = NumberIn(words[5]),
           .id_and_content = absl::StrCat(id, " ", words[7])};
  if (sequence >= 1 && sequence <= told.size()) {
    ++told_again_;
    const std::string& first = told[sequence - 1].id_and_content;
    if (first != one.id_and_content) {
      Wrong("told as two:\n", first, "\n", one.id_and_content);
    }
    return;
  }
  if (sequence != told.size() + 1) {
    Wrong("after ", told.size(), " of the customer's: ", one.id_and_content);
  }
  if (!ids_.insert(id).second) Wrong("an id of two: ", one.id_and_content);
  told.push_back(std::move(one));
  ++told_count_;
}

void Ledger::TakeShown(const Words& words) {
  const absl::string_view what = words[0];
  if (what == "position" && words.size() == 3) {
    shown_offsets_[NumberIn(words[1])] = NumberIn(words[2]);
  } else if (what == "customer" && words.size() == 5) {
    shown_customers_[SmallIn(words[1])] = {.value = std::string(words[2]),
                                           .epoch = NumberIn(words[3]),
                                           .status = std::string(words[4])};
  } else if (what == "history" && words.size() == 3) {
    shown_customers_[SmallIn(words[1])].events = NumberIn(words[2]);
  } else if (what == "receipts_of_batches" && words.size() == 3) {
    shown_receipts_[NumberIn(words[1])] = NumberIn(words[2]);
  } else if (what == "receipts_of_resets" && words.size() == 3) {
    shown_reset_receipts_[SmallIn(words[1])] = NumberIn(words[2]);
  } else if (what == "again" && words.size() == 3) {
    if (words[2] != "0") Wrong(words[2], " facts of source ", words[1], " count twice");
  } else if (what == "alert" && words.size() == 3) {
    shown_alerts_[SmallIn(words[1])] = words[2] == "enabled";
  } else if (what == "differed" && words.size() == 2) {
    if (words[1] != "0") Wrong(words[1], " decisions differed");
  } else {
    Wrong("the process said: ", absl::StrJoin(words, " "));
  }
}

void Ledger::CheckShown() {
  for (std::size_t source = 0; source < kKillSources; ++source) {
    const std::uint64_t shown = shown_offsets_[source];
    if (shown < acknowledged_[source] || shown > acknowledged_[source] + 1) {
      Wrong("source ", source, " is at ", shown, ", acknowledged was ",
            acknowledged_[source]);
    }
  }
  acknowledged_ = shown_offsets_;
  CheckSums();
  CheckRecords();
  CheckEpochs();
  CheckAlerts();
  CheckToldIsDurable();
  customers_ = std::move(shown_customers_);
  shown_customers_.clear();
  resets_.clear();
  alerts_ = std::move(shown_alerts_);
  shown_alerts_.clear();
}

void Ledger::CheckSums() {
  for (int customer = 1; customer <= kKillCustomers; ++customer) {
    if (IsKnownAt(customer, shown_offsets_) && !shown_customers_.contains(customer)) {
      Wrong("customer ", customer, " is not known");
    }
  }
  for (const auto& [customer, shown] : shown_customers_) {
    const std::string sum = absl::StrCat(SumAt(customer, shown_offsets_));
    if (shown.value == sum) continue;
    Wrong("customer ", customer, " has ", shown.value, ", and by the positions ",
          absl::StrJoin(shown_offsets_, " and "), " should have ", sum);
  }
}

void Ledger::CheckRecords() {
  if (shown_receipts_ != shown_offsets_) {
    Wrong("there are receipts of ", absl::StrJoin(shown_receipts_, " and "),
          " batches, and the positions are ", absl::StrJoin(shown_offsets_, " and "));
  }
  for (const auto& [customer, shown] : shown_customers_) {
    const std::uint64_t resets = shown_reset_receipts_[customer];
    if (resets != shown.epoch) {
      Wrong("customer ", customer, " is in epoch ", shown.epoch, ", and has ", resets,
            " receipts of resets");
    }
    const std::uint64_t events =
        ReachedAt(customer, shown_offsets_) + ResolvedAt(customer, shown_offsets_);
    if (shown.events == events) continue;
    Wrong("customer ", customer, " has a history of ", shown.events, " events, not of ",
          events);
  }
}

void Ledger::CheckEpochs() {
  std::uint64_t not_acknowledged = 0;
  for (int customer = 1; customer <= kKillCustomers; ++customer) {
    const std::uint64_t least = customers_[customer].epoch + resets_[customer];
    if (least == 0 && shown_customers_.count(customer) == 0) continue;
    const std::uint64_t epoch = shown_customers_[customer].epoch;
    if (epoch < least) {
      Wrong("customer ", customer, " is in epoch ", epoch, ", acknowledged was ", least);
    } else {
      not_acknowledged += epoch - least;
    }
  }
  if (not_acknowledged > kResetting) {
    Wrong(not_acknowledged, " resets that nobody has made");
  }
}

void Ledger::CheckAlerts() {
  int not_acknowledged = 0;
  for (const auto& [alert, enabled] : alerts_) {
    const auto shown = shown_alerts_.find(alert);
    if (shown == shown_alerts_.end()) {
      Wrong("alert ", alert, " is gone");
    } else if (shown->second && !enabled) {
      Wrong("alert ", alert, " was archived");
    } else if (shown->second != enabled) {
      ++not_acknowledged;
    }
  }
  for (const auto& [alert, enabled] : shown_alerts_) {
    if (alerts_.count(alert) == 0) ++not_acknowledged;
  }
  if (not_acknowledged > 1) {
    Wrong(not_acknowledged, " changes of alerts that nobody has made");
  }
}

void Ledger::CheckToldIsDurable() {
  for (int customer = 1; customer <= kKillCustomers; ++customer) {
    if (CountTold(customer, kCountedAlert, true) > ReachedAt(customer, acknowledged_) ||
        CountTold(customer, kCountedAlert, false) > ResolvedAt(customer, acknowledged_)) {
      Wrong("customer ", customer, " was told what did not become durable");
    }
  }
}

std::uint64_t Ledger::CountTold(int customer, int alert, bool up) const {
  const auto found = told_.find(customer);
  if (found == told_.end()) return 0;
  return static_cast<std::uint64_t>(std::count_if(
      found->second.begin(), found->second.end(),
      [&](const Told& told) { return told.alert == alert && told.up == up; }));
}

void Ledger::CheckEnd() {
  for (const auto& [customer, state] : customers_) {
    const std::uint64_t ups = CountTold(customer, kCountedAlert, true);
    const std::uint64_t downs = CountTold(customer, kCountedAlert, false);
    const std::uint64_t reached = ReachedAt(customer, acknowledged_);
    const std::uint64_t resolved = ResolvedAt(customer, acknowledged_);
    if (ups != reached || downs != resolved) {
      Wrong("customer ", customer, " was told ", ups, " ups and ", downs, " downs, not ",
            reached, " and ", resolved);
    }
    if (state.status == "evaluating") Wrong("customer ", customer, " is stuck");
    std::set<std::uint64_t> epochs;
    for (const Told& told : told_[customer]) {
      if (told.alert != kResetAlert) continue;
      if (!epochs.insert(told.epoch).second && IsShared(customer)) {
        Wrong("customer ", customer, " was told twice of epoch ", told.epoch);
      }
    }
    if (state.status == "in_alarm" && epochs.count(state.epoch) == 0) {
      Wrong("customer ", customer, " was not told of the last reset, ", state.epoch);
    }
  }
  for (const auto& [alert, enabled] : alerts_) {
    if (alert >= kFirstPassing) CheckPassing(alert, enabled);
  }
  ended_ = true;
}

void Ledger::CheckPassing(int alert, bool enabled) {
  for (int customer = 1; customer <= kKillCustomers; ++customer) {
    const int only = CustomerOfAlert(alert);
    const bool concerned = IsShared(customer) && (only == 0 || only == customer) &&
                           IsPast(alert, customer, acknowledged_);
    const std::uint64_t told = CountTold(customer, alert, true);
    const std::uint64_t most = concerned ? 1 : 0;
    const std::uint64_t least = enabled ? most : 0;
    if (told >= least && told <= most) continue;
    Wrong("customer ", customer, " was told ", told, " times of alert ", alert);
  }
}

}  // namespace tocsin::testing
