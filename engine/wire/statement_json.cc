#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/wire/alert_json.h"
#include "engine/wire/field_reader.h"
#include "engine/wire/json_tree.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

static_assert(kStatementBytesMax == kJsonLineMax, "a statement is a line");

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
  return statement->what.emplace<Fact>().emplace<T>();
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

void ReadReset(FieldReader& in, Statement* statement) {
  ResetStatement& reset = statement->what.emplace<ResetStatement>();
  in.RequireId(Field::kCustomerId, &reset.customer);
  in.RequireId(Field::kAlertId, &reset.alert);
  in.RefuseGiven({Field::kSeatFilter, Field::kBalanceId, Field::kInvoiceId},
                 "is not an instance of the supported alert types; group_values is");
  std::vector<GroupValue>* values = &reset.instance.group_values;
  const JsonValue* given = in.Find(Field::kGroupValues);
  if (given != nullptr && given->kind == JsonKind::kObject) {
    in.ReadGroupObject(Field::kGroupValues, values);
  } else {
    in.ReadObjects(Field::kGroupValues, [values](FieldReader& element) {
      GroupValue& value = values->emplace_back();
      element.RequireText(Field::kKey, &value.key);
      element.RequireText(Field::kValue, &value.value);
    });
  }
  // Whoever meant one instance must not reset them all.
  if (given != nullptr && values->empty()) {
    in.Refuse(Reason::kMalformed, Field::kGroupValues,
              "names no key; leave it out to reset all instances");
  }
}

void ReadClock(FieldReader&, Statement* statement) {
  statement->what.emplace<ClockStatement>();
}

void ReadAlert(FieldReader& in, Statement* statement) {
  constexpr absl::string_view kWant = "the alert's definition, an object";
  const JsonValue* alert = in.Find(Field::kAlert);
  if (alert == nullptr) return in.RefuseMissing(Field::kAlert, kWant);
  if (alert->kind != JsonKind::kObject)
    return in.RefuseKind(Field::kAlert, *alert, kWant);
  const JsonPath path = {.parent = in.path(), .field = FieldName(Field::kAlert)};
  FieldReader reader(*alert, &path);
  AlertSpec& spec = statement->what.emplace<AlertStatement>().spec;
  ReadAlertSpec(reader, &spec);
  // An id that the engine drew would be another one at every replay.
  if (reader.ok() && !spec.id.has_value()) {
    reader.RefuseMissing(Field::kId, "the text of a UUID");
  }
  in.Refuse(reader.status());
}

bool ChangesNothing(const AlertUpdate& update) {
  return !update.name.has_value() && !update.threshold.has_value() &&
         !update.notify_resolved.has_value() && !update.group_values.has_value() &&
         !update.custom_field_filters.has_value() && update.on_change == OnChange::kKeep;
}

void ReadUpdate(FieldReader& in, Statement* statement) {
  AlertUpdateStatement& update = statement->what.emplace<AlertUpdateStatement>();
  in.RequireId(Field::kId, &update.alert);
  ReadAlertUpdate(in, &update.update);
  if (in.ok() && ChangesNothing(update.update)) {
    in.Refuse(MakeStatus(Reason::kMalformed,
                         "the alert_update changes nothing; give name, threshold, "
                         "notify_resolved, group_values, custom_field_filters, or "
                         "on_change \"notify_again\""));
  }
}

void ReadArchive(FieldReader& in, Statement* statement) {
  ArchiveStatement& archive = statement->what.emplace<ArchiveStatement>();
  in.RequireId(Field::kId, &archive.alert);
  in.ReadBool(Field::kReleaseUniquenessKey, &archive.options.release_uniqueness_key);
}

void ReadDisable(FieldReader& in, Statement* statement) {
  in.RequireId(Field::kId, &statement->what.emplace<DisableStatement>().alert);
}

void ReadEnable(FieldReader& in, Statement* statement) {
  in.RequireId(Field::kId, &statement->what.emplace<EnableStatement>().alert);
}

using ReadWhat = void (*)(FieldReader& in, Statement* statement);

struct StatementType {
  absl::string_view name;
  ReadWhat read = nullptr;
};

// The frequent ones first.
constexpr StatementType kStatementTypes[] = {
    {"spend", ReadSpend},       {"usage", ReadUsage},     {"customer", ReadCustomer},
    {"contract", ReadContract}, {"period", ReadPeriod},   {"reset", ReadReset},
    {"clock", ReadClock},       {"alert", ReadAlert},     {"alert_update", ReadUpdate},
    {"archive", ReadArchive},   {"disable", ReadDisable}, {"enable", ReadEnable},
};

