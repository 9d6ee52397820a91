#include "engine/wire/other_name.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/text.h"

namespace tocsin {
namespace {

// Nobody means a name of the format by a longer one.
constexpr std::size_t kComparedMax = 40;
constexpr std::size_t kLettersApartMax = 2;

// What a field is called elsewhere: by Metronome, by notifications, or beside it.
constexpr std::pair<absl::string_view, Field> kOtherWords[] = {
    {"amount", Field::kQuantity},
    {"commit_id", Field::kBalanceId},
    {"contract_credit_id", Field::kBalanceId},
    {"credit_grant_id", Field::kBalanceId},
    {"credit_grant_types", Field::kCreditGrantTypeFilters},
    {"credit_id", Field::kBalanceId},
    {"credit_type", Field::kCreditTypeId},
    {"custom_fields", Field::kCustomFieldFilters},
    {"end", Field::kEndsAt},
    {"ending_before", Field::kEndsAt},
    {"expires_at", Field::kEndsAt},
    {"granted_amount", Field::kGranted},
    {"invoice_total", Field::kTotal},
    {"invoice_types", Field::kInvoiceTypesFilter},
    {"metric_id", Field::kBillableMetricId},
    {"quantity", Field::kAmount},
    {"remaining_balance", Field::kRemaining},
    {"seat", Field::kSeatFilter},
    {"seat_filter", Field::kSeat},
    {"start", Field::kStartsAt},
    {"starting_at", Field::kStartsAt},
    {"type", Field::kAlertType},
};

// How many letters have to be put in, taken out or exchanged for another.
std::size_t LettersApart(absl::string_view a, absl::string_view b) {
  std::array<std::size_t, kComparedMax + 1> row;
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t exchanged = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({exchanged, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

Field FieldMeant(absl::string_view name, FieldSet fields) {
  for (const auto& [word, field] : kOtherWords) {
    if (word == name && fields.Has(field)) return field;
  }
  Field nearest = Field::kUnknown;
  if (name.size() > kComparedMax) return nearest;
  // `end_at` is `ends_at`; `note` is not `name`, nor `customer_name` `customer_id`.
  std::size_t least = std::min(name.size() / 3, kLettersApartMax) + 1;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const Field field = static_cast<Field>(i);
    if (!fields.Has(field)) continue;
    const std::size_t apart = LettersApart(name, FieldName(field));
    if (apart >= least) continue;
    least = apart;
    nearest = field;
  }
  return nearest;
}

std::string DescribeOther(absl::string_view name, FieldSet fields,
                          absl::string_view what) {
  std::string text = absl::StrCat("the field ", Quote(name), " is not one of ", what);
  const Field meant = FieldMeant(name, fields);
  if (meant != Field::kUnknown) {
    absl::StrAppend(&text, ", ", FieldName(meant), " may be meant");
  }
  absl::string_view separator = "; those are ";
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const Field field = static_cast<Field>(i);
    if (!fields.Has(field)) continue;
    absl::StrAppend(&text, std::exchange(separator, ", "), FieldName(field));
  }
  return text;
}

}  // namespace tocsin
