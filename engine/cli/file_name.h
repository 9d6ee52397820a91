#ifndef TOCSIN_ENGINE_CLI_FILE_NAME_H_
#define TOCSIN_ENGINE_CLI_FILE_NAME_H_

#include <CLI/CLI.hpp>
#include <string>

namespace tocsin::cli {

// Refuses an empty name of a file: most often it is a variable that nobody has set.
inline CLI::Validator IsFileName() {
  return CLI::Validator(
      [](const std::string& path) {
        return path.empty() ? std::string("the name of the file is empty")
                            : std::string();
      },
      "");
}

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_FILE_NAME_H_
