#ifndef TOCSIN_ENGINE_WIRE_FIELD_READER_H_
#define TOCSIN_ENGINE_WIRE_FIELD_READER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/wire/field_names.h"
#include "engine/wire/json_tree.h"
#include "tocsin/decimal.h"
#include "tocsin/fact.h"
#include "tocsin/ids.h"
#include "tocsin/status.h"

namespace tocsin {

// Where an object stands in the text, for messages: `alert.group_values[1].`.
// Made on the stack, and only spelled out when something is wrong.
struct JsonPath {
  const JsonPath* parent = nullptr;
  absl::string_view field = {};                     // the member of `parent`; empty: none
  std::optional<std::size_t> index = std::nullopt;  // the element, if in an array

  std::string ToString() const;
};

// What becomes of the names that an object has beside those that are known of it.
enum class OtherNames : std::uint8_t { kRefused, kPassedOver };

// Reads the known fields of one JSON object into C++ values. The first thing
// that is wrong stays in `status()`, and nothing is read after it, so that a
// caller may ask for all fields and look once.
//
// `Require...` wants a value; `Read...` takes an absent field or `null` as left
// out.
class FieldReader {
 public:
  // `object` and `path` must outlive the reader. `others` goes for what is in the object,
  // too.
  FieldReader(const JsonValue& object, const JsonPath* path,
              OtherNames others = OtherNames::kRefused);

  const absl::Status& status() const { return status_; }
  bool ok() const { return status_.ok(); }

  // The value of a field, or null if it is absent or `null`.
  const JsonValue* Find(Field field) const {
    const JsonValue* value = FindEvenNull(field);
    return value != nullptr && value->kind != JsonKind::kNull ? value : nullptr;
  }
  const JsonValue* FindEvenNull(Field field) const {
    return (present_ & FieldSet::BitOf(field)) != 0
               ? values_[static_cast<std::size_t>(field)]
               : nullptr;
  }

  template <typename Tag>
  void RequireId(Field field, Id<Tag>* id) {
    if (const JsonValue* value = RequireString(field, "the text of a UUID")) {
      TakeUuid(field, *value, id);
    }
  }
  template <typename Tag>
  void ReadId(Field field, std::optional<Id<Tag>>* id) {
    if (ok() && Find(field) != nullptr) RequireId(field, &id->emplace());
  }
  template <typename Tag>
  void ReadId(Field field, Id<Tag>* id) {
    if (ok() && Find(field) != nullptr) RequireId(field, id);
  }

  void RequireDecimal(Field field, Decimal* decimal);
  void RequireTime(Field field, absl::Time* time);
  void RequireText(Field field, std::string* text);

  void ReadTime(Field field, std::optional<absl::Time>* time) {
    if (ok() && Find(field) != nullptr) RequireTime(field, &time->emplace());
  }
  void ReadDecimal(Field field, std::optional<Decimal>* decimal) {
    if (ok() && Find(field) != nullptr) RequireDecimal(field, &decimal->emplace());
  }
  void ReadText(Field field, std::optional<std::string>* text) {
    if (ok() && Find(field) != nullptr) RequireText(field, &text->emplace());
  }
  void RequireBool(Field field, bool* value);
  void ReadBool(Field field, std::optional<bool>* value);
  void ReadBool(Field field, bool* value);
  // An unsigned 64-bit integer.
  void ReadCount(Field field, std::optional<std::uint64_t>* count);

  // In these `null` says that the value is taken away.
  template <typename Tag>
  void PatchId(Field field, Patch<Id<Tag>>* patch) {
    Id<Tag> id;
    if (Patches(field, patch)) RequireId(field, &id), *patch = id;
  }
  void PatchTime(Field field, Patch<absl::Time>* patch);
  void PatchText(Field field, Patch<std::string>* patch);
  void PatchCustomFields(Field field, Patch<CustomFields>* patch);
  void PatchSeat(Field field, Patch<Seat>* patch);

  void RequireCustomFields(Field field, CustomFields* fields);
  // An object `{key: value}`.
  void ReadGroupObject(Field field, std::vector<GroupValue>* values);
  // An object `{"seat_group_key": S, "seat_group_value": S}`.
  void ReadSeat(Field field, std::optional<Seat>* seat);
  // An array of strings.
  void ReadTexts(Field field, std::vector<std::string>* texts);

