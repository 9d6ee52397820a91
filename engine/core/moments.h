#ifndef TOCSIN_ENGINE_CORE_MOMENTS_H_
#define TOCSIN_ENGINE_CORE_MOMENTS_H_

namespace tocsin::core {

// The moments at which something else may come between two steps of one call or task.
// A thread passes through them with no lock of the engine held, unless the name says
// which. A fact that crosses nothing passes none.
enum class Moment {
  // A reset has found its alert in the book, and not yet looked at the customer.
  kResetFound,
  // A reset is in force, and its evaluation not yet given to the pool.
  kResetTaken,
  // A query about one customer has found its alert in the book, and not yet looked at the
  // customer.
  kQueryFound,
  // A fact has decided something or left something due, and nobody was given that yet.
  kFactDecided,
  // A drain is about to see who is due, and to judge them in the same step.
  kDrainLooks,
  // A sweep after a change of an alert has listed its customers, and is about to judge
  // some of them.
  kSweepLooks,
  // A drain or sweep has judged some; what it decided is in the outbox. Nobody was yet
  // told to deliver it, to call who waited for a reset, or to read the source.
  kDueJudged,
  // A drain stopped at a full outbox, and has not yet noted that it did.
  kDrainStopped,
  // A task is about to deliver what is in the outbox.
  kDelivery,
  // An alert change is drafted, and in force nowhere.
  kChangeDraftedUnderChangeMu,
  // An alert change is in force in one shard more, or with its one customer, and not yet
  // in the book. Once for each shard.
  kChangeInForceUnderChangeMu,
  // A run over the timers has found a customer whose instant has come, and not yet
  // looked at it.
  kInstantFoundUnderTimersMu,
  // A read of the source is under way for the engine, and the source was not yet called.
  kReadBegun,
  // An answer of the source has come, and nothing of it is kept yet.
  kAnswerCame,
  // An answer is kept with its customer, and not yet judged.
  kAnswerKept,
  // A checkpoint has one image of some customers more. Alerts do not change meanwhile.
  kImageWrittenUnderChangeMu,
  // A checkpoint has all images, and is not yet said to be the one that counts.
  kImagesWholeUnderChangeMu,
  // A checkpoint counts, and the journal before it is gone.
  kCheckpointMadeUnderChangeMu,
  // A thread has taken what becomes durable together, and nothing of it is written.
  // It may hold the change lock, in a checkpoint.
  kCommitTaken,
  // That is durable. Who waits for it was not told, and nothing of it is delivered.
  kCommitDurable,
  // An engine that is opened is as the last one was, and has written nothing yet.
  kJournalDoneAgain,
  // `Close` has shut the gate; calls may still be inside.
  kGateClosed,
  // All calls have left, and nothing of what is due was finished yet.
  kCallsLeft,
};

// Is told when a thread passes through a moment, and may hold it there.
//
// Thread safety: called from any thread.
class Moments {
 public:
  virtual ~Moments() = default;
  virtual void At(Moment moment) = 0;
};

}  // namespace tocsin::core

#endif  // TOCSIN_ENGINE_CORE_MOMENTS_H_
