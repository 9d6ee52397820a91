#ifndef TOCSIN_ENGINE_STATE_CUSTOMER_IMAGE_H_
#define TOCSIN_ENGINE_STATE_CUSTOMER_IMAGE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "engine/model/customer.h"
#include "engine/state/alert_book.h"
#include "engine/store/archive.h"

// A customer in bytes, as it is when it has taken in all changes of alerts.
namespace tocsin::state {

// What comes next in an image.
enum class ImageKind : std::uint8_t {
  // As stores of format 1 have them: what was in alarm is to be found by the values.
  kWholeWithoutAlarms,
  kPlainWithoutReached,
  kWhole,
  kPlain,
};
inline bool IsPlain(ImageKind kind) {
  return kind == ImageKind::kPlain || kind == ImageKind::kPlainWithoutReached;
}

class ImageWriter : public store::BasicWriter<ImageWriter> {
 public:
  using BasicWriter::BasicWriter;
};

// Reads images back. Measures and versions of alerts that the book has become those of
// the book, as they are compared by where they are.
class ImageReader : public store::BasicReader<ImageReader> {
 public:
  // What readers have in common: versions of alerts that the book has no more.
  struct Known {
    Known(AlertBook* alert_book, const model::Catalog& catalog_in_force)
        : book(*alert_book), catalog(catalog_in_force) {}
    AlertBook& book;
    const model::Catalog& catalog;
    absl::flat_hash_map<std::string, model::AlertPtr> versions;
  };

  ImageReader(absl::string_view bytes, Known* known)
      : BasicReader(bytes), known_(*known) {}

  model::MeasurePtr Intern(const model::Measure& measure);
  model::AlertPtr Intern(model::AlertVersion version);

 private:
  Known& known_;
};

// A customer, and which of its instances were in alarm by the rules of who wrote it.
struct CustomerImage {
  model::Customer customer;
  std::optional<model::InAlarm> in_alarm;
};

// With its kind before it.
void WriteCustomer(const model::Customer& customer, const model::Catalog& catalog,
                   ImageWriter* writer);
// Of a kind that is not plain. Nothing, and the reader has failed, where there is none.
std::optional<CustomerImage> ReadCustomer(ImageKind kind, std::uint64_t generation,
                                          ImageReader* reader);

}  // namespace tocsin::state

namespace tocsin::store {

template <>
struct LastOf<state::ImageKind> {
  static constexpr state::ImageKind value = state::ImageKind::kPlain;
};

}  // namespace tocsin::store

#endif  // TOCSIN_ENGINE_STATE_CUSTOMER_IMAGE_H_
