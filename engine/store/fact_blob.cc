#include "engine/store/fact_blob.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "engine/store/fact_fields.h"

namespace tocsin::store {
namespace {

constexpr std::uint8_t kPlain = 0x40;
constexpr std::uint8_t kIsUsage = 1;
constexpr std::uint8_t kHasSubject = 2;
constexpr std::uint8_t kHasVersion = 4;
constexpr std::uint8_t kHasTime = 8;
constexpr std::uint8_t kPlainFlags = 15;

Fact ReadPlain(std::uint8_t flags, Reader* reader) {
  const auto customer = reader->Next<CustomerId>();
  const auto amount = reader->Next<Decimal>();
  model::Subject subject = model::SpendIn(UsdCents());
  std::optional<std::uint64_t> version;
  std::optional<absl::Time> time;
  if ((flags & kHasSubject) != 0) subject.id = reader->Next<boost::uuids::uuid>();
  if ((flags & kIsUsage) != 0) subject.type = AlertType::kUsageThresholdReached;
  if ((flags & kHasVersion) != 0) version = reader->Next<std::uint64_t>();
  if ((flags & kHasTime) != 0) time = reader->Next<absl::Time>();
  return model::AsFact({customer, subject, amount, version, time});
}

// Reads a fact of the kind that is at `kind` in the variant.
template <std::size_t... I>
Fact ReadKind(std::size_t kind, Reader* reader, std::index_sequence<I...> /*kinds*/) {
  Fact fact;
  const bool known =
      ((kind == I &&
        (fact = reader->Next<std::variant_alternative_t<I, Fact>>(), true)) ||
       ...);
  if (!known) reader->Fail();
  return fact;
}

}  // namespace

void Put(const model::PlainAddition& plain, std::string* out) {
  // In memory: what a call returns in two registers is slow to compare as a whole.
  static const boost::uuids::uuid usd = UsdCents().uuid();
  const bool is_usage = plain.subject.type == AlertType::kUsageThresholdReached;
  const bool has_subject = is_usage || plain.subject.id != usd;
  FewBytes all;
  BasicByteWriter<FewBytes> bytes(&all);
  using Bytes = decltype(bytes);
  static_assert(1 + 2 * sizeof(boost::uuids::uuid) + Bytes::kAmountMax +
                    Bytes::kNumberMax + Bytes::kTimeMax <=
                kFewBytes);
  bytes.Byte(static_cast<std::uint8_t>(kPlain | (is_usage ? kIsUsage : 0) |
                                       (has_subject ? kHasSubject : 0) |
                                       (plain.version.has_value() ? kHasVersion : 0) |
                                       (plain.time.has_value() ? kHasTime : 0)));
  bytes.Uuid(plain.customer);
  bytes.Amount(plain.amount);
  if (has_subject) bytes.Uuid(plain.subject.id);
  if (plain.version.has_value()) bytes.Number(*plain.version);
  if (plain.time.has_value()) bytes.Time(*plain.time);
  out->append(all.view().data(), all.view().size());
}

void Put(const Fact& fact, std::string* out) {
  if (const std::optional<model::PlainAddition> plain = model::AsPlainAddition(fact)) {
    return Put(*plain, out);
  }
  ByteWriter(out).Byte(static_cast<std::uint8_t>(fact.index()));
  Writer writer(out);
  std::visit([&writer](const auto& one) { writer(one); }, fact);
}

Fact ReadFact(Reader* reader) {
  const std::uint8_t first = reader->Byte();
  if ((first & ~kPlainFlags) == kPlain) {
    return ReadPlain(first & kPlainFlags, reader);
  }
  return ReadKind(first, reader, std::make_index_sequence<std::variant_size_v<Fact>>());
}

}  // namespace tocsin::store
