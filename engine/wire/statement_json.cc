#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/wire/alert_json.h"
#include "engine/wire/alert_place.h"
#include "engine/wire/fact_fields.h"
#include "engine/wire/fact_json.h"
#include "engine/wire/field_reader.h"
#include "engine/wire/json_tree.h"
#include "engine/wire/other_name.h"
#include "engine/wire/selector_json.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

static_assert(kStatementBytesMax == kJsonLineMax, "a statement is a line");

// The alert that a line speaks of. `usual` is the name that the form has for it.
void RequireAlertId(FieldReader& in, Field usual, AlertId* alert) {
  const Field other = usual == Field::kId ? Field::kAlertId : Field::kId;
  if (in.Find(other) == nullptr) return in.RequireId(usual, alert);
  in.RequireId(other, alert);
  const AlertId named_by_other = *alert;
  in.ReadId(usual, alert);
  if (in.ok() && *alert != named_by_other) {
    in.Refuse(Reason::kMalformed, other,
              absl::StrCat("is ", named_by_other.ToString(), ", but ", FieldName(usual),
                           " is ", alert->ToString(), "; give one of them"));
  }
}

void ReadReset(FieldReader& in, Statement* statement) {
  in.RefuseOthers(
      kLineFields | kAlertIdFields | kSelectorFields | FieldSet{Field::kCustomerId},
      "a reset");
  ResetStatement& reset = statement->what.emplace<ResetStatement>();
  in.RequireId(Field::kCustomerId, &reset.customer);
  RequireAlertId(in, Field::kAlertId, &reset.alert);
  ReadSelector(in, &reset.instance);
}

void ReadClock(FieldReader& in, Statement* statement) {
  in.RefuseOthers(kLineFields, "a clock line");
  if (!statement->time.has_value()) {
    in.RefuseMissing(Field::kTimestamp, "an RFC 3339 timestamp in a string");
  }
  statement->what.emplace<ClockStatement>();
}

void ReadAlert(FieldReader& in, Statement* statement) {
  constexpr absl::string_view kWant = "the alert's definition, an object";
  in.RefuseOthers(kLineFields | FieldSet{Field::kAlert}, "an alert line");
  if (in.Find(Field::kAlert) == nullptr) return in.RefuseMissing(Field::kAlert, kWant);
  AlertSpec& spec = statement->what.emplace<AlertStatement>().spec;
  in.ReadObject(Field::kAlert, kWant, [&spec](FieldReader& alert) {
    ReadAlertSpec(alert, &spec);
    // An id that the engine drew would be another one at every replay.
    if (alert.ok() && !spec.id.has_value()) {
      alert.RefuseMissing(Field::kId, "the text of a UUID");
    }
  });
}

bool ChangesNothing(const AlertUpdate& update) {
  return !update.name && !update.threshold && !update.notify_resolved &&
         !update.group_values && !update.custom_field_filters &&
         !update.invoice_types_filter && !update.credit_grant_type_filters &&
         !update.seat_filter && !update.alert_specifiers &&
         update.on_change == OnChange::kKeep;
}

void ReadUpdate(FieldReader& in, Statement* statement) {
  AlertUpdateStatement& update = statement->what.emplace<AlertUpdateStatement>();
  ReadAlertUpdate(in, &update.update);
  RequireAlertId(in, Field::kId, &update.alert);
  if (in.ok() && ChangesNothing(update.update)) {
    in.Refuse(MakeStatus(Reason::kMalformed,
                         "the alert_update changes nothing; give name, threshold, "
                         "notify_resolved, a filter of its type, or "
                         "on_change \"notify_again\""));
  }
}

void ReadArchive(FieldReader& in, Statement* statement) {
  in.RefuseOthers(kLineFields | kAlertIdFields | FieldSet{Field::kReleaseUniquenessKey},
                  "an archive line");
  ArchiveStatement& archive = statement->what.emplace<ArchiveStatement>();
  RequireAlertId(in, Field::kId, &archive.alert);
  in.ReadBool(Field::kReleaseUniquenessKey, &archive.options.release_uniqueness_key);
}

void ReadDisable(FieldReader& in, Statement* statement) {
  in.RefuseOthers(kLineFields | kAlertIdFields, "a disable line");
  RequireAlertId(in, Field::kId, &statement->what.emplace<DisableStatement>().alert);
}

void ReadEnable(FieldReader& in, Statement* statement) {
  in.RefuseOthers(kLineFields | kAlertIdFields, "an enable line");
  RequireAlertId(in, Field::kId, &statement->what.emplace<EnableStatement>().alert);
}

using ReadWhat = void (*)(FieldReader& in, Statement* statement);

struct StatementType {
  absl::string_view name;
  ReadWhat read = nullptr;
  // Of a fact: the names that it has; others are passed over. What does something to
  // an alert refuses others itself.
  FieldSet fact_fields = {};

  bool is_fact() const { return fact_fields.Has(Field::kType); }
};

// The frequent ones first.
constexpr StatementType kStatementTypes[] = {
    {"spend", ReadSpend, kSpendFields},
    {"usage", ReadUsage, kUsageFields},
    {"draw", ReadDraw, kDrawFields},
    {"balance", ReadBalance, kBalanceFields},
    {"invoice", ReadInvoice, kInvoiceFields},
    {"customer", ReadCustomer, kCustomerFields},
    {"contract", ReadContract, kContractFields},
    {"period", ReadPeriod, kPeriodFields},
    {"reset", ReadReset},
    {"clock", ReadClock},
    {"alert", ReadAlert},
    {"alert_update", ReadUpdate},
    {"archive", ReadArchive},
    {"disable", ReadDisable},
    {"enable", ReadEnable},
};

