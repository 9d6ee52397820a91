#include "engine/wire/field_reader.h"

#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/rfc3339.h"
#include "engine/base/status.h"
#include "engine/base/text.h"
#include "engine/wire/other_name.h"

namespace tocsin {

namespace {

// `a number ("12")`
std::string Describe(const JsonValue& value) {
  std::string text(JsonKindName(value.kind));
  if (value.kind == JsonKind::kNumber || value.kind == JsonKind::kString) {
    absl::StrAppend(&text, " (", Quote(value.text()), ")");
  }
  return text;
}

}  // namespace

std::string JsonPath::ToString() const {
  std::string text = parent != nullptr ? parent->ToString() : std::string();
  absl::StrAppend(&text, field);
  if (index.has_value()) absl::StrAppend(&text, "[", *index, "]");
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

FieldReader::FieldReader(const JsonValue& object, const JsonPath* path, OtherNames others)
    : object_(object), path_(path), others_(others) {
  for (const JsonValue* member = object.begin(); member != object.end();
       member = member->next()) {
    const Field field = FieldFromName(member->key());
    present_ |= FieldSet::BitOf(field);
    if (field == Field::kUnknown) continue;
    values_[static_cast<std::size_t>(field)] = member;
  }
}

void FieldReader::Refuse(Reason reason, Field field, absl::string_view message) {
  if (!ok()) return;
  status_ = MakeStatus(reason, absl::StrCat(path_ != nullptr ? path_->ToString() : "",
                                            FieldName(field), ": ", message));
}

void FieldReader::RefuseStatus(Field field, const absl::Status& status) {
  const Reason reason = ReasonOf(status);
  Refuse(reason == Reason::kNone ? Reason::kMalformed : reason, field, status.message());
}

void FieldReader::RefuseKind(Field field, const JsonValue& value,
                             absl::string_view want) {
  Refuse(Reason::kMalformed, field,
         absl::StrCat("is ", Describe(value), ", must be ", want));
}

void FieldReader::RefuseMissing(Field field, absl::string_view want) {
  if (FindEvenNull(field) != nullptr) {
    return Refuse(Reason::kMissing, field, absl::StrCat("is null, must be ", want));
  }
  std::string message = absl::StrCat("is missing, must be ", want);
  for (const JsonValue* member = object_.begin(); member != object_.end();
       member = member->next()) {
    if (FieldMeant(member->key(), {field}) != field) continue;
    absl::StrAppend(&message, "; the field ", Quote(member->key()), " may be meant");
    break;
  }
  Refuse(Reason::kMissing, field, message);
}

void FieldReader::RefuseNil(Field field) {
  Refuse(Reason::kMissing, field, "is the nil UUID, must be another one");
}

void FieldReader::RefuseGiven(FieldSet fields, absl::string_view why) {
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const Field field = static_cast<Field>(i);
    if (fields.Has(field) && Find(field) != nullptr) {
      return Refuse(Reason::kNotOfThisType, field, why);
    }
  }
}

void FieldReader::RefuseFirstOther(FieldSet fields, absl::string_view what) {
  const JsonValue* other = object_.begin();
  while (other != object_.end() && fields.Has(FieldFromName(other->key()))) {
    other = other->next();
  }
  if (!ok() || other == object_.end()) return;
  std::string place = path_ != nullptr ? path_->ToString() : std::string();
  if (!place.empty()) place.replace(place.size() - 1, 1, ": ");
  status_ = MakeStatus(Reason::kMalformed,
                       absl::StrCat(place, DescribeOther(other->key(), fields, what)));
}

absl::Status FieldReader::NotOfKind(const JsonValue& value, const JsonPath& path,
                                    absl::string_view want) {
  std::string place = path.ToString();
  if (!place.empty()) place.pop_back();
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat(place, ": is ", Describe(value), ", must be ", want));
}

const JsonValue* FieldReader::RequireString(Field field, absl::string_view want) {
  if (!ok()) return nullptr;
  const JsonValue* value = Find(field);
  if (value == nullptr) {
    RefuseMissing(field, want);
    return nullptr;
  }
  if (value->kind != JsonKind::kString) {
    RefuseKind(field, *value, want);
    return nullptr;
  }
  return value;
}

void FieldReader::RequireDecimal(Field field, Decimal* decimal) {
  if (!ok()) return;
  const JsonValue* value = Find(field);
  if (value == nullptr) return RefuseMissing(field, "a decimal number");
  absl::StatusOr<Decimal> read = Decimal();
  if (value->kind == JsonKind::kString) {
    read = Decimal::Parse(value->text());
  } else if (value->kind == JsonKind::kNumber) {
    read = Decimal::ParseJsonNumber(value->text());
  } else {
    return RefuseKind(field, *value, "a decimal number, or a string with one");
  }
  if (!read.ok()) return RefuseStatus(field, read.status());
  *decimal = *read;
}

void FieldReader::RequireTime(Field field, absl::Time* time) {
  const JsonValue* value = RequireString(field, "an RFC 3339 timestamp in a string");
  if (value == nullptr) return;
  const absl::StatusOr<absl::Time> read = ParseRfc3339(value->text());
  if (!read.ok()) return RefuseStatus(field, read.status());
  *time = *read;
}

