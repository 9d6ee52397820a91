#include "engine/model/tally.h"

#include <algorithm>
#include <utility>

#include "absl/base/internal/raw_logging.h"
#include "absl/types/span.h"
#include "engine/base/mistake.h"
#include "engine/model/slices.h"

namespace tocsin::model {
namespace {

bool Holds(const SpecifierField& field, const CustomFields& fields) {
  const auto found = fields.find(field.key);
  return found != fields.end() && (!field.value || *field.value == found->second);
}

bool Takes(const AlertSpecifier& specifier, const CustomFields& fields) {
  const bool all = std::all_of(
      specifier.custom_field_filters.begin(), specifier.custom_field_filters.end(),
      [&fields](const SpecifierField& field) { return Holds(field, fields); });
  return all && std::none_of(specifier.exclude.begin(), specifier.exclude.end(),
                             [&fields](const SpecifierExclude& exclude) {
                               return MatchFields(exclude.custom_field_filters, fields);
                             });
}

bool IsAmong(const std::vector<std::string>& types, const std::string& type) {
  return types.empty() || std::binary_search(types.begin(), types.end(), type);
}

// A sum of some of the amounts whose bounds were checked.
Decimal Moved(Decimal sum, Decimal amount, bool add) {
  const std::optional<Decimal> moved =
      add ? CheckedAdd(sum, amount) : CheckedSub(sum, amount);
  ABSL_RAW_CHECK(moved.has_value(), "a sum of balances or invoices beyond its bounds");
  return *moved;
}

void CountIn(const Measure& measure, const Balance& balance, bool add, Tally* tally) {
  if (measure.subject.info().watched == Watched::kBalance) {
    tally->ends_at.reset();
    if (add && balance.counts() && balance.ends_at != absl::InfiniteFuture()) {
      tally->ends_at = balance.ends_at;
    }
    return;
  }
  if (!balance.started) return;
  tally->items = add ? tally->items + 1 : tally->items - 1;
  if (balance.over) return;
  tally->total = Moved(tally->total, balance.remaining.value, add);
  tally->granted = Moved(tally->granted, balance.granted, add);
}

void CountIn(const Invoice& invoice, bool add, Tally* tally) {
  if (!invoice.active) return;
  tally->items = add ? tally->items + 1 : tally->items - 1;
  tally->total = Moved(tally->total, invoice.total.value, add);
  tally->invoice_type = invoice.type;
}

}  // namespace

std::optional<Level> LevelOf(const Measure& measure, const Tally& tally, absl::Time at) {
  switch (measure.subject.info().unit) {
    case Unit::kDays:
      if (!tally.ends_at.has_value()) return std::nullopt;
      return Level::Days(*tally.ends_at - at);
    case Unit::kPercent:
      if (tally.granted <= Decimal() && TOCSIN_MISTAKE(percent_of_nothing))
        return Level::Of(Decimal());
      if (tally.granted <= Decimal()) return std::nullopt;
      return Level::Percentage(tally.total, tally.granted);
    case Unit::kMoney:
    case Unit::kQuantity:
      if (tally.items == 0) return std::nullopt;
      return Level::Of(tally.total);
  }
  return std::nullopt;
}

bool Matches(const Measure& measure, const Balance& balance) {
  const bool of_seats = measure.subject.info().watched == Watched::kSeat;
  if (balance.seat.has_value() != of_seats &&
      !(TOCSIN_MISTAKE(seats_count_for_all) && !of_seats))
    return false;
  if (of_seats) {
    return balance.seat->group_key == measure.seat->group_key &&
           balance.seat->group_value ==
               measure.seat->group_value.value_or(balance.seat->group_value);
  }
  if (!MatchFields(measure.custom_fields, balance.custom_fields)) return false;
  if (!IsAmong(measure.types, balance.credit_grant_type)) return false;
  return measure.specifiers.empty() ||
         std::any_of(measure.specifiers.begin(), measure.specifiers.end(),
                     [&balance](const AlertSpecifier& specifier) {
                       return Takes(specifier, balance.custom_fields);
                     });
}

bool Matches(const Measure& measure, const Invoice& invoice) {
  return IsAmong(measure.types, invoice.type);
}

std::string InstanceOf(const Measure& measure, const BalanceId& id,
                       const Balance& balance) {
  if (!measure.FansOut()) return "";
  if (measure.subject.info().watched == Watched::kBalance)
    return InstanceKeyOfOne(id.ToString());
  if (balance.seat.has_value()) return InstanceKeyOfOne(balance.seat->group_value);
  return InstanceKeyOfOne(balance.custom_fields.at(*measure.OpenField()));
}

std::string InstanceOf(const Measure& measure, const InvoiceId& id) {
  return measure.FansOut() ? InstanceKeyOfOne(id.ToString()) : "";
}

std::string DaysInstance(const Measure& measure, const boost::uuids::uuid& id) {
  return measure.FansOut() ? InstanceKeyOfOne(BalanceId(id).ToString()) : "";
}

void Include(const Measure& measure, const Balance& balance, Tally* tally) {
  CountIn(measure, balance, true, tally);
}
void Exclude(const Measure& measure, const Balance& balance, Tally* tally) {
  CountIn(measure, balance, false, tally);
}
void Include(const Invoice& invoice, Tally* tally) { CountIn(invoice, true, tally); }
void Exclude(const Invoice& invoice, Tally* tally) { CountIn(invoice, false, tally); }

bool IsOfMonth(const Holdings& holdings, const Invoice& invoice) {
  return invoice.month == holdings.month;
}

void ForEachBalanceMeasure(const Customer& customer, const Catalog& catalog,
                           const Balance& balance,
                           absl::FunctionRef<void(const MeasurePtr&)> visit) {
  for (const AlertTypeInfo& row : AlertTypes()) {
    if (!row.Counts(balance.type)) continue;
    const boost::uuids::uuid id =
        row.has_credit_type ? balance.credit_type.uuid() : boost::uuids::uuid{};
    ForEachKeptMeasure(customer, catalog, {.id = id, .type = row.type}, visit);
  }
}

void ForEachInvoiceMeasure(const Customer& customer, const Catalog& catalog,
                           const Invoice& invoice,
                           absl::FunctionRef<void(const MeasurePtr&)> visit) {
  for (const AlertTypeInfo& row : AlertTypes()) {
    if (row.watched != Watched::kInvoice && row.watched != Watched::kInvoicesOfMonth) {
      continue;
    }
    ForEachKeptMeasure(customer, catalog,
                       {.id = invoice.credit_type.uuid(), .type = row.type}, visit);
  }
}

void ForEachPlanMeasure(const Customer& customer, const Catalog& catalog,
                        absl::FunctionRef<void(const MeasurePtr&)> visit) {
  for (const AlertTypeInfo& row : AlertTypes()) {
    if (row.watched != Watched::kPlan) continue;
    ForEachKeptMeasure(customer, catalog, {.type = row.type}, visit);
  }
}

void BeginTallies(Customer* customer, const MeasurePtr& measure, absl::Time at) {
  Holdings* holdings = customer->holdings.get();
  if (holdings == nullptr) return;
  const AlertTypeInfo& info = measure->subject.info();
  Tallies begun{.measure = measure, .instances = {}, .standings = {}};
  const bool of_balances = info.commits || info.contract_credits || info.credit_grants;
  for (const auto& [id, balance] : holdings->balances) {
    const bool of_subject =
        of_balances && info.Counts(balance.type) &&
        (!info.has_credit_type || balance.credit_type.uuid() == measure->subject.id);
    if (!of_subject || !Matches(*measure, balance)) continue;
    Include(*measure, balance, &begun.instances[InstanceOf(*measure, id, balance)]);
  }
  for (const auto& [id, invoice] : holdings->invoices) {
    const bool of_subject =
        info.watched == Watched::kInvoice ||
        (info.watched == Watched::kInvoicesOfMonth && IsOfMonth(*holdings, invoice));
    if (!of_subject || invoice.credit_type.uuid() != measure->subject.id) continue;
    if (!Matches(*measure, invoice)) continue;
    Include(invoice, &begun.instances[InstanceOf(*measure, id)]);
  }
  if (info.watched == Watched::kPlan) {
    begun.instances[""].ends_at = holdings->plan_ends_at;
  }
  absl::erase_if(begun.instances, [](const auto& one) { return one.second.empty(); });
  for (auto& [instance, tally] : begun.instances) {
    tally.judged_at = at;
    if (measure->OpenField() == nullptr) continue;
    const std::optional<Level> level = LevelOf(*measure, tally, at);
    if (level.has_value()) begun.standings.insert({*level, instance});
  }
  if (!begun.instances.empty()) holdings->tallies.push_back(std::move(begun));
}

void EndTallies(Customer* customer, const Measure& measure) {
  Holdings* holdings = customer->holdings.get();
  Tallies* tallies = holdings ? holdings->FindTallies(&measure) : nullptr;
  if (tallies == nullptr) return;
  for (auto& [instance, tally] : tallies->instances) {
    SetNextAt(&customer->agenda, measure, instance, absl::InfiniteFuture(), &tally);
  }
  holdings->tallies.erase(holdings->tallies.begin() +
                          (tallies - holdings->tallies.data()));
}

void SetNextAt(Agenda* agenda, const Measure& measure, const std::string& instance,
               absl::Time next_at, Tally* tally) {
  if (tally->next_at == next_at) return;
  Event event{.at = tally->next_at,
              .kind = Event::Kind::kDaysReached,
              .id = {},
              .measure = &measure};
  if (measure.FansOut()) {
    event.id = ParseUuid(InstanceValues(instance).front()).value();
  }
  if (tally->next_at != absl::InfiniteFuture()) agenda->Erase(event);
  tally->next_at = next_at;
  event.at = next_at;
  if (next_at != absl::InfiniteFuture()) agenda->Insert(event);
}

}  // namespace tocsin::model
