#include "engine/store/entry.h"

#include <cstdint>

#include "engine/base/bytes.h"
#include "engine/store/alert_fields.h"
#include "engine/store/fact_blob.h"

namespace tocsin::store {
namespace {

// The first byte of an entry that is no fact. A fact's own first byte is none of these.
enum class Kind : std::uint8_t {
  kAt = 0x20,
  kTouched,
  kSwept,
  kWasReset,
  kAnswered,
  kAlertCreated,
  kAlertUpdated,
  kAlertStatusSet,
  kDecidedShort,  // as stores of format 1 have it: without what explains it
  kRules,
  kDecided,
  kSettled,
};

struct DecidedShort : Decided {};

template <typename T>
void PutAs(Kind kind, const T& entry, std::string* out) {
  ByteWriter(out).Byte(static_cast<std::uint8_t>(kind));
  Writer writer(out);
  Fields(writer, entry);
}

}  // namespace

template <>
struct LastOf<Touched::How> {
  static constexpr Touched::How value = Touched::How::kReadsDropped;
};

template <typename Archive, Of<At> T>
void Fields(Archive& archive, T& entry) {
  archive(entry.instant);
}
template <typename Archive, Of<Touched> T>
void Fields(Archive& archive, T& entry) {
  archive(entry.customer, entry.how);
}
template <typename Archive, Of<Swept> T>
void Fields(Archive& archive, T& entry) {
  archive(entry.shards, entry.shard, entry.first, entry.last);
}
template <typename Archive, Of<WasReset> T>
void Fields(Archive& archive, T& entry) {
  archive(entry.customer, entry.alert, entry.instance, entry.read_anew);
}
template <typename Archive, Of<Answered> T>
void Fields(Archive& archive, T& entry) {
  archive(entry.customer, entry.alert, entry.error);
}
template <typename Archive, Of<AlertCreated> T>
void Fields(Archive& archive, T& entry) {
  archive(entry.spec, entry.drafted_at);
}
template <typename Archive, Of<AlertUpdated> T>
void Fields(Archive& archive, T& entry) {
  archive(entry.alert, entry.update, entry.drafted_at);
}
template <typename Archive, Of<AlertStatusSet> T>
void Fields(Archive& archive, T& entry) {
  archive(entry.alert, entry.status, entry.release_uniqueness_key, entry.drafted_at);
}
template <typename Archive, Of<DecidedShort> T>
void Fields(Archive& archive, T& entry) {
  archive(entry.customer, entry.alert, entry.instance, entry.kind, entry.epoch,
          entry.crossing, entry.sequence);
}
template <typename Archive, Of<Decided> T>
void Fields(Archive& archive, T& entry) {
  archive(entry.customer, entry.alert, entry.instance, entry.kind, entry.epoch,
          entry.crossing, entry.sequence, entry.triggered_by, entry.value, entry.time);
}
template <typename Archive, Of<Settled> T>
void Fields(Archive& archive, T& entry) {
  archive(entry.customer, entry.alert, entry.instance, entry.in_alarm);
}
template <typename Archive, Of<Rules> T>
void Fields(Archive& archive, T& rules) {
  archive(rules.period_policy, rules.tracked_group_keys, rules.groups_per_measure_max,
          rules.instances_per_customer_max, rules.keep_ended, rules.has_source,
          rules.source_timeout, rules.source_attempts_max, rules.read_additions_max,
          rules.seed);
}

void Put(const At& entry, std::string* out) { PutAs(Kind::kAt, entry, out); }
void Put(const Touched& entry, std::string* out) { PutAs(Kind::kTouched, entry, out); }
void Put(const Swept& entry, std::string* out) { PutAs(Kind::kSwept, entry, out); }
void Put(const WasReset& entry, std::string* out) { PutAs(Kind::kWasReset, entry, out); }
void Put(const Answered& entry, std::string* out) {
  PutAs(Kind::kAnswered, entry, out);
  ByteWriter(out).Number(entry.facts.size());
  for (const Fact& fact : entry.facts) Put(fact, out);
}
void Put(const AlertCreated& entry, std::string* out) {
  PutAs(Kind::kAlertCreated, entry, out);
}
void Put(const AlertUpdated& entry, std::string* out) {
  PutAs(Kind::kAlertUpdated, entry, out);
}
void Put(const AlertStatusSet& entry, std::string* out) {
  PutAs(Kind::kAlertStatusSet, entry, out);
}
void Put(const Decided& entry, std::string* out) { PutAs(Kind::kDecided, entry, out); }
void Put(const Settled& entry, std::string* out) { PutAs(Kind::kSettled, entry, out); }
void Put(const Rules& entry, std::string* out) { PutAs(Kind::kRules, entry, out); }

Entry ReadEntry(Reader* reader) {
  switch (static_cast<Kind>(reader->PeekByte())) {
    case Kind::kAt:
      return reader->NextBehindByte<At>();
    case Kind::kTouched:
      return reader->NextBehindByte<Touched>();
    case Kind::kSwept:
      return reader->NextBehindByte<Swept>();
    case Kind::kWasReset:
      return reader->NextBehindByte<WasReset>();
    case Kind::kAnswered: {
      auto answered = reader->NextBehindByte<Answered>();
      const std::size_t facts = reader->Count();
      for (std::size_t i = 0; i < facts && reader->ok(); ++i) {
        answered.facts.push_back(ReadFact(reader));
      }
      return answered;
    }
    case Kind::kAlertCreated:
      return reader->NextBehindByte<AlertCreated>();
    case Kind::kAlertUpdated:
      return reader->NextBehindByte<AlertUpdated>();
    case Kind::kAlertStatusSet:
      return reader->NextBehindByte<AlertStatusSet>();
    case Kind::kDecidedShort:
      return Decided(reader->NextBehindByte<DecidedShort>());
    case Kind::kDecided:
      return reader->NextBehindByte<Decided>();
    case Kind::kSettled:
      return reader->NextBehindByte<Settled>();
    case Kind::kRules:
      return reader->NextBehindByte<Rules>();
  }
  return ReadFact(reader);
}

}  // namespace tocsin::store
