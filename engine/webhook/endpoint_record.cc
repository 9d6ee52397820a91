#include "engine/webhook/endpoint_record.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/base/status.h"
#include "engine/base/text.h"

namespace tocsin::webhook {
namespace {

constexpr absl::string_view kSchemes[] = {"metronome", "standard"};
constexpr absl::string_view kStatuses[] = {"enabled", "disabled", "gone"};

absl::Status NotWritten(absl::string_view what, absl::string_view text) {
  return MakeStatus(Reason::kDamaged,
                    absl::StrCat("of an endpoint: ", Quote(text), " is no ", what));
}

template <typename AnyId>
absl::Status ReadIds(absl::string_view text, std::vector<AnyId>* ids) {
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    const absl::StatusOr<AnyId> id = AnyId::Parse(line);
    if (!id.ok()) return NotWritten("id", line);
    ids->push_back(*id);
  }
  return absl::OkStatus();
}

}  // namespace

std::string TypesText(const std::vector<AlertType>& types) {
  std::string text;
  for (const AlertType type : types) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", AlertTypeName(type));
  }
  return text;
}

std::string HeadersText(const WebhookSettings& settings) {
  std::string text;
  for (const auto& [name, value] : settings.headers) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", name, ": ", value);
  }
  return text;
}

absl::string_view SchemeText(WebhookScheme scheme) {
  return kSchemes[static_cast<int>(scheme)];
}

absl::string_view StatusText(WebhookStatus status) {
  return kStatuses[static_cast<int>(status)];
}

absl::Status ReadFilter(absl::string_view types, absl::string_view alerts,
                        absl::string_view customers, WebhookFilter* filter) {
  for (const absl::string_view line : absl::StrSplit(types, '\n', absl::SkipEmpty())) {
    const std::optional<AlertType> type = AlertTypeFromName(line);
    if (!type) return NotWritten("alert type", line);
    filter->alert_types.push_back(*type);
  }
  absl::Status status = ReadIds(alerts, &filter->alerts);
  return status.ok() ? ReadIds(customers, &filter->customers) : status;
}

absl::Status ReadHeaders(absl::string_view text, WebhookSettings* settings) {
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    std::pair<std::string, std::string> header =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    if (header.first.empty()) return NotWritten("header", line);
    settings->headers.push_back(std::move(header));
  }
  return absl::OkStatus();
}

absl::StatusOr<WebhookScheme> ReadScheme(absl::string_view text) {
  if (text == kSchemes[0]) return WebhookScheme::kMetronome;
  if (text == kSchemes[1]) return WebhookScheme::kStandard;
  return NotWritten("scheme", text);
}

absl::StatusOr<WebhookStatus> ReadStatus(absl::string_view text) {
  if (text == kStatuses[0]) return WebhookStatus::kEnabled;
  if (text == kStatuses[1]) return WebhookStatus::kDisabled;
  if (text == kStatuses[2]) return WebhookStatus::kGone;
  return NotWritten("status", text);
}

}  // namespace tocsin::webhook
