#ifndef TOCSIN_ENGINE_CLI_SERVE_LOG_H_
#define TOCSIN_ENGINE_CLI_SERVE_LOG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace tocsin::cli {

// What a running server says on standard error, one event a line: as text, or as a JSON
// object. What a token or a query could be in does not belong here. Where nobody reads it
// a line is dropped rather than waited for, and the next one that is read says how many
// were. Of a line that would be longer than a pipe takes at once the values are cut.
//
// Thread safety: every method may be called from any thread.
class ServeLog {
 public:
  // A name and a value, which is a text or a number.
  struct Field {
    Field(absl::string_view field_name, absl::string_view text)
        : name(field_name), value(text), is_text(true) {}
    Field(absl::string_view field_name, const std::string& text)
        : Field(field_name, absl::string_view(text)) {}
    Field(absl::string_view field_name, const char* text)
        : Field(field_name, absl::string_view(text)) {}
    Field(absl::string_view field_name, std::uint64_t number)
        : name(field_name), value(absl::StrCat(number)), is_text(false) {}

    absl::string_view name;
    std::string value;
    bool is_text;
  };

  explicit ServeLog(bool json) : json_(json) {}

  void Info(absl::string_view event, const std::vector<Field>& fields = {}) {
    Write("info", event, fields);
  }
  void Error(absl::string_view event, const std::vector<Field>& fields) {
    Write("error", event, fields);
  }

 private:
  void Write(absl::string_view level, absl::string_view event,
             const std::vector<Field>& fields);
  std::string LineOf(absl::string_view level, absl::string_view event,
                     const std::vector<Field>& fields) const;
  // With so many bytes of each text, and `...` where there are more.
  std::string LineOf(absl::string_view level, absl::string_view event,
                     const std::vector<Field>& fields, std::size_t value_max) const;

  const bool json_;
  absl::Mutex mu_;
  // Since the last line that could be written.
  std::uint64_t dropped_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_SERVE_LOG_H_
