// What the sink is given and what queries tell, beside what the model expects.
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/world.h"
#include "tests/support/describe.h"
#include "tests/support/differences.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

// A failed delivery is not tried again sooner: half of the first wait is certain.
constexpr absl::Duration kShortestWait = absl::Milliseconds(50);

std::uint64_t Low(Decimal value) { return static_cast<std::uint64_t>(value.units()); }

}  // namespace

absl::Status World::Deliver(const Notification& notification) {
  if (!wrong_.empty()) return absl::OkStatus();
  if (!refused_.is_nil() && notification.id != refused_) {
    Wrong(absl::StrCat("the sink refused one, and is given another: ",
                       Describe(notification).ToString()));
  }
  if (!refused_.is_nil() && in_delivery_task_ && model_.now() < retry_not_before_) {
    Wrong("the sink refused one, and is given it again at once");
  }
  // Of a drain of everything, which delivers when it is through.
  if (in_everything_) FinishModel(-1);
  const Notification* expected = model_.FirstWaiting(notification.customer);
  if (in_everything_ && expected == nullptr) {
    // The drain came to this customer first; in the model another's, that is still to
    // come, takes the room.
    StepModelOf(notification.customer);
    expected = model_.FirstWaiting(notification.customer);
  }
  if (expected == nullptr || !SameButId(notification, *expected)) {
    Wrong(absl::StrCat(
        "a notification\n  actual:   ", Describe(notification).ToString(),
        "\n  expected: ", expected == nullptr ? "none" : Describe(*expected).ToString()));
  }
  if (!wrong_.empty()) return absl::OkStatus();
  if (mood_ != CollectingSink::Mood::kTakes) return Refuse(notification);
  refused_ = NotificationId();
  if (in_delivery_task_ && inside_ && IsOutside()) {
    inside_sink_ = true;
    inside_();
    inside_sink_ = false;
    if (!wrong_.empty()) return absl::OkStatus();
  }
  model_.TakeFirstWaiting(notification.customer);
  if (notification.id.is_nil() || !ids_.insert(notification.id).second) {
    Wrong(absl::StrCat("an id that was used before: ", notification.id.ToString()));
  }
  SeeLast(notification.customer, notification.alert,
          {.id = notification.id,
           .kind = notification.kind,
           .at = notification.timestamp,
           .value = notification.value,
           .epoch = notification.epoch,
           .triggered_by = notification.triggered_by});
  std::uint64_t& sequence = sequences_[notification.customer];
  if (notification.sequence != ++sequence) {
    Wrong(absl::StrCat("a customer's notification ", notification.sequence, " after ",
                       sequence - 1));
  }
  ++figures_->delivered;
  for (std::size_t i = 0; i < 16; i += 8) {
    std::uint64_t word = 0;
    for (std::size_t k = 0; k < 8; ++k) {
      word = word << 8 | notification.id.uuid().data[i + k];
    }
    figures_->See(word);
  }
  figures_->See(Low(notification.value));
  return absl::OkStatus();
}

absl::Status World::Refuse(const Notification& notification) {
  refused_ = notification.id;
  retry_not_before_ = model_.now() + kShortestWait;
  ++sink_failures_;
  ++figures_->sink_failures;
  if (mood_ == CollectingSink::Mood::kThrows) throw std::runtime_error("it throws");
  return absl::UnavailableError("it fails");
}

void World::SeeState(const CustomerAlert& actual, const CustomerAlert& expected) {
  figures_->See(actual.epoch * 4 +
                (actual.status ? 1U + static_cast<unsigned>(*actual.status) : 0U));
  if (actual.value) figures_->See(Low(*actual.value));
  figures_->failed_for_good += actual.source_failed;
  const std::string differs = DifferInState(actual, expected);
  if (!differs.empty()) Wrong(differs);
}

void World::CompareState(CustomerId customer, AlertId alert,
                         const InstanceSelector& selector) {
  if (!wrong_.empty()) return;
  const absl::StatusOr<CustomerAlert> actual =
      engine_->GetCustomerAlert(customer, alert, selector);
  const absl::StatusOr<CustomerAlert> expected =
      model_.GetCustomerAlert(customer, alert, selector);
  SeeStatus(actual.status(), expected.status());
  if (actual.ok() && expected.ok()) SeeState(*actual, *expected);
}

// The id must be that under which it was delivered, or is to be.
void World::SeeLast(CustomerId customer, AlertId alert, const Explanation::Said& last) {
  const auto known = said_.try_emplace(last.id, Said{customer, alert, last});
  const Said& said = known.first->second;
  const bool same = said.customer == customer && said.alert == alert &&
                    said.what.kind == last.kind && said.what.at == last.at &&
                    said.what.value == last.value && said.what.epoch == last.epoch &&
                    said.what.triggered_by == last.triggered_by;
  if (!same || last.id.is_nil()) {
    Wrong(absl::StrCat("what was said last of ", NameOf(customer), " ", NameOf(alert),
                       " has the id of another, or none: ", last.id.ToString()));
  }
}

void World::CompareExplanation(CustomerId customer, AlertId alert,
                               const InstanceSelector& selector) {
  if (!wrong_.empty()) return;
  const absl::StatusOr<Explanation> actual = engine_->Explain(customer, alert, selector);
  const absl::StatusOr<Explanation> expected = model_.Explain(customer, alert, selector);
  SeeStatus(actual.status(), expected.status());
  if (!actual.ok() || !expected.ok()) return;
  ++figures_->explained;
  const std::string differs = DifferInExplanation(*actual, *expected);
  if (!differs.empty()) return Wrong(differs);
  const bool archived = expected->state.alert_status == AlertStatus::kArchived;
  if (archived || !actual->last_notification) return;
  SeeLast(customer, alert, *actual->last_notification);
}

void World::CompareCustomer(CustomerId customer) {
  if (!wrong_.empty()) return;
  std::vector<CustomerAlert> actual;
  std::vector<CustomerAlert> expected;
  const auto into = [](std::vector<CustomerAlert>& all) {
    return [&all](const CustomerAlert& one) { all.push_back(one); };
  };
  const absl::Status told = engine_->ForEachCustomerAlert(customer, into(actual));
  SeeStatus(told, model_.ForEachCustomerAlert(customer, into(expected)));
  if (actual.size() != expected.size()) {
    return Wrong(absl::StrCat(NameOf(customer), " has ", actual.size(), " alerts, not ",
                              expected.size()));
  }
  for (std::size_t i = 0; i < actual.size(); ++i) SeeState(actual[i], expected[i]);
}

void World::CompareEverything(const std::vector<AlertId>& alerts) {
  if (!wrong_.empty()) return;
  const std::string differs = DifferInQueries(*engine_, model_, customers_, alerts);
  if (!differs.empty()) Wrong(differs);
  AfterCall();
}

}  // namespace tocsin::testing
