#include "tests/support/names.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace tocsin::testing {
namespace {

struct Registry {
  absl::Mutex mutex;
  std::map<boost::uuids::uuid, std::string> names ABSL_GUARDED_BY(mutex);
};

Registry& TheRegistry() {
  static Registry* registry = new Registry;
  return *registry;
}

}  // namespace

boost::uuids::uuid UuidOf(std::string_view name) {
  boost::uuids::uuid uuid{};
  if (name.empty()) return uuid;
  std::copy_n(name.begin(), std::min<std::size_t>(name.size(), 8), uuid.begin());
  std::uint64_t hash = 14695981039346656037ULL;
  for (char byte : name) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
  }
  for (std::size_t i = 8; i < 16; ++i) {
    uuid.data[i] = static_cast<std::uint8_t>(hash >> (8 * (15 - i)));
  }
  Registry& registry = TheRegistry();
  absl::MutexLock lock(&registry.mutex);
  registry.names.emplace(uuid, name);
  return uuid;
}

std::string NameOf(const boost::uuids::uuid& uuid) {
  if (uuid.is_nil()) return "";
  {
    Registry& registry = TheRegistry();
    absl::MutexLock lock(&registry.mutex);
    auto it = registry.names.find(uuid);
    if (it != registry.names.end()) return it->second;
  }
  std::string text(36, '\0');
  FormatUuid(uuid, text.data());
  return text;
}

}  // namespace tocsin::testing
