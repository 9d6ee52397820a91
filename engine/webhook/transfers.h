#ifndef TOCSIN_ENGINE_WEBHOOK_TRANSFERS_H_
#define TOCSIN_ENGINE_WEBHOOK_TRANSFERS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tocsin/options.h"

namespace tocsin::webhook {

// One request to be made: a POST of a JSON body.
struct Transfer {
  std::uint64_t key = 0;  // by which its end is known
  std::string url = {};
  // `Name: value`, without line ends; beside them go Content-Type, User-Agent and what
  // HTTP asks for.
  std::vector<std::string> headers = {};
  std::shared_ptr<const std::string> body =
      nullptr;  // shared by those of one notification
};

// How one ended.
struct Ended {
  std::uint64_t key = 0;
  int status = 0;            // of the answer; 0: none came
  std::string failure = {};  // empty: the answer is 2xx; else what was wrong
  // Of 429 and 503, as it was asked for; not negative, at most a year.
  std::optional<absl::Duration> retry_after = std::nullopt;
  absl::Duration took = absl::ZeroDuration();
};

// Requests that are made at the same time. How many, to one host and in all, is for who
// begins them.
//
// Thread safety: one thread, but `Wake`.
class Transfers {
 public:
  virtual ~Transfers() = default;
  virtual void Begin(Transfer transfer) = 0;
  // Ends one with its connection, if it is under way. Nobody is told of it any more.
  virtual void Cancel(std::uint64_t key) = 0;
  // Goes on with all of them until one has ended, `Wake` was called, or so long; appends
  // those that ended. It may return before: who has nothing else to do calls it again.
  virtual void Run(absl::Duration at_most, std::vector<Ended>* ended) = 0;
  virtual std::size_t under_way() const = 0;
  // Any thread. A `Run` that is under way, or the next one, returns.
  virtual void Wake() = 0;
};

struct TransferOptions {
  // For dates in answers. Null: `SystemClock()`.
  Clock* clock = nullptr;
  absl::Duration timeout = absl::Seconds(10);
  // Kept open for what comes next.
  std::size_t connections_kept = 1'000;
  bool allow_http = false;
  std::vector<std::string> allowed_networks = {};
  std::string authorities_file = {};
};

// By libcurl. Errors: kInvalidArgument for a network that is none, or a file of
// authorities that cannot be read; kUnavailable where the system has no room for it.
absl::StatusOr<std::unique_ptr<Transfers>> MakeCurlTransfers(TransferOptions options);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_TRANSFERS_H_
