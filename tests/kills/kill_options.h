#ifndef TOCSIN_TESTS_KILLS_KILL_OPTIONS_H_
#define TOCSIN_TESTS_KILLS_KILL_OPTIONS_H_

#include <cstdint>
#include <filesystem>
#include <string>

namespace tocsin::testing {

struct KillOptions {
  std::string child = {};  // the program
  std::filesystem::path in = std::filesystem::temp_directory_path();
  std::uint64_t seed = 1;
  int kills = 1;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_KILLS_KILL_OPTIONS_H_
