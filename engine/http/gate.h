#ifndef TOCSIN_ENGINE_HTTP_GATE_H_
#define TOCSIN_ENGINE_HTTP_GATE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "tocsin/http.h"

// What stands between the bytes of a connection and everything else: it says where a
// request ends, or that it does not say so beyond doubt. Two servers in a row that read
// the same bytes differently can be made to see different requests, so what HTTP leaves
// to a server's kindness is refused here, not repaired.
//
// No I/O, no clock. However the bytes are cut on their way, the result is the same.
namespace tocsin::http {

inline constexpr std::size_t kHeadBytesMax = 8192;
inline constexpr std::size_t kHeadFieldsMax = 64;

// Why a request goes no further. Where it would end is not known, so the connection ends
// behind the answer.
struct Refusal {
  int status = 400;
  absl::string_view message = {};  // what was wrong, of no client's making
};

enum class Progress { kMore, kDone, kRefused };

// How a body's end is found.
enum class Framing { kNone, kLength, kChunked };

// A request's head, whole and right.
struct Head {
  HttpRequest request = {};  // without a body
  Framing framing = Framing::kNone;
  std::uint64_t content_length = 0;  // of kLength; above 0
  bool keep_alive = true;
  bool expects_continue = false;  // the client waits for a 100 before it sends the body
};

// Reads one request's head.
class HeadGate {
 public:
  // Takes bytes from the front, none behind the head's last, and says how many.
  std::size_t Take(absl::string_view bytes);

  Progress progress() const { return progress_; }
  // Of kRefused.
  const Refusal& refusal() const { return refusal_; }
  // Of kDone.
  Head& head() { return head_; }
  // Whether a byte was taken.
  bool has_begun() const { return bytes_ > 0; }

 private:
  // A line without its end.
  void TakeLine(absl::string_view line);
  void Finish();
  void Refuse(const Refusal& refusal);

  Progress progress_ = Progress::kMore;
  Refusal refusal_ = {};
  Head head_ = {};
  std::string line_;       // what came of it so far
  std::size_t bytes_ = 0;  // of all lines
  bool has_request_line_ = false;
};

// Reads one body in chunks.
class ChunkGate {
 public:
  // A longer body is refused with 413.
  explicit ChunkGate(std::size_t bytes_max) : bytes_left_(bytes_max) {}

  // As `HeadGate::Take`; what is data is appended to the body.
  std::size_t Take(absl::string_view bytes, std::string* body);

  Progress progress() const { return progress_; }
  const Refusal& refusal() const { return refusal_; }

 private:
  enum class Part { kSize, kSizeEnd, kData, kDataCr, kDataLf, kLastCr, kLastLf };

  // Everything but data, byte by byte.
  void TakeByte(char byte);
  void TakeSizeByte(char byte);
  // `next` if it is the one that must come.
  void Expect(char byte, char wanted, Part next);
  void Refuse(int status, absl::string_view message);

  Progress progress_ = Progress::kMore;
  Refusal refusal_ = {};
  Part part_ = Part::kSize;
  int digits_ = 0;  // of the size
  std::uint64_t size_ = 0;
  std::size_t bytes_left_;
};

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_GATE_H_
