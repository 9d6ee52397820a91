#include "engine/cli/webhook_file.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/cli/regular_file.h"
#include "tocsin/webhook_requests.h"

namespace tocsin::cli {
namespace {

absl::StatusOr<SmallFile> ReadSecret(const std::string& path) {
  absl::StatusOr<SmallFile> file = ReadSmallFile(path);
  if (file.ok() || absl::StartsWith(path, "/")) return file;
  return absl::Status(file.status().code(),
                      "secret_file: is no file that can be read, must be the path of one "
                      "with the secret in it");
}

absl::StatusOr<WebhookLine> ReadWebhookLine(absl::string_view text) {
  absl::StatusOr<ConfiguredWebhook> webhook = ConfiguredWebhookFromJson(text);
  if (!webhook.ok()) {
    return absl::Status(webhook.status().code(),
                        WithoutValues(webhook.status().message()));
  }
  const absl::StatusOr<SmallFile> secret = ReadSecret(webhook->secret_file);
  if (!secret.ok()) return secret.status();
  WebhookLine line = {.settings = std::move(webhook->settings),
                      .secret = std::string(absl::StripAsciiWhitespace(secret->text)),
                      .is_open_to_all = secret->is_open_to_all};
  // Else one would be made, which nobody knows.
  if (line.secret.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(webhook->secret_file, ": is empty, must have the secret"));
  }
  return line;
}

}  // namespace

std::string WithoutValues(absl::string_view message) {
  std::string shown;
  bool is_value = false;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const bool is_quote = message[i] == '"';
    if (is_quote && !is_value) shown += "\"...\"";
    if (is_value && message[i] == '\\') ++i;
    if (!is_value && !is_quote) shown.push_back(message[i]);
    if (is_quote) is_value = !is_value;
  }
  return shown;
}

absl::StatusOr<WebhookFile> ReadWebhookFile(const std::string& path) {
  const absl::StatusOr<SmallFile> file = ReadSmallFile(path);
  if (!file.ok()) return file.status();
  WebhookFile webhooks = {.is_open_to_all = file->is_open_to_all};
  absl::flat_hash_set<std::string> names;
  std::size_t number = 0;
  for (const absl::string_view text : absl::StrSplit(file->text, '\n')) {
    ++number;
    const absl::string_view bare = absl::StripAsciiWhitespace(text);
    if (bare.empty() || absl::StartsWith(bare, "#")) continue;
    absl::StatusOr<WebhookLine> line = ReadWebhookLine(bare);
    if (line.ok() && !names.insert(line->settings.name).second) {
      line = absl::InvalidArgumentError(absl::StrCat(
          "name: is ", line->settings.name, ", which a line before has as well"));
    }
    if (!line.ok()) {
      return absl::Status(
          line.status().code(),
          absl::StrCat(path, ": line ", number, ": ", line.status().message()));
    }
    line->number = number;
    webhooks.lines.push_back(*std::move(line));
  }
  return webhooks;
}

}  // namespace tocsin::cli
