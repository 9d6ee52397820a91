#include "engine/base/mistake.h"

#ifdef TOCSIN_MISTAKES

#include <cstdlib>

namespace tocsin {

bool IsMistakeMade(absl::string_view name) {
  const char* const made = std::getenv("TOCSIN_MISTAKE");
  return made != nullptr && name == made;
}

}  // namespace tocsin

#endif
