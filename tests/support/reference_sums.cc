#include "tests/support/reference_sums.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

namespace tocsin::testing {
namespace {

bool Matches(const Measure& measure, const std::optional<ContractId>& contract,
             const ContractFields& contracts) {
  if (!measure.by_contract) return true;
  auto fields = contracts.find(*contract);
  for (const auto& [key, value] : measure.contract_filters) {
    if (fields == contracts.end()) return false;
    auto field = fields->second.find(key);
    if (field == fields->second.end() || field->second != value) return false;
  }
  return true;
}

// All contracts of unkeyed measures are always kept, whichever filter asks.
template <typename Parts>
auto FindStored(const Parts& parts, const Measure& measure) {
  if (!measure.keys.empty() || !measure.by_contract) return parts.find(measure);
  Measure stored = measure;
  stored.contract_filters.clear();
  return parts.find(stored);
}

std::optional<Tuple> TupleOf(const Measure& measure, const Count& count) {
  if (count.is_total && count.groups.size() != measure.keys.size()) return std::nullopt;
  Tuple tuple;
  for (const auto& [key, wanted] : measure.keys) {
    auto has_key = [&key = key](const GroupValue& group) { return group.key == key; };
    auto group = std::find_if(count.groups.begin(), count.groups.end(), has_key);
    if (group == count.groups.end()) return std::nullopt;
    if (wanted && *wanted != group->value) return std::nullopt;
    if (!wanted) tuple.push_back(group->value);
  }
  return tuple;
}

// The tuple of `to` for a tuple of `from`, which contains it; nothing if the
// tuple is not among those that `to` asks for.
std::optional<Tuple> Narrow(const Measure& from, const Measure& to, const Tuple& tuple) {
  Tuple narrowed;
  std::size_t i = 0;
  for (const auto& [key, valued] : from.keys) {
    if (valued) continue;
    const std::string& value = tuple[i++];
    const std::optional<std::string>& wanted = to.keys.at(key);
    if (!wanted) {
      narrowed.push_back(value);
    } else if (*wanted != value) {
      return std::nullopt;
    }
  }
  return narrowed;
}

template <typename FactType>
Count Common(const FactType& fact, AlertType type, bool is_total) {
  Count count;
  count.customer = fact.customer;
  count.type = type;
  count.is_total = is_total;
  count.groups = fact.group_values;
  count.version = fact.version;
  count.time = fact.time;
  return count;
}

}  // namespace

bool Measure::operator<(const Measure& other) const {
  return std::tie(type, subject, keys, by_contract, contract_filters) <
         std::tie(other.type, other.subject, other.keys, other.by_contract,
                  other.contract_filters);
}

bool Measure::fans_out() const {
  return std::any_of(keys.begin(), keys.end(),
                     [](const auto& key) { return !key.second; });
}

bool Measure::Contains(const Measure& other) const {
  if (type != other.type || subject != other.subject) return false;
  if (by_contract != other.by_contract || keys.size() != other.keys.size()) return false;
  for (const auto& [key, value] : keys) {
    auto theirs = other.keys.find(key);
    if (theirs == other.keys.end()) return false;
    if (value && value != theirs->second) return false;
  }
  return true;
}

Measure MeasureOf(const AlertSpec& spec) {
  Measure measure;
  measure.type = spec.type;
  measure.subject = spec.type == AlertType::kSpendThresholdReached
                        ? SubjectId(spec.credit_type.value_or(UsdCents()).uuid())
                        : SubjectId(spec.billable_metric->uuid());
  for (const GroupFilter& filter : spec.group_values)
    measure.keys[filter.key] = filter.value;
  for (const CustomFieldFilter& filter : spec.custom_field_filters) {
    measure.by_contract = true;
    measure.contract_filters.emplace(filter.key, filter.value);
  }
  return measure;
}

std::optional<Count> CountOf(const Fact& fact) {
  if (const auto* spend = std::get_if<SpendAdded>(&fact)) {
    Count count = Common(*spend, AlertType::kSpendThresholdReached, false);
    count.subject = SubjectId(spend->credit_type.uuid());
    count.amount = spend->amount;
    count.contract = spend->contract;
    return count;
  }
  if (const auto* spend = std::get_if<SpendTotal>(&fact)) {
    Count count = Common(*spend, AlertType::kSpendThresholdReached, true);
    count.subject = SubjectId(spend->credit_type.uuid());
    count.amount = spend->total;
    count.contract = spend->contract;
    return count;
  }
  if (const auto* usage = std::get_if<UsageAdded>(&fact)) {
    Count count = Common(*usage, AlertType::kUsageThresholdReached, false);
    count.subject = SubjectId(usage->billable_metric.uuid());
    count.amount = usage->quantity;
    return count;
  }
  if (const auto* usage = std::get_if<UsageTotal>(&fact)) {
    Count count = Common(*usage, AlertType::kUsageThresholdReached, true);
    count.subject = SubjectId(usage->billable_metric.uuid());
    count.amount = usage->total;
    return count;
  }
  return std::nullopt;
}

Sums::Sums(const KeySets& tracked) {
  tracked_.emplace_back();
  for (const std::vector<std::string>& keys : tracked) {
    tracked_.emplace_back();
    for (const std::string& key : keys) tracked_.back()[key] = std::nullopt;
  }
}

bool Sums::IsAlwaysKept(const Measure& measure) const {
  if (measure.keys.empty()) return true;
  return !measure.by_contract &&
         std::find(tracked_.begin(), tracked_.end(), measure.keys) != tracked_.end();
}

void Sums::Forget(const Measure& measure) {
  if (!IsAlwaysKept(measure)) parts_.erase(measure);
}

void Sums::Keep(const Measure& measure) {
  if (measure.keys.empty() || parts_.count(measure) > 0) return;
  const std::pair<const Measure, Parts>* source = nullptr;
  for (const auto& entry : parts_) {
    if (!entry.first.Contains(measure)) continue;
    const bool same = entry.first.keys == measure.keys;
    const auto rank = [](const Parts& kept) {
      return std::make_tuple(kept.since, kept.dropped > 0);
    };
    if (source == nullptr || same || rank(entry.second) < rank(source->second)) {
      source = &entry;
    }
    if (same) break;
  }
  Parts parts;
  parts.since = measure.keys.empty() ? 0 : ++begun_;
  if (source != nullptr) {
    const auto& [kept, from] = *source;
    for (const auto& [contract, cells] : from.cells) {
      for (const auto& [tuple, cell] : cells) {
        std::optional<Tuple> narrowed = Narrow(kept, measure, tuple);
        if (narrowed) parts.cells[contract][*narrowed] = cell;
      }
    }
    parts.since = from.since;
    if (kept.keys == measure.keys) parts.dropped = from.dropped;
  }
  parts_[measure] = parts;
}

void Sums::Clear() {
  for (auto& [measure, parts] : parts_) parts = Parts{};
}

bool Sums::Key::operator<(const Key& other) const {
  return std::tie(measure, contract, tuple) <
         std::tie(other.measure, other.contract, other.tuple);
}

template <typename Visit>
void Sums::ForEachPart(const Count& count, Visit visit) {
  Measure whole;
  whole.type = count.type;
  whole.subject = count.subject;
  for (const auto& keys : tracked_) {
    whole.keys = keys;
    parts_[whole];
  }
  if (count.contract) {
    whole.keys.clear();
    whole.by_contract = true;
    parts_[whole];
  }
  for (auto& [measure, parts] : parts_) {
    if (measure.type != count.type || measure.subject != count.subject) continue;
    if (measure.by_contract && !count.contract) continue;
    if (count.is_total && count.contract && !measure.by_contract) continue;
    std::optional<Tuple> tuple = TupleOf(measure, count);
    if (tuple) visit(measure, parts, *std::move(tuple));
  }
}

std::vector<Sums::Key> Sums::KeysOf(const Count& count) {
  std::vector<Key> found;
  ForEachPart(count, [&](const Measure& measure, const Parts&, Tuple tuple) {
    const std::optional<ContractId> none;
    found.push_back(
        {measure, measure.by_contract ? count.contract : none, std::move(tuple)});
  });
  return found;
}

std::vector<Sums::Fed> Sums::Feed(const Count& count, std::size_t groups_max) {
  std::vector<Fed> fed;
  ForEachPart(count, [&](const Measure& measure, Parts& parts, const Tuple& tuple) {
    fed.push_back(FeedCell(parts, measure.by_contract, tuple, count, groups_max));
  });
  return fed;
}

bool Sums::HasRoomFor(Parts& parts, const Tuple& tuple, std::size_t groups_max) {
  const bool is_known =
      std::any_of(parts.cells.begin(), parts.cells.end(),
                  [&tuple](const auto& one) { return one.second.count(tuple) > 0; });
  if (is_known) return true;
  std::set<Tuple> tuples;
  for (const auto& [contract, cells] : parts.cells) {
    for (const auto& [known, cell] : cells) tuples.insert(known);
  }
  if (tuples.size() < groups_max) return true;
  ++parts.dropped;
  return false;
}

Sums::Fed Sums::FeedCell(Parts& parts, bool by_contract, const Tuple& tuple,
                         const Count& count, std::size_t groups_max) {
  // Decided before the cell is made: an ignored count is no data.
  if (!HasRoomFor(parts, tuple, groups_max)) return Fed::kDropped;
  auto& cells = parts.cells[by_contract ? count.contract : std::nullopt];
  const auto it = cells.find(tuple);
  Cell cell = it == cells.end() ? Cell() : it->second;
  if (!cell.Take(count)) return Fed::kStale;
  cells[tuple] = cell;
  return Fed::kCounted;
}

bool Sums::Cell::Take(const Count& count) {
  if (count.version) {
    const bool stale = count.is_total ? newest && *count.version < *newest
                                      : last_total && *count.version <= *last_total;
    if (stale) return false;
  }
  sum = count.is_total ? count.amount : CheckedAdd(sum, count.amount).value();
  if (count.version) {
    newest = std::max(newest.value_or(0), *count.version);
    if (count.is_total) last_total = count.version;
  }
  return true;
}

Sums::Cell Sums::At(const Key& key) const {
  const auto parts = parts_.find(key.measure);
  if (parts == parts_.end()) return {};
  const auto cells = parts->second.cells.find(key.contract);
  if (cells == parts->second.cells.end()) return {};
  const auto cell = cells->second.find(key.tuple);
  return cell == cells->second.end() ? Cell() : cell->second;
}

bool Sums::Set(const Key& key, const Cell& cell, std::size_t groups_max) {
  Parts& parts = parts_.at(key.measure);
  if (!HasRoomFor(parts, key.tuple, groups_max)) return false;
  parts.cells[key.contract][key.tuple] = cell;
  return true;
}

std::map<Tuple, Decimal> Sums::Values(const Measure& measure,
                                      const ContractFields& contracts) const {
  std::map<Tuple, Decimal> values;
  auto parts = FindStored(parts_, measure);
  if (parts == parts_.end()) return values;
  for (const auto& [contract, cells] : parts->second.cells) {
    if (!Matches(measure, contract, contracts)) continue;
    for (const auto& [tuple, cell] : cells) {
      Decimal& value = values[tuple];
      value = CheckedAdd(value, cell.sum).value();
    }
  }
  return values;
}

std::uint64_t Sums::Dropped(const Measure& measure) const {
  auto parts = FindStored(parts_, measure);
  return parts == parts_.end() ? 0 : parts->second.dropped;
}

}  // namespace tocsin::testing
