#include "engine/wire/field_names.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace tocsin {
namespace {

// In the order of the enumeration.
constexpr std::array<absl::string_view, kFieldCount> kNames = {
    "active",
    "alert",
    "alert_id",
    "alert_ids",
    "alert_specifiers",
    "alert_statuses",
    "alert_type",
    "alert_types",
    "amount",
    "archived",
    "balance_id",
    "balance_type",
    "billable_metric_id",
    "contract_id",
    "credit_grant_type",
    "credit_grant_type_filters",
    "credit_type_id",
    "custom_field_filters",
    "custom_fields",
    "customer_id",
    "customer_ids",
    "enabled",
    "ends_at",
    "entity",
    "evaluate_on_create",
    "everything",
    "exclude",
    "fact_id",
    "granted",
    "group_values",
    "headers",
    "id",
    "invoice_id",
    "invoice_type",
    "invoice_types_filter",
    "key",
    "name",
    "notify_resolved",
    "number",
    "on_change",
    "overlap_seconds",
    "plan_ends_at",
    "plan_id",
    "quantity",
    "release_uniqueness_key",
    "remaining",
    "resume",
    "seat",
    "seat_filter",
    "seat_group_key",
    "seat_group_value",
    "secret",
    "secret_file",
    "signature",
    "starts_at",
    "threshold",
    "timestamp",
    "total",
    "type",
    "uniqueness_key",
    "url",
    "value",
    "version",
};

constexpr std::size_t kNameSizeMax = 25;

// A number for a name such that no two names of the format have the same, from
// its length and three of its letters. The factors were found by trying.
constexpr std::size_t Slot(const char* name, std::size_t size) {
  return (size * 16 + std::size_t{2} * static_cast<unsigned char>(name[0]) +
          std::size_t{4} * static_cast<unsigned char>(name[1]) +
          static_cast<unsigned char>(name[size - 2])) %
         256;
}

using SlotTable = std::array<Field, 256>;

constexpr SlotTable MakeSlots() {
  SlotTable slots = {};
  for (Field& slot : slots) slot = Field::kUnknown;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    slots[Slot(kNames[i].data(), kNames[i].size())] = static_cast<Field>(i);
  }
  return slots;
}

constexpr SlotTable kSlots = MakeSlots();

constexpr bool EveryNameHasItsSlot() {
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    if (kNames[i].size() < 2 || kNames[i].size() > kNameSizeMax) return false;
    if (kSlots[Slot(kNames[i].data(), kNames[i].size())] != static_cast<Field>(i))
      return false;
  }
  return true;
}
static_assert(EveryNameHasItsSlot(), "two names share a slot: choose another Slot");

template <typename Word>
bool SameWord(const char* a, const char* b) {
  Word x = 0;
  Word y = 0;
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  return x == y;
}

// Of two names of the same size, from 2 on: every name that is read comes here, and
// by words that overlap at the end it takes a third of what memcmp does.
bool SameName(const char* a, const char* b, std::size_t size) {
  if (size < sizeof(std::uint32_t)) {
    return SameWord<std::uint16_t>(a, b) &&
           SameWord<std::uint16_t>(a + size - 2, b + size - 2);
  }
  if (size < sizeof(std::uint64_t)) {
    return SameWord<std::uint32_t>(a, b) &&
           SameWord<std::uint32_t>(a + size - 4, b + size - 4);
  }
  for (std::size_t i = 0; i + 8 < size; i += 8) {
    if (!SameWord<std::uint64_t>(a + i, b + i)) return false;
  }
  return SameWord<std::uint64_t>(a + size - 8, b + size - 8);
}

}  // namespace

absl::string_view FieldName(Field field) {
  return kNames[static_cast<std::size_t>(field)];
}

Field FieldFromName(absl::string_view name) {
  if (name.size() < 2 || name.size() > kNameSizeMax) return Field::kUnknown;
  const Field field = kSlots[Slot(name.data(), name.size())];
  if (field == Field::kUnknown) return field;
  const absl::string_view known = kNames[static_cast<std::size_t>(field)];
  if (known.size() != name.size()) return Field::kUnknown;
  return SameName(known.data(), name.data(), name.size()) ? field : Field::kUnknown;
}

}  // namespace tocsin
