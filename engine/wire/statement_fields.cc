#include "engine/wire/statement_fields.h"

#include "absl/strings/str_cat.h"
#include "engine/base/status.h"
#include "engine/wire/alert_json.h"
#include "engine/wire/fact_fields.h"
#include "engine/wire/selector_json.h"

namespace tocsin {
namespace {

bool ChangesNothing(const AlertUpdate& update) {
  return !update.name && !update.threshold && !update.notify_resolved &&
         !update.group_values && !update.custom_field_filters &&
         !update.invoice_types_filter && !update.credit_grant_type_filters &&
         !update.seat_filter && !update.alert_specifiers &&
         update.on_change == OnChange::kKeep;
}

}  // namespace

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

absl::Status TextTooLong(absl::string_view json, std::size_t bytes_max) {
  return MakeStatus(
      Reason::kTooLong,
      absl::StrCat("is ", json.size(), " bytes long, at most ", bytes_max, " are read"));
}

absl::Status TextIsNot(absl::string_view want, const JsonValue& value) {
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat("is ", JsonKindName(value.kind), ", must be ", want));
}

}  // namespace tocsin
