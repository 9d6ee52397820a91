// The fact source, as the simulation plays it, and what of it concerns the model.
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/sim/world.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

// Of answers that were given some may be given once more.
constexpr std::size_t kKept = 8;

bool SameSelector(const InstanceSelector& a, const InstanceSelector& b) {
  return a.group_values == b.group_values && a.balance == b.balance &&
         a.invoice == b.invoice && a.seat == b.seat && a.custom_field == b.custom_field;
}

bool SameRequest(const ReadRequest& a, const ReadRequest& b) {
  return a.customer == b.customer && a.alert == b.alert && a.spec.type == b.spec.type &&
         a.spec.name == b.spec.name && a.spec.threshold == b.spec.threshold &&
         a.spec.group_values == b.spec.group_values &&
         std::equal(a.instances.begin(), a.instances.end(), b.instances.begin(),
                    b.instances.end(), SameSelector) &&
         a.period_starts_at == b.period_starts_at &&
         a.period_ends_at == b.period_ends_at && a.attempt == b.attempt;
}

}  // namespace

FactAnswer World::AnswerOf(Reply reply, const Asked& asked) const {
  switch (reply) {
    case Reply::kWrongFact:
      return std::vector<Fact>{CustomerTold{.customer = asked.request.customer}};
    case Reply::kOfAnother: {
      const bool first = asked.request.customer == customers_[0];
      return std::vector<Fact>{SpendTotal{.customer = customers_[first ? 1 : 0]}};
    }
    case Reply::kError:
    case Reply::kThrows:
      return absl::UnavailableError("the source is down");
    default:
      return asked.facts;
  }
}

void World::TellModel(const Asked& asked, Reply reply) {
  model_.Answer(asked.request.customer, asked.request.alert, asked.number,
                AnswerOf(reply, asked));
}

void World::Read(const ReadRequest& request, Done done) {
  if (!wrong_.empty()) return;
  model_.Look();
  std::optional<ReferenceModel::BegunRead> expected =
      model_.TakeBegun(request.customer, request.alert);
  if (!expected) {
    // What the source answered in the middle of the drain leads to more in it.
    StepModel(ShardOf(request.customer));
    expected = model_.TakeBegun(request.customer, request.alert);
  }
  if (!expected) {
    return Wrong(absl::StrCat("a read of ", NameOf(request.customer), " ",
                              NameOf(request.alert), " that is not due"));
  }
  if (!SameRequest(request, expected->request)) {
    return Wrong(absl::StrCat(
        "a read of ", NameOf(request.customer), " ", NameOf(request.alert),
        " asks for something else; attempt ", request.attempt, ", not ",
        expected->request.attempt, "; from ", TimeToText(request.period_starts_at),
        " to ", TimeToText(request.period_ends_at), ", not ",
        TimeToText(expected->request.period_starts_at), " to ",
        TimeToText(expected->request.period_ends_at), "; ", request.instances.size(),
        " instances, not ", expected->request.instances.size()));
  }
  const Reply reply = reply_ ? reply_() : Reply::kGood;
  ++figures_->reads;
  figures_->See(static_cast<std::uint64_t>(reply));
  if (ReasonIn(engine_->Drain()) !=
      (closing_ ? Reason::kClosing : Reason::kCalledFromSink)) {
    return Wrong("Drain inside the source is not refused");
  }
  Asked asked{.number = expected->number,
              .request = request,
              .facts = facts_ ? facts_(request) : std::vector<Fact>(),
              .done = std::move(done)};
  if (reply == Reply::kLater) {
    waiting_.push_back(std::move(asked));
    return;
  }
  TellModel(asked, reply);
  if (reply == Reply::kThrows) throw std::runtime_error("the source throws");
  asked.done(AnswerOf(reply, asked));
  if (reply == Reply::kGoodAndThrows) throw std::runtime_error("the source throws");
}

void World::Answer(std::size_t index, Reply reply) {
  if (!wrong_.empty()) return;
  model_.Look();
  Asked& asked = waiting_[index];
  TellModel(asked, reply);
  asked.done(AnswerOf(reply, asked));
  ++figures_->late_answers;
  if (waiting_.size() > kKept || !asked.answered_once) {
    asked.answered_once = true;
    if (waiting_.size() > kKept) waiting_.erase(waiting_.begin());
  } else {
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(index));
  }
  AfterCall();
}

// What a drain of the shard, or of all, does in one go.
void World::StepModel(int shard) {
  for (const CustomerId customer : customers_) {
    if (shard < 0 || ShardOf(customer) == shard) StepModelOf(customer);
  }
}

void World::StepModelOf(CustomerId customer) {
  if (!model_.NeedsDrain(customer)) return;
  model_.Judge(customer);
  model_.BeginReads(customer);
}

// What the source has answered at once is taken by the same drain.
void World::FinishModel(int shard) {
  if (!has_source_) return;
  const auto needs = [&](CustomerId customer) {
    return (shard < 0 || ShardOf(customer) == shard) && model_.NeedsDrain(customer);
  };
  while (wrong_.empty() && model_.HasRoom() &&
         std::any_of(customers_.begin(), customers_.end(), needs)) {
    StepModel(shard);
    if (!model_.begun().empty()) return;  // `CheckReads` says it
  }
}

void World::CheckReads() {
  for (const ReferenceModel::BegunRead& begun : model_.begun()) {
    Wrong(absl::StrCat("a read of ", NameOf(begun.request.customer), " ",
                       NameOf(begun.request.alert), " is due and was not begun"));
  }
}

// After a tick: what the clock has brought has somebody who will come for it.
void World::CheckReadTimers() {
  if (!has_source_ || !model_.HasRoom() || paused_) return;
  for (const CustomerId customer : customers_) {
    if (!model_.NeedsDrain(customer)) continue;
    if (executor_->IsScheduled(ShardOf(customer))) continue;
    Wrong(absl::StrCat("a read of ", NameOf(customer),
                       " is over or due, and nobody is scheduled to go on"));
  }
}

}  // namespace tocsin::testing
