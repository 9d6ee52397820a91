#ifndef TOCSIN_ENGINE_WEBHOOK_CURL_REQUEST_H_
#define TOCSIN_ENGINE_WEBHOOK_CURL_REQUEST_H_

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "engine/webhook/address.h"
#include "engine/webhook/transfers.h"

namespace tocsin::webhook {

// A request by libcurl, and after its end the next one.
//
// Thread safety: none.
class CurlRequest {
 public:
  // Both must outlive it.
  CurlRequest(const TransferOptions* options, const AddressPolicy* policy);
  CurlRequest(const CurlRequest&) = delete;
  CurlRequest& operator=(const CurlRequest&) = delete;

  // Whether all that it must hold to could be set.
  bool ok() const { return ok_; }
  CURL* handle() const { return handle_.get(); }
  // Of what was set last.
  std::uint64_t key() const { return transfer_.key; }

  // Sets what is to be sent. What it returns is why it cannot be; empty: it can.
  std::string Set(Transfer transfer);
  // How it ended, as its multi handle has it.
  Ended End(CURLcode result);

 private:
  struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  static std::size_t OnHead(char* line, std::size_t one, std::size_t size, void* request);
  static std::size_t OnBody(char* bytes, std::size_t one, std::size_t size,
                            void* request);
  static curl_socket_t OnSocket(void* request, curlsocktype purpose,
                                curl_sockaddr* address);

  template <typename Value>
  void Option(CURLoption option, Value value) {
    ok_ = curl_easy_setopt(handle_.get(), option, value) == CURLE_OK && ok_;
  }
  template <typename Value>
  Value Info(CURLINFO info, Value otherwise) const {
    curl_easy_getinfo(handle_.get(), info, &otherwise);
    return otherwise;
  }
  void SetConnections();
  void SetCallbacks();
  bool AppendHeader(const std::string& header);
  bool HeadLine(absl::string_view line);
  std::string FailureOfAnswer() const;
  std::string FailureWithoutAnswer(CURLcode result) const;

  const TransferOptions* const options_;
  const AddressPolicy* const policy_;
  std::unique_ptr<CURL, FreeHandle> handle_;
  bool ok_;
  Transfer transfer_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  std::array<char, CURL_ERROR_SIZE> error_ = {};

  // Of the answer. Its status counts once its head is whole.
  int status_ = 0;
  bool has_head_ = false;
  std::size_t head_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  std::string retry_after_;
  // The first address to which no connection was made, as it may not be.
  std::optional<IpAddress> refused_;
  bool has_socket_ = false;  // for another one
};

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_CURL_REQUEST_H_
