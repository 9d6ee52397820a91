#ifndef TOCSIN_TESTS_FUZZ_FUZZ_ENGINE_H_
#define TOCSIN_TESTS_FUZZ_FUZZ_ENGINE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/memory_store.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// The options of every engine here; nothing runs in the background.
Options FuzzOptions(NotificationSink* sink);
// The entry of a journal that says by what all is done.
std::string FuzzRules();
// Has an engine recover what is on the disk, do what fell due meanwhile and show all of
// it. Ends with an error or without one: anything else is a fault.
void Recover(MemoryDisk* disk);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_FUZZ_FUZZ_ENGINE_H_
