#include "engine/cli/serve_options.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "engine/cli/flags.h"
#include "engine/cli/regular_file.h"

namespace tocsin::cli {
namespace {

constexpr char kServeDescription[] =
    R"(Serves an engine over HTTP/1.1: the endpoints of docs/http-api.md.

Whatever is a flag here can be a line of --config, and the other way round: --head-timeout
5s is `head-timeout = "5s"`, --no-auth is `no-auth = true`. The command line wins over
the file. A duration is a number with a unit: 250ms, 5s, 2m, 24h.

SIGHUP reads --token-file and --webhook-file again; a token file that is wrong leaves the
tokens as they were.
SIGTERM and SIGINT refuse what is new, finish what has begun and end; a second one ends at
once, and with --data nothing that was acknowledged is lost by that.)";

constexpr char kServeFooter[] =
    R"(The token file has one token a line, and what it may do: read, write (facts, resets),
admin (alerts, webhooks), by commas. # begins a comment.
  6f1c2b9d5a7e4c0f8d3b read,write   # billing

Exit status: 0 after a stop; 1 if the store failed, meanwhile or at the start, or somebody
else has it, which another start may find mended; 2 for wrong usage, or where it cannot
begin otherwise.)";

class ServeFlags : private Flags {
 public:
  ServeFlags(CLI::App* serve, ServeOptions* options) : Flags(serve), options_(*options) {}

  void AddAll() {
    AddWhere();
    AddEngine();
    AddKept();
    AddLimits();
    AddTimes();
  }

 private:
  void AddWhere();
  void AddEngine();
  void AddKept();
  void AddLimits();
  void AddTimes();

  ServeOptions& options_;
};

void ServeFlags::AddWhere() {
  command_
      .add_option("--listen", options_.listen, "the address, and 0 for any free port")
      ->type_name("IP:PORT")
      ->capture_default_str();
  File("--config", &options_.config_path, "flags as lines of a TOML file")
      ->configurable(false);
  File("--token-file", &options_.token_file, "who may do what");
  command_.add_flag("--no-auth", options_.front.api.no_auth,
                    "everybody may do everything; on an address of the loopback only");
  File("--tls-cert", &options_.front.tls_certificate_file,
       "PEM file with the chain of certificates; then it speaks TLS only");
  File("--tls-key", &options_.front.tls_key_file, "PEM file with its key");
  File("--notifications", &options_.notifications_path,
       "append each notification here as a line of JSON; - is standard output. Without "
       "it they are counted, kept in the history, and sent to webhooks only");
  command_
      .add_option_function<std::string>(
          "--log",
          [options = &options_](const std::string& format) {
            options->log_json = format == "json";
          },
          "what is written to standard error (default: text)")
      ->check(CLI::IsMember({"text", "json"}).description(""))
      ->type_name("text|json");
  command_.add_flag("--log-requests", options_.log_requests, "also each request");
}

