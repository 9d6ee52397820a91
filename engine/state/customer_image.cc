#include "engine/state/customer_image.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "engine/model/level.h"
#include "engine/model/tally.h"
#include "engine/state/customer_fields.h"

namespace tocsin::state {
namespace {

std::string BytesOf(const model::AlertVersion& version) {
  std::string bytes;
  ImageWriter writer(&bytes);
  writer(version);
  return bytes;
}

// Of measures that leave a field open: which of their instances is the lowest.
void FindStandings(model::Customer* customer) {
  if (customer->holdings == nullptr) return;
  for (model::Tallies& tallies : customer->holdings->tallies) {
    if (tallies.measure->OpenField() == nullptr) continue;
    for (const auto& [instance, tally] : tallies.instances) {
      const std::optional<model::Level> level =
          model::LevelOf(*tallies.measure, tally, tally.judged_at);
      if (level.has_value()) tallies.standings.insert({*level, instance});
    }
  }
}

// Of other keys no values can be made.
bool IsInstanceKey(const std::string& key) {
  return model::InstanceKeyOf(model::InstanceValues(key)) == key;
}
bool AreInstanceKeys(const absl::btree_set<std::string>& instances) {
  return std::all_of(instances.begin(), instances.end(), IsInstanceKey);
}
template <typename Instances>
bool AreInstanceKeys(const Instances& instances) {
  return std::all_of(instances.begin(), instances.end(),
                     [](const auto& instance) { return IsInstanceKey(instance.first); });
}

// What falls due is found by the id of its balance or invoice, and of nothing else there
// is one for each instance.
bool HaveIds(const model::Tallies& tallies) {
  if (!tallies.measure->FansOut()) return true;
  const Watched watched = tallies.measure->subject.info().watched;
  const bool by_id = watched == Watched::kBalance || watched == Watched::kInvoice;
  return std::all_of(
      tallies.instances.begin(), tallies.instances.end(), [by_id](const auto& instance) {
        if (!by_id) return instance.second.next_at == absl::InfiniteFuture();
        const std::vector<std::string> values = model::InstanceValues(instance.first);
        return values.size() == 1 && ParseUuid(values.front()).ok();
      });
}

bool HasInstanceKeys(const model::Customer& customer) {
  for (const model::Meter& meter : customer.meters) {
    for (const model::Slice& slice : meter.slices()) {
      if (!AreInstanceKeys(slice.instances)) return false;
    }
  }
  for (const auto& [alert, state] : customer.states) {
    if (!AreInstanceKeys(*state.instances)) return false;
  }
  bool are_keys = true;
  customer.pending.ForEach([&](const AlertId&, const model::Pending& pending) {
    are_keys = are_keys && AreInstanceKeys(*pending.reset_instances);
  });
  if (customer.awaited != nullptr) {
    for (const auto& [alert, awaited] : *customer.awaited) {
      are_keys = are_keys && AreInstanceKeys(awaited.instances);
    }
  }
  if (!are_keys) return false;
  if (customer.holdings == nullptr) return true;
  const std::vector<model::Tallies>& tallies = customer.holdings->tallies;
  return std::all_of(tallies.begin(), tallies.end(), [](const model::Tallies& of) {
    return AreInstanceKeys(of.instances) && HaveIds(of);
  });
}

}  // namespace

// Shared things stand in the bytes each time, and are one again when they are read.
void Fields(ImageWriter& writer, const model::MeasurePtr& measure) { writer(*measure); }
void Fields(ImageReader& reader, model::MeasurePtr& measure) {
  measure = reader.Intern(reader.Next<model::Measure>());
}
void Fields(ImageWriter& writer, const model::AlertPtr& version) {
  writer(version != nullptr);
  if (version != nullptr) writer(*version);
}
void Fields(ImageReader& reader, model::AlertPtr& version) {
  if (!reader.Next<bool>()) return;
  version = reader.Intern(reader.Next<model::AlertVersion>());
}
void ArchiveMeasure(ImageWriter& writer, const model::Measure* measure) {
  writer(*measure);
}
// Whoever has it due keeps it.
void ArchiveMeasure(ImageReader& reader, const model::Measure*& measure) {
  measure = reader.Intern(reader.Next<model::Measure>()).get();
}

model::MeasurePtr ImageReader::Intern(const model::Measure& measure) {
  for (const model::WatchedPtr& tracked : known_.catalog.tracked()) {
    if (*tracked->measure == measure) return tracked->measure;
  }
  return known_.book.InternKnown(measure);
}

model::AlertPtr ImageReader::Intern(model::AlertVersion version) {
  if (!ok()) return nullptr;
  std::string bytes = BytesOf(version);
  model::AlertPtr& known = known_.versions[bytes];
  if (known != nullptr) return known;
  known = known_.book.Find(version.id());
  if (known == nullptr || BytesOf(*known) != bytes) {
    version.measure = Intern(model::MeasureOf(version.spec()));
    known = std::make_shared<const model::AlertVersion>(std::move(version));
  }
  return known;
}

void WriteCustomer(const model::Customer& customer, const model::Catalog& catalog,
                   ImageWriter* writer) {
  ImageWriter& write = *writer;
  write(ImageKind::kWhole);
  write(customer.id, customer.period, customer.sequence, customer.archived,
        customer.may_resolve_at_end, customer.meters, customer.plan, customer.profile,
        customer.contracts, customer.holdings, customer.agenda.events(),
        customer.own->alerts, customer.states);
  std::vector<std::pair<AlertId, const model::Pending*>> pending;
  customer.pending.ForEach([&](const AlertId& alert, const model::Pending& one) {
    pending.emplace_back(alert, &one);
  });
  write(static_cast<std::uint64_t>(pending.size()));
  for (const auto& [alert, one] : pending) write(alert, *one);
  write(customer.awaited);
  const model::InAlarm in_alarm = model::FindInAlarm(customer, catalog);
  write(static_cast<std::uint64_t>(in_alarm.size()));
  for (const auto& [alert, instance] : in_alarm) write(alert, instance);
}

std::optional<CustomerImage> ReadCustomer(ImageKind kind, std::uint64_t generation,
                                          ImageReader* reader) {
  ImageReader& read = *reader;
  const auto id = read.Next<CustomerId>();
  model::PeriodState period(PeriodPolicy::kOpenEnded, model::Period());
  read(period);
  model::Customer customer(id, std::move(period), generation);
  std::vector<model::Event> events;
  std::vector<model::AlertPtr> own;
  read(customer.sequence, customer.archived, customer.may_resolve_at_end, customer.meters,
       customer.plan, customer.profile, customer.contracts, customer.holdings, events,
       own, customer.states);
  if (std::find(own.begin(), own.end(), nullptr) != own.end()) return std::nullopt;
  for (const model::Event& event : events) customer.agenda.Insert(event);
  if (!own.empty()) customer.own.Change().alerts = std::move(own);
  const std::size_t pending = read.Count();
  for (std::size_t i = 0; i < pending && read.ok(); ++i) {
    read(*customer.pending.FindOrMake(read.Next<AlertId>()).first);
  }
  read(customer.awaited);
  std::optional<model::InAlarm> in_alarm;
  if (kind == ImageKind::kWhole) {
    in_alarm.emplace();
    for (std::size_t left = read.Count(); left > 0 && read.ok(); --left) {
      const auto alert = read.Next<AlertId>();
      in_alarm->insert({alert, read.Next<std::string>()});
    }
  }
  // Of who is archived nothing falls due: who waited for that would wait for ever.
  const bool waits = customer.archived && customer.NextToTell() != absl::InfiniteFuture();
  if (!read.ok() || waits || !HasInstanceKeys(customer)) return std::nullopt;
  FindStandings(&customer);
  return CustomerImage{std::move(customer), std::move(in_alarm)};
}

}  // namespace tocsin::state
