#include "bench/peers/postgres_server.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tocsin::peers {
namespace {

// Debian keeps them out of PATH, a folder for each version; the newest first.
std::vector<std::string> ProgramFolders() {
  std::vector<std::string> folders;
  std::error_code ignored;
  for (const auto& version :
       std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
    folders.push_back((version.path() / "bin").string());
  }
  std::sort(folders.rbegin(), folders.rend());
  return folders;
}

// Gives the folder to the user whom the server runs as, and what to put in front of
// a command for that.
absl::StatusOr<std::vector<std::string>> LeaveRoot(const std::string& folder) {
  if (geteuid() != 0) return std::vector<std::string>();
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) user = getpwnam("nobody");
  if (user == nullptr) return absl::UnavailableError("no user but root to run it as");
  const absl::StatusOr<std::string> setpriv = FindProgram("setpriv");
  if (!setpriv.ok()) return setpriv.status();
  if (chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot give away ", folder));
  }
  // With the user changes what was to be done if this process dies.
  return std::vector<std::string>{*setpriv, absl::StrCat("--reuid=", user->pw_uid),
                                  absl::StrCat("--regid=", user->pw_gid),
                                  "--clear-groups", "--pdeathsig=KILL"};
}

std::vector<std::string> Joined(std::vector<std::string> first,
                                const std::vector<std::string>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

}  // namespace

absl::Status PostgresServer::Start() {
  const std::vector<std::string> folders = ProgramFolders();
  const absl::StatusOr<std::string> initdb = FindProgram("initdb", folders);
  if (!initdb.ok()) return initdb.status();
  const absl::StatusOr<std::string> postgres = FindProgram("postgres", folders);
  if (!postgres.ok()) return postgres.status();
  if (absl::Status status = folder_.Make(); !status.ok()) return status;
  const auto as_user = LeaveRoot(folder_.path());
  if (!as_user.ok()) return as_user.status();

  const std::string data = absl::StrCat(folder_.path(), "/data");
  auto made =
      Child::Start(Joined(*as_user, {*initdb, "-D", data, "-U", "tocsin", "-A", "trust",
                                     "--no-sync", "--encoding=UTF8", "--locale=C"}));
  if (!made.ok()) return made.status();
  if (absl::Status status = (*made)->AwaitSuccess(absl::Minutes(5)); !status.ok()) {
    return status;
  }
  std::vector<std::string> command = {*postgres, "-D", data, "-k", folder_.path()};
  for (const char* setting :
       {"listen_addresses=", "fsync=off", "synchronous_commit=off",
        "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
        "shared_buffers=1GB", "checkpoint_timeout=1h", "jit=off"}) {
    command.push_back("-c");
    command.push_back(setting);
  }
  // SIGINT: a fast shutdown, which does not wait for clients.
  auto server = Child::Start(Joined(*as_user, command), SIGINT);
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  return server_->AwaitText("ready to accept connections", absl::Minutes(5));
}

std::string PostgresServer::ConnectionString() const {
  return absl::StrCat("host=", folder_.path(), " user=tocsin dbname=postgres");
}

}  // namespace tocsin::peers
