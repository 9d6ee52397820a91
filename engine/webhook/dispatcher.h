#ifndef TOCSIN_ENGINE_WEBHOOK_DISPATCHER_H_
#define TOCSIN_ENGINE_WEBHOOK_DISPATCHER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/webhook/address.h"
#include "engine/webhook/attempt_slots.h"
#include "engine/webhook/circuit.h"
#include "engine/webhook/delivery_store.h"
#include "engine/webhook/endpoint_queue.h"
#include "engine/webhook/endpoint_record.h"
#include "engine/webhook/filter.h"
#include "engine/webhook/retry.h"
#include "engine/webhook/transfers.h"
#include "engine/webhook/unwritten.h"
#include "tocsin/webhook.h"

namespace tocsin::webhook {

// All that a sink of webhooks does, but for threads and time: it is told what comes and
// when it is, and says when it wants to be asked again.
//
// Errors that are not said otherwise are those of the store; what was asked for was not
// done then. Thread safety: none.
class Dispatcher {
 public:
  using TestDone = absl::AnyInvocable<void(const WebhookOptions::Attempt&)>;
  using SentAgain = absl::AnyInvocable<void(absl::StatusOr<std::uint64_t>)>;

  // Goes on with what the store has. `transfers` must outlive it. Errors: also
  // kInvalidArgument for an option out of its range.
  static absl::StatusOr<std::unique_ptr<Dispatcher>> Open(
      WebhookOptions options, std::unique_ptr<DeliveryStore> store, Transfers* transfers,
      absl::Time now);

  // ---- The clock, of which every `now` is ---------------------------------------------
  // It was put back: no wait that was measured before is longer than it would be now.
  void ClockWentBack(absl::Time now);
  // It went ahead by so much, for which nobody looked on. It may be wrong for a moment,
  // or right at last: nobody is given up before it has been so for some time, and what it
  // jumped over is none of the time that there is for a delivery.
  void ClockJumpedAhead(absl::Time now, absl::Duration by);
  const std::string& cut_off() const { return store_->cut_off(); }
  const Unreadable& unreadable() const { return unreadable_; }
  absl::Duration longest_wait() const { return schedule_.max; }

  // ---- The way of a notification -----------------------------------------------------
  // It waits for each endpoint that wants it and does not have it waiting, or dead. After
  // an error none has it; it can be given again.
  absl::Status Accept(const std::shared_ptr<const Letter>& letter, absl::Time now);
  // So many as do not keep those waiting for long that are on their way.
  std::size_t letters_at_once() const {
    return std::max<std::size_t>(
        kAcceptedAtOnce / std::max<std::size_t>(endpoints_.size(), 1), 1);
  }
  // Makes what attempts may be made. Returns how many.
  std::size_t Begin(absl::Time now);
  void End(const Ended& ended, absl::Time now);
  // When `Begin` or `Work` has something to do, as far as that is known.
  absl::Time NextEvent() const;
  bool HasUnwritten() const { return !unwritten_.empty() || !changed_.empty(); }
  // So much that to write it at once keeps others waiting.
  bool HasMuchUnwritten() const { return unwritten_.size() >= kUnwrittenMuch; }
  // Writes what became of everything since the last time.
  absl::Status Keep();
  // Does what is due by itself, and a part of what takes long: sends dead letters again,
  // forgets what is old, removes what is left of endpoints. Of which endpoints either of
  // the last two failed the last time, and why; what failed is tried again, and the rest
  // goes on meanwhile.
  absl::Status Work(absl::Time now);
  // There will be no more of it. Who waits for it is told so.
  void EndWork();

  // ---- Administration: as the methods of `WebhookSink` -------------------------------
  absl::StatusOr<WebhookSink::Created> Create(const WebhookSettings& settings,
                                              absl::string_view secret, absl::Time now);
  absl::Status Update(EndpointId id, const WebhookSettings& settings, absl::Time now);
  absl::Status Remove(EndpointId id, absl::Time now);
  absl::StatusOr<WebhookEndpoint> Get(EndpointId id, absl::Time now) const;
  std::vector<WebhookEndpoint> List(absl::Time now) const;
  absl::StatusOr<std::string> RotateSecret(EndpointId id, absl::string_view secret,
                                           absl::Duration overlap, absl::Time now);
  absl::Status EndOverlap(EndpointId id, absl::Time now);
  absl::Status SendTest(EndpointId id, absl::Time now, TestDone done);
  absl::StatusOr<std::vector<DeadLetter>> DeadLetters(EndpointId id, std::uint64_t after,
                                                      std::size_t max, absl::Time now);
  absl::Status SendAgain(EndpointId id, std::uint64_t number, absl::Time now);
  // By `Work`. `done` is called at its end.
  void SendAllAgain(EndpointId id, SentAgain done);

