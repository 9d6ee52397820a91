// Signs and verifies what is asked on standard input, a line each, its fields parted by
// tabs:
//   sign SCHEME CURRENT PREVIOUS ID MILLISECONDS BODY     -> NAME VALUE NAME VALUE ...
//   verify SCHEME SECRET MILLISECONDS BODY NAME VALUE ... -> ok, or what is wrong
// PREVIOUS may be empty; BODY is in base64.
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "engine/webhook/signature.h"

namespace tocsin {
namespace {

WebhookScheme SchemeOf(const std::string& name) {
  return name == "standard" ? WebhookScheme::kStandard : WebhookScheme::kMetronome;
}

absl::Time TimeOf(const std::string& text) {
  std::int64_t milliseconds = 0;
  if (!absl::SimpleAtoi(text, &milliseconds)) return absl::InfinitePast();
  return absl::FromUnixMillis(milliseconds);
}

std::string BodyOf(const std::string& text) {
  std::string body;
  absl::Base64Unescape(text, &body);
  return body;
}

std::string Answer(const std::vector<std::string>& fields) {
  if (fields.size() == 7 && fields[0] == "sign") {
    const webhook::Headers headers = webhook::SignAttempt(
        SchemeOf(fields[1]), {.current = fields[2], .previous = fields[3]}, fields[4],
        TimeOf(fields[5]), BodyOf(fields[6]));
    return absl::StrJoin(headers, "\t", absl::PairFormatter("\t"));
  }
  if (fields.size() >= 5 && fields[0] == "verify") {
    webhook::Headers headers;
    for (std::size_t i = 5; i + 1 < fields.size(); i += 2) {
      headers.emplace_back(fields[i], fields[i + 1]);
    }
    const absl::Status status = VerifyWebhook(SchemeOf(fields[1]), fields[2], headers,
                                              BodyOf(fields[4]), TimeOf(fields[3]));
    return status.ok() ? "ok" : std::string(status.message());
  }
  return "the line asks for nothing that there is";
}

}  // namespace
}  // namespace tocsin

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const std::vector<std::string> fields = absl::StrSplit(line, '\t');
    std::cout << tocsin::Answer(fields) << std::endl;
  }
}
