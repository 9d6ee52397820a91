// The bodies of requests but those with facts.
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/text.h"
#include "engine/wire/alert_json.h"
#include "engine/wire/field_reader.h"
#include "engine/wire/read_body.h"
#include "engine/wire/statement_fields.h"
#include "tocsin/requests.h"

namespace tocsin {
namespace {

// Of what a line of a replay says, too.
template <typename Named, typename Read>
absl::StatusOr<Named> ReadAsLine(absl::string_view json, Read read) {
  const absl::StatusOr<Statement> statement = ReadBody<Statement>(json, read);
  if (!statement.ok()) return statement.status();
  return std::get<Named>(statement->what);
}

void ReadStatuses(FieldReader& in, AlertStatuses* statuses) {
  std::vector<std::string> names;
  in.ReadTexts(Field::kAlertStatuses, &names);
  if (!in.ok() || names.empty()) return;
  *statuses = {.enabled = false};
  for (const std::string& name : names) {
    if (absl::EqualsIgnoreCase(name, "enabled")) {
      statuses->enabled = true;
    } else if (absl::EqualsIgnoreCase(name, "disabled")) {
      statuses->disabled = true;
    } else if (absl::EqualsIgnoreCase(name, "archived")) {
      statuses->archived = true;
    } else {
      in.Refuse(
          Reason::kMalformed, Field::kAlertStatuses,
          absl::StrCat("has ", Quote(name), ", must be of ENABLED, DISABLED, ARCHIVED"));
    }
  }
}

void ReadResetMany(FieldReader& in, ResetManyRequest* request) {
  in.ReadId(Field::kAlertId, &request->alert);
  in.ReadId(Field::kCustomerId, &request->customer);
  std::optional<std::string> resume;
  in.ReadText(Field::kResume, &resume);
  request->resume = std::move(resume).value_or("");
  if (!in.ok() || request->alert.has_value() != request->customer.has_value()) return;
  if (request->alert.has_value()) {
    in.Refuse(Reason::kMalformed, Field::kCustomerId,
              "stands beside alert_id; give one of them");
  } else {
    in.RefuseMissing(Field::kAlertId, "the text of a UUID, or customer_id in its place");
  }
}

void ReadHistory(FieldReader& in, HistoryRequest* request) {
  in.RequireId(Field::kCustomerId, &request->customer);
  RequireAlertId(in, Field::kAlertId, &request->alert);
  std::optional<absl::Time> from;
  std::optional<absl::Time> to;
  in.ReadTime(Field::kStartsAt, &from);
  in.ReadTime(Field::kEndsAt, &to);
  request->range.from = from.value_or(absl::InfinitePast());
  request->range.to = to.value_or(absl::InfiniteFuture());
}

}  // namespace

bool AlertStatuses::Has(AlertStatus status) const {
  switch (status) {
    case AlertStatus::kEnabled:
      return enabled;
    case AlertStatus::kDisabled:
      return disabled;
    case AlertStatus::kArchived:
      return archived;
  }
  return false;
}

absl::StatusOr<ResetStatement> CustomerAlertRequestFromJson(absl::string_view json) {
  return ReadAsLine<ResetStatement>(json, ReadReset);
}

absl::StatusOr<AlertUpdateStatement> UpdateAlertRequestFromJson(absl::string_view json) {
  return ReadAsLine<AlertUpdateStatement>(json, ReadUpdate);
}

absl::StatusOr<ArchiveStatement> ArchiveAlertRequestFromJson(absl::string_view json) {
  return ReadAsLine<ArchiveStatement>(json, ReadArchive);
}

absl::StatusOr<AlertSpec> CreateAlertRequestFromJson(absl::string_view json) {
  return ReadBody<AlertSpec>(json, ReadAlertSpec);
}

absl::StatusOr<ResetManyRequest> ResetManyRequestFromJson(absl::string_view json) {
  return ReadBody<ResetManyRequest>(json, ReadResetMany);
}

absl::StatusOr<ListCustomerAlertsRequest> ListCustomerAlertsRequestFromJson(
    absl::string_view json) {
  return ReadBody<ListCustomerAlertsRequest>(
      json, [](FieldReader& in, ListCustomerAlertsRequest* request) {
        in.RequireId(Field::kCustomerId, &request->customer);
        ReadStatuses(in, &request->statuses);
      });
}

absl::StatusOr<AlertStatuses> ListAlertsRequestFromJson(absl::string_view json) {
  return ReadBody<AlertStatuses>(json, ReadStatuses);
}

absl::StatusOr<HistoryRequest> HistoryRequestFromJson(absl::string_view json) {
  return ReadBody<HistoryRequest>(json, ReadHistory);
}

}  // namespace tocsin
