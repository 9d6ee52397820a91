#ifndef TOCSIN_ENGINE_HTTP_RESPONSE_TEXT_H_
#define TOCSIN_ENGINE_HTTP_RESPONSE_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "tocsin/http.h"

namespace tocsin::http {

// What the front says by itself: `{"message": ...}`, behind which the connection ends.
// The message is one of ours, without quotes and backslashes.
HttpResponse ClosingResponse(int status, absl::string_view message);

// The value of `Date`, made once a second.
//
// Thread safety: one thread at a time.
class DateText {
 public:
  // Good until the next call.
  absl::string_view Now();

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

// How a response goes out, besides what is in it.
struct Sending {
  absl::string_view date = {};
  bool close = false;
  bool without_body = false;  // of HEAD: the length is said, the body left out
  bool is_stream = false;     // the body goes on until the connection ends
};

void AppendResponse(const HttpResponse& response, const Sending& sending,
                    std::string* out);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_RESPONSE_TEXT_H_