void ServeFlags::AddEngine() {
  Options& engine = options_.engine;
  command_
      .add_option_function<std::string>(
          "--period",
          [&engine](const std::string& period) {
            engine.period_policy = period == "none" ? PeriodPolicy::kOpenEnded
                                                    : PeriodPolicy::kCalendarMonth;
          },
          "billing period of customers that are told none (default: none)")
      ->check(CLI::IsMember({"none", "calendar-month"}).description(""))
      ->type_name("none|calendar-month");
  command_
      .add_option_function<std::vector<std::string>>(
          "--tracked-group-keys",
          [&engine](const std::vector<std::string>& sets) {
            for (const std::string& set : sets) {
              engine.tracked_group_keys.push_back(absl::StrSplit(set, ','));
            }
          },
          "keys whose sums are kept from the start; once for each set")
      ->type_name("KEY,KEY");
  Count("--threads", &options_.front.threads, "that serve connections", 1, 64);
  Count("--worker-threads", &engine.worker_threads, "that judge and deliver", 1, 64);
  Count("--shards", &engine.shards, "a power of two", 1, 65'536);
}

void ServeFlags::AddKept() {
  Options& engine = options_.engine;
  File("--data", &engine.directory,
       "keep the state here. Without it all is lost when the program ends", "DIR");
  Count("--journal-bytes-max", &engine.journal_bytes_max,
        "after so many a checkpoint is written", std::uint64_t{1});
  Time("--checkpoint-interval", &engine.checkpoint_interval, "or after so long");
  Count("--disk-reserve", &engine.disk_reserve,
        "bytes; with less room on the disk nothing is accepted");
  Time("--history-keep", &engine.history_keep, "how long the history goes back");
  Time("--keep-ended", &engine.keep_ended, "until what has ended is forgotten");
  Count("--fact-ids-max", &engine.fact_ids_max,
        "ids of facts that are known again; 0: facts have none");
  Time("--fact-ids-keep", &engine.fact_ids_keep, "and how long they are");
  Time("--idempotency-keep", &options_.front.api.idempotency_keep,
       "how long the answer of an Idempotency-Key is given again");
  Count("--idempotency-keys-max", &options_.front.api.idempotency_keys_max,
        "how many are kept", std::size_t{1});
  Count("--idempotency-bytes-max", &options_.front.api.idempotency_bytes_max,
        "of all the answers that are", std::size_t{1});
}

void ServeFlags::AddLimits() {
  Options& engine = options_.engine;
  Count("--connections-max", &options_.front.connections_max, "at a time", std::size_t{1},
        std::size_t{1'000'000});
  Count("--event-streams-max", &options_.front.event_streams_max,
        "of them, that read /v1/events", std::size_t{0}, std::size_t{1'000'000});
  Count("--facts-body-bytes-max", &options_.front.api.facts_body_bytes_max,
        "of a request to /v1/facts", std::size_t{1});
  Count("--body-bytes-max", &options_.front.api.body_bytes_max, "of any other",
        std::size_t{1});
  Count("--due-max", &engine.due_max, "resets that wait to be judged", std::size_t{1});
  Count("--outbox-max", &engine.outbox_max, "notifications that wait to be written",
        std::size_t{1});
  Count("--groups-per-measure-max", &engine.groups_per_measure_max,
        "group values of a customer and measure");
  Count("--instances-per-customer-max", &engine.instances_per_customer_max,
        "balances, and invoices", std::size_t{1});
}

void ServeFlags::AddTimes() {
  HttpFrontOptions& front = options_.front;
  Time("--head-timeout", &front.head_timeout, "for a whole head");
  Time("--body-timeout", &front.body_timeout, "for a whole body");
  Time("--write-timeout", &front.write_timeout, "for a client to take an answer");
  Time("--idle-timeout", &front.idle_timeout, "between two requests");
  Time("--stop-timeout", &options_.stop_timeout, "for what is under way at a stop");
  Time("--event-time-ahead-max", &options_.engine.event_time_ahead_max,
       "how far the time of a fact may be ahead of the clock");
}

void TakeConfig(CLI::App* serve, const std::string& path) {
  // CLI11 takes what it cannot read for an empty one, and waits for a pipe.
  const absl::StatusOr<SmallFile> file = ReadSmallFile(path);
  if (!file.ok()) {
    throw CLI::FileError(absl::StrCat("--config: ", file.status().message()));
  }
  std::istringstream text(file->text);
  CLI::ConfigTOML format;
  std::set<std::string> seen;
  for (const CLI::ConfigItem& item : format.from_config(text)) {
    CLI::Option* const option =
        item.parents.empty() ? serve->get_option_no_throw("--" + item.name) : nullptr;
    if (option == nullptr || !option->get_configurable()) {
      throw CLI::ConfigError(absl::StrCat(path, ": ", item.fullname(),
                                          " is no flag of serve, without its dashes"));
    }
    if (!seen.insert(item.name).second) {
      throw CLI::ConfigError(
          absl::StrCat(path, ": ", item.name, " stands twice; give it once"));
    }
    // The command line wins over the file.
    if (option->count() > 0) continue;
    if (option->get_expected_min() == 0) {
      option->add_result(option->get_flag_value(item.name, format.to_flag(item)));
    } else {
      option->add_result(item.inputs);
    }
    option->run_callback();
  }
}

void SplitListen(ServeOptions* options) {
  const absl::string_view listen = options->listen;
  const std::size_t colon = listen.rfind(':');
  std::uint32_t port = 0;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(listen.substr(colon + 1), &port) || port > 65'535) {
    throw CLI::ValidationError(
        "--listen", absl::StrCat("is ", options->listen,
                                 ", must be IP:PORT, as 127.0.0.1:8080 or [::1]:8080"));
  }
  absl::string_view address = listen.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  options->front.address = std::string(address);
  options->front.port = static_cast<std::uint16_t>(port);
}

}  // namespace

CLI::App* AddServe(CLI::App& app, ServeOptions* options) {
  CLI::App* serve = app.add_subcommand("serve", kServeDescription);
  serve->footer(kServeFooter);
  ServeFlags(serve, options).AddAll();
  AddWebhookFlags(serve, &options->webhooks);
  return serve;
}

void FinishServe(CLI::App* serve, ServeOptions* options) {
  if (!options->config_path.empty()) TakeConfig(serve, options->config_path);
  SplitListen(options);
  if (options->front.api.no_auth != options->token_file.empty()) {
    throw CLI::ValidationError(
        "serve", options->front.api.no_auth
                     ? "--no-auth and --token-file say opposite things; give one of them"
                     : "give --token-file, with who may do what, or --no-auth on an "
                       "address of the loopback");
  }
  CheckWebhooks(options->webhooks);
  options->front.flush_before_answer = true;
  // Calls of many connections share a write; an answer leaves when it is on the disk.
  options->engine.durability = Durability::kGrouped;
}

}  // namespace tocsin::cli
