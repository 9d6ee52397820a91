#include "engine/http/gate.h"

#include <algorithm>
#include <optional>

#include "engine/http/head_syntax.h"

namespace tocsin::http {
namespace {

constexpr int kSizeDigitsMax = 16;

// -1 for what is no hexadecimal digit.
int HexValue(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

// How many bytes in front only go on with a line.
std::size_t PlainBytes(absl::string_view bytes) {
  std::size_t count = 0;
  while (count < bytes.size() && bytes[count] != '\r' && bytes[count] != '\n' &&
         bytes[count] != '\0') {
    ++count;
  }
  return count;
}

}  // namespace

std::size_t HeadGate::Take(absl::string_view bytes) {
  std::size_t taken = 0;
  while (progress_ == Progress::kMore && taken < bytes.size()) {
    if (line_.empty() || line_.back() != '\r') {
      const std::size_t plain = PlainBytes(bytes.substr(taken, kHeadBytesMax - bytes_));
      line_.append(bytes.data() + taken, plain);
      bytes_ += plain;
      taken += plain;
      if (taken == bytes.size()) break;
    }
    const char byte = bytes[taken++];
    if (++bytes_ > kHeadBytesMax) {
      Refuse({431, "the head is too long"});
    } else if (byte == '\n') {
      if (line_.empty() || line_.back() != '\r') {
        Refuse({400, "a line feed has no carriage return before it"});
        break;
      }
      line_.pop_back();
      TakeLine(line_);
      line_.clear();
    } else if (!line_.empty() && line_.back() == '\r') {
      Refuse({400, "a carriage return has no line feed behind it"});
    } else if (byte == '\0') {
      Refuse({400, "the head has a NUL"});
    } else {
      line_.push_back(byte);
    }
  }
  return taken;
}

void HeadGate::TakeLine(absl::string_view line) {
  std::optional<Refusal> refusal;
  if (!has_request_line_) {
    has_request_line_ = true;
    refusal = ReadRequestLine(line, &head_);
  } else if (line.empty()) {
    Finish();
  } else {
    refusal = ReadFieldLine(line, &head_);
  }
  if (refusal.has_value()) Refuse(*refusal);
}

void HeadGate::Finish() {
  const std::optional<Refusal> refusal = ReadMeaning(&head_);
  if (refusal.has_value()) return Refuse(*refusal);
  progress_ = Progress::kDone;
}

void HeadGate::Refuse(const Refusal& refusal) {
  progress_ = Progress::kRefused;
  refusal_ = refusal;
}

std::size_t ChunkGate::Take(absl::string_view bytes, std::string* body) {
  std::size_t taken = 0;
  while (progress_ == Progress::kMore && taken < bytes.size()) {
    if (part_ != Part::kData) {
      TakeByte(bytes[taken++]);
      continue;
    }
    const std::size_t data =
        std::min(bytes.size() - taken, static_cast<std::size_t>(size_));
    body->append(bytes.data() + taken, data);
    taken += data;
    size_ -= data;
    if (size_ == 0) part_ = Part::kDataCr;
  }
  return taken;
}

void ChunkGate::TakeByte(char byte) {
  switch (part_) {
    case Part::kSize:
      return TakeSizeByte(byte);
    case Part::kSizeEnd:
      return Expect(byte, '\n', size_ == 0 ? Part::kLastCr : Part::kData);
    case Part::kDataCr:
      return Expect(byte, '\r', Part::kDataLf);
    case Part::kDataLf:
      digits_ = 0;
      return Expect(byte, '\n', Part::kSize);
    case Part::kLastCr:
      if (byte != '\r')
        return Refuse(400, "fields behind a body in chunks are not taken");
      part_ = Part::kLastLf;
      return;
    case Part::kLastLf:
      Expect(byte, '\n', Part::kLastLf);
      if (progress_ == Progress::kMore) progress_ = Progress::kDone;
      return;
    case Part::kData:
      return;  // is not taken byte by byte
  }
}

void ChunkGate::TakeSizeByte(char byte) {
  const int value = HexValue(byte);
  if (value >= 0) {
    if (digits_ == kSizeDigitsMax) return Refuse(400, "a chunk's size is too long");
    ++digits_;
    size_ = (size_ << 4) | static_cast<std::uint64_t>(value);
    return;
  }
  // What may stand behind the size, extensions, nobody sends; it is one more thing to
  // be read in two ways.
  if (byte != '\r' || digits_ == 0) {
    return Refuse(400, "a chunk's size must be hexadecimal digits and no more");
  }
  if (size_ > bytes_left_) return Refuse(413, "the body is too long");
  bytes_left_ -= static_cast<std::size_t>(size_);
  part_ = Part::kSizeEnd;
}

void ChunkGate::Expect(char byte, char wanted, Part next) {
  if (byte != wanted) return Refuse(400, "a chunk is not as long as it says");
  part_ = next;
}

void ChunkGate::Refuse(int status, absl::string_view message) {
  progress_ = Progress::kRefused;
  refusal_ = {status, message};
}

}  // namespace tocsin::http
