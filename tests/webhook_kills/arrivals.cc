#include "tests/webhook_kills/arrivals.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace tocsin::testing {
namespace {

// What is behind a key of the payload, up to its end.
std::string ValueOf(const std::string& body, const std::string& key) {
  const std::string mark = absl::StrCat("\"", key, "\":");
  std::size_t begin = body.find(mark);
  if (begin == std::string::npos) return "";
  begin += mark.size();
  if (body[begin] == '"') ++begin;
  return body.substr(begin, body.find_first_of("\",}", begin) - begin);
}

}  // namespace

void Arrivals::Came(const std::string& body, bool is_taken) {
  const std::string id = ValueOf(body, "id");
  const auto [found, is_new] = by_id_.insert({id, {.body = body}});
  One& one = found->second;
  if (one.body != body) Wrong(absl::StrCat("two bodies: ", one.body, " and ", body));
  if (is_new) {
    const std::string line =
        absl::StrCat(ValueOf(body, "customer_id"), " ", ValueOf(body, "alert_id"));
    const std::uint64_t sequence =
        std::strtoull(ValueOf(body, "sequence").c_str(), nullptr, 10);
    std::string& last = last_[line];
    if (!last.empty() && !by_id_[last].is_taken) {
      Wrong(absl::StrCat(body, " came before ", by_id_[last].body, " was taken"));
    }
    if (sequence <= last_sequence_[line]) Wrong(absl::StrCat("out of order: ", body));
    last_sequence_[line] = sequence;
    last = id;
  }
  if (!is_taken) return;
  ++(one.is_taken ? doubles_ : taken_);
  one.is_taken = true;
}

void Arrivals::CompareAtEnd() {
  for (const std::string& id : decided_) {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) {
      Wrong(absl::StrCat(id, " was decided, and never came"));
    } else if (!found->second.is_taken) {
      Wrong(absl::StrCat(id, " was decided, and never taken"));
    }
  }
  for (const auto& [id, one] : by_id_) {
    if (!decided_.contains(id)) Wrong(absl::StrCat("came undecided: ", one.body));
  }
}

}  // namespace tocsin::testing
