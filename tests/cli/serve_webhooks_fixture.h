#ifndef TOCSIN_TESTS_CLI_SERVE_WEBHOOKS_FIXTURE_H_
#define TOCSIN_TESTS_CLI_SERVE_WEBHOOKS_FIXTURE_H_

#include <string>
#include <vector>

#include "tests/cli/serve_fixture.h"
#include "tests/receiver/inbox.h"

namespace tocsin::testing {

// A server whose webhooks go to a receiver here, again at once.
class ServeWebhooksFixture : public ServeTest {
 protected:
  std::vector<std::string> With(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = {"--token-file",
                                     tokens_,
                                     "--data",
                                     data_,
                                     "--webhook-allow-http",
                                     "--webhook-allowed-network",
                                     "127.0.0.0/8",
                                     "--webhook-retry-first",
                                     "1ms",
                                     "--webhook-retry-max",
                                     "10ms"};
    args.insert(args.end(), more.begin(), more.end());
    return args;
  }

  std::string data_ = dir_.Path("data");
  Inbox inbox_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_CLI_SERVE_WEBHOOKS_FIXTURE_H_
