// Any bytes as the alerts of a checkpoint, and its image of customers: two bytes for the
// size of the first, and both; and then all that the engine shows of it, and does.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tests/fuzz/fuzz_engine.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tocsin::testing::MemoryDisk;
  if (size < 2) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  const std::size_t alerts = data[0] | (static_cast<std::size_t>(data[1]) << 8);
  if (alerts > bytes.size()) return 0;
  MemoryDisk disk;
  disk.checkpoint = {.step = 1,
                     .generation = 5,
                     .rules = tocsin::testing::FuzzRules(),
                     .alerts = std::string(bytes.substr(0, alerts))};
  disk.images.push_back({.as_of = 1, .customers = std::string(bytes.substr(alerts))});
  tocsin::testing::Recover(&disk);
  return 0;
}
