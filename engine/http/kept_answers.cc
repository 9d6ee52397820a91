#include "engine/http/kept_answers.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace tocsin::http {
namespace {

// Of `Receipt::key`, as the host of the engine may have receipts of its own; the digest
// of the key is behind it.
constexpr absl::string_view kOurs = "tocsin.http/2 ";

absl::string_view BytesOfDigest(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool TakeDigest(absl::string_view* bytes, Digest* digest) {
  if (bytes->size() < digest->size()) return false;
  std::copy_n(bytes->begin(), digest->size(), digest->begin());
  bytes->remove_prefix(digest->size());
  return true;
}

// The digest of the request, then `Name: value` lines, an empty one, and the body. Only
// what was answered 200 is kept.
std::string ContentOf(const Digest& request, const HttpResponse& answer) {
  std::string content(BytesOfDigest(request));
  for (const auto& [name, value] : answer.fields) {
    absl::StrAppend(&content, name, ": ", value, "\n");
  }
  absl::StrAppend(&content, "\n", answer.body);
  return content;
}

bool ReadAnswer(absl::string_view content, HttpResponse* answer) {
  while (!absl::ConsumePrefix(&content, "\n")) {
    const std::size_t colon = content.find(": ");
    const std::size_t end = content.find('\n');
    if (end == absl::string_view::npos || colon > end) return false;
    answer->fields.emplace_back(content.substr(0, colon),
                                content.substr(colon + 2, end - colon - 2));
    content.remove_prefix(end + 1);
  }
  answer->body = std::string(content);
  return true;
}

}  // namespace

void ChangeOnce(Engine& engine, const std::optional<OnceKey>& once,
                const HttpResponse& answer, absl::FunctionRef<void()> change) {
  if (once.has_value()) {
    const Receipt receipt = {.key = absl::StrCat(kOurs, BytesOfDigest(once->key)),
                             .content = ContentOf(once->request, answer)};
    if (engine.WithReceipt(receipt, change).ok()) return;
  }
  change();
}

void LoadKeptAnswers(Engine& engine, IdempotencyKeys* keys) {
  const absl::StatusOr<std::vector<Receipt>> receipts = engine.Receipts();
  if (!receipts.ok()) return;  // it keeps none
  for (const Receipt& receipt : *receipts) {
    absl::string_view key = receipt.key;
    absl::string_view content = receipt.content;
    OnceKey once;
    HttpResponse answer;
    if (absl::ConsumePrefix(&key, kOurs) && TakeDigest(&key, &once.key) && key.empty() &&
        TakeDigest(&content, &once.request) && ReadAnswer(content, &answer)) {
      keys->Load(once.key, once.request, answer, receipt.at);
    }
  }
}

}  // namespace tocsin::http