 private:
  struct Endpoint {
    EndpointRecord record = {};
    Filter filter = {};
    Circuit circuit = {};
    EndpointQueue queue = {};
    std::uint64_t dead = 0;
    std::size_t under_way = 0;
    // Raised where it becomes another one for who sends: what attempts from before say
    // is not of it.
    std::uint64_t generation = 0;
    // Until when its two secrets were to overlap, as it was said first, by a clock that
    // may have been right.
    absl::Time overlap_until = absl::InfinitePast();
    // When it is looked at next, as `agenda_` has it.
    std::optional<absl::Time> wakes_at = std::nullopt;
    bool is_starved = false;  // it is in `starved_`
    bool is_changed = false;  // it is in `changed_`

    absl::Duration overlap() const { return record.overlap.value_or(kOverlapMax); }
    absl::Time overlap_began() const { return overlap_until - overlap(); }
  };
  // An attempt that is under way.
  struct Flight {
    std::uint64_t endpoint = 0;
    EndpointId id = {};
    std::uint64_t number = 0;  // 0: of a test
    LineKey line = {};
    NotificationId notification = {};
    absl::Time accepted_at = {};
    absl::Time began_at = {};
    std::uint64_t generation = 0;  // of the endpoint
    std::uint32_t attempt = 0;
    bool is_probe = false;
    TestDone test = nullptr;
  };
  struct Content {
    NotificationId notification = {};
    std::shared_ptr<const std::string> body = nullptr;
    absl::Status damaged = {};
  };

  // Dead letters of one endpoint that are sent again, some at a time.
  struct Revival {
    EndpointId id = {};
    std::uint64_t after = 0;  // those up to there were
    std::uint64_t last = 0;   // what died later is none of it
    std::uint64_t sent = 0;
    absl::Status damaged = {};
    SentAgain done = nullptr;
  };

  Dispatcher(WebhookOptions options, AddressPolicy policy,
             std::unique_ptr<DeliveryStore> store, Transfers* transfers);
  absl::Status Load(absl::Time now);
  // Sets how many are dead to what the store has.
  absl::Status CountDead();
  Endpoint* AddEndpoint(EndpointRecord record);
  Endpoint* Find(std::uint64_t number);
  absl::StatusOr<Endpoint*> Find(EndpointId id) const;

  // An attempt that begins then, or later, is the last one.
  absl::Time DeadlineOf(const Endpoint& endpoint, absl::Time accepted_at) const;
  // While the endpoint is paused it dies then without one.
  absl::Time GivesUpAt(const Endpoint& endpoint, absl::Time accepted_at,
                       absl::Time now) const;
  void Push(Endpoint* endpoint, const LineKey& line, const Waiting& waiting,
            absl::Time due);
  bool BeginOne(Endpoint* endpoint, absl::Time now);
  // Some of them.
  void BuryOverdue(Endpoint* endpoint, absl::Time now);
  absl::StatusOr<Content> ContentOf(std::uint64_t number);
  // What was taken, and whose content could not be had.
  void PutBack(Endpoint* endpoint, const EndpointQueue::First& first, absl::Time now);
  void SetAside(Endpoint* endpoint, const EndpointQueue::First& first,
                const absl::Status& damaged, absl::Time now);
  void Send(const Endpoint& endpoint, const Content& content, Flight flight,
            absl::Time now);
  void Succeeded(Endpoint* endpoint, const Flight& flight, absl::Time now);
  void Failed(Endpoint* endpoint, const Flight& flight, const Ended& ended,
              absl::Time now);
  // Before the endpoint became what it is.
  void FailedBefore(Endpoint* endpoint, const Flight& flight, const Ended& ended);
  // Until then, but no longer than an overlap that began now.
  void SetOverlap(Endpoint* endpoint, absl::Time until, absl::Time now);
  void CancelAttempts(std::uint64_t endpoint);
  void TellOf(Flight* flight, const Ended& ended);

