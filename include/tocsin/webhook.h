#ifndef TOCSIN_WEBHOOK_H_
#define TOCSIN_WEBHOOK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tocsin/alert_type.h"
#include "tocsin/ids.h"
#include "tocsin/notification.h"
#include "tocsin/options.h"

namespace tocsin {

// How what is sent is signed.
enum class WebhookScheme : std::uint8_t {
  // `Date` and `X-Metronome-Date`, the same HTTP-date, and
  // `Metronome-Webhook-Signature`: the hexadecimal HMAC-SHA256 of date, a line feed and
  // the body, with the bytes of the secret's text as key.
  kMetronome,
  // https://www.standardwebhooks.com: `webhook-id`, `webhook-timestamp` and
  // `webhook-signature`, with what the secret's base64 behind `whsec_` stands for as key.
  kStandard,
};

// Which notifications an endpoint gets: those that are in each list. An empty one has
// them all.
struct WebhookFilter {
  std::vector<AlertType> alert_types = {};
  std::vector<AlertId> alerts = {};
  std::vector<CustomerId> customers = {};

  friend bool operator==(const WebhookFilter&, const WebhookFilter&) = default;
};

enum class WebhookStatus : std::uint8_t {
  kEnabled,
  kDisabled,  // by who manages it
  kGone,      // by its own answer 410
};

// What an endpoint is to be.
struct WebhookSettings {
  // What people call it: at most 256 bytes; of several endpoints no two have the same
  // one, unless it is empty.
  std::string name = {};
  // `https://...`, at most 2,048 bytes, without user and fragment; `http://` too where
  // `WebhookOptions::allow_http`.
  std::string url = {};
  WebhookScheme scheme = WebhookScheme::kMetronome;
  WebhookFilter filter = {};
  // Sent along with each attempt: at most 16, none of those that are set anyway.
  std::vector<std::pair<std::string, std::string>> headers = {};
  bool enabled = true;

