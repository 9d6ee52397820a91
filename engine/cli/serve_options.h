#ifndef TOCSIN_ENGINE_CLI_SERVE_OPTIONS_H_
#define TOCSIN_ENGINE_CLI_SERVE_OPTIONS_H_

#include <CLI/CLI.hpp>
#include <string>

#include "absl/time/time.h"
#include "tocsin/http.h"
#include "tocsin/options.h"
#include "tocsin/webhook.h"

namespace tocsin::cli {

struct WebhookFlags {
  bool off = false;
  std::string file;
  // Its directory is that of the engine.
  WebhookOptions options;
};

struct ServeOptions {
  std::string listen = "127.0.0.1:8080";
  std::string token_file;
  // One notification a line; `-` is standard output. Empty: they are only counted.
  std::string notifications_path;
  std::string config_path;
  bool log_json = false;
  bool log_requests = false;
  // How long a stop waits for what is under way.
  absl::Duration stop_timeout = absl::Seconds(20);
  Options engine;
  HttpFrontOptions front;
  WebhookFlags webhooks;
};

// Adds the flags of `tocsin serve` that are about webhooks.
void AddWebhookFlags(CLI::App* serve, WebhookFlags* flags);
// Throws CLI::ParseError.
void CheckWebhooks(const WebhookFlags& flags);

// Adds the command; returns it.
CLI::App* AddServe(CLI::App& app, ServeOptions* options);

// Takes what the command line leaves open from the config file, and checks what CLI11
// does not. Throws CLI::ParseError.
void FinishServe(CLI::App* serve, ServeOptions* options);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_SERVE_OPTIONS_H_
