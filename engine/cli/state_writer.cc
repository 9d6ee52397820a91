#include "engine/cli/state_writer.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "tocsin/alert.h"
#include "tocsin/customer_alert.h"
#include "tocsin/json.h"
#include "tocsin/requests.h"

namespace tocsin::cli {
namespace {

struct Row {
  CustomerId customer;
  AlertId alert;
  std::string json;
};

bool IsPlain(const CustomerAlert& state) {
  return state.status == CustomerStatus::kOk && state.epoch == 0;
}

absl::Status AddRow(Engine& engine, const Alert& alert, const CustomerAlert& whole,
                    std::vector<Row>* rows) {
  std::vector<CustomerAlert> instances;
  const bool fans_out = FansOut(alert.spec);
  if (fans_out) {
    absl::Status status = engine.ForEachInstance(
        whole.customer, whole.alert, [&instances](const CustomerAlert& instance) {
          if (instance.status != CustomerStatus::kOk) instances.push_back(instance);
        });
    if (!status.ok()) return status;
  }
  Row& row = rows->emplace_back();
  row.customer = whole.customer;
  row.alert = whole.alert;
  AppendStateJson(whole, fans_out ? &instances : nullptr, &row.json);
  return absl::OkStatus();
}

absl::Status AddRowsOf(Engine& engine, const Alert& alert, std::vector<Row>* rows) {
  absl::Status added;
  absl::Status visited =
      engine.ForEachCustomerAlert(alert.id, [&](const CustomerAlert& customer_alert) {
        if (!IsPlain(customer_alert) && added.ok()) {
          added = AddRow(engine, alert, customer_alert, rows);
        }
      });
  return visited.ok() ? added : visited;
}

}  // namespace

absl::Status WriteState(Engine& engine, OutputFile& output) {
  std::vector<Alert> alerts;
  absl::Status status = engine.ForEachAlert([&alerts](const Alert& alert) {
    if (alert.status == AlertStatus::kEnabled) alerts.push_back(alert);
  });
  std::vector<Row> rows;
  for (const Alert& alert : alerts) {
    if (status.ok()) status = AddRowsOf(engine, alert, &rows);
  }
  if (!status.ok()) return status;
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tie(a.customer, a.alert) < std::tie(b.customer, b.alert);
  });
  output.buffer()->append("[\n");
  for (const Row& row : rows) {
    output.buffer()->append(row.json);
    output.buffer()->append(&row == &rows.back() ? "\n" : ",\n");
    output.MayFlush();
  }
  output.buffer()->append("]\n");
  return output.Close();
}

}  // namespace tocsin::cli