  friend bool operator==(const WebhookSettings&, const WebhookSettings&) = default;
};

// What an endpoint is, and how it fares.
struct WebhookEndpoint {
  EndpointId id = {};
  WebhookSettings settings = {};
  WebhookStatus status = WebhookStatus::kEnabled;
  absl::Time created_at = {};
  // While a secret goes that was replaced: until when.
  std::optional<absl::Time> previous_secret_until = std::nullopt;
  std::uint64_t waiting = 0;
  std::uint64_t dead = 0;
  std::uint64_t delivered = 0;  // since it was created
  std::uint64_t failed = 0;     // attempts, since it was created
  int failures_in_a_row = 0;    // attempts
  // The last attempt that failed: when, and why.
  std::optional<absl::Time> last_failure_at = std::nullopt;
  std::string last_failure = {};
  std::optional<absl::Time> last_success_at = std::nullopt;
  // Nothing is sent before, as the last attempts failed.
  std::optional<absl::Time> paused_until = std::nullopt;
};

// One notification that an endpoint did not take within `WebhookOptions::keep_trying`.
struct DeadLetter {
  std::uint64_t number = 0;  // of the delivery, among all
  NotificationId notification = {};
  CustomerId customer = {};
  AlertId alert = {};
  std::string type = {};  // `alerts.spend_threshold_reached`
  absl::Time accepted_at = {};
  absl::Time died_at = {};
  std::uint32_t attempts = 0;
  std::string reason = {};  // the last failure
  // Not where `webhooks.db` does not have it as it was written: only `number` is known
  // then, and it cannot be sent.
  bool is_readable = true;
};

struct WebhookOptions {
  // Where endpoints and what waits for them are kept, in `webhooks.db`: that of the
  // engine, or one of its own. Empty: in memory, and gone with this object.
  std::string directory = {};
  // By which waits are measured. Null: `SystemClock()`.
  Clock* clock = nullptr;
  // The longest that an attempt may take, name, connection, request and answer.
  absl::Duration attempt_timeout = absl::Seconds(10);
  // An attempt that failed is made again after about `retry_first`, twice that, and so on
  // up to `retry_max`; for `keep_trying` from the notification on, and once more at its
  // end, if the endpoint is not paused then. Then it is dead. For twice `retry_max` after
  // `Open`, or after the clock went ahead at once by more than `retry_max`, and a minute,
  // none is.
  absl::Duration retry_first = absl::Seconds(1);
  absl::Duration retry_max = absl::Minutes(15);
  absl::Duration keep_trying = absl::Hours(48);
  // How long dead ones are kept.
  absl::Duration keep_dead = absl::Hours(24 * 30);
  // Attempts at a time: to one endpoint, and in all. Half of all is divided evenly among
  // the endpoints, so that none takes it from another.
  std::size_t attempts_max_of_endpoint = 16;
  std::size_t attempts_max = 1'000;
  // What may wait for one endpoint. What comes beyond that is dead at once.
  std::size_t waiting_max = 1'000'000;
  std::size_t endpoints_max = 1'000;
  bool allow_http = false;
  // Networks, as `10.0.0.0/8` or `::1/128`, to which may be sent although they are not
  // public.
  std::vector<std::string> allowed_networks = {};
  // PEM file of the authorities that are trusted. Empty: the system's.
  std::string authorities_file = {};
  // For the jitter of waits and for secrets. Empty: by the system's chance.
  std::optional<std::uint64_t> random_seed = std::nullopt;
  // Told of each attempt that ended, on the thread that sends; it must not call the sink.
  // Of an endpoint that was removed it is told nothing more. Empty: nobody is.
  struct Attempt {
    EndpointId endpoint = {};
    NotificationId notification = {};
    std::uint32_t attempt = 0;  // from 1 on
    int status = 0;             // of the answer; 0: none came
    std::string failure = {};   // empty: taken
    absl::Duration took = absl::ZeroDuration();
  };
  absl::AnyInvocable<void(const Attempt&)> on_attempt = nullptr;
};

// Whether what comes can be taken and kept.
struct WebhookHealth {
  // OK, or why the last try to take something, or to write down what became of it,
  // failed. It is tried again each second; until then what comes waits.
  absl::Status status = {};
  // Since when it fails, by `WebhookOptions::clock`. Nothing while `status` is OK.
  std::optional<absl::Time> failing_since = std::nullopt;
  // OK, or of which endpoints what is old, or left of a removed one, could not be removed
  // the last time, and why. It is tried again every ten seconds, and nothing else waits
  // for it.
  absl::Status clearing = {};
  // Notifications that `webhooks.db` did not have as they were written when their turn
  // came, since `Open`: how many, and which the last one was. They are dead letters.
  std::uint64_t unreadable = 0;
  std::string last_unreadable = {};
  // Where `Open` found that the log of the one before ended before its end. What was
  // being written then had not been acknowledged, and is cut off. Empty: nothing was.
  std::string cut_off = {};
};

// Sends notifications to HTTP endpoints: to each those of its filter, in order for each
// customer alert, signed, until it takes them.
//
// As a sink it takes a notification, and with `Sync` keeps it for every endpoint that
// wants it; what an endpoint makes of it is none of the engine's concern. It may be sent
// before it is kept, as the engine has it until then. One that is given again is known
// while it waits for the endpoint, or is dead.
//
// Thread safety: every method may be called from any thread.
class WebhookSink : public NotificationSink {
 public:
  // Goes on with what `directory` has. Errors: kInvalidArgument for an option out of its
  // range; kFailedPrecondition for a directory that cannot be used or another one has;
  // kDataLoss for a damaged file.
  static absl::StatusOr<std::unique_ptr<WebhookSink>> Open(WebhookOptions options);
  // Ends what is under way; it is tried again by the next one on the directory.
  ~WebhookSink() override = default;
  WebhookSink(const WebhookSink&) = delete;
  WebhookSink& operator=(const WebhookSink&) = delete;

