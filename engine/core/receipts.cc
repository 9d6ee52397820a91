// What becomes durable with a change, so that a host finds it again.
#include <utility>

#include "absl/base/attributes.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/core/engine_impl.h"
#include "tocsin/receipt.h"

namespace tocsin::core {
namespace {

// Of a call of `WithReceipt` that this thread is in, perhaps inside another.
struct PendingReceipt {
  const EngineParts* engine = nullptr;
  const Receipt* receipt = nullptr;  // null once it is taken
  PendingReceipt* outer = nullptr;
};
thread_local PendingReceipt* pending_receipt = nullptr;

// The innermost of this engine that is not taken; null where there is none.
ABSL_ATTRIBUTE_NOINLINE const Receipt* TakeInnermost(const EngineParts* engine) {
  for (PendingReceipt* one = pending_receipt; one != nullptr; one = one->outer) {
    if (one->engine == engine && one->receipt != nullptr) {
      return std::exchange(one->receipt, nullptr);
    }
  }
  return nullptr;
}

absl::Status CheckReceipt(const Receipt& receipt) {
  if (receipt.key.empty() || receipt.key.size() > kReceiptKeyBytesMax) {
    return MakeStatus(receipt.key.empty() ? Reason::kMissing : Reason::kTooLong,
                      absl::StrCat("Receipt::key has ", receipt.key.size(),
                                   " bytes; it must have 1 to ", kReceiptKeyBytesMax));
  }
  if (receipt.content.size() <= kReceiptBytesMax) return absl::OkStatus();
  return MakeStatus(Reason::kTooLong,
                    absl::StrCat("Receipt::content has ", receipt.content.size(),
                                 " bytes; it must have at most ", kReceiptBytesMax));
}

absl::Status NoReceipts() {
  return MakeStatus(Reason::kNotKept,
                    "no receipts are kept; set Options::directory and receipts_keep");
}

}  // namespace

absl::Status EngineImpl::WithReceipt(const Receipt& receipt,
                                     absl::FunctionRef<void()> call) {
  absl::Status status = CheckReceipt(receipt);
  if (!status.ok()) return status;
  if (journal() == nullptr || options_.receipts_keep <= absl::ZeroDuration()) {
    return NoReceipts();
  }
  // Also where the call ends by an exception of the host's.
  PendingReceipt pending = {
      .engine = this, .receipt = &receipt, .outer = pending_receipt};
  const auto restore = absl::MakeCleanup([&pending] { pending_receipt = pending.outer; });
  pending_receipt = &pending;
  call();
  return absl::OkStatus();
}

void EngineParts::NoteReceipt() {
  // Most changes come with none.
  if (pending_receipt == nullptr) return;
  const Receipt* const receipt = TakeInnermost(this);
  if (receipt != nullptr) journal()->Add(*receipt);
}

absl::StatusOr<std::vector<Receipt>> EngineImpl::Receipts() noexcept {
  work::Gate::Pass pass(&gate_);
  if (!pass.entered()) return Closing();
  if (journal() == nullptr || options_.receipts_keep <= absl::ZeroDuration()) {
    return NoReceipts();
  }
  absl::Status status = Commit();
  if (!status.ok()) return status;
  return journal_->store().Receipts(LastInstant() - options_.receipts_keep);
}

}  // namespace tocsin::core