std::string StatementTypeNames() {
  std::string names;
  for (const StatementType& known : kStatementTypes) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", known.name);
  }
  return names;
}

void RefuseType(FieldReader& in) {
  const std::string names = StatementTypeNames();
  const JsonValue* type = in.Find(Field::kType);
  if (type == nullptr || type->kind != JsonKind::kString) {
    in.RequireString(Field::kType,
                     absl::StrCat("what the line says, a string; one of ", names));
    return;
  }
  in.Refuse(
      Reason::kMalformed, Field::kType,
      absl::StrCat(Quote(type->text()), " is not supported; supported are ", names));
}

bool HasTwoTimes(const JsonValue& object) {
  int times = 0;
  for (const JsonValue* member = object.begin(); member != object.end();
       member = member->next()) {
    if (member->key() == FieldName(Field::kTimestamp)) ++times;
  }
  return times > 1;
}

// Null after an error.
const StatementType* ReadType(FieldReader& in) {
  const JsonValue* type = in.Find(Field::kType);
  if (type != nullptr && type->kind == JsonKind::kString) {
    for (const StatementType& known : kStatementTypes) {
      if (known.name == type->text()) return &known;
    }
  }
  RefuseType(in);
  return nullptr;
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

absl::Status AtPlace(absl::string_view place, const absl::Status& status) {
  return MakeStatus(ReasonOf(status), absl::StrCat(place, ": ", status.message()));
}

}  // namespace

class StatementReader::Impl {
 public:
  absl::Status Read(absl::string_view json, Statement* statement) {
    statement->time.reset();
    passed_over_.clear();
    if (json.size() > kStatementBytesMax) return TooLong(json, kStatementBytesMax);
    absl::Status status = tree_.Parse(json);
    if (!tree_.complete()) return status;
    const JsonValue& root = tree_.root();
    if (status.ok() && root.kind != JsonKind::kObject) return NotAn("an object", root);
    if (root.kind != JsonKind::kObject) return status;
    FieldReader in(root, nullptr);
    if (status.ok() || !HasTwoTimes(root)) ReadLineTime(in, statement);
    if (!status.ok()) return status;
    const StatementType* type = in.ok() ? ReadType(in) : nullptr;
    if (type == nullptr) return in.status();
    type->read(in, statement);
    if (type->is_fact() && !in.HasOnly(type->fact_fields)) {
      PassOver(root, type->fact_fields);
    }
    return in.status();
  }

  absl::Span<const absl::string_view> passed_over() const { return passed_over_; }

 private:
  // The line's time, if it can be read; whatever else is wrong with the line. Those of
  // one instant often follow one another, and their texts are the same.
  void ReadLineTime(FieldReader& in, Statement* statement) {
    const JsonValue* const given = in.Find(Field::kTimestamp);
    if (given == nullptr) return;
    const bool is_same = given->kind == JsonKind::kString && !time_text_.empty() &&
                         given->text() == time_text_;
    if (!is_same) {
      in.ReadTime(Field::kTimestamp, &statement->time);
      if (!in.ok()) return statement->time.reset();
      time_text_.assign(given->text().data(), given->text().size());
      time_ = *statement->time;
    }
    statement->time = time_;
  }

  void PassOver(const JsonValue& fact, FieldSet fields) {
    for (const JsonValue* member = fact.begin(); member != fact.end();
         member = member->next()) {
      if (!fields.Has(FieldFromName(member->key()))) {
        passed_over_.push_back(member->key());
      }
    }
  }

  JsonTree tree_ = JsonTree(kStatementValuesMax);
  std::vector<absl::string_view> passed_over_;
  // The last time that was read.
  std::string time_text_;
  absl::Time time_;
};

StatementReader::StatementReader() : impl_(std::make_unique<Impl>()) {}
StatementReader::~StatementReader() = default;
StatementReader::StatementReader(StatementReader&&) noexcept = default;
StatementReader& StatementReader::operator=(StatementReader&&) noexcept = default;

absl::Status StatementReader::Read(absl::string_view json, Statement* statement) {
  return impl_->Read(json, statement);
}

absl::Span<const absl::string_view> StatementReader::passed_over() const {
  return impl_->passed_over();
}

absl::string_view FactFieldMeant(absl::string_view name) {
  if (FieldFromName(name) != Field::kUnknown && kAllFactFields.Has(FieldFromName(name))) {
    return "";
  }
  const Field meant = FieldMeant(name, kAllFactFields);
  return meant == Field::kUnknown ? "" : FieldName(meant);
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
  if (absl::Status status = tree.Parse(json); !status.ok()) {
    return AtPlace(PlaceOfFault(json, tree.fault_at(), tree.complete()), status);
  }
  if (tree.root().kind != JsonKind::kArray)
    return NotAn("an array of alerts", tree.root());
  std::vector<AlertSpec> specs;
  for (const JsonValue* element = tree.root().begin(); element != tree.root().end();
       element = element->next()) {
    const std::size_t index = specs.size();
    if (element->kind != JsonKind::kObject) {
      return AtPlace(AlertPlace(json, index), NotAn("an object", *element));
    }
    const JsonPath path = {.index = index};
    FieldReader in(*element, &path);
    ReadAlertSpec(in, &specs.emplace_back());
    // Its message names the element by itself.
    if (!in.ok()) return AtPlace(LineOfAlert(json, index), in.status());
  }
  return specs;
}

}  // namespace tocsin
