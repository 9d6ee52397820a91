#ifndef TOCSIN_TESTS_SUPPORT_WITHOUT_RECEIPTS_H_
#define TOCSIN_TESTS_SUPPORT_WITHOUT_RECEIPTS_H_

#include <vector>

#include "tocsin/engine.h"

namespace tocsin::testing {

// An engine of which nobody asks for a receipt.
class WithoutReceipts : public Engine {
 public:
  absl::Status WithReceipt(const Receipt&, absl::FunctionRef<void()>) override {
    return absl::UnimplementedError("receipts");
  }
  absl::StatusOr<std::vector<Receipt>> Receipts() override {
    return absl::UnimplementedError("receipts");
  }
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_WITHOUT_RECEIPTS_H_
