#include "engine/webhook/curl_request.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "engine/webhook/retry_after.h"

namespace tocsin::webhook {
namespace {

constexpr std::size_t kHeadBytesMax = std::size_t{64} << 10;
constexpr std::size_t kBodyBytesMax = std::size_t{16} << 10;
constexpr std::size_t kDetailBytesMax = 200;
constexpr long kNamesKeptSeconds = 30;

constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;

// What curl says of a certificate, and what is in it, for people to read. Which library
// it has, and in which version, is nobody's concern.
std::string Detail(const char* error) {
  std::string text(error, strnlen(error, kDetailBytesMax));
  if (absl::StartsWith(text, "OpenSSL/")) text.erase(0, text.find(": ") + 2);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

std::string ReasonOf(int error_number) {
  switch (error_number) {
    case ECONNREFUSED:
      return "refused";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "the host cannot be reached";
    case EMFILE:
    case ENFILE:
      return "too many files are open on this side";
    default:
      return absl::StrCat("error ", error_number);
  }
}

}  // namespace

CurlRequest::CurlRequest(const TransferOptions* options, const AddressPolicy* policy)
    : options_(options),
      policy_(policy),
      handle_(curl_easy_init()),
      ok_(handle_ != nullptr) {
  if (!ok_) return;
  SetConnections();
  SetCallbacks();
}

void CurlRequest::SetConnections() {
  Option(CURLOPT_PROTOCOLS_STR, options_->allow_http ? "https,http" : "https");
  Option(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Option(CURLOPT_FOLLOWLOCATION, 0L);
  // Also where the environment has some.
  Option(CURLOPT_PROXY, "");
  Option(CURLOPT_NOPROXY, "*");
  Option(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  Option(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  Option(CURLOPT_SSL_VERIFYPEER, 1L);
  Option(CURLOPT_SSL_VERIFYHOST, 2L);
  // With a directory as well, the authorities would be read anew for each connection,
  // and those of the system would be trusted beside those of the file.
  Option(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  if (!options_->authorities_file.empty()) {
    Option(CURLOPT_CAINFO, options_->authorities_file.c_str());
  }
  Option(CURLOPT_NOSIGNAL, 1L);
  // Else the end of a transfer waits for the thread that still resolves its name, and
  // all others with it.
  Option(CURLOPT_QUICK_EXIT, 1L);
  Option(CURLOPT_DNS_CACHE_TIMEOUT, kNamesKeptSeconds);
  Option(CURLOPT_TIMEOUT_MS,
         static_cast<long>(absl::ToInt64Milliseconds(options_->timeout)));
  Option(CURLOPT_POST, 1L);
  Option(CURLOPT_USERAGENT, "tocsin");
}

void CurlRequest::SetCallbacks() {
  Option(CURLOPT_PRIVATE, static_cast<void*>(this));
  Option(CURLOPT_ERRORBUFFER, error_.data());
  Option(CURLOPT_HEADERFUNCTION, &CurlRequest::OnHead);
  Option(CURLOPT_HEADERDATA, static_cast<void*>(this));
  Option(CURLOPT_WRITEFUNCTION, &CurlRequest::OnBody);
  Option(CURLOPT_WRITEDATA, static_cast<void*>(this));
  Option(CURLOPT_OPENSOCKETFUNCTION, &CurlRequest::OnSocket);
  Option(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
}

bool CurlRequest::AppendHeader(const std::string& header) {
  curl_slist* const longer = curl_slist_append(headers_.get(), header.c_str());
  if (longer == nullptr) return false;
  // The head of a list stays, but for the first of all.
  if (headers_ == nullptr) headers_.reset(longer);
  return true;
}

std::string CurlRequest::Set(Transfer transfer) {
  transfer_ = std::move(transfer);
  headers_.reset();
  error_.fill('\0');
  status_ = 0;
  has_head_ = false;
  head_bytes_ = 0;
  body_bytes_ = 0;
  retry_after_.clear();
  refused_.reset();
  has_socket_ = false;
  // Nothing waits for `100 Continue`.
  bool fits = AppendHeader("Content-Type: application/json") && AppendHeader("Expect:");
  for (const std::string& header : transfer_.headers) {
    // It would begin another header, or end the head.
    if (std::any_of(header.begin(), header.end(),
                    [](char c) { return c == '\r' || c == '\n' || c == '\0'; })) {
      return "a header has a line end or a NUL";
    }
    // One without a value is told so; else curl takes it for one that is not wanted.
    const absl::string_view name = absl::StripTrailingAsciiWhitespace(header);
    fits = fits && AppendHeader(absl::EndsWith(name, ":")
                                    ? absl::StrCat(absl::StripSuffix(name, ":"), ";")
                                    : header);
  }
  Option(CURLOPT_URL, transfer_.url.c_str());
  Option(CURLOPT_HTTPHEADER, headers_.get());
  Option(CURLOPT_POSTFIELDS, transfer_.body->data());
  Option(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer_.body->size()));
  return fits && ok_ ? "" : "there was no memory for the request";
}

std::size_t CurlRequest::OnHead(char* line, std::size_t one, std::size_t size,
                                void* request) {
  auto* const self = static_cast<CurlRequest*>(request);
  const std::size_t bytes = one * size;
  return self->HeadLine({line, bytes}) ? bytes : 0;
}

// False: it is read no further.
bool CurlRequest::HeadLine(absl::string_view line) {
  head_bytes_ += line.size();
  if (head_bytes_ > kHeadBytesMax) return false;
  // Then it is a trailer.
  if (has_head_) return true;
  if (absl::StartsWith(line, "HTTP/")) {
    status_ = static_cast<int>(Info(CURLINFO_RESPONSE_CODE, 0L));
    retry_after_.clear();
  } else if (absl::StartsWithIgnoreCase(line, "retry-after:")) {
    line.remove_prefix(line.find(':') + 1);
    retry_after_ = std::string(line);
  } else if (absl::StripAsciiWhitespace(line).empty()) {
    // Of 1xx another one follows.
    has_head_ = status_ >= 200;
  }
  return true;
}

std::size_t CurlRequest::OnBody(char* /*bytes*/, std::size_t one, std::size_t size,
                                void* request) {
  auto* const self = static_cast<CurlRequest*>(request);
  self->body_bytes_ += one * size;
  return self->body_bytes_ <= kBodyBytesMax ? one * size : 0;
}

curl_socket_t CurlRequest::OnSocket(void* request, curlsocktype /*purpose*/,
                                    curl_sockaddr* address) {
  auto* const self = static_cast<CurlRequest*>(request);
  const std::optional<IpAddress> ip = IpAddress::Of(address->addr);
  if (!ip || !self->policy_->MaySendTo(*ip)) {
    if (ip && !self->refused_) self->refused_ = ip;
    return CURL_SOCKET_BAD;
  }
  self->has_socket_ = true;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Ended CurlRequest::End(CURLcode result) {
  Ended ended = {.key = transfer_.key};
  ended.took = absl::Microseconds(Info(CURLINFO_TOTAL_TIME_T, curl_off_t{0}));
  // What becomes of the body of an answer changes nothing of what its head says.
  if (has_head_) {
    ended.status = status_;
    ended.failure = FailureOfAnswer();
    if (status_ == kTooManyRequests || status_ == kUnavailable) {
      Clock* const clock = options_->clock;
      ended.retry_after = ParseRetryAfter(
          retry_after_, (clock != nullptr ? clock : SystemClock())->Now());
    }
  } else {
    ended.failure = FailureWithoutAnswer(result);
  }
  transfer_ = {};
  return ended;
}

std::string CurlRequest::FailureOfAnswer() const {
  if (status_ >= 300 && status_ < 400) {
    return absl::StrCat("the answer was ", status_, "; redirects are not followed");
  }
  if (status_ < 200 || status_ >= 300) return absl::StrCat("the answer was ", status_);
  // One that answers so soon cannot have what it says it took.
  const auto sent = Info(CURLINFO_SIZE_UPLOAD_T, curl_off_t{0});
  if (static_cast<std::size_t>(sent) < transfer_.body->size()) {
    return absl::StrCat("the answer was ", status_, ", before the body was sent");
  }
  return "";
}

std::string CurlRequest::FailureWithoutAnswer(CURLcode result) const {
  // Where none of several was left.
  if (refused_ && !has_socket_ && result == CURLE_COULDNT_CONNECT) {
    return absl::StrCat("the host's address is ", refused_->ToString(),
                        ", which is not public, nor in a network that is allowed");
  }
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "the host's name could not be resolved";
    case CURLE_COULDNT_CONNECT:
      return absl::StrCat("no connection: ",
                          ReasonOf(static_cast<int>(Info(CURLINFO_OS_ERRNO, 0L))));
    case CURLE_OPERATION_TIMEDOUT:
      return absl::StrCat(Info(CURLINFO_PRETRANSFER_TIME_T, curl_off_t{0}) > 0
                              ? "no answer within "
                              : "no connection within ",
                          absl::FormatDuration(options_->timeout));
    case CURLE_PEER_FAILED_VERIFICATION:
      return absl::StrCat("the certificate is not trusted: ", Detail(error_.data()));
    case CURLE_SSL_CONNECT_ERROR:
      return absl::StrCat("no connection by TLS: ", Detail(error_.data()));
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_OK:
      return "the connection ended before the answer";
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return "what came is no answer of HTTP";
    case CURLE_WRITE_ERROR:
      return absl::StrCat("the head of the answer has more than ", kHeadBytesMax,
                          " bytes");
    default:
      return absl::StrCat("no answer: ", curl_easy_strerror(result));
  }
}

}  // namespace tocsin::webhook
