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
#include "engine/wire/fact_json.h"
#include "engine/wire/field_reader.h"
#include "engine/wire/json_tree.h"
#include "engine/wire/selector_json.h"
#include "tocsin/json.h"

namespace tocsin {
namespace {

static_assert(kStatementBytesMax == kJsonLineMax, "a statement is a line");

void ReadReset(FieldReader& in, Statement* statement) {
  ResetStatement& reset = statement->what.emplace<ResetStatement>();
  in.RequireId(Field::kCustomerId, &reset.customer);
  in.RequireId(Field::kAlertId, &reset.alert);
  ReadSelector(in, &reset.instance);
}

void ReadClock(FieldReader&, Statement* statement) {
  statement->what.emplace<ClockStatement>();
}

void ReadAlert(FieldReader& in, Statement* statement) {
  constexpr absl::string_view kWant = "the alert's definition, an object";
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
  in.RequireId(Field::kId, &update.alert);
  ReadAlertUpdate(in, &update.update);
  if (in.ok() && ChangesNothing(update.update)) {
    in.Refuse(MakeStatus(Reason::kMalformed,
                         "the alert_update changes nothing; give name, threshold, "
                         "notify_resolved, a filter of its type, or "
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
    {"spend", ReadSpend},       {"usage", ReadUsage},     {"draw", ReadDraw},
    {"balance", ReadBalance},   {"invoice", ReadInvoice}, {"customer", ReadCustomer},
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

  JsonTree tree_ = JsonTree(kStatementValuesMax);
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
