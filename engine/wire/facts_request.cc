#include <string>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/wire/field_reader.h"
#include "engine/wire/json_tree.h"
#include "engine/wire/statement_fields.h"
#include "tocsin/requests.h"

namespace tocsin {
namespace {

// Takes what is read of a request, one after the other.
class FactsRead {
 public:
  FactsRequest Take() && { return std::move(request_); }

  void Add(std::size_t index, const JsonValue& value) {
    if (value.kind != JsonKind::kObject) {
      return Refuse(index, TextIsNot("an object that is a fact", value));
    }
    FieldReader in(value, nullptr, OtherNames::kPassedOver);
    ReadFact(in, &statement_);
    std::optional<std::string> id;
    in.ReadText(Field::kFactId, &id);
    if (in.ok() && id.has_value()) CheckId(in, *id);
    if (!in.ok()) return Refuse(index, in.status());
    request_.indices.push_back(index);
    request_.facts.push_back(std::move(std::get<Fact>(statement_.what)));
    AddId(std::move(id));
  }

  void Refuse(std::size_t index, absl::Status status) {
    request_.refused.push_back({.index = index, .status = std::move(status)});
  }

 private:
  static void CheckId(FieldReader& in, const std::string& id) {
    if (!id.empty() && id.size() <= kFactIdBytesMax) return;
    in.Refuse(
        id.empty() ? Reason::kMissing : Reason::kTooLong, Field::kFactId,
        absl::StrCat("has ", id.size(), " bytes, must have 1 to ", kFactIdBytesMax));
  }

  // The ids begin with the first fact that has one.
  void AddId(std::optional<std::string> id) {
    if (!id.has_value() && request_.fact_ids.empty()) return;
    request_.fact_ids.resize(request_.facts.size());
    if (id.has_value()) request_.fact_ids.back() = *std::move(id);
  }

  FactsRequest request_;
  Statement statement_;
};

absl::Status NoFacts() {
  return MakeStatus(Reason::kMalformed, "the body has no facts, must have one at least");
}

absl::Status TooManyFacts(std::size_t facts_max) {
  return MakeStatus(Reason::kTooLong, absl::StrCat("the body has more than ", facts_max,
                                                   " facts; send them in parts"));
}

}  // namespace

absl::StatusOr<FactsRequest> FactsFromJsonArray(absl::string_view json,
                                                std::size_t facts_max) {
  if (json.size() > kAlertsBytesMax) return TextTooLong(json, kAlertsBytesMax);
  if (absl::StripAsciiWhitespace(json).empty()) return NoFacts();
  JsonTree tree(kAlertsValuesMax);
  if (absl::Status status = tree.Parse(json); !status.ok()) return status;
  if (tree.root().kind != JsonKind::kArray) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat("the body is ", JsonKindName(tree.root().kind),
                                   ", must be a JSON array of facts"));
  }
  FactsRead read;
  std::size_t index = 0;
  for (const JsonValue* element = tree.root().begin(); element != tree.root().end();
       element = element->next(), ++index) {
    if (index == facts_max) return TooManyFacts(facts_max);
    read.Add(index, *element);
  }
  if (index == 0) return NoFacts();
  return std::move(read).Take();
}

absl::StatusOr<FactsRequest> FactsFromJsonLines(absl::string_view lines,
                                                std::size_t facts_max) {
  FactsRead read;
  JsonTree tree(kStatementValuesMax);
  std::size_t facts = 0;
  for (std::size_t index = 0; !lines.empty(); ++index) {
    const std::size_t end = lines.find('\n');
    const absl::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == absl::string_view::npos ? lines.size() : end + 1);
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    if (facts++ == facts_max) return TooManyFacts(facts_max);
    if (absl::Status status = tree.Parse(line); !status.ok()) {
      read.Refuse(index, std::move(status));
    } else {
      read.Add(index, tree.root());
    }
  }
  if (facts == 0) return NoFacts();
  return std::move(read).Take();
}

}  // namespace tocsin
