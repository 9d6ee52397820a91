#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "engine/http/endpoints.h"
#include "engine/http/respond.h"
#include "engine/http/target.h"
#include "tocsin/requests.h"
#include "tocsin/status.h"

namespace tocsin::http {
namespace {

// `source` and `offset` of the query; nothing without them.
absl::StatusOr<std::optional<Position>> PositionOf(absl::string_view target) {
  absl::Status names = CheckQueryNames(target, {"source", "offset"});
  if (!names.ok()) return names;
  absl::StatusOr<std::optional<std::string>> source = QueryParameter(target, "source");
  if (!source.ok()) return source.status();
  const absl::StatusOr<std::optional<std::string>> offset =
      QueryParameter(target, "offset");
  if (!offset.ok()) return offset.status();
  if (!source->has_value() && !offset->has_value()) return std::optional<Position>();
  Position position;
  const bool is_number = offset->has_value() && !(*offset)->empty() &&
                         std::all_of((*offset)->begin(), (*offset)->end(),
                                     [](char c) { return c >= '0' && c <= '9'; }) &&
                         absl::SimpleAtoi(**offset, &position.offset);
  if (!source->has_value() || !is_number) {
    return absl::InvalidArgumentError(
        "a position is source=TEXT and offset=N in the query, N from 0 to "
        "18446744073709551615; give both or none");
  }
  position.source = **std::move(source);
  return std::optional<Position>(std::move(position));
}

void AddRefusedByEngine(const ApplyResult& result, FactsRequest* request) {
  for (const FactReport& report : result.reports) {
    if (report.kind != FactReport::Kind::kRefused) continue;
    request->refused.push_back(
        {.index = request->indices[report.index], .status = report.status});
  }
  std::sort(request->refused.begin(), request->refused.end(),
            [](const FactsRequest::Refused& a, const FactsRequest::Refused& b) {
              return a.index < b.index;
            });
}

// So many are told one by one, so that an answer is not many times its request.
constexpr std::size_t kRefusedShown = 1'000;

HttpResponse FactsResponse(const ApplyResult& result, const FactsRequest& request) {
  std::string body =
      absl::StrCat("{\"data\":{\"applied\":", result.applied, ",\"stale\":", result.stale,
                   ",\"late\":", result.late, ",\"duplicates\":", result.duplicates,
                   ",\"group_dropped\":", result.group_dropped,
                   ",\"refused_count\":", request.refused.size(), ",\"refused\":[");
  const std::size_t shown = std::min(request.refused.size(), kRefusedShown);
  for (const FactsRequest::Refused& refused :
       absl::MakeConstSpan(request.refused).first(shown)) {
    absl::StrAppend(&body, &refused == &request.refused.front() ? "" : ",",
                    "{\"index\":", refused.index, ",\"reason\":\"",
                    ReasonName(ReasonOf(refused.status)), "\",\"message\":");
    AppendJsonText(ClientText(refused.status), &body);
    body.push_back('}');
  }
  absl::StrAppend(&body, "],\"duplicate\":", result.ignored ? "true}}" : "false}}");
  return JsonResponse(std::move(body));
}

}  // namespace

HttpResponse TakeFacts(const Call& call) {
  ApplyOptions options;
  absl::StatusOr<std::optional<Position>> position = PositionOf(call.request.target);
  if (!position.ok()) return RefusalResponse(position.status());
  options.position = *std::move(position);
  absl::StatusOr<FactsRequest> request =
      call.body == MediaType::kJsonLines
          ? FactsFromJsonLines(call.request.body, call.facts_max)
          : FactsFromJsonArray(call.request.body, call.facts_max);
  if (!request.ok()) return RefusalResponse(request.status());
  call.facts_unread += request->refused.size();
  options.fact_ids = request->fact_ids;
  // Also where no fact could be read: what came with the position has been dealt with.
  ApplyResult result;
  // Which of them were refused is not kept beyond this process.
  call.Change(FactsResponse({.ignored = true}, {}),
              [&] { result = call.engine.Apply(request->facts, options); });
  if (!result.status.ok()) return RefusalResponse(result.status);
  AddRefusedByEngine(result, &*request);
  return FactsResponse(result, *request);
}

}  // namespace tocsin::http
