#ifndef TOCSIN_ENGINE_CLI_DEMO_TEXT_H_
#define TOCSIN_ENGINE_CLI_DEMO_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "engine/cli/demo_sink.h"
#include "tocsin/decimal.h"

namespace tocsin::cli {

// `1,234,567`
std::string Grouped(std::uint64_t number);

// `1 fact`, `2,000 facts`
std::string Counted(std::uint64_t number, absl::string_view what);

// The value's own digits; `none` without one.
std::string TextOf(std::optional<Decimal> value);

// A name out of a file: as it is, or as JSON writes it where it has what would not print.
std::string TextOfName(absl::string_view name);

// What the text calls the alert at this place: `A`, `B`.
std::string MarkOf(std::size_t index);

// What a notification says: `reached, value 5, previous value 2, epoch 0, caused by ...`
std::string ArrivalText(const Arrival& arrival);

// What varies from run to run stands in lines of its own, which begin with this.
inline constexpr char kVaries[] = "~ ";

// The machine this runs on: its cores, the name of its processor, and how busy it is.
std::string MachineText();

// The most memory that this process has held, in bytes; nothing where the system
// does not say.
std::optional<std::uint64_t> PeakMemory();

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_TEXT_H_
