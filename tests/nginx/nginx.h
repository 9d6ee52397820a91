#ifndef TOCSIN_TESTS_NGINX_NGINX_H_
#define TOCSIN_TESTS_NGINX_NGINX_H_

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/http_front/raw_client.h"
#include "tests/support/temp_directory.h"

namespace tocsin::testing {

// nginx as a reverse proxy before a port of this machine, to which it keeps one
// connection open. It listens on a socket in a folder of its own: a port that is free
// when one looks may be another's when nginx takes it.
class Nginx {
 public:
  // `buffering`: whether it reads a body to its end before it passes it on.
  Nginx(std::uint16_t behind, bool buffering) {
    WriteConfig(behind, buffering);
    const std::string config = File("nginx.conf");
    const std::string prefix = folder_ / "";
    const std::string errors = File("error.log");
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      execlp("nginx", "nginx", "-p", prefix.c_str(), "-c", config.c_str(), "-e",
             errors.c_str(), nullptr);
      _exit(127);
    }
    // It has begun once it answers.
    int ended = 0;
    while (waitpid(pid_, &ended, WNOHANG) == 0 && !RawClient(path()).is_connected()) {
      sched_yield();
    }
    EXPECT_NE(RawClient(path()).Ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 0)
        << Text("error.log");
  }
  ~Nginx() { Quit(); }
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  std::string path() const { return File("socket"); }

  // Ends it. Returns the requests that it passed on, in order, as `METHOD /path STATUS`
  // with the status that was answered behind it; `-` where it did not wait for that, as
  // it found the body bad while it passed it on, or had nothing to pass on.
  std::vector<std::string> Quit() {
    if (pid_ > 0) {
      kill(pid_, SIGQUIT);
      int status = 0;
      EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
          << "status " << status << " (127: nginx-light is not installed)\n"
          << Text("error.log");
      pid_ = 0;
    }
    std::vector<std::string> passed;
    std::istringstream lines(Text("access.log"));
    for (std::string line; std::getline(lines, line);) passed.push_back(line);
    return passed;
  }

 private:
  std::string File(const std::string& name) const { return folder_ / name; }
  std::string Text(const std::string& name) const {
    std::ostringstream text;
    text << std::ifstream(File(name)).rdbuf();
    return text.str();
  }
  void WriteConfig(std::uint16_t behind, bool buffering) {
    std::ofstream(File("nginx.conf")) << absl::StrCat(
        "master_process off;\ndaemon off;\npid ", File("pid"),
        ";\nevents { worker_connections 64; }\nhttp {\n"
        "log_format passed '$request_method $request_uri $upstream_status';\naccess_log ",
        File("access.log"), " passed;\nclient_body_temp_path ", File("body"),
        ";\nproxy_temp_path ", File("proxy"), ";\nfastcgi_temp_path ", File("fastcgi"),
        ";\nuwsgi_temp_path ", File("uwsgi"), ";\nscgi_temp_path ", File("scgi"),
        ";\nunderscores_in_headers on;\nignore_invalid_headers off;\n"
        "upstream tocsin { server 127.0.0.1:",
        behind, "; keepalive 1; }\nserver {\nlisten unix:", path(),
        ";\nlocation / {\nproxy_pass http://tocsin;\nproxy_http_version 1.1;\n"
        "proxy_set_header Connection \"\";\nproxy_next_upstream off;\n"
        "lingering_timeout 20ms;\nproxy_ignore_client_abort "
        "on;\nproxy_request_buffering ",
        buffering ? "on" : "off", ";\n} } }\n");
  }

  TempDirectory folder_;
  pid_t pid_ = 0;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_NGINX_NGINX_H_
