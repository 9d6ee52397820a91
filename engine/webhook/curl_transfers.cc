#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/text.h"
#include "engine/webhook/address.h"
#include "engine/webhook/curl_request.h"
#include "engine/webhook/transfers.h"

namespace tocsin::webhook {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  const int fd_;
};

// Sockets wait in epoll, so that one that hangs costs the others nothing: curl's own
// waiting looks at each of them each time.
class CurlTransfers final : public Transfers {
 public:
  CurlTransfers(TransferOptions options, AddressPolicy policy)
      : options_(std::move(options)), policy_(std::move(policy)) {}
  ~CurlTransfers() override;

  absl::Status Open();

  void Begin(Transfer transfer) override;
  void Cancel(std::uint64_t key) override;
  void Run(absl::Duration at_most, std::vector<Ended>* ended) override;
  std::size_t under_way() const override { return begun_.size() + failed_.size(); }
  void Wake() override {
    const std::uint64_t one = 1;
    // Full, it is awake already.
    [[maybe_unused]] const ssize_t ignored = write(wake_.get(), &one, sizeof one);
  }

 private:
  struct FreeMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* transfers,
                      void* of_socket);
  static int OnTimer(CURLM* multi, long milliseconds, void* transfers);

  bool Watch(int fd, std::uint32_t events);
  void AwaitAndServe(int milliseconds);
  void Fail(std::uint64_t key, std::string failure);
  void Collect(std::vector<Ended>* ended);

  const TransferOptions options_;
  const AddressPolicy policy_;
  const Descriptor poll_{epoll_create1(EPOLL_CLOEXEC)};
  const Descriptor timer_{timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)};
  const Descriptor wake_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  // curl wants to be called, as the time it asked for is over.
  bool is_due_ = false;
  std::unique_ptr<CURLM, FreeMulti> multi_;
  absl::flat_hash_map<CurlRequest*, std::unique_ptr<CurlRequest>> begun_;
  std::vector<std::unique_ptr<CurlRequest>> idle_;
  std::vector<Ended> failed_;  // before they were begun
};

CurlTransfers::~CurlTransfers() {
  if (multi_ == nullptr) return;
  for (const auto& [request, owner] : begun_) {
    curl_multi_remove_handle(multi_.get(), request->handle());
  }
}

absl::Status CurlTransfers::Open() {
  static const CURLcode is_curl_there = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (is_curl_there == CURLE_OK) multi_.reset(curl_multi_init());
  if (multi_ == nullptr || !Watch(timer_.get(), EPOLLIN) ||
      !Watch(wake_.get(), EPOLLIN)) {
    return absl::UnavailableError("the system has no room to send webhooks from");
  }
  const auto kept = static_cast<long>(options_.connections_kept);
  const std::array<CURLMcode, 6> codes = {
      curl_multi_setopt(multi_.get(), CURLMOPT_PIPELINING, CURLPIPE_NOTHING),
      curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kept),
      curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &CurlTransfers::OnSocket),
      curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, static_cast<void*>(this)),
      curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &CurlTransfers::OnTimer),
      curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, static_cast<void*>(this))};
  const bool is_set = std::all_of(codes.begin(), codes.end(),
                                  [](CURLMcode code) { return code == CURLM_OK; });
  // One is made at once, to see that this curl has all that is asked of it.
  idle_.push_back(std::make_unique<CurlRequest>(&options_, &policy_));
  if (is_set && idle_.front()->ok()) return absl::OkStatus();
  return absl::UnavailableError("libcurl does not know an option, or has no memory");
}

int CurlTransfers::OnSocket(CURL* /*easy*/, curl_socket_t socket, int what,
                            void* transfers, void* /*of_socket*/) {
  auto* const self = static_cast<CurlTransfers*>(transfers);
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(self->poll_.get(), EPOLL_CTL_DEL, socket, nullptr);
    return 0;
  }
  std::uint32_t events = 0;
  if ((what & CURL_POLL_IN) != 0) events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) events |= EPOLLOUT;
  return self->Watch(socket, events) ? 0 : -1;
}

int CurlTransfers::OnTimer(CURLM* /*multi*/, long milliseconds, void* transfers) {
  auto* const self = static_cast<CurlTransfers*>(transfers);
  self->is_due_ = milliseconds == 0;
  itimerspec at = {};  // never
  if (milliseconds > 0) {
    at.it_value.tv_sec = milliseconds / 1'000;
    at.it_value.tv_nsec = milliseconds % 1'000 * 1'000'000;
  }
  return timerfd_settime(self->timer_.get(), 0, &at, nullptr) == 0 ? 0 : -1;
}

