#ifndef TOCSIN_TESTS_HTTP_FRONT_GATE_BYTES_H_
#define TOCSIN_TESTS_HTTP_FRONT_GATE_BYTES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/http/gate.h"

namespace tocsin::testing {

// What the gate makes of bytes.
struct Gated {
  http::Progress progress = http::Progress::kMore;
  int status = 0;  // of a refusal
  http::Head head = {};
  std::string body = {};
  std::size_t taken = 0;  // bytes, of head and body

  friend bool operator==(const Gated& a, const Gated& b) {
    return a.progress == b.progress && a.status == b.status &&
           a.head.request.method == b.head.request.method &&
           a.head.request.target == b.head.request.target &&
           a.head.request.fields == b.head.request.fields &&
           a.head.framing == b.head.framing &&
           a.head.content_length == b.head.content_length &&
           a.head.keep_alive == b.head.keep_alive &&
           a.head.expects_continue == b.head.expects_continue && a.body == b.body &&
           a.taken == b.taken;
  }
};

inline constexpr std::size_t kGatedBodyMax = 4096;

// Reads one request with its body from pieces of bytes.
class GatedReading {
 public:
  void Take(std::string_view bytes) {
    const std::size_t head_bytes = head_.Take({bytes.data(), bytes.size()});
    gated_.taken += head_bytes;
    bytes.remove_prefix(head_bytes);
    if (head_.progress() != http::Progress::kDone) return;
    switch (head_.head().framing) {
      case http::Framing::kNone:
        return;
      case http::Framing::kChunked:
        gated_.taken += chunks_.Take({bytes.data(), bytes.size()}, &gated_.body);
        return;
      case http::Framing::kLength: {
        const std::size_t left =
            static_cast<std::size_t>(head_.head().content_length) - gated_.body.size();
        const std::string_view more = bytes.substr(0, left);
        gated_.body += more;
        gated_.taken += more.size();
      }
    }
  }

  Gated Result() {
    gated_.progress = head_.progress();
    gated_.status = head_.refusal().status;
    if (gated_.progress != http::Progress::kDone) return gated_;
    gated_.head = head_.head();
    if (gated_.head.framing == http::Framing::kChunked) {
      gated_.progress = chunks_.progress();
      gated_.status = chunks_.refusal().status;
    } else if (gated_.body.size() < gated_.head.content_length) {
      gated_.progress = http::Progress::kMore;
    }
    return gated_;
  }

 private:
  http::HeadGate head_;
  http::ChunkGate chunks_{kGatedBodyMax};
  Gated gated_;
};

inline Gated ReadWhole(std::string_view bytes) {
  GatedReading reading;
  reading.Take(bytes);
  return reading.Result();
}

// The same bytes cut in front of each of these places, which rise.
inline Gated ReadCut(std::string_view bytes, const std::vector<std::size_t>& places) {
  GatedReading reading;
  std::size_t at = 0;
  for (const std::size_t place : places) {
    reading.Take(bytes.substr(at, place - at));
    at = place;
  }
  reading.Take(bytes.substr(at));
  return reading.Result();
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_HTTP_FRONT_GATE_BYTES_H_
