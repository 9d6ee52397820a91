// What becomes durable with a change, so that a host finds it again.
#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/core/engine_impl.h"
#include "tocsin/receipt.h"

namespace tocsin::core {
namespace {

// Of the call of `WithReceipt` that this thread is in.
struct PendingReceipt {
  const EngineParts* engine = nullptr;
  const Receipt* receipt = nullptr;  // null once it is taken
};
thread_local PendingReceipt pending_receipt;

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
  const auto restore =
      absl::MakeCleanup([outer = pending_receipt] { pending_receipt = outer; });
  pending_receipt = {.engine = this, .receipt = &receipt};
  call();
  return absl::OkStatus();
}

void EngineParts::NoteReceipt() {
  if (pending_receipt.engine != this || pending_receipt.receipt == nullptr) return;
  journal()->Add(*pending_receipt.receipt);
  pending_receipt.receipt = nullptr;
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