void FieldReader::RequireText(Field field, std::string* text) {
  if (const JsonValue* value = RequireString(field, "a string")) {
    text->assign(value->text().data(), value->text().size());
  }
}

void FieldReader::RequireBool(Field field, bool* value) {
  if (ok() && Find(field) == nullptr) return RefuseMissing(field, "true or false");
  ReadBool(field, value);
}

void FieldReader::ReadBool(Field field, std::optional<bool>* value) {
  const JsonValue* given = ok() ? Find(field) : nullptr;
  if (given == nullptr) return;
  if (given->kind != JsonKind::kTrue && given->kind != JsonKind::kFalse) {
    return RefuseKind(field, *given, "true or false");
  }
  *value = given->kind == JsonKind::kTrue;
}

void FieldReader::ReadBool(Field field, bool* value) {
  std::optional<bool> given;
  ReadBool(field, &given);
  *value = given.value_or(*value);
}

void FieldReader::ReadCount(Field field, std::optional<std::uint64_t>* count) {
  const JsonValue* value = ok() ? Find(field) : nullptr;
  if (value == nullptr) return;
  constexpr absl::string_view kWant = "an integer from 0 to 18446744073709551615";
  if (value->kind != JsonKind::kNumber) return RefuseKind(field, *value, kWant);
  std::uint64_t read = 0;
  // SimpleAtoi alone would take a sign.
  if (value->text().front() == '-' || !absl::SimpleAtoi(value->text(), &read)) {
    return Refuse(Reason::kOutOfRange, field,
                  absl::StrCat("is ", Quote(value->text()), ", must be ", kWant));
  }
  *count = read;
}

void FieldReader::PatchTime(Field field, Patch<absl::Time>* patch) {
  if (!Patches(field, patch)) return;
  absl::Time time;
  RequireTime(field, &time);
  *patch = time;
}

void FieldReader::PatchText(Field field, Patch<std::string>* patch) {
  if (!Patches(field, patch)) return;
  std::string text;
  RequireText(field, &text);
  *patch = std::move(text);
}

void FieldReader::PatchSeat(Field field, Patch<Seat>* patch) {
  if (!Patches(field, patch)) return;
  std::optional<Seat> seat;
  ReadSeat(field, &seat);
  if (seat.has_value()) *patch = *std::move(seat);
}

void FieldReader::PatchCustomFields(Field field, Patch<CustomFields>* patch) {
  if (!Patches(field, patch)) return;
  CustomFields fields;
  RequireCustomFields(field, &fields);
  *patch = std::move(fields);
}

template <typename Take>
void FieldReader::ReadStrings(Field field, const JsonValue& object, Take take) {
  if (object.kind != JsonKind::kObject) {
    return RefuseKind(field, object, "an object whose values are strings");
  }
  for (const JsonValue* member = object.begin(); member != object.end();
       member = member->next()) {
    if (member->kind != JsonKind::kString) {
      return Refuse(Reason::kMalformed, field,
                    absl::StrCat("the value of ", Quote(member->key()), " is ",
                                 Describe(*member), ", must be a string"));
    }
    take(std::string(member->key()), std::string(member->text()));
  }
}

void FieldReader::RequireCustomFields(Field field, CustomFields* fields) {
  if (!ok()) return;
  const JsonValue* object = Find(field);
  if (object == nullptr)
    return RefuseMissing(field, "an object whose values are strings");
  ReadStrings(field, *object, [fields](std::string key, std::string value) {
    fields->emplace(std::move(key), std::move(value));
  });
}

void FieldReader::ReadGroupObject(Field field, std::vector<GroupValue>* values) {
  const JsonValue* object = ok() ? Find(field) : nullptr;
  if (object == nullptr) return;
  ReadStrings(field, *object, [values](std::string key, std::string value) {
    values->push_back({.key = std::move(key), .value = std::move(value)});
  });
}

void FieldReader::ReadSeat(Field field, std::optional<Seat>* seat) {
  ReadObject(field, "an object with seat_group_key and seat_group_value",
             [seat](FieldReader& in) {
               Seat& read = seat->emplace();
               in.RequireText(Field::kSeatGroupKey, &read.group_key);
               in.RequireText(Field::kSeatGroupValue, &read.group_value);
             });
}

void FieldReader::ReadTexts(Field field, std::vector<std::string>* texts) {
  const JsonValue* array = ok() ? Find(field) : nullptr;
  if (array == nullptr) return;
  constexpr absl::string_view kWant = "an array of strings";
  if (array->kind != JsonKind::kArray) return RefuseKind(field, *array, kWant);
  for (const JsonValue* element = array->begin(); element != array->end();
       element = element->next()) {
    if (element->kind != JsonKind::kString) {
      const JsonPath path = {
          .parent = path_, .field = FieldName(field), .index = texts->size()};
      return Refuse(NotOfKind(*element, path, "a string"));
    }
    texts->emplace_back(element->text());
  }
}

}  // namespace tocsin
