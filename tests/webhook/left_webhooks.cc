#include "tests/webhook/left_webhooks.h"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/sqlite/database.h"
#include "engine/webhook/endpoint_record.h"
#include "engine/webhook/letter.h"
#include "tests/support/names.h"
#include "tests/webhook/simulated_world.h"

namespace tocsin::testing {
namespace {

using webhook::DeliveryStore;
using webhook::EndpointRecord;

const absl::Time kStart = absl::FromUnixMillis(1'767'225'600'123);

void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << "\n";
  std::abort();
}

std::string TextOf(const EndpointRecord& endpoint) {
  const WebhookSettings& settings = endpoint.settings;
  return absl::StrCat("endpoint ", endpoint.number, " ", endpoint.id.ToString(), " ",
                      settings.url, " ", webhook::SchemeText(settings.scheme), " ",
                      webhook::TypesText(settings.filter.alert_types), " ",
                      webhook::IdsText(settings.filter.alerts), " ",
                      webhook::IdsText(settings.filter.customers), " ",
                      webhook::HeadersText(settings), " ",
                      webhook::StatusText(endpoint.status), " ", endpoint.secret, " ",
                      endpoint.previous_secret.value_or("-"), " ", endpoint.delivered,
                      " ", endpoint.failed, " ", endpoint.last_failure, "\n");
}

absl::StatusOr<std::string> Show(DeliveryStore* store) {
  const absl::StatusOr<std::vector<EndpointRecord>> endpoints = store->Endpoints();
  if (!endpoints.ok()) return endpoints.status();
  std::string shown;
  absl::Status read;
  absl::Status status = store->EachWaiting([&](const DeliveryStore::Found& found) {
    const auto content = store->ContentOf(found.number);
    read.Update(content.status());
    if (content.ok()) read.Update(content->damaged);
    if (!read.ok()) return;
    absl::StrAppend(&shown, found.number, " for ", found.endpoint, " ",
                    found.line.customer.ToString(), " ", found.line.alert.ToString(), " ",
                    absl::FormatTime(found.accepted_at), " ", found.attempts, " ",
                    absl::FormatTime(found.due_at), " ", content->notification.ToString(),
                    " ", content->body, "\n");
  });
  if (status.ok()) status = read;
  if (!status.ok()) return status;
  for (const EndpointRecord& endpoint : *endpoints) {
    absl::StrAppend(&shown, TextOf(endpoint));
    const auto dead = store->Dead(endpoint.number, 0, 1'000);
    if (!dead.ok()) return dead.status();
    if (!dead->damaged.ok()) return dead->damaged;
    for (const DeadLetter& letter : dead->letters) {
      absl::StrAppend(&shown, "dead ", letter.number, " ", letter.notification.ToString(),
                      " ", absl::FormatTime(letter.died_at), " ", letter.attempts, " ",
                      letter.reason, "\n");
    }
  }
  return shown;
}

EndpointRecord EndpointOf(std::uint64_t number) {
  EndpointRecord record{.number = number,
                        .id = Named<EndpointId>("e" + std::to_string(number)),
                        .secret = "a-secret-of-the-test-s-own",
                        .created_at = kStart,
                        .enabled_at = kStart,
                        .delivered = 17 * number};
  record.settings.url = absl::StrCat("https://r", number, ".example/");
  record.settings.headers = {{"X-Token", "for-nobody-else"}};
  return record;
}

// A transaction each.
using Change = std::function<absl::Status(DeliveryStore*)>;

Change Inserts(std::uint64_t first, std::uint64_t count) {
  return [=](DeliveryStore* store) {
    absl::Status status;
    for (std::uint64_t number = first; number < first + count && status.ok(); ++number) {
      const auto letter = webhook::MakeLetter(SampleNotification(1, 1, number));
      status = store->Insert(number, 1 + number % 2, *letter, {.accepted_at = kStart});
    }
    return status;
  };
}

std::vector<Change> FirstChanges() {
  return {[](DeliveryStore* store) { return store->PutEndpoint(EndpointOf(1)); },
          [](DeliveryStore* store) { return store->PutEndpoint(EndpointOf(2)); },
          Inserts(1, 40),
          [](DeliveryStore* store) {
            return store->Update(3, {.attempts = 7,
                                     .last_failure = "the answer was 500",
                                     .died_at = kStart + absl::Hours(48)});
          }};
}

std::vector<Change> LastChanges() {
  return {Inserts(41, 12),
          [](DeliveryStore* store) { return store->Remove(4); },
          [](DeliveryStore* store) {
            return store->Update(5, {.attempts = 1, .due_at = kStart + absl::Seconds(2)});
          },
          [](DeliveryStore* store) { return store->Revive(3, 53, kStart); },
          [](DeliveryStore* store) {
            EndpointRecord record = EndpointOf(1);
            record.previous_secret = "the-secret-of-before-of-it";
            record.previous_secret_until = kStart + absl::Hours(24);
            return store->PutEndpoint(record);
          },
          Inserts(54, 3)};
}

}  // namespace

void WebhookGround::Put(const WebhookFiles& files) {
  for (const auto& entry : std::filesystem::directory_iterator(directory())) {
    std::filesystem::remove(entry.path());
  }
  for (const auto& [name, bytes] : files) WriteFile(FileOf(name), bytes);
}

WebhookFiles WebhookGround::Take() const {
  WebhookFiles files;
  for (const char* name : {kWebhooksFile, kWebhooksLog, kWebhooksLock}) {
    if (std::filesystem::exists(FileOf(name))) files[name] = ReadFile(FileOf(name));
  }
  return files;
}

absl::StatusOr<std::string> WebhookGround::Look() {
  const auto store = Open();
  if (!store.ok()) return store.status();
  return Show(store->get());
}

void WebhookGround::Execute(const std::string& sql) {
  const auto database = sqlite::Database::Open(FileOf(kWebhooksFile), "");
  Must(database.status());
  Must((*database)->Execute(sql));
}

LeftWebhooks LeaveWebhooks(bool closed) {
  WebhookGround ground;
  LeftWebhooks left;
  const auto write = [&](DeliveryStore* store, const std::vector<Change>& changes) {
    for (const Change& change : changes) {
      Must(store->Write([&] { return change(store); }));
      left.shown.push_back(*Show(store));
    }
  };
  {
    auto store = ground.Open();
    Must(store.status());
    write(store->get(), FirstChanges());
  }
  left.shown = {left.shown.back()};
  auto store = ground.Open();
  Must(store.status());
  write(store->get(), LastChanges());
  if (closed) {
    *store = nullptr;
    left.shown = {left.shown.back()};
  }
  left.files = ground.Take();
  return left;
}

const char kTablesOfFormat1[] = R"sql(
CREATE TABLE endpoint (
  number                INTEGER PRIMARY KEY,
  id                    TEXT NOT NULL UNIQUE,
  name                  TEXT NOT NULL,
  url                   TEXT NOT NULL,
  scheme                TEXT NOT NULL,
  alert_types           TEXT NOT NULL,
  alerts                TEXT NOT NULL,
  customers             TEXT NOT NULL,
  headers               TEXT NOT NULL,
  enabled               INTEGER NOT NULL,
  status                TEXT NOT NULL,
  secret                TEXT NOT NULL,
  previous_secret       TEXT,
  previous_secret_until TEXT,
  created_at            TEXT NOT NULL,
  enabled_at            TEXT NOT NULL,
  delivered             INTEGER NOT NULL,
  failed                INTEGER NOT NULL,
  last_failure_at       TEXT,
  last_failure          TEXT NOT NULL,
  last_success_at       TEXT,
  failures_in_a_row     INTEGER NOT NULL,
  pauses_in_a_row       INTEGER NOT NULL,
  paused_until          TEXT
);
CREATE TABLE delivery (
  number          INTEGER PRIMARY KEY AUTOINCREMENT,
  endpoint        INTEGER NOT NULL,
  notification_id TEXT NOT NULL,
  customer_id     TEXT NOT NULL,
  alert_id        TEXT NOT NULL,
  type            TEXT NOT NULL,
  accepted_at     TEXT NOT NULL,
  attempts        INTEGER NOT NULL,
  due_at          TEXT,
  last_failure    TEXT NOT NULL,
  died_at         TEXT,
  body            TEXT NOT NULL
);
CREATE UNIQUE INDEX delivery_of_notification ON delivery (endpoint, notification_id);
CREATE INDEX dead_delivery ON delivery (endpoint, number) WHERE died_at IS NOT NULL;
PRAGMA application_id = 1953457015;
PRAGMA user_version = 1;
)sql";

}  // namespace tocsin::testing
