#ifndef TOCSIN_ENGINE_WEBHOOK_DELIVERY_STORE_H_
#define TOCSIN_ENGINE_WEBHOOK_DELIVERY_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/sqlite/database.h"
#include "engine/webhook/delivery_record.h"
#include "engine/webhook/endpoint_record.h"
#include "engine/webhook/store_lock.h"
#include "tocsin/webhook.h"

namespace tocsin::webhook {

// Endpoints, what waits for them and what is dead, in `webhooks.db`; docs/webhooks.md
// says what its tables are.
//
// Errors: those of `sqlite::Database`. Thread safety: one thread at a time.
class DeliveryStore {
 public:
  // A delivery that waits, as it is found.
  struct Found {
    std::uint64_t number = 0;
    std::uint64_t endpoint = 0;
    LineKey line = {};
    absl::Time accepted_at = {};
    std::uint32_t attempts = 0;
    absl::Time due_at = {};
  };
  struct DeadOf {
    std::uint64_t endpoint = 0;
    std::uint64_t count = 0;
  };

  // Makes directory and file where there are none; without a directory it is in memory.
  // Errors: kFailedPrecondition for what cannot be used, is another program's, of a newer
  // format, in use, or read by others though it must not be; kDataLoss for what is
  // damaged, or gone though it was made.
  static absl::StatusOr<std::unique_ptr<DeliveryStore>> Open(
      const std::string& directory);

  // Where the log that was left ended before its end, as what was being written then was
  // torn, and is cut off. Empty: there was nothing to cut off.
  const std::string& cut_off() const { return cut_off_; }

  // ---- All of it, at the beginning --------------------------------------------------
  absl::StatusOr<std::vector<EndpointRecord>> Endpoints();
  absl::Status EachWaiting(absl::FunctionRef<void(const Found&)> take);
  absl::StatusOr<std::vector<DeadOf>> CountDead();
  // The highest that was ever given to one that is, or was, in the store; 0: none was.
  absl::StatusOr<std::uint64_t> LastNumber();

  // ---- Changes: all that `write` does, or nothing; durable when it returns ----------
  absl::Status Write(absl::FunctionRef<absl::Status()> write);
  absl::Status PutEndpoint(const EndpointRecord& endpoint);
  // Once nothing that is of it is left.
  absl::Status RemoveEndpoint(std::uint64_t endpoint);
  // Of what is an endpoint's, so many. How many there were.
  absl::StatusOr<std::size_t> RemoveDeliveries(std::uint64_t endpoint, std::size_t max);
  absl::Status Insert(std::uint64_t number, std::uint64_t endpoint, const Letter& letter,
                      const DeliveryState& state);
  // One whose row is damaged stays as it is, so that it is known as damaged; but if it is
  // dead that is written beside it.
  absl::Status Update(std::uint64_t number, const DeliveryState& state);
  absl::Status Remove(std::uint64_t number);
  // Has a dead one wait again, under another number.
  absl::Status Revive(std::uint64_t number, std::uint64_t as, absl::Time now);
  struct Forgotten {
    // Behind the last one that was looked at; nothing when that was the end.
    std::optional<std::uint64_t> next_after = std::nullopt;
    std::uint64_t count = 0;
  };
  // Looks at so many of an endpoint's dead behind a number, and removes those that died
  // before that time.
  absl::StatusOr<Forgotten> ForgetDead(std::uint64_t endpoint, std::uint64_t after,
                                       std::size_t max, absl::Time died_before);

  // ---- Looks -------------------------------------------------------------------------
  struct Content {
    NotificationId notification = {};
    std::string body = {};
    // Why there is nothing in it: the row is not as it was written, or gone.
    absl::Status damaged = {};
  };
  absl::StatusOr<Content> ContentOf(std::uint64_t number);
  absl::StatusOr<bool> Knows(std::uint64_t endpoint, NotificationId notification);
  struct FoundDead {
    std::vector<DeadLetter> letters = {};
    std::uint64_t last = 0;     // of them; 0: there was none
    absl::Status damaged = {};  // of the first that is not as it was written
  };
  absl::StatusOr<FoundDead> Dead(std::uint64_t endpoint, std::uint64_t after,
                                 std::size_t max);
  ~DeliveryStore();
  DeliveryStore(const DeliveryStore&) = delete;
  DeliveryStore& operator=(const DeliveryStore&) = delete;

 private:
  struct Statements;

  DeliveryStore(std::unique_ptr<sqlite::LockFile> lock,
                std::unique_ptr<sqlite::Database> database);
  absl::Status Prepare();

  // Released last, so that nobody else opens what is not closed.
  std::unique_ptr<sqlite::LockFile> lock_;
  std::unique_ptr<sqlite::Database> database_;
  std::unique_ptr<Statements> statements_;
  std::string cut_off_;
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_DELIVERY_STORE_H_
