// tocsin_send [--listen PORT] [--timeout MS] [--allow NETWORK]... URL...
//
// Posts to the URLs, without having looked at them before, one after the other, and says
// of each what came of it: `URL<tab>STATUS<tab>FAILURE`. With --listen it answers on all
// IPv4 addresses of the machine itself, and says in the end how many connections it got.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/webhook/transfers.h"
#include "tests/receiver/receiver.h"

namespace tocsin::testing {
namespace {

int Main(const std::vector<std::string>& arguments) {
  webhook::TransferOptions options = {.allow_http = true};
  std::unique_ptr<Receiver> receiver;
  std::size_t at = 0;
  for (; at + 1 < arguments.size() && arguments[at].starts_with("--"); at += 2) {
    const std::string& value = arguments[at + 1];
    if (arguments[at] == "--allow") {
      options.allowed_networks.push_back(value);
    } else if (arguments[at] == "--timeout") {
      options.timeout = absl::Milliseconds(std::atoi(value.c_str()));
    } else if (arguments[at] == "--listen") {
      receiver = std::make_unique<Receiver>(
          Receiver::Answering(AnswerOf(200)), std::nullopt, "0.0.0.0",
          static_cast<std::uint16_t>(std::atoi(value.c_str())));
    }
  }
  auto transfers = webhook::MakeCurlTransfers(std::move(options));
  if (!transfers.ok()) {
    std::cerr << transfers.status() << "\n";
    return 2;
  }
  for (; at < arguments.size(); ++at) {
    (*transfers)
        ->Begin({.key = at,
                 .url = arguments[at],
                 .body = std::make_shared<const std::string>("{}")});
    std::vector<webhook::Ended> ended;
    while (ended.empty()) (*transfers)->Run(absl::Seconds(60), &ended);
    std::cout << arguments[at] << "\t" << ended.front().status << "\t"
              << ended.front().failure << std::endl;
  }
  if (receiver != nullptr)
    std::cout << "connections\t" << receiver->connections() << "\n";
  std::cout << std::flush;
  // A thread that still asks for a name goes with the process.
  std::_Exit(0);
}

}  // namespace
}  // namespace tocsin::testing

int main(int argc, char** argv) { return tocsin::testing::Main({argv + 1, argv + argc}); }
