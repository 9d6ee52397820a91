#ifndef TOCSIN_TESTS_CLI_RUN_TOCSIN_H_
#define TOCSIN_TESTS_CLI_RUN_TOCSIN_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace tocsin::testing {

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// A folder that is there as long as this.
class TempDir {
 public:
  TempDir() {
    std::string path =
        (std::filesystem::temp_directory_path() / "tocsin.XXXXXX").string();
    EXPECT_NE(mkdtemp(path.data()), nullptr) << path;
    path_ = path;
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }

  // Returns the path.
  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream file(Path(name), std::ios::binary);
    file << text;
    EXPECT_TRUE(file.flush()) << Path(name);
    return Path(name);
  }

 private:
  std::string path_;
};

// For a standard file that the program is started without.
inline constexpr int kClosed = -2;

// A program's three standard files; -1 leaves one as it is.
struct StandardFiles {
  int in = -1;
  int out = -1;
  int err = -1;
};

struct RunResult {
  int exit_status = -1;  // -1: did not exit by itself
  std::string out;
  std::string err;
};

// Starts a program, found in PATH; 0 if that fails.
inline pid_t StartProgram(std::vector<std::string> args, const StandardFiles& files) {
  std::vector<char*> argv;
  for (std::string& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const int wanted[] = {files.in, files.out, files.err};
  for (int fd = 0; fd < 3; ++fd) {
    if (wanted[fd] >= 0) posix_spawn_file_actions_adddup2(&actions, wanted[fd], fd);
    if (wanted[fd] == kClosed) posix_spawn_file_actions_addclose(&actions, fd);
  }
  // What a test, or who started it, ignores must not be ignored for the program too.
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGXFSZ);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int error =
      posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  EXPECT_EQ(error, 0) << args[0] << " cannot be run";
  return error == 0 ? pid : 0;
}

// Waits for the end of a program; -1 if it did not exit by itself.
inline int ExitStatusOf(pid_t pid) {
  int status = 0;
  if (pid == 0) return -1;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Runs the program that was built. Its output and messages are caught where no file
// is given for them.
inline RunResult RunTocsinWith(const StandardFiles& given,
                               std::vector<std::string> args) {
  const TempDir dir;
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC;
  const int out = open(dir.Path("out").c_str(), flags, 0600);
  const int err = open(dir.Path("err").c_str(), flags, 0600);
  const StandardFiles files = {.in = given.in,
                               .out = given.out == -1 ? out : given.out,
                               .err = given.err == -1 ? err : given.err};
  args.insert(args.begin(), TOCSIN_BINARY);
  RunResult result;
  result.exit_status = ExitStatusOf(StartProgram(std::move(args), files));
  close(out);
  close(err);
  result.out = ReadFile(dir.Path("out"));
  result.err = ReadFile(dir.Path("err"));
  return result;
}

// With standard input from the open file `in`.
inline RunResult RunTocsinReading(int in, std::vector<std::string> args) {
  return RunTocsinWith({.in = in}, std::move(args));
}

// The same with standard input from a path.
inline RunResult RunTocsin(std::vector<std::string> args,
                           const std::string& stdin_path = "/dev/null") {
  const int in = open(stdin_path.c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_GE(in, 0) << stdin_path;
  RunResult result = RunTocsinReading(in, std::move(args));
  close(in);
  return result;
}

// The value of the first `"name":` in a line of JSON, without its quotes; empty
// if there is none. Not for values that hold quotes, commas or braces.
inline std::string FieldOf(const std::string& json, const std::string& name) {
  const std::string mark = "\"" + name + "\":";
  std::size_t begin = json.find(mark);
  if (begin == std::string::npos) return "";
  begin += mark.size();
  const bool quoted = json[begin] == '"';
  if (quoted) ++begin;
  return json.substr(begin, json.find_first_of(quoted ? "\"" : ",}", begin) - begin);
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CLI_RUN_TOCSIN_H_
