#ifndef TOCSIN_ENGINE_BASE_MISTAKE_H_
#define TOCSIN_ENGINE_BASE_MISTAKE_H_

// Mistakes that are made on purpose, to see that the tests find each of them: a place
// asks `TOCSIN_MISTAKE(name)` and does the wrong thing if it is so. Outside the build
// with TOCSIN_MISTAKES that is `false`, and the compiler leaves nothing of it. In that
// build one mistake is made, the one that the environment variable TOCSIN_MISTAKE
// names. `./dev mutants` makes them one after the other.
#ifdef TOCSIN_MISTAKES

#include "absl/strings/string_view.h"

namespace tocsin {

bool IsMistakeMade(absl::string_view name);

}  // namespace tocsin

#define TOCSIN_MISTAKE(name)                                    \
  ([] {                                                         \
    static const bool is_made = ::tocsin::IsMistakeMade(#name); \
    return is_made;                                             \
  }())
#else

namespace tocsin {

inline constexpr bool kNoMistake = false;

}  // namespace tocsin

#define TOCSIN_MISTAKE(name) ::tocsin::kNoMistake
#endif

#endif  // TOCSIN_ENGINE_BASE_MISTAKE_H_
