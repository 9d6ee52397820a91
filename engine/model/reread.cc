#include "engine/model/reread.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/hash.h"
#include "engine/base/mistake.h"
#include "engine/model/answer.h"
#include "engine/model/judge.h"
#include "engine/model/pending.h"
#include "engine/model/reading.h"
#include "engine/model/selector.h"

namespace tocsin::model {
namespace {

constexpr absl::Duration kFirstReread = absl::Milliseconds(100);
constexpr absl::Duration kRereadMax = absl::Minutes(1);

// Half of the wait is left to chance, so that reads that failed together are not made
// again together. The chance is a mixing of the seed with whom and what the read is about
// and how often it was tried: what failed can be made to fail again, whatever happens
// beside it.
absl::Duration WaitAfterFailure(const Customer& customer, const AlertId& alert,
                                const Awaited& awaited, std::uint64_t seed) {
  const int doublings = std::min(awaited.attempts - 1, 20);
  const absl::Duration wait =
      std::min(kRereadMax, kFirstReread * (std::int64_t{1} << doublings));
  const auto half = static_cast<std::uint64_t>(absl::ToInt64Microseconds(wait / 2));
  std::uint64_t mixed = seed ^ StableHash(customer.id.uuid()) ^
                        (StableHash(alert.uuid()) * 0x9e3779b97f4a7c15ULL) ^
                        static_cast<std::uint64_t>(awaited.attempts);
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  mixed ^= mixed >> 31;
  return absl::Microseconds(static_cast<std::int64_t>(half + mixed % (half + 1)));
}

// Makes the re-evaluation, which awaits nothing any more, pending.
void OweRead(Customer* customer, const AlertPtr& alert, Awaited awaited, absl::Time now) {
  const auto [entry, inserted] = customer->pending.FindOrMake(alert->id());
  Pending& pending = *entry;
  if (inserted) {
    pending.judged_under = alert;
    pending.since = now;
  }
  pending.reset_whole = awaited.whole;
  pending.reset_instances.Clear();
  if (!awaited.instances.empty()) {
    pending.reset_instances.Change() = std::move(awaited.instances);
  }
  pending.judged_before_read.Change() = std::move(awaited.judged);
  pending.period_began = awaited.period_began;
  pending.waiters = std::move(awaited.waiters);
}

enum class Ended { kNot, kWell, kInFailure };

// Takes in what a read came to, and says whether the wait for the source has ended.
Ended TakeAnswer(Customer* customer, const Context& context, const AlertVersion& alert,
                 Awaited* awaited) {
  Taken taken = Taken::kRefused;
  std::optional<absl::StatusOr<std::vector<Fact>>>& answer = awaited->read->answer;
  if (answer.has_value() && answer->ok()) {
    taken = TakeAnswerIn(customer, context, alert, *awaited, **answer);
  }
  if (taken == Taken::kAll) return Ended::kWell;
  awaited->next_at = context.now;
  if (taken == Taken::kRefused) {
    ++*context.reads_failed;
    awaited->next_at +=
        WaitAfterFailure(*customer, alert.id(), *awaited, context.reads->seed);
  }
  awaited->read.reset();
  const bool again = awaited->attempts < context.reads->attempts_max ||
                     TOCSIN_MISTAKE(source_read_for_ever);
  return again ? Ended::kNot : Ended::kInFailure;
}

}  // namespace

ResetWaiters& AwaitSource(Customer* customer, const AlertVersion& alert,
                          const std::string* instance, absl::Time now) {
  if (customer->awaited == nullptr) customer->awaited = std::make_unique<AwaitedAlerts>();
  const auto [it, inserted] = customer->awaited->try_emplace(alert.id());
  Awaited& awaited = it->second;
  if (inserted) awaited.since = now;
  if (!TOCSIN_MISTAKE(reset_keeps_read)) awaited.StartOver();
  const Pending* const pending = customer->pending.Find(alert.id());
  // What has never been judged has no value that it was judged at.
  const bool judged = pending == nullptr || pending->judged_under != nullptr;
  const auto note = [&](const Reading& reading) {
    if (instance != nullptr && reading.instance != *instance) return;
    if (awaited.Concerns(reading.instance) || !reading.judged.has_value()) return;
    awaited.judged.emplace(reading.instance, reading.judged->Rounded());
  };
  if (judged) ForEachReading(*customer, *alert.measure, now, note);
  if (instance == nullptr) {
    awaited.whole = true;
    awaited.instances.clear();
  } else if (!awaited.whole) {
    awaited.instances.insert(*instance);
  }
  return awaited.waiters;
}

void BeginReads(Customer* customer, const Context& context,
                absl::FunctionRef<std::uint64_t()> next_number,
                std::vector<BegunRead>* begun) {
  if (customer->awaited == nullptr) return;
  for (auto& [id, awaited] : *customer->awaited) {
    if (awaited.read.has_value() || awaited.next_at > context.now) continue;
    const AlertVersion& alert = **FindAlert(*customer, context.catalog, id);
    ++awaited.attempts;
    awaited.next_at = context.now + context.reads->timeout;
    awaited.read.emplace();
    awaited.read->number = next_number();
    awaited.read->subject = alert.measure->subject;
    ReadRequest request{.customer = customer->id,
                        .alert = id,
                        .spec = alert.spec(),
                        .period_starts_at = customer->period.current().starts_at,
                        .period_ends_at = customer->period.ends_at(),
                        .attempt = awaited.attempts};
    for (const std::string& instance : awaited.instances) {
      request.instances.push_back(SelectorOf(alert.spec(), instance));
    }
    begun->push_back({awaited.read->number, std::move(request)});
  }
}

bool GiveAnswer(Customer* customer, const AlertId& alert, std::uint64_t number,
                absl::Time now, absl::StatusOr<std::vector<Fact>> answer) {
  if (customer->awaited == nullptr) return false;
  const auto it = customer->awaited->find(alert);
  if (it == customer->awaited->end()) return false;
  Awaited& awaited = it->second;
  if (!awaited.IsReading()) return false;
  if (awaited.read->number != number && !TOCSIN_MISTAKE(old_answer_counts)) return false;
  if (now >= awaited.next_at) return false;
  awaited.read->answer = std::move(answer);
  return true;
}

void TakeAnswers(Customer* customer, const Context& context) {
  if (customer->awaited == nullptr) return;
  for (auto it = customer->awaited->begin(); it != customer->awaited->end();) {
    Awaited& awaited = it->second;
    const bool over = awaited.read.has_value() &&
                      (!awaited.IsReading() || awaited.next_at <= context.now);
    if (!over) {
      ++it;
      continue;
    }
    const AlertPtr& alert = *FindAlert(*customer, context.catalog, it->first);
    const Ended ended = TakeAnswer(customer, context, *alert, &awaited);
    if (ended == Ended::kNot) {
      ++it;
      continue;
    }
    OweRead(customer, alert, std::move(awaited), context.now);
    customer->states[alert->id()].source_failed = ended == Ended::kInFailure;
    if (ended == Ended::kInFailure) ++*context.reads_given_up;
    it = customer->awaited->erase(it);
    // The next answer is facts, which must meet nothing that is due.
    if (!TOCSIN_MISTAKE(answers_judged_together)) {
      JudgePending(customer, context, context.now, context.now);
    }
  }
  if (customer->awaited->empty()) customer->awaited.reset();
}

void BeginReadsAgain(Customer* customer) {
  if (customer->awaited == nullptr) return;
  for (auto& [alert, awaited] : *customer->awaited) {
    if (awaited.read.has_value()) --awaited.attempts;
    awaited.read.reset();
    awaited.next_at = absl::InfinitePast();
  }
}

absl::Time NextReadAt(const Customer& customer) {
  absl::Time next = absl::InfiniteFuture();
  if (customer.awaited == nullptr) return next;
  for (const auto& [id, awaited] : *customer.awaited) {
    next = std::min(next, awaited.next_at);
  }
  return next;
}

std::uint32_t ReadsUnderWay(const Customer& customer) {
  std::uint32_t count = 0;
  if (customer.awaited == nullptr) return count;
  for (const auto& [id, awaited] : *customer.awaited) count += awaited.IsReading();
  return count;
}

}  // namespace tocsin::model
