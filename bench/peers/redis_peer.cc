// A Redis server on a unix socket: a script for many facts, several scripts under way.
#include <hiredis/hiredis.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "bench/peers/child.h"
#include "bench/peers/peer_list.h"
#include "bench/peers/temp_folder.h"

namespace tocsin::peers {
namespace {

// KEYS are the customers of the facts, ARGV their amounts. Lua's numbers are doubles:
// exact up to 2^53.
constexpr char kScript[] = R"(
local call = redis.call
local thresholds = call('LRANGE', 'thresholds', 0, -1)
local count = #thresholds
for i = 1, count do thresholds[i] = tonumber(thresholds[i]) end
for i = 1, #KEYS do
  local amount = ARGV[i]
  local after = call('INCRBY', KEYS[i], amount)
  local before = after - amount
  local low, high = 1, count + 1
  while low < high do
    local middle = (low + high - (low + high) % 2) / 2
    if thresholds[middle] > before then high = middle else low = middle + 1 end
  end
  while low <= count and thresholds[low] <= after do
    call('RPUSH', 'notifications', KEYS[i], string.format('%.0f', thresholds[low]))
    low = low + 1
  end
end
return #KEYS
)";

// So many facts a script: while the server runs one, the next is written.
constexpr std::size_t kFactsPerScript = 1'024;

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

absl::string_view BytesOf(const CustomerId& customer) {
  return {reinterpret_cast<const char*>(customer.uuid().data), 16};
}

class RedisPeer : public Peer {
 public:
  std::string Note() const override {
    return "Redis on a unix socket: EVALSHA of 1,024 facts each, four under way, INCRBY "
           "and a binary search in the thresholds; nothing is persisted";
  }

  absl::Status Open(const Setup& setup) override {
    if (absl::Status status = StartServer(); !status.ok()) return status;
    for (const std::int64_t threshold : setup.thresholds) {
      const auto pushed =
          Call({"RPUSH", "thresholds", absl::StrCat(threshold)}, REDIS_REPLY_INTEGER);
      if (!pushed.ok()) return pushed.status();
    }
    const auto loaded = Call({"SCRIPT", "LOAD", kScript}, REDIS_REPLY_STRING);
    if (!loaded.ok()) return loaded.status();
    script_.assign((*loaded)->str, (*loaded)->len);
    return PutCustomers(setup,
                        [this](absl::Span<const Spend> batch) { return Apply(batch); });
  }

  absl::Status Apply(absl::Span<const Spend> facts) override {
    std::size_t scripts = 0;
    for (std::size_t i = 0; i < facts.size(); i += kFactsPerScript, ++scripts) {
      AppendScript(facts.subspan(i, kFactsPerScript));
      int done = 0;
      while (done == 0) {
        if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return Error("write");
      }
    }
    absl::Status status;
    for (; scripts > 0; --scripts) {
      const auto reply = NextReply("EVALSHA", REDIS_REPLY_INTEGER);
      if (!reply.ok()) status = reply.status();
    }
    return status;
  }

  absl::StatusOr<std::int64_t> SumOf(const CustomerId& customer) override {
    const auto reply = Call({"GET", std::string(BytesOf(customer))}, REDIS_REPLY_STRING);
    if (!reply.ok()) return reply.status();
    return std::stoll(std::string((*reply)->str, (*reply)->len));
  }

  absl::StatusOr<std::vector<Crossing>> Crossings() override {
    const auto reply = Call({"LRANGE", "notifications", "0", "-1"}, REDIS_REPLY_ARRAY);
    if (!reply.ok()) return reply.status();
    std::vector<Crossing> crossings;
    for (std::size_t i = 0; i + 1 < (*reply)->elements; i += 2) {
      const redisReply* customer = (*reply)->element[i];
      const redisReply* threshold = (*reply)->element[i + 1];
      boost::uuids::uuid uuid{};
      if (customer->len != sizeof uuid.data) {
        return absl::InternalError("a customer is not of 16 bytes");
      }
      std::memcpy(uuid.data, customer->str, sizeof uuid.data);
      crossings.push_back(
          {.customer = CustomerId(uuid),
           .threshold = std::stoll(std::string(threshold->str, threshold->len))});
    }
    return crossings;
  }

 private:
  absl::Status StartServer() {
    const auto program = FindProgram("redis-server");
    if (!program.ok()) return program.status();
    if (absl::Status status = folder_.Make(); !status.ok()) return status;
    const std::string socket = absl::StrCat(folder_.path(), "/redis.sock");
    auto server = Child::Start({*program, "--port", "0", "--unixsocket", socket, "--dir",
                                folder_.path(), "--save", "", "--appendonly", "no"});
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    if (absl::Status status =
            server_->AwaitText("ready to accept connections at", absl::Seconds(60));
        !status.ok()) {
      return status;
    }
    context_.reset(redisConnectUnix(socket.c_str()));
    if (context_ == nullptr) return absl::ResourceExhaustedError("no memory");
    return context_->err == 0 ? absl::OkStatus() : Error("connect");
  }

  absl::Status Error(absl::string_view what) const {
    return absl::InternalError(absl::StrCat("redis: ", what, ": ", context_->errstr));
  }

  void AppendScript(absl::Span<const Spend> facts) {
    arguments_.clear();
    lengths_.clear();
    amounts_.clear();
    const std::string count = absl::StrCat(facts.size());
    const auto add = [this](absl::string_view argument) {
      arguments_.push_back(argument.data());
      lengths_.push_back(argument.size());
    };
    for (const absl::string_view part :
         {absl::string_view("EVALSHA"), absl::string_view(script_),
          absl::string_view(count)}) {
      add(part);
    }
    for (const Spend& fact : facts) add(BytesOf(fact.customer));
    for (const Spend& fact : facts) amounts_.push_back(absl::StrCat(fact.amount));
    for (const std::string& amount : amounts_) add(amount);
    redisAppendCommandArgv(context_.get(), static_cast<int>(arguments_.size()),
                           arguments_.data(), lengths_.data());
  }

  absl::StatusOr<Reply> NextReply(absl::string_view what, int type) {
    void* raw = nullptr;
    if (redisGetReply(context_.get(), &raw) != REDIS_OK) return Error(what);
    Reply reply(static_cast<redisReply*>(raw));
    if (reply->type == type) return reply;
    return absl::InternalError(
        absl::StrCat("redis: ", what, ": answered ",
                     reply->str != nullptr ? reply->str : "with another type"));
  }

  absl::StatusOr<Reply> Call(const std::vector<std::string>& command, int type) {
    std::vector<const char*> arguments;
    std::vector<std::size_t> lengths;
    for (const std::string& part : command) {
      arguments.push_back(part.data());
      lengths.push_back(part.size());
    }
    redisAppendCommandArgv(context_.get(), static_cast<int>(arguments.size()),
                           arguments.data(), lengths.data());
    return NextReply(command[0], type);
  }

  TempFolder folder_;
  std::unique_ptr<Child> server_;
  std::unique_ptr<redisContext, FreeContext> context_;
  std::string script_;  // its SHA-1, as Redis gave it
  // Reused from script to script.
  std::vector<const char*> arguments_;
  std::vector<std::size_t> lengths_;
  std::vector<std::string> amounts_;
};

}  // namespace

std::unique_ptr<Peer> MakeRedisPeer() { return std::make_unique<RedisPeer>(); }

}  // namespace tocsin::peers
