#ifndef TOCSIN_ENGINE_STORE_STORE_H_
#define TOCSIN_ENGINE_STORE_STORE_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tocsin/alert.h"
#include "tocsin/customer_alert.h"
#include "tocsin/decimal.h"
#include "tocsin/fact.h"
#include "tocsin/history.h"
#include "tocsin/ids.h"
#include "tocsin/notification.h"
#include "tocsin/receipt.h"

namespace tocsin::store {

// A notification that waits for the sink, and its place in the order of all of them.
struct Waiting {
  std::uint64_t number = 0;
  Notification notification;
};

// Some customers as they were after a step of the journal.
struct Image {
  std::uint64_t as_of = 0;
  std::string customers = {};
};

// All alerts, and the generation of their catalog, as they were after a step, before
// which nobody needs the journal: together with images of all customers.
struct Checkpoint {
  std::uint64_t step = 0;
  std::uint64_t generation = 0;
  std::string rules = {};  // an entry of the journal
  std::string alerts = {};
};

// That something became of a customer alert, as `Engine::History` shows it.
struct HistoryRow {
  std::uint64_t number = 0;  // the store gives it
  CustomerId customer = {};  // nil: of all customers of the alert
  AlertId alert = {};
  std::string instance = {};  // its key
  absl::Time at = {};
  std::optional<CustomerStatus> status = std::nullopt;
  Trigger triggered_by = Trigger::kSpend;
  std::uint64_t epoch = 0;
  Decimal value = {};
  std::optional<NotificationId> notification = std::nullopt;
};
struct HistoryQuery {
  CustomerId customer = {};
  AlertId alert = {};
  HistoryRange range = {};
};

// What becomes durable together, or not at all.
struct Transaction {
  std::uint64_t first_step = 0;  // of the entries, counted from 1
  std::string entries = {};      // of the journal; see engine/store/entry.h
  // Where sources stand then; the last of each counts.
  std::vector<Position> positions = {};
  std::vector<Alert> alerts = {};         // as they are then, for who reads the store
  std::vector<Waiting> decided = {};      // that wait from then on
  std::vector<std::uint64_t> taken = {};  // numbers of those that the sink has taken
  bool begins_checkpoint = false;         // with these images, not those before
  std::vector<Image> images = {};         // of the next checkpoint
  // With all images since the last one it takes its place.
  std::optional<Checkpoint> checkpoint = std::nullopt;
  std::vector<HistoryRow> history = {};
  absl::Time history_from = absl::InfinitePast();  // what is older may go
  // By which facts of the entries are known again, and how many such at most, and from
  // when on.
  std::vector<std::string> fact_ids = {};
  std::size_t fact_ids_max = 0;
  absl::Time fact_ids_from = absl::InfinitePast();
  std::vector<Receipt> receipts = {};
  absl::Time receipts_from = absl::InfinitePast();  // what is older may go
  absl::Time last_instant = absl::InfinitePast();

  bool empty() const {
    return entries.empty() && positions.empty() && alerts.empty() && decided.empty() &&
           taken.empty() && images.empty() && !checkpoint.has_value() &&
           history.empty() && fact_ids.empty() && receipts.empty();
  }
};

// Is given what a store holds, in this order.
class Loader {
 public:
  virtual ~Loader() = default;
  // How many bytes of images and entries there are.
  virtual absl::Status Size(std::uint64_t bytes) = 0;
  virtual absl::Status LastInstant(absl::Time instant) = 0;
  // The oldest first, with the instant of their transaction.
  virtual absl::Status FactIds(absl::Time at, std::vector<std::string> fact_ids) = 0;
  virtual absl::Status APosition(const Position& position) = 0;
  // By number.
  virtual absl::Status AWaiting(Waiting waiting) = 0;
  // The last one, if there is one; before its images.
  virtual absl::Status ACheckpoint(const Checkpoint& checkpoint) = 0;
  virtual absl::Status AnImage(const Image& image) = 0;
  // In the order of their writing, from the checkpoint on, or a little before. The bytes
  // are good until this returns.
  virtual absl::Status Entries(std::uint64_t first_step, absl::string_view entries) = 0;
};

// Where an engine keeps what must outlive it. One engine at a time has it.
//
// Thread safety: one call at a time, but `History` and `Receipts` beside any other.
class Store {
 public:
  virtual ~Store() = default;

  // Once, before the first `Commit`. Errors: of the loader; kDataLoss for what is not as
  // it was written.
  virtual absl::Status Load(Loader* loader) = 0;

  // In words, where what was kept ends with something unfinished, or torn, that was not
  // read; empty where it ends well.
  virtual std::string cut_off() const { return {}; }

  // Durable when it returns OK. After an error nobody knows whether it is, and the store
  // must not be used any more. Error: kUnavailable.
  virtual absl::Status Commit(const Transaction& transaction) = 0;

  // By number. Errors: kDataLoss; kUnavailable. One that keeps none has nothing to show.
  virtual absl::StatusOr<std::vector<HistoryRow>> History(const HistoryQuery& query) {
    static_cast<void>(query);
    return std::vector<HistoryRow>();
  }
  // From an instant on, the oldest first. Errors: as `History`.
  virtual absl::StatusOr<std::vector<Receipt>> Receipts(absl::Time from) {
    static_cast<void>(from);
    return std::vector<Receipt>();
  }
  // How much more may be committed before there is no room for it, as far as is known.
  // Thread-safe, beside other calls too.
  virtual std::uint64_t FreeBytes() const {
    return std::numeric_limits<std::uint64_t>::max();
  }
  // How much of its log is in use, since the last commit; 0 without one. As thread-safe.
  virtual std::uint64_t LogBytes() const { return 0; }
};

}  // namespace tocsin::store

#endif  // TOCSIN_ENGINE_STORE_STORE_H_
