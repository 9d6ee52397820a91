#include "tests/histories/scene.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <thread>
#include <utility>

#include "boost/uuid/uuid.hpp"
#include "engine/core/open.h"
#include "engine/work/worker_pool.h"
#include "tests/histories/checker.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

// So much that what is spent and taken back never leads below 0.
constexpr int kFirstValue = 100'000;

AlertId AlertOfNumber(std::uint64_t number) {
  boost::uuids::uuid id{};
  for (std::size_t i = 0; i < 8; ++i) {
    id.data[i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return AlertId(id);
}

int WholeNumber(Decimal value) {
  return static_cast<int>(value.units() / Decimal::kUnitsPerOne);
}

// What goes wrong here would make every history wrong.
void Must(bool holds) {
  if (!holds) std::abort();
}

View ViewOf(const CustomerAlert& state) {
  return {.alert = state.alert_status,
          .status = state.status,
          .threshold = WholeNumber(state.threshold),
          .value = state.value.has_value() ? WholeNumber(*state.value) : -1,
          .epoch = state.epoch,
          .triggered_by = state.triggered_by};
}

}  // namespace

Scene::Scene() {
  engine_ = *core::OpenWith({.sink = this, .clock = this, .shards = 2, .random_seed = 1},
                            std::make_unique<work::WorkerPool>(2), this);
  for (int c = 0; c < kCustomersPerScene; ++c) {
    Played& played = Of(c);
    played.customer = Customer(c);
    played.plan = Plan(c);
    played.value = kFirstValue;
    by_customer_[played.customer] = &played;
    const std::vector<Fact> facts = {
        CustomerTold{.customer = played.customer, .plan = played.plan},
        SpendAdded{.customer = played.customer,
                   .amount = Decimal::FromInteger(kFirstValue)}};
    Must(engine_->Apply(facts).applied == facts.size());
  }
}

Scene::~Scene() { engine_.reset(); }

void Scene::Begin(Random* random) {
  for (Played& played : played_) {
    History& history = played.history;
    history = {.value = played.value,
               .threshold = played.value + static_cast<int>(random->Below(5)) - 2,
               .notify_resolved = random->Below(2) == 0};
    history.calls.resize(kCallsPerHistoryMax);
    played.next = 0;
    // Known before it exists, as its notification may come before the call returns.
    played.alert = AlertOfNumber(++alerts_);
    AlertSpec spec{.id = played.alert,
                   .name = "x",
                   .threshold = Decimal::FromInteger(history.threshold),
                   .notify_resolved = history.notify_resolved};
    // One's own alerts and those for many are changed in different ways.
    if (random->Below(2) == 0) {
      spec.customer = played.customer;
    } else {
      spec.plan = played.plan;
    }
    Must(engine_->CreateAlert(spec).ok());
  }
  Must(engine_->Drain().ok());
  absl::MutexLock lock(&mutex_);
  for (Played& played : played_) {
    played.history.tellings.clear();
    played.history.sequence = played.sequence;
  }
}

void Scene::Make(Call call, int customer) {
  Played& played = Of(customer);
  Call& noted = played.history.calls[played.next.fetch_add(1)];
  // In place, as a callback may come before the call returns.
  noted = std::move(call);
  noted.began = Tick();
  const Reason refused = MakeCall(&noted, played);
  noted.ended = Tick();
  noted.refused = refused;
}

Reason Scene::MakeCall(Call* call, const Played& played) {
  const Decimal number = Decimal::FromInteger(call->number);
  switch (call->verb) {
    case Verb::kReset:
      return ReasonOf(engine_->Reset(
          played.customer, played.alert, {},
          {.on_done = [this, call](const ResetOutcome& outcome) {
            call->end = {
                .at = Tick(),
                .kind = outcome.kind,
                .epoch = outcome.epoch,
                .status = outcome.status,
                .value = outcome.value.has_value() ? WholeNumber(*outcome.value) : 0,
                .notified = outcome.notified,
                .newer_epoch = outcome.newer_epoch,
                .why = outcome.why};
          }}));
    case Verb::kSpend: {
      const ApplyResult result =
          engine_->Apply({SpendAdded{.customer = played.customer, .amount = number}});
      Must(!result.status.ok() || result.applied == 1);
      return ReasonOf(result.status);
    }
    case Verb::kGet: {
      const auto state = engine_->GetCustomerAlert(played.customer, played.alert);
      if (state.ok()) call->view = ViewOf(*state);
      return ReasonOf(state.status());
    }
    case Verb::kThreshold:
      return ReasonOf(engine_->UpdateAlert(played.alert, {.threshold = number}));
    case Verb::kDisable:
      return ReasonOf(engine_->DisableAlert(played.alert));
    case Verb::kEnable:
      return ReasonOf(engine_->EnableAlert(played.alert));
    case Verb::kArchive:
      return ReasonOf(engine_->ArchiveAlert(played.alert));
  }
  return Reason::kMalformed;
}

void Scene::Finish() {
  Must(engine_->Drain().ok());
  for (Played& played : played_) {
    played.history.calls.resize(played.next);
    for (const Call& call : played.history.calls) {
      if (call.verb == Verb::kSpend) played.value += call.number;
    }
    (void)engine_->ArchiveAlert(played.alert);
  }
}

absl::Status Scene::Deliver(const Notification& notification) {
  Played& played = *by_customer_.at(notification.customer);
  absl::MutexLock lock(&mutex_);
  ++played.sequence;
  Telling telling{
      .decided = static_cast<std::uint64_t>(absl::ToUnixNanos(notification.timestamp)),
      .at = Tick(),
      .kind = notification.kind,
      .epoch = notification.epoch,
      .value = WholeNumber(notification.value),
      .threshold = WholeNumber(notification.threshold),
      .by = notification.triggered_by,
      .sequence = notification.sequence};
  if (notification.previous_value.has_value()) {
    telling.previous = WholeNumber(*notification.previous_value);
  }
  // Of the wrong alert: found by its number, which then is missing elsewhere.
  if (notification.alert == played.alert) played.history.tellings.push_back(telling);
  return absl::OkStatus();
}

absl::Time Scene::Now() {
  const std::uint64_t time = Tick();
  // Here a shard's lock is held: the others meet at it.
  if (time % 256 == 0) std::this_thread::yield();
  return absl::FromUnixNanos(static_cast<std::int64_t>(time));
}

void Scene::At(core::Moment /*moment*/) {
  if (time_.load(std::memory_order_relaxed) % 32 == 0) std::this_thread::yield();
}

}  // namespace tocsin::testing