bool CurlTransfers::Watch(int fd, std::uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  return epoll_ctl(poll_.get(), EPOLL_CTL_MOD, fd, &event) == 0 ||
         (errno == ENOENT && epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
}

void CurlTransfers::Begin(Transfer transfer) {
  if (idle_.empty()) idle_.push_back(std::make_unique<CurlRequest>(&options_, &policy_));
  const std::uint64_t key = transfer.key;
  CurlRequest* const request = idle_.back().get();
  if (!request->ok()) {
    idle_.pop_back();
    return Fail(key, "there was no memory for the request");
  }
  std::string failure = request->Set(std::move(transfer));
  if (!failure.empty()) return Fail(key, std::move(failure));
  if (curl_multi_add_handle(multi_.get(), request->handle()) != CURLM_OK) {
    return Fail(key, "there was no memory for the request");
  }
  begun_.emplace(request, std::move(idle_.back()));
  idle_.pop_back();
}

void CurlTransfers::Cancel(std::uint64_t key) {
  const auto is_failed = [key](const Ended& ended) { return ended.key == key; };
  failed_.erase(std::remove_if(failed_.begin(), failed_.end(), is_failed), failed_.end());
  const auto found = std::find_if(begun_.begin(), begun_.end(), [key](const auto& begun) {
    return begun.first->key() == key;
  });
  if (found == begun_.end()) return;
  // What is not whole cannot be gone on with: curl closes its connection.
  curl_multi_remove_handle(multi_.get(), found->first->handle());
  begun_.erase(found);
}

void CurlTransfers::Fail(std::uint64_t key, std::string failure) {
  failed_.push_back({.key = key, .failure = std::move(failure)});
}

void CurlTransfers::Run(absl::Duration at_most, std::vector<Ended>* ended) {
  const bool waits = !is_due_ && failed_.empty();
  const std::int64_t milliseconds =
      waits ? absl::ToInt64Milliseconds(absl::Ceil(
                  std::max(at_most, absl::ZeroDuration()), absl::Milliseconds(1)))
            : 0;
  AwaitAndServe(static_cast<int>(
      std::min<std::int64_t>(milliseconds, std::numeric_limits<int>::max())));
  if (std::exchange(is_due_, false)) {
    int running = 0;
    curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
  }
  std::move(failed_.begin(), failed_.end(), std::back_inserter(*ended));
  failed_.clear();
  Collect(ended);
}

void CurlTransfers::AwaitAndServe(int milliseconds) {
  std::array<epoll_event, 64> events;
  const int count = epoll_wait(poll_.get(), events.data(),
                               static_cast<int>(events.size()), milliseconds);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    const int fd = event.data.fd;
    if (fd == timer_.get() || fd == wake_.get()) {
      std::uint64_t ignored = 0;
      const bool was_set = read(fd, &ignored, sizeof ignored) == sizeof ignored;
      if (fd == timer_.get()) is_due_ = is_due_ || was_set;
      continue;
    }
    // Of an error curl asks the socket itself.
    int what = 0;
    if ((event.events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
    if ((event.events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
    int running = 0;
    curl_multi_socket_action(multi_.get(), fd, what, &running);
  }
}

void CurlTransfers::Collect(std::vector<Ended>* ended) {
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    // The message goes with its handle.
    const CURLcode result = message->data.result;
    CURL* const handle = message->easy_handle;
    CurlRequest* request = nullptr;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &request);
    curl_multi_remove_handle(multi_.get(), handle);
    ended->push_back(request->End(result));
    const auto found = begun_.find(request);
    idle_.push_back(std::move(found->second));
    begun_.erase(found);
  }
}

absl::Status CheckAuthorities(const std::string& file) {
  if (file.empty()) return absl::OkStatus();
  X509_STORE* const store = X509_STORE_new();
  const bool is_read = store != nullptr && X509_STORE_load_file(store, file.c_str()) == 1;
  X509_STORE_free(store);
  ERR_clear_error();
  if (is_read) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(Quote(file), " is no file of certificates in PEM that can be read"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Transfers>> MakeCurlTransfers(TransferOptions options) {
  absl::StatusOr<AddressPolicy> policy = AddressPolicy::Make(options.allowed_networks);
  if (!policy.ok()) return policy.status();
  absl::Status status = CheckAuthorities(options.authorities_file);
  if (!status.ok()) return status;
  auto transfers =
      std::make_unique<CurlTransfers>(std::move(options), *std::move(policy));
  status = transfers->Open();
  if (!status.ok()) return status;
  return transfers;
}

}  // namespace tocsin::webhook
