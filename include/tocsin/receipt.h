#ifndef TOCSIN_RECEIPT_H_
#define TOCSIN_RECEIPT_H_

#include <string>

#include "absl/time/time.h"

namespace tocsin {

// What a host wants to find again of a change that it asked for, such as the answer to a
// request that may be sent a second time.
struct Receipt {
  std::string key = {};      // 1 to 256 bytes
  std::string content = {};  // at most 65,536 bytes
  absl::Time at = {};        // the engine's instant; of those that it gives back
};

}  // namespace tocsin

#endif  // TOCSIN_RECEIPT_H_
