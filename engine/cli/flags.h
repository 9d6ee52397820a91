#ifndef TOCSIN_ENGINE_CLI_FLAGS_H_
#define TOCSIN_ENGINE_CLI_FLAGS_H_

#include <CLI/CLI.hpp>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "engine/cli/file_name.h"

namespace tocsin::cli {

// The kinds of flags that several of a command's are of.
class Flags {
 public:
  explicit Flags(CLI::App* command) : command_(*command) {}

 protected:
  CLI::Option* File(const char* name, std::string* path, const char* what,
                    const char* type = "FILE") {
    return command_.add_option(name, *path, what)->check(IsFileName())->type_name(type);
  }
  template <typename Number>
  void Count(const char* name, Number* number, const char* what, Number least = 0,
             Number most = std::numeric_limits<Number>::max()) {
    command_.add_option(name, *number, what)
        ->check(CLI::Range(least, most).description(""))
        ->type_name("N")
        ->capture_default_str();
  }
  void Time(const char* name, absl::Duration* duration, const char* what) {
    command_
        .add_option_function<std::string>(
            name,
            [name, duration](const std::string& text) {
              if (!absl::ParseDuration(text, duration) ||
                  *duration < absl::ZeroDuration()) {
                throw CLI::ValidationError(
                    name,
                    absl::StrCat("is ", text, ", must be a duration, as 5s or 24h"));
              }
            },
            what)
        ->type_name("TIME")
        ->default_str(absl::FormatDuration(*duration));
  }

  CLI::App& command_;
};

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_FLAGS_H_
