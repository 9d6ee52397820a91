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

namespace tocsin::webhook {

// One request to be made.
struct Transfer {
  std::uint64_t key = 0;  // by which its end is known
  std::string url;
  std::vector<std::string> headers;         // `Name: value`
  std::shared_ptr<const std::string> body;  // shared by those of one notification
};

// How one ended.
struct Ended {
  std::uint64_t key = 0;
  int status = 0;       // of the answer; 0: none came
  std::string failure;  // empty: the answer is 2xx; else what was wrong
  // Of 429 and 503, as it was asked for; not negative.
  std::optional<absl::Duration> retry_after;
  absl::Duration took;
};

// Requests that are made at the same time.
//
// Thread safety: one thread, but `Wake`.
class Transfers {
 public:
  virtual ~Transfers() = default;
  virtual void Begin(Transfer transfer) = 0;
  // Goes on with all of them until one has ended, `Wake` was called, or so long; appends
  // those that ended.
  virtual void Run(absl::Duration at_most, std::vector<Ended>* ended) = 0;
  virtual std::size_t under_way() const = 0;
  // Any thread. A `Run` that is under way, or the next one, returns.
  virtual void Wake() = 0;
};

struct TransferOptions {
  absl::Duration timeout = absl::Seconds(10);
  std::size_t connections_max = 1'000;
  std::size_t connections_max_of_host = 16;
  bool allow_http = false;
  std::vector<std::string> allowed_networks;
  std::string authorities_file;
};

// By libcurl. Errors: kInvalidArgument for a network that is none.
absl::StatusOr<std::unique_ptr<Transfers>> MakeCurlTransfers(TransferOptions options);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_TRANSFERS_H_
