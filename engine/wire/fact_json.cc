#include "engine/wire/fact_json.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "engine/base/text.h"
#include "engine/wire/json_tree.h"

namespace tocsin {
namespace {

// The field that holds an addition, or `total`: one of the two must be there.
bool IsTotal(FieldReader& in, Field addition) {
  const bool added = in.Find(addition) != nullptr;
  const bool total = in.Find(Field::kTotal) != nullptr;
  if (added && total) {
    in.Refuse(Reason::kMalformed, addition,
              "stands beside total; a fact is an addition or a total, not both");
  }
  if (!added && !total) {
    const bool total_is_null =
        in.FindEvenNull(Field::kTotal) != nullptr && in.FindEvenNull(addition) == nullptr;
    in.RefuseMissing(
        total_is_null ? Field::kTotal : addition,
        absl::StrCat("a decimal number, or ",
                     total_is_null ? FieldName(addition) : "total", " in its place"));
  }
  return total;
}

// A fact is built where it stays: they are large enough for a move to count.
template <typename T>
T& Emplace(Statement* statement) {
  return std::get<T>(statement->what.emplace<Fact>(std::in_place_type<T>));
}

template <typename T>
void ReadSpendFields(FieldReader& in, T* fact) {
  in.ReadId(Field::kCreditTypeId, &fact->credit_type);
  in.ReadId(Field::kContractId, &fact->contract);
}

// What additions and totals of spend and usage have in common.
template <typename T>
void ReadCounted(FieldReader& in, const Statement& statement, T* fact) {
  in.RequireId(Field::kCustomerId, &fact->customer);
  in.ReadGroupObject(Field::kGroupValues, &fact->group_values);
  in.ReadCount(Field::kVersion, &fact->version);
  fact->time = statement.time;
}

// Elsewhere in this fact `null` takes away, and a balance without a credit type is
// one of USD in cents; left out, it keeps the one it was told.
void ReadCreditType(FieldReader& in, std::optional<CreditTypeId>* credit_type) {
  const JsonValue* given = in.FindEvenNull(Field::kCreditTypeId);
  if (given != nullptr && given->kind == JsonKind::kNull) *credit_type = UsdCents();
  in.ReadId(Field::kCreditTypeId, credit_type);
}

void ReadBalanceType(FieldReader& in, BalanceType* type) {
  constexpr absl::string_view kWant = "commit, contract_credit or credit_grant";
  const JsonValue* value = in.RequireString(Field::kBalanceType, kWant);
  if (value == nullptr) return;
  const std::optional<BalanceType> known = BalanceTypeFromName(value->text());
  if (!known.has_value()) {
    return in.Refuse(Reason::kMalformed, Field::kBalanceType,
                     absl::StrCat("is ", Quote(value->text()), ", must be ", kWant));
  }
  *type = *known;
}

}  // namespace

void ReadSpend(FieldReader& in, Statement* statement) {
  if (IsTotal(in, Field::kAmount)) {
    SpendTotal& fact = Emplace<SpendTotal>(statement);
    ReadCounted(in, *statement, &fact);
    ReadSpendFields(in, &fact);
    in.RequireDecimal(Field::kTotal, &fact.total);
  } else {
    SpendAdded& fact = Emplace<SpendAdded>(statement);
    ReadCounted(in, *statement, &fact);
    ReadSpendFields(in, &fact);
    in.RequireDecimal(Field::kAmount, &fact.amount);
  }
}

void ReadUsage(FieldReader& in, Statement* statement) {
  if (IsTotal(in, Field::kQuantity)) {
    UsageTotal& fact = Emplace<UsageTotal>(statement);
    ReadCounted(in, *statement, &fact);
    in.RequireId(Field::kBillableMetricId, &fact.billable_metric);
    in.RequireDecimal(Field::kTotal, &fact.total);
  } else {
    UsageAdded& fact = Emplace<UsageAdded>(statement);
    ReadCounted(in, *statement, &fact);
    in.RequireId(Field::kBillableMetricId, &fact.billable_metric);
    in.RequireDecimal(Field::kQuantity, &fact.quantity);
  }
}

void ReadPeriod(FieldReader& in, Statement* statement) {
  PeriodTold& fact = Emplace<PeriodTold>(statement);
  in.RequireId(Field::kCustomerId, &fact.customer);
  in.RequireTime(Field::kStartsAt, &fact.starts_at);
  in.RequireTime(Field::kEndsAt, &fact.ends_at);
}

void ReadCustomer(FieldReader& in, Statement* statement) {
  CustomerTold& fact = Emplace<CustomerTold>(statement);
  in.RequireId(Field::kCustomerId, &fact.customer);
  in.PatchId(Field::kPlanId, &fact.plan);
  in.PatchTime(Field::kPlanEndsAt, &fact.plan_ends_at);
  in.PatchCustomFields(Field::kCustomFields, &fact.custom_fields);
  // Elsewhere in this fact `null` takes away; of this nobody could say what is
  // left then.
  const JsonValue* archived = in.FindEvenNull(Field::kArchived);
  if (archived != nullptr && archived->kind == JsonKind::kNull) {
    return in.RefuseKind(Field::kArchived, *archived, "true or false");
  }
  in.ReadBool(Field::kArchived, &fact.archived);
}

void ReadContract(FieldReader& in, Statement* statement) {
  ContractTold& fact = Emplace<ContractTold>(statement);
  in.RequireId(Field::kCustomerId, &fact.customer);
  in.RequireId(Field::kContractId, &fact.contract);
  in.RequireCustomFields(Field::kCustomFields, &fact.custom_fields);
}

void ReadBalance(FieldReader& in, Statement* statement) {
  BalanceTold& fact = Emplace<BalanceTold>(statement);
  in.RequireId(Field::kCustomerId, &fact.customer);
  in.RequireId(Field::kBalanceId, &fact.balance);
  ReadBalanceType(in, &fact.type);
  ReadCreditType(in, &fact.credit_type);
  in.RequireDecimal(Field::kGranted, &fact.granted);
  in.RequireDecimal(Field::kRemaining, &fact.remaining);
  in.PatchTime(Field::kStartsAt, &fact.starts_at);
  in.PatchTime(Field::kEndsAt, &fact.ends_at);
  in.PatchCustomFields(Field::kCustomFields, &fact.custom_fields);
  in.PatchText(Field::kCreditGrantType, &fact.credit_grant_type);
  in.PatchSeat(Field::kSeat, &fact.seat);
  in.ReadCount(Field::kVersion, &fact.version);
}

void ReadDraw(FieldReader& in, Statement* statement) {
  BalanceDrawn& fact = Emplace<BalanceDrawn>(statement);
  in.RequireId(Field::kCustomerId, &fact.customer);
  in.RequireId(Field::kBalanceId, &fact.balance);
  in.RequireDecimal(Field::kAmount, &fact.amount);
  in.ReadCount(Field::kVersion, &fact.version);
}

void ReadInvoice(FieldReader& in, Statement* statement) {
  InvoiceTold& fact = Emplace<InvoiceTold>(statement);
  in.RequireId(Field::kCustomerId, &fact.customer);
  in.RequireId(Field::kInvoiceId, &fact.invoice);
  in.RequireText(Field::kInvoiceType, &fact.invoice_type);
  in.ReadId(Field::kCreditTypeId, &fact.credit_type);
  in.RequireDecimal(Field::kTotal, &fact.total);
  in.RequireBool(Field::kActive, &fact.active);
  in.ReadCount(Field::kVersion, &fact.version);
}

}  // namespace tocsin
