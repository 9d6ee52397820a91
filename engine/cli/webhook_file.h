#ifndef TOCSIN_ENGINE_CLI_WEBHOOK_FILE_H_
#define TOCSIN_ENGINE_CLI_WEBHOOK_FILE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tocsin/webhook.h"

namespace tocsin::cli {

// An endpoint of the configuration.
struct WebhookLine {
  std::size_t number = 0;  // of the line, from 1 on
  WebhookSettings settings = {};
  std::string secret = {};
  // Others than the owner and group of the secret's file may read it.
  bool is_open_to_all = false;
};

struct WebhookFile {
  std::vector<WebhookLine> lines = {};
  bool is_open_to_all = false;
};

// Reads a file with an endpoint a line, in the form of `ConfiguredWebhookFromJson`, and
// the files of their secrets. Empty lines, and such as begin with `#`, are none. Errors:
// of a file that cannot be read, or a line that is wrong or has the name of another.
// None of them shows a value: any may have a secret in it.
absl::StatusOr<WebhookFile> ReadWebhookFile(const std::string& path);

// A message about a line without what it quotes: what a line has in the wrong place may
// be what is secret.
std::string WithoutValues(absl::string_view message);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_WEBHOOK_FILE_H_