  // A string field that must be there; null after an error. `want` says what it
  // should have been.
  const JsonValue* RequireString(Field field, absl::string_view want);

  // Calls `read(FieldReader&)` for each object of the array `field`, if given.
  // Elements that are not objects are refused.
  template <typename Read>
  void ReadObjects(Field field, Read read) {
    const JsonValue* array = ok() ? Find(field) : nullptr;
    if (array == nullptr) return;
    if (array->kind != JsonKind::kArray)
      return RefuseKind(field, *array, "an array of objects");
    std::size_t index = 0;
    for (const JsonValue* element = array->begin(); element != array->end() && ok();
         element = element->next(), ++index) {
      const JsonPath path = {.parent = path_, .field = FieldName(field), .index = index};
      ReadElement(*element, path, read);
    }
  }

  // Calls `read(FieldReader&)` for the object `field`, if given. `want` says what
  // it should have been.
  template <typename Read>
  void ReadObject(Field field, absl::string_view want, Read read) {
    const JsonValue* object = ok() ? Find(field) : nullptr;
    if (object == nullptr) return;
    if (object->kind != JsonKind::kObject) return RefuseKind(field, *object, want);
    const JsonPath path = {.parent = path_, .field = FieldName(field)};
    ReadElement(*object, path, read);
  }

  // Whether the object has no names but these.
  bool HasOnly(FieldSet fields) const { return fields.HasAll(present_); }
  // Refuses the first name that is none of these, which are those of `what`. Before
  // the rest is read: a name that is misspelt is seldom also missing. Not where others
  // are passed over.
  void RefuseOthers(FieldSet fields, absl::string_view what) {
    if (others_ == OtherNames::kRefused && !HasOnly(fields)) {
      RefuseFirstOther(fields, what);
    }
  }

  // Refuses the first of `fields` that is given.
  void RefuseGiven(FieldSet fields, absl::string_view why);

  // Keeps an error about a field, unless there is one already.
  ABSL_ATTRIBUTE_COLD void Refuse(Reason reason, Field field, absl::string_view message);
  ABSL_ATTRIBUTE_COLD void RefuseKind(Field field, const JsonValue& value,
                                      absl::string_view want);
  ABSL_ATTRIBUTE_COLD void RefuseMissing(Field field, absl::string_view want);
  // Takes over an error that names its place already.
  void Refuse(absl::Status status) { status_.Update(std::move(status)); }

  const JsonPath* path() const { return path_; }
  const JsonValue& object() const { return object_; }

 private:
  template <typename Read>
  void ReadElement(const JsonValue& element, const JsonPath& path, Read read) {
    if (element.kind != JsonKind::kObject) {
      return Refuse(NotOfKind(element, path, "an object"));
    }
    FieldReader reader(element, &path, others_);
    read(reader);
    Refuse(reader.status());
  }

  template <typename T>
  bool Patches(Field field, Patch<T>* patch) {
    const JsonValue* value = ok() ? FindEvenNull(field) : nullptr;
    if (value == nullptr) return false;
    if (value->kind != JsonKind::kNull) return true;
    *patch = Patch<T>::Clear();
    return false;
  }

  template <typename Tag>
  void TakeUuid(Field field, const JsonValue& value, Id<Tag>* id) {
    absl::StatusOr<boost::uuids::uuid> uuid = ParseUuid(value.text());
    if (!uuid.ok()) return RefuseStatus(field, uuid.status());
    if (uuid->is_nil()) return RefuseNil(field);
    *id = Id<Tag>(*uuid);
  }

  ABSL_ATTRIBUTE_COLD void RefuseFirstOther(FieldSet fields, absl::string_view what);
  ABSL_ATTRIBUTE_COLD static absl::Status NotOfKind(const JsonValue& value,
                                                    const JsonPath& path,
                                                    absl::string_view want);
  ABSL_ATTRIBUTE_COLD void RefuseNil(Field field);
  ABSL_ATTRIBUTE_COLD void RefuseStatus(Field field, const absl::Status& status);
  // Calls `take(key, value)` for each member of an object of strings.
  template <typename Take>
  void ReadStrings(Field field, const JsonValue& object, Take take);

  const JsonValue& object_;
  const JsonPath* path_;
  OtherNames others_;
  std::uint64_t present_ = 0;  // kUnknown among them
  absl::Status status_;
  std::array<const JsonValue*, kFieldCount> values_;  // valid where `present_`
};

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_WIRE_FIELD_READER_H_
