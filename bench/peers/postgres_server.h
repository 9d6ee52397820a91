#ifndef TOCSIN_BENCH_PEERS_POSTGRES_SERVER_H_
#define TOCSIN_BENCH_PEERS_POSTGRES_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "bench/peers/child.h"
#include "bench/peers/temp_folder.h"

namespace tocsin::peers {

// A PostgreSQL server of its own, in a temporary folder, that listens on a socket there
// and nowhere else. It refuses to be root, so then it runs as `postgres`, or `nobody`.
class PostgresServer {
 public:
  absl::Status Start();

  // For PQconnectdb.
  std::string ConnectionString() const;

 private:
  TempFolder folder_;
  std::unique_ptr<Child> server_;
};

}  // namespace tocsin::peers

#endif  // TOCSIN_BENCH_PEERS_POSTGRES_SERVER_H_
