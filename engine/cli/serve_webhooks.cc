#include "engine/cli/serve_webhooks.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/cli/webhook_file.h"
#include "tocsin/status.h"

namespace tocsin::cli {
namespace {

// How long receivers have to learn of a secret that was changed in the configuration.
constexpr absl::Duration kConfiguredOverlap = absl::Hours(24);

// Makes an endpoint as its line says, where it is otherwise.
absl::Status MakeSo(WebhookSink& sink, const std::vector<WebhookEndpoint>& endpoints,
                    WebhookLine line) {
  const auto found = std::find_if(endpoints.begin(), endpoints.end(),
                                  [&line](const WebhookEndpoint& endpoint) {
                                    return endpoint.settings.name == line.settings.name;
                                  });
  if (found == endpoints.end()) return sink.Create(line.settings, line.secret).status();
  const auto rotate = [&] {
    return sink.RotateSecret(found->id, line.secret, kConfiguredOverlap).status();
  };
  const auto update = [&] {
    // Who is gone stays so, unless he is somewhere else now: the file says nothing of it.
    if (found->status == WebhookStatus::kGone &&
        found->settings.url == line.settings.url) {
      line.settings.enabled = false;
    }
    if (found->settings == line.settings) return absl::OkStatus();
    return sink.Update(found->id, line.settings);
  };
  // A secret of the other scheme is one of `kMetronome`, too, but not the other way
  // round.
  const bool is_secret_first = line.settings.scheme == WebhookScheme::kStandard;
  absl::Status first = is_secret_first ? rotate() : update();
  // A secret that has to wait keeps nothing else waiting.
  if (!first.ok() && ReasonOf(first) != Reason::kCannotChange) return first;
  // But the scheme that it is for.
  if (!first.ok()) line.settings.scheme = found->settings.scheme;
  absl::Status second = is_secret_first ? update() : rotate();
  return second.ok() ? first : second;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServeWebhooks>> ServeWebhooks::Open(WebhookOptions options,
                                                                   ServeLog* log) {
  auto webhooks = absl::WrapUnique(new ServeWebhooks(log));
  options.on_attempt = [told = webhooks.get()](const WebhookOptions::Attempt& attempt) {
    told->Tell(attempt);
  };
  absl::StatusOr<std::unique_ptr<WebhookSink>> sink =
      WebhookSink::Open(std::move(options));
  if (!sink.ok()) return sink.status();
  webhooks->sink_ = *std::move(sink);
  const std::string cut_off = webhooks->sink_->Health().cut_off;
  if (!cut_off.empty()) log->Info("webhooks recovered", {{"cut_off", cut_off}});
  return webhooks;
}

absl::Status ServeWebhooks::Configure(const std::string& path) {
  const absl::StatusOr<WebhookFile> file = ReadWebhookFile(path);
  if (!file.ok()) return file.status();
  if (file->is_open_to_all) {
    log_->Error("the file of webhooks can be read by all", {{"file", path}});
  }
  const std::vector<WebhookEndpoint> endpoints = sink_->List();
  for (const WebhookLine& line : file->lines) {
    if (line.is_open_to_all) {
      log_->Error("the file of a webhook's secret can be read by all",
                  {{"file", path}, {"webhook", line.settings.name}});
    }
    const absl::Status status = MakeSo(*sink_, endpoints, line);
    // Neither a start nor the other lines have to wait until an overlap is over.
    if (ReasonOf(status) == Reason::kCannotChange) {
      log_->Error(
          "a webhook's secret is not changed yet",
          {{"webhook", line.settings.name}, {"because", std::string(status.message())}});
    } else if (!status.ok()) {
      absl::Status said(status.code(), absl::StrCat(path, ": line ", line.number, ": ",
                                                    WithoutValues(status.message())));
      // With its reason.
      status.ForEachPayload([&said](absl::string_view url, const absl::Cord& payload) {
        said.SetPayload(url, payload);
      });
      return said;
    }
  }
  return absl::OkStatus();
}

void ServeWebhooks::Tell(const WebhookOptions::Attempt& attempt) {
  const bool fails = !attempt.failure.empty();
  if (!NoteFailing(attempt.endpoint, fails)) return;
  const std::string endpoint = attempt.endpoint.ToString();
  if (!fails) return log_->Info("webhook is taken again", {{"endpoint", endpoint}});
  log_->Error("webhook fails", {{"endpoint", endpoint},
                                {"notification", attempt.notification.ToString()},
                                {"because", attempt.failure}});
}

std::vector<WebhookEndpoint> ServeWebhooks::ListAndForget() {
  absl::flat_hash_set<EndpointId> deleted;
  {
    absl::MutexLock lock(&mu_);
    deleted = failing_;
  }
  // One that begins to fail from here on may be newer than the list.
  std::vector<WebhookEndpoint> endpoints = sink_->List();
  for (const WebhookEndpoint& endpoint : endpoints) deleted.erase(endpoint.id);
  absl::MutexLock lock(&mu_);
  for (const EndpointId id : deleted) failing_.erase(id);
  return endpoints;
}

bool ServeWebhooks::LookAtHealth() {
  const WebhookHealth health = sink_->Health();
  if (is_kept_ != health.status.ok()) {
    is_kept_ = health.status.ok();
    if (is_kept_) {
      log_->Info("webhooks are kept again");
    } else {
      log_->Error("webhooks cannot be kept",
                  {{"because", std::string(health.status.message())}});
    }
  }
  // Which endpoints it is about may change.
  if (not_cleared_ != health.clearing.message()) {
    not_cleared_ = std::string(health.clearing.message());
    if (not_cleared_.empty()) {
      log_->Info("old webhooks are removed again");
    } else {
      log_->Error("old webhooks cannot be removed", {{"because", not_cleared_}});
    }
  }
  if (unreadable_ != health.unreadable) {
    unreadable_ = health.unreadable;
    log_->Error("webhooks cannot be read", {{"count", std::to_string(unreadable_)},
                                            {"last", health.last_unreadable}});
  }
  return is_kept_;
}

void ServeWebhooks::Look() {
  // Who asks it while nothing can be kept may have to wait as long as the disk does.
  if (!LookAtHealth()) return;
  absl::flat_hash_set<EndpointId> with_dead;
  absl::flat_hash_set<EndpointId> gone;
  for (const WebhookEndpoint& endpoint : ListAndForget()) {
    const std::string id = endpoint.id.ToString();
    if (endpoint.status == WebhookStatus::kGone) {
      gone.insert(endpoint.id);
      if (!gone_.contains(endpoint.id)) {
        log_->Error("webhook is gone, nothing is sent to it", {{"endpoint", id}});
      }
    }
    if (endpoint.dead == 0) continue;
    with_dead.insert(endpoint.id);
    if (with_dead_.contains(endpoint.id)) continue;
    log_->Error("webhook has dead letters", {{"endpoint", id}, {"dead", endpoint.dead}});
  }
  with_dead_ = std::move(with_dead);
  gone_ = std::move(gone);
}

std::uint64_t ServeWebhooks::waiting() {
  std::uint64_t waiting = 0;
  for (const WebhookEndpoint& endpoint : sink_->List()) waiting += endpoint.waiting;
  return waiting;
}

}  // namespace tocsin::cli
