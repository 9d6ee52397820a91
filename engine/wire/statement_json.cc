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
#include "engine/wire/statement_fields.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

static_assert(kStatementBytesMax == kJsonLineMax, "a statement is a line");

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

absl::Status AtPlace(absl::string_view place, const absl::Status& status) {
  return MakeStatus(ReasonOf(status), absl::StrCat(place, ": ", status.message()));
}

}  // namespace

void ReadFact(FieldReader& in, Statement* statement) {
  statement->time.reset();
  in.ReadTime(Field::kTimestamp, &statement->time);
  const StatementType* type = in.ok() ? ReadType(in) : nullptr;
  if (type == nullptr) return;
  if (!type->is_fact()) {
    return in.Refuse(
        Reason::kMalformed, Field::kType,
        absl::StrCat(Quote(type->name),
                     " is no fact; facts are spend, usage, "
                     "draw, balance, invoice, customer, contract and period"));
  }
  type->read(in, statement);
}

class StatementReader::Impl {
 public:
  absl::Status Read(absl::string_view json, Statement* statement) {
    statement->time.reset();
    passed_over_.clear();
    if (json.size() > kStatementBytesMax) return TextTooLong(json, kStatementBytesMax);
    absl::Status status = tree_.Parse(json);
    if (!tree_.complete()) return status;
    const JsonValue& root = tree_.root();
    if (status.ok() && root.kind != JsonKind::kObject)
      return TextIsNot("an object", root);
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
  if (json.size() > kStatementBytesMax) return TextTooLong(json, kStatementBytesMax);
  JsonTree tree(kStatementValuesMax);
  if (absl::Status status = tree.Parse(json); !status.ok()) return status;
  if (tree.root().kind != JsonKind::kObject) return TextIsNot("an object", tree.root());
  AlertSpec spec;
  FieldReader in(tree.root(), nullptr);
  ReadAlertSpec(in, &spec);
  if (!in.ok()) return in.status();
  return spec;
}

absl::StatusOr<std::vector<AlertSpec>> AlertSpecsFromJson(absl::string_view json) {
  if (json.size() > kAlertsBytesMax) return TextTooLong(json, kAlertsBytesMax);
  if (absl::StripAsciiWhitespace(json).empty()) {
    return MakeStatus(Reason::kMalformed, "is empty, must be an array of alerts");
  }
  JsonTree tree(kAlertsValuesMax);
  if (absl::Status status = tree.Parse(json); !status.ok()) {
    return AtPlace(PlaceOfFault(json, tree.fault_at(), tree.complete()), status);
  }
  if (tree.root().kind != JsonKind::kArray)
    return TextIsNot("an array of alerts", tree.root());
  std::vector<AlertSpec> specs;
  for (const JsonValue* element = tree.root().begin(); element != tree.root().end();
       element = element->next()) {
    const std::size_t index = specs.size();
    if (element->kind != JsonKind::kObject) {
      return AtPlace(AlertPlace(json, index), TextIsNot("an object", *element));
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
