#include "engine/cli/line_reader.h"

#include <algorithm>
#include <cstring>

#include "tocsin/json.h"

namespace tocsin::cli {
namespace {

// Small enough for a chunk and what is read from it to stay in a core's cache.
constexpr std::size_t kChunkBytes = std::size_t{1} << 16;

}  // namespace

absl::StatusOr<bool> LineReader::Next(LineChunk* chunk) {
  chunk->overlong_behind = false;
  if (skipping_) {
    absl::Status status = SkipRest(&chunk->buffer);
    if (!status.ok()) return status;
  }
  std::string& buffer = chunk->buffer;
  std::size_t size = rest_.size();
  if (buffer.size() < size + kChunkBytes) buffer.resize(size + kChunkBytes);
  std::memcpy(buffer.data(), rest_.data(), size);
  std::size_t searched = 0;
  for (;;) {
    const void* newline = memrchr(buffer.data() + searched, '\n', size - searched);
    if (newline != nullptr) {
      chunk->size =
          static_cast<std::size_t>(static_cast<const char*>(newline) - buffer.data()) + 1;
      rest_.assign(buffer, chunk->size, size - chunk->size);
      return true;
    }
    searched = size;
    if (ended_) {
      rest_.clear();
      chunk->size = size;
      return size > 0;
    }
    if (size > kStatementBytesMax) {
      // It is told of at once: its end may be far off, or not written yet.
      skipping_ = true;
      rest_.clear();
      chunk->size = 0;
      chunk->overlong_behind = true;
      return true;
    }
    if (buffer.size() < size + kChunkBytes) buffer.resize(2 * buffer.size());
    absl::StatusOr<std::size_t> got =
        source_->Read(buffer.data() + size, buffer.size() - size);
    if (!got.ok()) return got.status();
    size += *got;
    ended_ = *got == 0;
  }
}

absl::Status LineReader::SkipRest(std::string* buffer) {
  if (buffer->size() < kChunkBytes) buffer->resize(kChunkBytes);
  while (skipping_ && !ended_) {
    absl::StatusOr<std::size_t> got = source_->Read(buffer->data(), kChunkBytes);
    if (!got.ok()) return got.status();
    ended_ = *got == 0;
    const void* newline = std::memchr(buffer->data(), '\n', *got);
    if (newline == nullptr) continue;
    const std::size_t behind =
        static_cast<std::size_t>(static_cast<const char*>(newline) - buffer->data()) + 1;
    rest_.assign(*buffer, behind, *got - behind);
    skipping_ = false;
  }
  return absl::OkStatus();
}

}  // namespace tocsin::cli
