#ifndef TOCSIN_ENGINE_HTTP_IDEMPOTENCY_H_
#define TOCSIN_ENGINE_HTTP_IDEMPOTENCY_H_

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "engine/http/tokens.h"
#include "tocsin/http.h"
#include "tocsin/options.h"

namespace tocsin::http {

// Whose a key is stands in the first bytes of its digest, so that it is known of those
// that were kept by an earlier process.
inline constexpr std::size_t kHolderBytes = 8;

// The answers that were given to requests with an `Idempotency-Key`. None is forgotten
// before its time: where there is no room for another one, no other request is taken. Nor
// is it where its holder has as much as is left free: so there is always some for others.
//
// Thread safety: every method may be called from any thread. Must outlive its `Turn`s.
class IdempotencyKeys {
 public:
  struct Limits {
    absl::Duration keep = absl::Hours(24);
    std::size_t keys_max = 0;
    std::size_t bytes_max = 0;  // of all answers; the last one may go beyond
  };

  // The right to do what a request asks for, once. Without `Keep` the key is free again
  // when it ends.
  class Turn {
   public:
    Turn(IdempotencyKeys* keys, const Digest& key) : keys_(keys), key_(key) {}
    ~Turn() {
      if (keys_ != nullptr) keys_->Forget(key_);
    }
    Turn(Turn&& other) noexcept
        : keys_(std::exchange(other.keys_, nullptr)), key_(other.key_) {}
    Turn& operator=(Turn&&) = delete;

    void Keep(const HttpResponse& response) {
      std::exchange(keys_, nullptr)->Keep(key_, response);
    }

   private:
    IdempotencyKeys* keys_;
    Digest key_;
  };

  enum class Kind {
    kFirst,     // do it: there is a `turn`
    kAnswered,  // `response` is what was answered
    kOther,     // the key was used for another request
    kUnderWay,  // the first is not answered yet
    kFull,
  };
  struct Begun {
    Kind kind = Kind::kFull;
    std::optional<Turn> turn = std::nullopt;
    HttpResponse response = {};
    // Of kFull: when there will be room, if nobody else takes it.
    absl::Duration retry_after = absl::ZeroDuration();
  };

  IdempotencyKeys(Clock* clock, const Limits& limits) : clock_(clock), limits_(limits) {}

  // `key` is of the holder and the header, `request` of all that makes it the same one.
  Begun Begin(const Digest& key, const Digest& request);

  // One that was kept before, by whatever limits. In the order of their time.
  void Load(const Digest& key, const Digest& request, const HttpResponse& response,
            absl::Time at);

  bool Knows(const Digest& key) const;
  std::size_t size() const;

 private:
  struct Entry {
    Digest request = {};
    std::shared_ptr<const HttpResponse> response = nullptr;  // null: under way
  };
  struct Holder {
    std::size_t keys = 0;  // also under way
    std::size_t bytes = 0;
    std::deque<absl::Time> kept = {};  // the oldest first
  };
  using HolderId = std::array<unsigned char, kHolderBytes>;

  static HolderId HolderOf(const Digest& key);
  bool HasRoomFor(const Holder& holder) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration RoomIn(const Holder& holder) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void KeepAt(absl::Time at, const Digest& key,
              std::shared_ptr<const HttpResponse> response)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remove(const Digest& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void Keep(const Digest& key, const HttpResponse& response);
  void Forget(const Digest& key);
  void DropOld() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Clock* const clock_;
  const Limits limits_;
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  absl::flat_hash_map<Digest, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<HolderId, Holder> holders_ ABSL_GUARDED_BY(mutex_);
  // Of the kept ones, the oldest first.
  std::deque<std::pair<absl::Time, Digest>> kept_ ABSL_GUARDED_BY(mutex_);
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_IDEMPOTENCY_H_