  // Endpoints. Errors: kInvalidArgument for what cannot be one, kNotFound for an unknown
  // id, kAlreadyExists for a name that another one has, kResourceExhausted beyond
  // `endpoints_max`, kUnavailable where it cannot be kept.
  // The secret: 24 to 256 bytes; `whsec_` and the base64 of 24 to 64 bytes for
  // `kStandard`. Empty: one is made by chance.
  struct Created {
    EndpointId id = {};
    std::string secret = {};
  };
  virtual absl::StatusOr<Created> Create(const WebhookSettings& settings,
                                         absl::string_view secret) = 0;
  // What waits for one that is disabled or gone waits on and does not die, and what comes
  // waits behind it. With `enabled`, which is shown as false of one that is gone, it is
  // enabled again: all is tried at once, and for `keep_trying` from then on. Another
  // scheme needs a secret that fits it: kInvalidArgument else; one of before that does
  // not fit it signs nothing more.
  virtual absl::Status Update(EndpointId id, const WebhookSettings& settings) = 0;
  // With all that waits for it, and what is dead: it is gone at once, that little by
  // little.
  virtual absl::Status Remove(EndpointId id) = 0;
  virtual absl::StatusOr<WebhookEndpoint> Get(EndpointId id) = 0;
  // In the order of their creation. After `Stop` as it left them.
  virtual std::vector<WebhookEndpoint> List() = 0;
  // Waits for nobody, and may be called inside `on_attempt`. After `Stop` as it was last.
  virtual WebhookHealth Health() = 0;
  // From now on signs with another secret, and until `overlap` is over with that of
  // before as well; the secret that it has already changes nothing. `kMetronome` has room
  // for one signature: until then it is that of before, and the new one's is in
  // `Metronome-Webhook-Signature-Next`. An overlap of 0 ends an earlier one; else there
  // is no third secret while one lasts (kFailedPrecondition, kCannotChange), but that of
  // before can be gone back to, which takes the rotation back.
  virtual absl::StatusOr<std::string> RotateSecret(EndpointId id,
                                                   absl::string_view secret,
                                                   absl::Duration overlap) = 0;
  virtual absl::Status EndOverlap(EndpointId id) = 0;
  // Sends `{"id":...,"type":"webhook.test","properties":{...}}`, once, without waiting
  // for its turn; returns what came of it.
  virtual absl::StatusOr<WebhookOptions::Attempt> SendTest(EndpointId id) = 0;

  // The oldest first, of those behind `after`, at most so many.
  virtual absl::StatusOr<std::vector<DeadLetter>> DeadLetters(EndpointId id,
                                                              std::uint64_t after,
                                                              std::size_t max) = 0;
  // Has it wait again, behind what waits, for `keep_trying` from now on. kNotFound: there
  // is no such one; kDataLoss: it cannot be read; kResourceExhausted: `waiting_max` wait
  // already.
  virtual absl::Status SendAgain(EndpointId id, std::uint64_t number) = 0;
  // All of them, or as many as may wait, some at a time; returns how many. An error says
  // how many were before it: kDataLoss that all were but those that cannot be read;
  // `Stop` ends it with kUnavailable.
  virtual absl::StatusOr<std::uint64_t> SendAllAgain(EndpointId id) = 0;

  // Ends what is under way, at most after `deadline`; nothing is sent any more.
  virtual void Stop(absl::Duration deadline) = 0;

 protected:
  WebhookSink() = default;
};

// Copies the `webhooks.db` of a directory, whose sink may be at work in this process or
// another, into one that has none, as it was at one instant and durably; false where
// there is none to be copied. It is as secret as that. Taken behind a copy of the
// engine's store (`BackupStore`) the two lose no notification: one that waits in both is
// known. Errors: kFailedPrecondition and kDataLoss as of `Open`; kUnavailable where
// writing fails. After one of them nothing is left of it.
absl::StatusOr<bool> BackupWebhooks(const std::string& directory, const std::string& to);

// Reads all of the `webhooks.db` of a directory, as the next sink would, and writes
// nothing, as `VerifyStore`; false where there is none. Errors: kFailedPrecondition and
// kDataLoss as of `Open`; kUnavailable where reading fails for another reason.
absl::StatusOr<bool> VerifyWebhooks(const std::string& directory);

// The headers that sign a body: for a receiver's tests, and for who sends by himself.
std::vector<std::pair<std::string, std::string>> SignWebhook(WebhookScheme scheme,
                                                             absl::string_view secret,
                                                             absl::string_view id,
                                                             absl::Time at,
                                                             absl::string_view body);

// Whether a body was signed so, not longer ago than `tolerance` nor that far in the
// future. For receivers in C++. Errors: kUnauthenticated with what is wrong; and
// kInvalidArgument for headers that are not there or a secret that is none.
absl::Status VerifyWebhook(
    WebhookScheme scheme, absl::string_view secret,
    const std::vector<std::pair<std::string, std::string>>& headers,
    absl::string_view body, absl::Time now, absl::Duration tolerance = absl::Minutes(5));

}  // namespace tocsin

#endif  // TOCSIN_WEBHOOK_H_
