#include "engine/cli/demo_text.h"

#include <cstddef>
#include <fstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "tocsin/json.h"

namespace tocsin::cli {
namespace {

// What follows `name` and a colon in a file of such lines; empty if there is none.
std::string ValueIn(const char* path, absl::string_view name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    absl::string_view rest = line;
    if (!absl::ConsumePrefix(&rest, name)) continue;
    rest = absl::StripLeadingAsciiWhitespace(rest);
    if (!absl::ConsumePrefix(&rest, ":")) continue;
    return std::string(absl::StripAsciiWhitespace(rest));
  }
  return "";
}

}  // namespace

std::string Grouped(std::uint64_t number) {
  std::string text = absl::StrCat(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string Counted(std::uint64_t number, absl::string_view what) {
  return absl::StrCat(Grouped(number), " ", what, number == 1 ? "" : "s");
}

std::string TextOf(std::optional<Decimal> value) {
  return value.has_value() ? value->ToString() : "none";
}

std::string TextOfName(absl::string_view name) {
  std::string text;
  AppendJsonText(name, &text);
  const bool prints = text.size() == name.size() + 2 && !absl::StrContains(name, '\x7f');
  return prints ? std::string(name) : text;
}

std::string MarkOf(std::size_t index) {
  return std::string(1, static_cast<char>('A' + index));
}

std::string ArrivalText(const Arrival& arrival) {
  return absl::StrCat(arrival.kind == NotificationKind::kReached ? "reached" : "resolved",
                      ", value ", arrival.value.ToString(), ", previous value ",
                      TextOf(arrival.previous_value), ", epoch ", arrival.epoch,
                      ", caused by ", TriggerName(arrival.triggered_by));
}

std::string MachineText() {
  const std::string model = ValueIn("/proc/cpuinfo", "model name");
  std::string text =
      absl::StrCat(Counted(std::thread::hardware_concurrency(), "core"), ", ",
                   model.empty() ? "a processor without a name" : model);
  std::string load;
  if (std::ifstream("/proc/loadavg") >> load) {
    absl::StrAppend(&text, "; load of the last minute ", load);
  }
  return text;
}

std::optional<std::uint64_t> PeakMemory() {
  // Not getrusage: a process begins there with the peak of the one that started it.
  const std::string text = ValueIn("/proc/self/status", "VmHWM");
  absl::string_view kib = text;
  std::uint64_t number = 0;
  if (!absl::ConsumeSuffix(&kib, " kB") || !absl::SimpleAtoi(kib, &number)) {
    return std::nullopt;
  }
  return number * 1'024;
}

}  // namespace tocsin::cli
