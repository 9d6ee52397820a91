// Any bytes as the entries of a journal, behind those that say by what all is done.
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/store/entry.h"
#include "tests/fuzz/fuzz_engine.h"
#include "tests/support/facts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tocsin::testing::MemoryDisk;
  MemoryDisk disk;
  std::string entries;
  tocsin::store::Put(tocsin::store::At{tocsin::testing::At("2026-01-31T00:00:00Z")},
                     &entries);
  entries += tocsin::testing::FuzzRules();
  entries.append(reinterpret_cast<const char*>(data), size);
  disk.entries.emplace_back(1, std::move(entries));
  tocsin::testing::Recover(&disk);
  return 0;
}
