#include "engine/state/shard.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/mistake.h"
#include "engine/store/notification_fields.h"

namespace tocsin::state {

void Shard::Install(std::shared_ptr<const model::Catalog> catalog,
                    model::AlertChange change) {
  catalog_ = std::move(catalog);
  subjects_.FindLadders(*catalog_);
  // Days run down by themselves: when the next threshold is reached of a customer that
  // has not taken the change in, is not known.
  const model::Measure& measure = *change.after->measure;
  if (measure.subject.info().unit == Unit::kDays)
    earliest_instant_ = absl::InfinitePast();
  changes_.push_back(std::move(change));
}

bool Shard::CatchUp(Line* line) {
  if (!line->IsFolded() || line->slot != nullptr) return false;
  const auto generation = static_cast<std::uint32_t>(catalog_->generation());
  const absl::Span<const model::AlertChange> missed =
      absl::MakeConstSpan(changes_).last(generation - line->sum.generation);
  for (const Line* one = line;; one = &further_[one->next]) {
    for (const model::AlertChange& change : missed) {
      if (!model::IsNothingTo(subjects_[one->subject], one->sum, change)) return false;
    }
    if (one->next == Line::kNone) break;
  }
  for (Line* one = line;; one = &further_[one->next]) {
    one->sum.generation = generation;
    if (one->next == Line::kNone) return true;
  }
}

Slot& Shard::Find(Line* line) {
  if (line->IsFolded()) Unfold(line);
  if (!line->slot->touched) touched_.push_back(line);
  line->slot->touched = true;
  return *line->slot;
}

Slot* Shard::Find(const CustomerId& customer) {
  Line* const line = LineOf(LineIndex::HashOf(customer), customer);
  return line == nullptr ? nullptr : &Find(line);
}

Slot& Shard::FindOrCreate(const CustomerId& customer, absl::Time now) {
  const std::uint64_t hash = LineIndex::HashOf(customer);
  if (Line* const known = LineOf(hash, customer)) return Find(known);
  Line line{.customer = customer};
  line.slot = std::make_unique<Slot>(model::Customer(
      customer, model::PeriodState(policy_, now), catalog_->generation()));
  NoteInstant(*line.slot);
  const std::uint32_t place = lines_.Add(std::move(line));
  index_.Insert(hash, place, lines_);
  return Find(&lines_[place]);
}

Slot& Shard::Restore(model::Customer&& customer) {
  const std::uint64_t hash = LineIndex::HashOf(customer.id);
  Line line{.customer = customer.id};
  line.slot = std::make_unique<Slot>(std::move(customer));
  NoteInstant(*line.slot);
  const std::uint32_t place = lines_.Add(std::move(line));
  index_.Insert(hash, place, lines_);
  return Find(&lines_[place]);
}

void Shard::WritePlain(const Line& line, ImageWriter* writer) const {
  ImageWriter& write = *writer;
  const model::Period& period = periods_[line.period];
  write(line.customer, period.starts_at, period.ends_at);
  std::uint32_t sums = 1;
  for (std::uint32_t next = line.next; next != Line::kNone; next = further_[next].next) {
    ++sums;
  }
  write(sums);
  for (const Line* one = &line;; one = &further_[one->next]) {
    const model::Subject& subject = subjects_[one->subject];
    write(subject.type, subject.id, one->sum.value, one->sum.newest_version,
          one->sum.reached);
    if (one->next == Line::kNone) return;
  }
}

std::optional<CustomerImage> Shard::ReadPlain(ImageKind kind, ImageReader* reader) const {
  ImageReader& read = *reader;
  const auto id = read.Next<CustomerId>();
  model::Period period;
  read(period.starts_at, period.ends_at);
  model::Customer customer(id, model::PeriodState(policy_, period),
                           catalog_->generation());
  model::InAlarm in_alarm;
  bool as_now = true;  // by the rules that are in force now
  const auto sums = read.Next<std::uint32_t>();
  for (std::uint32_t i = 0; i < sums && read.ok(); ++i) {
    model::Subject subject;
    model::PlainSum sum;
    read(subject.type, subject.id, sum.value, sum.newest_version);
    customer.meters.push_back(model::MeterOf(subject, sum));
    if (kind != ImageKind::kPlain) continue;
    read(sum.reached);
    const model::Ladder& ladder = model::PlainLadder(*catalog_, subject);
    as_now = as_now && ladder.Reached(sum.value) == sum.reached;
    model::AddReached(ladder, sum.reached, &in_alarm);
  }
  if (!read.ok()) return std::nullopt;
  CustomerImage image{std::move(customer), std::nullopt};
  if (!as_now) image.in_alarm = std::move(in_alarm);
  return image;
}

std::unique_ptr<Slot> Shard::SlotOf(const Line& line) const {
  // Of the generation the low bits are kept.
  const std::uint32_t missed =
      static_cast<std::uint32_t>(catalog_->generation()) - line.sum.generation;
  return std::make_unique<Slot>(
      model::Customer(line.customer, model::PeriodState(policy_, periods_[line.period]),
                      catalog_->generation() - missed));
}

void Shard::Unfold(Line* line) {
  if (line->slot == nullptr) line->slot = SlotOf(*line);
  line->slot->foldable_times = 0;
  line->period = Line::kUnfolded;
  std::vector<model::Meter>& meters = line->slot->customer.meters;
  meters.push_back(model::MeterOf(subjects_[line->subject], line->sum));
  for (std::uint32_t next = std::exchange(line->next, Line::kNone);
       next != Line::kNone;) {
    const std::uint32_t place = next;
    const Line& further = further_[place];
    meters.push_back(model::MeterOf(subjects_[further.subject], further.sum));
    next = further.next;
    further_.GiveBack(place);
  }
}

bool Shard::FoldingPays(Slot* slot, const model::Period& period) {
  constexpr std::uint32_t kOften = 4;
  if (std::exchange(slot->foldable_in, period.starts_at) != period.starts_at) {
    slot->foldable_times = 0;
  }
  return ++slot->foldable_times >= kOften;
}

void Shard::Fold(Line* line) {
  Slot* const slot = line->slot.get();
  model::Customer& customer = slot->customer;
  if ((slot->IsInUse() && !TOCSIN_MISTAKE(folded_while_due)) ||
      customer.generation != catalog_->generation() || !model::HasPlainSums(customer)) {
    return;
  }
  const model::Period period{.starts_at = customer.period.current().starts_at,
                             .ends_at = customer.period.ends_at()};
  const bool stays = !model::IsPlain(customer) || slot->HasTimers();
  // Where the rest stays no memory is won, and folding has to pay for itself with the
  // facts that follow in the period.
  if (stays && !FoldingPays(slot, period)) return;
  absl::InlinedVector<Line, 2> folded = LinesOf(customer, period);
  if (folded.empty()) return;
  for (std::size_t i = folded.size(); i-- > 1;) {
    folded[i - 1].next = further_.Add(std::move(folded[i]));
  }
  if (stays) {
    customer.meters.clear();
    folded[0].slot = std::move(line->slot);
  }
  *line = std::move(folded[0]);
}

absl::InlinedVector<Line, 2> Shard::LinesOf(const model::Customer& customer,
                                            const model::Period& period) {
  constexpr std::size_t kSumsMax = 8;
  absl::InlinedVector<Line, 2> lines;
  if (customer.meters.size() > kSumsMax) return {};
  const std::optional<std::uint16_t> period_number = periods_.Number(period);
  if (!period_number.has_value()) return {};
  for (const model::Meter& meter : customer.meters) {
    const std::optional<std::uint16_t> subject =
        subjects_.Number(meter.subject, *catalog_);
    if (!subject.has_value()) return {};
    const std::optional<model::PlainSum> sum =
        model::AsPlainSum(meter, subjects_.ladder(*subject), catalog_->generation());
    if (!sum.has_value()) return {};
    lines.push_back({.customer = customer.id,
                     .sum = *sum,
                     .period = *period_number,
                     .subject = *subject});
  }
  return lines;
}

void Shard::Settle() {
  for (Line* const line : touched_) {
    line->slot->touched = false;
    Fold(line);
  }
  touched_.clear();
}

std::vector<CustomerId> Shard::Roster(std::size_t first, std::size_t count) const {
  std::vector<CustomerId> customers;
  const std::size_t end = std::min<std::size_t>(first + count, lines_.size());
  for (std::size_t i = first; i < end; ++i) {
    customers.push_back(lines_[static_cast<std::uint32_t>(i)].customer);
  }
  return customers;
}

absl::Span<const model::AlertChange> Shard::MissedBy(
    const model::Customer& customer) const {
  const std::uint64_t missed = catalog_->generation() - customer.generation;
  return absl::MakeConstSpan(changes_).last(static_cast<std::size_t>(missed));
}

void Shard::ForgetChanges(std::uint64_t generation) {
  const std::uint64_t first = catalog_->generation() - changes_.size();
  if (generation <= first) return;
  changes_.erase(changes_.begin(),
                 changes_.begin() + static_cast<std::ptrdiff_t>(generation - first));
}

void Shard::Queue(Slot* slot) {
  if (slot->queued) return;
  slot->queued = true;
  due_.push_back(slot);
}

Slot* Shard::NextQueued() {
  if (due_.empty()) return nullptr;
  Slot* slot = due_.front();
  due_.pop_front();
  slot->queued = false;
  return slot;
}

std::vector<Slot*> Shard::Slots(std::size_t first, std::size_t count) {
  std::vector<Slot*> slots;
  const std::size_t end = std::min<std::size_t>(first + count, lines_.size());
  for (std::size_t i = first; i < end; ++i) {
    slots.push_back(&Find(&lines_[static_cast<std::uint32_t>(i)]));
  }
  return slots;
}

bool Shard::SetTimer(Slot* slot) {
  const model::Customer& customer = slot->customer;
  const absl::Time next = customer.NextToTell();
  if (slot->timer == next) return false;
  if (slot->timer != absl::InfiniteFuture()) timers_.erase({slot->timer, customer.id});
  slot->timer = next;
  if (next == absl::InfiniteFuture()) return false;
  timers_.insert({next, customer.id});
  return true;
}

void Shard::SetReadTimer(Slot* slot, absl::Time at) {
  if (slot->read_at == at) return;
  const CustomerId& customer = slot->customer.id;
  if (slot->read_at != absl::InfiniteFuture()) {
    read_timers_.erase({slot->read_at, customer});
  }
  slot->read_at = at;
  if (at != absl::InfiniteFuture()) read_timers_.insert({at, customer});
}

absl::Time Shard::FirstReadTimer() const {
  return read_timers_.empty() ? absl::InfiniteFuture() : read_timers_.begin()->first;
}

void Shard::QueueReadsDue(absl::Time now, std::size_t count) {
  for (const auto& [at, customer] : read_timers_) {
    if (at > now || count-- == 0) return;
    Queue(Find(customer));
  }
}

std::vector<Slot*> Shard::Reading() {
  std::vector<Slot*> reading;
  for (const auto& [at, customer] : read_timers_) reading.push_back(Find(customer));
  return reading;
}

std::optional<Shard::Timer> Shard::FirstTimer() const {
  if (timers_.empty()) return std::nullopt;
  return *timers_.begin();
}

}  // namespace tocsin::state
