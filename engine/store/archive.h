#ifndef TOCSIN_ENGINE_STORE_ARCHIVE_H_
#define TOCSIN_ENGINE_STORE_ARCHIVE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "engine/base/bytes.h"
#include "engine/base/rare.h"
#include "tocsin/fact.h"

// One description of what a struct's fields are, in their order, both writes and reads
// them: a function template `Fields(archive, value)` calls `archive(field, ...)`, with a
// writer of a const struct, and with a reader of one to be filled. So the two cannot go
// different ways.
namespace tocsin::store {

// An enum's largest value: what is read must not be beyond it.
template <typename Enum>
struct LastOf;

template <typename T>
struct IsMap : std::false_type {};
template <typename K, typename V>
struct IsMap<std::map<K, V>> : std::true_type {};
template <typename K, typename V>
struct IsMap<absl::btree_map<K, V>> : std::true_type {};
template <typename K, typename V>
struct IsMap<absl::flat_hash_map<K, V>> : std::true_type {};
template <typename K, typename V>
struct IsMap<absl::node_hash_map<K, V>> : std::true_type {};

// `Self` is the class that derives from it, whose `Fields` are called.
template <typename Self>
class BasicWriter {
 public:
  explicit BasicWriter(std::string* out) : bytes_(out), out_(out) {}

  template <typename... Values>
  void operator()(const Values&... values) {
    (Put(values), ...);
  }
  // For what is written in another way.
  std::string* out() { return out_; }

 private:
  void Put(bool value) { bytes_.Bool(value); }
  void Put(std::uint32_t value) { bytes_.Number(value); }
  void Put(std::uint64_t value) { bytes_.Number(value); }
  void Put(int value) { bytes_.Signed(value); }
  void Put(Decimal value) { bytes_.Amount(value); }
  void Put(absl::Time value) { bytes_.Time(value); }
  void Put(absl::Duration value) { bytes_.Duration(value); }
  void Put(const std::string& value) { bytes_.Text(value); }
  void Put(const boost::uuids::uuid& value) { bytes_.Uuid(value); }
  template <typename Tag>
  void Put(const Id<Tag>& value) {
    bytes_.Uuid(value);
  }
  template <typename T>
  void Put(const std::optional<T>& value) {
    bytes_.Bool(value.has_value());
    if (value.has_value()) Put(*value);
  }
  template <typename T>
  void Put(const std::unique_ptr<T>& value) {
    bytes_.Bool(value != nullptr);
    if (value != nullptr) Put(*value);
  }
  template <typename T>
  void Put(const Rare<T>& value) {
    bytes_.Bool(!value.IsEmpty());
    if (!value.IsEmpty()) Put(*value);
  }
  template <typename T>
  void Put(const Patch<T>& value) {
    bytes_.Bool(!value.keeps());
    if (!value.keeps()) Put(value.value());
  }
  template <typename T>
  void Put(const std::vector<T>& values) {
    bytes_.Number(values.size());
    for (const T& value : values) Put(value);
  }
  template <typename T>
  void Put(const absl::btree_set<T>& values) {
    bytes_.Number(values.size());
    for (const T& value : values) Put(value);
  }
  template <typename T>
  void Put(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      bytes_.Byte(static_cast<std::uint8_t>(value));
    } else if constexpr (IsMap<T>::value) {
      bytes_.Number(value.size());
      for (const auto& [key, entry] : value) (*this)(key, entry);
    } else {
      Fields(static_cast<Self&>(*this), value);
    }
  }

  ByteWriter bytes_;
  std::string* const out_;
};

// From the first value that cannot be read on, `ok` is false and nothing is filled with
// what was written.
template <typename Self>
class BasicReader {
 public:
  explicit BasicReader(absl::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return bytes_.ok(); }
  bool AtEnd() const { return bytes_.AtEnd(); }
  void Fail() { bytes_.Fail(); }
  std::uint8_t Byte() { return bytes_.Byte(); }
  std::uint8_t PeekByte() const { return bytes_.PeekByte(); }
  std::size_t Count() { return bytes_.Count(); }

  template <typename... Values>
  void operator()(Values&... values) {
    (Get(&values), ...);
  }
  template <typename T>
  T Next() {
    T value{};
    Get(&value);
    return value;
  }
  // What `Next` will be.
  template <typename T>
  T Peek() {
    const ByteReader here = bytes_;
    T value = Next<T>();
    bytes_ = here;
    return value;
  }
  template <typename T>
  T NextBehindByte() {
    bytes_.Byte();
    return Next<T>();
  }

 private:
  void Get(bool* value) { *value = bytes_.Bool(); }
  void Get(std::uint32_t* value) {
    const std::uint64_t number = bytes_.Number();
    *value = static_cast<std::uint32_t>(number);
    if (*value != number) Fail();
  }
  void Get(std::uint64_t* value) { *value = bytes_.Number(); }
  void Get(int* value) {
    const std::int64_t number = bytes_.Signed();
    *value = static_cast<int>(number);
    if (*value != number) Fail();
  }
  void Get(Decimal* value) { *value = bytes_.Amount(); }
  void Get(absl::Time* value) { *value = bytes_.Time(); }
  void Get(absl::Duration* value) { *value = bytes_.Duration(); }
  void Get(std::string* value) { *value = bytes_.Text(); }
  void Get(boost::uuids::uuid* value) { *value = bytes_.Uuid(); }
  template <typename Tag>
  void Get(Id<Tag>* value) {
    *value = Id<Tag>(bytes_.Uuid());
  }
  template <typename T>
  void Get(std::optional<T>* value) {
    value->reset();
    if (bytes_.Bool()) Get(&value->emplace());
  }
  template <typename T>
  void Get(std::unique_ptr<T>* value) {
    if (!bytes_.Bool()) return;
    auto given = std::make_unique<std::remove_const_t<T>>();
    Get(given.get());
    *value = std::move(given);
  }
  template <typename T>
  void Get(Rare<T>* value) {
    if (bytes_.Bool()) Get(&value->Change());
  }
  template <typename T>
  void Get(Patch<T>* value) {
    if (!bytes_.Bool()) return;
    std::optional<T> given;
    Get(&given);
    *value = given.has_value() ? Patch<T>(*std::move(given)) : Patch<T>::Clear();
  }
  template <typename T>
  void Get(std::vector<T>* values) {
    const std::size_t count = bytes_.Count();
    for (std::size_t i = 0; i < count && ok(); ++i) Get(&values->emplace_back());
  }
  template <typename T>
  void Get(absl::btree_set<T>* values) {
    const std::size_t count = bytes_.Count();
    for (std::size_t i = 0; i < count && ok(); ++i) values->insert(Next<T>());
  }
  template <typename T>
  void Get(T* value) {
    if constexpr (std::is_enum_v<T>) {
      *value =
          static_cast<T>(bytes_.ByteUpTo(static_cast<std::uint8_t>(LastOf<T>::value)));
    } else if constexpr (IsMap<T>::value) {
      const std::size_t count = bytes_.Count();
      for (std::size_t i = 0; i < count && ok(); ++i) {
        auto key = Next<typename T::key_type>();
        Get(&(*value)[std::move(key)]);
      }
    } else {
      Fields(static_cast<Self&>(*this), *value);
    }
  }

  ByteReader bytes_;
};

class Writer : public BasicWriter<Writer> {
 public:
  using BasicWriter::BasicWriter;
};
class Reader : public BasicReader<Reader> {
 public:
  using BasicReader::BasicReader;
};

}  // namespace tocsin::store

#endif  // TOCSIN_ENGINE_STORE_ARCHIVE_H_
