#include <cstddef>
#include <string>

#include "engine/cli/flags.h"
#include "engine/cli/serve_options.h"

namespace tocsin::cli {
namespace {

class WebhookFlagAdder : private Flags {
 public:
  WebhookFlagAdder(CLI::App* serve, WebhookFlags* flags) : Flags(serve), flags_(*flags) {}

  void AddAll() {
    WebhookOptions& options = flags_.options;
    command_.add_flag("--no-webhooks", flags_.off, "there are none");
    File("--webhook-file", &flags_.file,
         "endpoints as lines of JSON, made and changed at the start");
    command_.add_flag("--webhook-allow-http", options.allow_http,
                      "also http://, where anybody on the way can read");
    command_
        .add_option("--webhook-allowed-network", options.allowed_networks,
                    "to which may be sent although it is not public; once for each")
        ->type_name("CIDR");
    File("--webhook-authorities", &options.authorities_file,
         "PEM file of whom to trust, in the place of the system's");
    Time("--webhook-attempt-timeout", &options.attempt_timeout, "for an attempt, in all");
    Time("--webhook-retry-first", &options.retry_first,
         "until the first one that failed is made again, then twice that, and so on");
    Time("--webhook-retry-max", &options.retry_max, "up to this");
    Time("--webhook-keep-trying", &options.keep_trying,
         "until a notification is a dead letter");
    Time("--webhook-keep-dead", &options.keep_dead, "and until that is forgotten");
    Count("--webhook-attempts-max", &options.attempts_max, "at a time", std::size_t{1});
    Count("--webhook-attempts-of-endpoint-max", &options.attempts_max_of_endpoint,
          "at a time to one endpoint", std::size_t{1});
    Count("--webhook-waiting-max", &options.waiting_max,
          "notifications for one endpoint; what comes beyond is dead at once",
          std::size_t{1});
  }

 private:
  WebhookFlags& flags_;
};

}  // namespace

void AddWebhookFlags(CLI::App* serve, WebhookFlags* flags) {
  WebhookFlagAdder(serve, flags).AddAll();
}

void CheckWebhooks(const WebhookFlags& flags) {
  if (!flags.off || flags.file.empty()) return;
  throw CLI::ValidationError(
      "serve", "--no-webhooks and --webhook-file say opposite things; give one of them");
}

}  // namespace tocsin::cli
