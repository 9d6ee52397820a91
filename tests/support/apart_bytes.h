#ifndef TOCSIN_TESTS_SUPPORT_APART_BYTES_H_
#define TOCSIN_TESTS_SUPPORT_APART_BYTES_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace tocsin::testing {

// A copy of bytes in a block of the heap of their own, at the end of which the address
// sanitizer sees who reads on.
class ApartBytes {
 public:
  explicit ApartBytes(absl::string_view bytes) : bytes_(bytes.begin(), bytes.end()) {}
  absl::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  const std::vector<char> bytes_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_APART_BYTES_H_