void RefuseType(FieldReader& in, absl::string_view type) {
  std::string names;
  for (const StatementType& known : kStatementTypes) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", known.name);
  }
  in.Refuse(Reason::kMalformed, Field::kType,
            absl::StrCat(Quote(type), " is not supported; supported are ", names));
}

// The line's time, if it can be read; whatever else is wrong with the line.
void ReadLineTime(FieldReader& in, Statement* statement) {
  in.ReadTime(Field::kTimestamp, &statement->time);
  if (!in.ok()) statement->time.reset();
}

bool HasTwoTimes(const JsonValue& object) {
  int times = 0;
  for (const JsonValue* member = object.begin(); member != object.end();
       member = member->next()) {
    if (member->key() == FieldName(Field::kTimestamp)) ++times;
  }
  return times > 1;
}

void ReadStatement(FieldReader& in, Statement* statement) {
  const JsonValue* type = in.RequireString(Field::kType, "what the line says, a string");
  if (type == nullptr) return;
  for (const StatementType& known : kStatementTypes) {
    if (known.name != type->text()) continue;
    known.read(in, statement);
    return;
  }
  RefuseType(in, type->text());
}

absl::Status TooLong(absl::string_view json, std::size_t bytes_max) {
  return MakeStatus(
      Reason::kTooLong,
      absl::StrCat("is ", json.size(), " bytes long, at most ", bytes_max, " are read"));
}

absl::Status NotAn(absl::string_view want, const JsonValue& value) {
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat("is ", JsonKindName(value.kind), ", must be ", want));
}

}  // namespace

class StatementReader::Impl {
 public:
  absl::Status Read(absl::string_view json, Statement* statement) {
    statement->time.reset();
    if (json.size() > kStatementBytesMax) return TooLong(json, kStatementBytesMax);
    absl::Status status = tree_.Parse(json);
    if (!tree_.complete()) return status;
    const JsonValue& root = tree_.root();
    if (status.ok() && root.kind != JsonKind::kObject) return NotAn("an object", root);
    if (root.kind != JsonKind::kObject) return status;
    FieldReader in(root, nullptr);
    if (status.ok() || !HasTwoTimes(root)) ReadLineTime(in, statement);
    if (!status.ok()) return status;
    if (in.ok()) ReadStatement(in, statement);
    return in.status();
  }

 private:
  JsonTree tree_ = JsonTree(kStatementValuesMax);
};

StatementReader::StatementReader() : impl_(std::make_unique<Impl>()) {}
StatementReader::~StatementReader() = default;
StatementReader::StatementReader(StatementReader&&) noexcept = default;
StatementReader& StatementReader::operator=(StatementReader&&) noexcept = default;

absl::Status StatementReader::Read(absl::string_view json, Statement* statement) {
  return impl_->Read(json, statement);
}

absl::StatusOr<Statement> StatementFromJson(absl::string_view json) {
  Statement statement;
  absl::Status status = StatementReader().Read(json, &statement);
  if (!status.ok()) return status;
  return statement;
}

absl::StatusOr<AlertSpec> AlertSpecFromJson(absl::string_view json) {
  if (json.size() > kStatementBytesMax) return TooLong(json, kStatementBytesMax);
  JsonTree tree(kStatementValuesMax);
  if (absl::Status status = tree.Parse(json); !status.ok()) return status;
  if (tree.root().kind != JsonKind::kObject) return NotAn("an object", tree.root());
  AlertSpec spec;
  FieldReader in(tree.root(), nullptr);
  ReadAlertSpec(in, &spec);
  if (!in.ok()) return in.status();
  return spec;
}

absl::StatusOr<std::vector<AlertSpec>> AlertSpecsFromJson(absl::string_view json) {
  if (json.size() > kAlertsBytesMax) return TooLong(json, kAlertsBytesMax);
  if (absl::StripAsciiWhitespace(json).empty()) {
    return MakeStatus(Reason::kMalformed, "is empty, must be an array of alerts");
  }
  JsonTree tree(kAlertsValuesMax);
  if (absl::Status status = tree.Parse(json); !status.ok()) return status;
  if (tree.root().kind != JsonKind::kArray)
    return NotAn("an array of alerts", tree.root());
  std::vector<AlertSpec> specs;
  for (const JsonValue* element = tree.root().begin(); element != tree.root().end();
       element = element->next()) {
    if (element->kind != JsonKind::kObject) {
      const std::string place = absl::StrCat("an object in element ", specs.size());
      return NotAn(place, *element);
    }
    const JsonPath path = {.index = specs.size()};
    FieldReader in(*element, &path);
    ReadAlertSpec(in, &specs.emplace_back());
    if (!in.ok()) return in.status();
  }
  return specs;
}

}  // namespace tocsin