  // It may have something to do now.
  void Touch(Endpoint* endpoint) { WakeAt(endpoint, absl::InfinitePast()); }
  void WakeAt(Endpoint* endpoint, absl::Time at);
  // Nothing can be begun for it now.
  void Settle(Endpoint* endpoint, absl::Time now);
  void NoteChanged(Endpoint* endpoint);
  void DivideSlots();

  absl::Status CheckEndpoint(const WebhookSettings& settings, const Endpoint* but) const;
  absl::Status Put(Endpoint* endpoint, const EndpointRecord& record);
  EndpointId NewId();
  absl::StatusOr<std::string> SecretOr(WebhookScheme scheme, absl::string_view secret);
  WebhookEndpoint Show(const Endpoint& endpoint, absl::Time now) const;
  absl::StatusOr<DeliveryStore::FoundDead> FindDead(EndpointId id, std::uint64_t after,
                                                    std::size_t max);
  absl::Status ReviveBatch(Endpoint* endpoint, const std::vector<DeadLetter>& letters,
                           absl::Time now);
  void ReviveSome(absl::Time now);
  // Whether that was the last of it.
  absl::StatusOr<bool> ReviveNext(Revival* revival, absl::Time now);
  void RemoveSome(absl::Time now);
  absl::Status BeginForgetting(absl::Time now);
  void ForgetSome(absl::Time now);
  // Of what is forgotten, or begins to be.
  void Forget(absl::Time now);
  // Of which endpoints a chore fails, and why.
  absl::Status HowWorkWent() const;

  WebhookOptions options_;
  const RetrySchedule schedule_;
  // For so long everybody is tried who could not be before.
  const absl::Duration grace_;
  const AddressPolicy policy_;
  const std::unique_ptr<DeliveryStore> store_;
  Transfers* const transfers_;
  std::mt19937_64 random_;
  AttemptSlots slots_;

  std::map<std::uint64_t, std::unique_ptr<Endpoint>> endpoints_;
  absl::flat_hash_map<EndpointId, Endpoint*> by_id_;
  absl::flat_hash_map<std::uint64_t, Flight> flights_;
  std::set<std::pair<absl::Time, std::uint64_t>> agenda_;
  // That would begin something, were it not for the others.
  std::deque<std::uint64_t> starved_;
  std::vector<std::uint64_t> changed_;
  Unwritten unwritten_;
  static constexpr std::size_t kUnwrittenMuch = 4'096;
  static constexpr std::size_t kAcceptedAtOnce = 2'048;
  static constexpr absl::Duration kForgetEvery = absl::Hours(1);
  static constexpr absl::Duration kWorkAgain = absl::Seconds(10);

  std::uint64_t last_number_ = 0;
  std::uint64_t last_flight_ = 0;
  std::uint64_t last_endpoint_ = 0;
  // Of the dead letters some are looked at each time. Which are old is so from the
  // beginning, as the clock may jump meanwhile.
  struct Forgetting {
    absl::Time died_before = {};
    std::uint64_t endpoint = 0;
    std::uint64_t after = 0;
  };
  absl::Time forgets_at_ = absl::InfinitePast();
  std::optional<Forgetting> forgetting_ = std::nullopt;
  // Endpoints that are gone, but for what waited for them, or died.
  std::map<std::uint64_t, EndpointId> removed_;
  std::uint64_t removes_from_ = 0;  // the next of them, or behind it
  std::deque<Revival> revivals_;
  // What is done by itself, endpoint by endpoint: of which it failed the last time, by
  // their numbers (0: of none of them), and when it is gone on with.
  struct Chore {
    std::map<std::uint64_t, absl::Status> failed = {};
    absl::Time again_at = absl::InfinitePast();

    void Note(std::uint64_t endpoint, const absl::Status& done, absl::Time now) {
      again_at = done.ok() ? absl::InfinitePast() : now + kWorkAgain;
      if (done.ok()) {
        failed.erase(endpoint);
      } else {
        failed[endpoint] = done;
      }
    }
  };
  Chore forgets_;
  Chore removes_;
  // In this turn.
  std::size_t buried_ = 0;
  std::size_t unread_ = 0;  // as they could not be
  Unreadable unreadable_;
  // Nothing dies before.
  absl::Time grace_until_ = absl::InfinitePast();
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_DISPATCHER_H_
