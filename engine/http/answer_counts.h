#ifndef TOCSIN_ENGINE_HTTP_ANSWER_COUNTS_H_
#define TOCSIN_ENGINE_HTTP_ANSWER_COUNTS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/http/route.h"

namespace tocsin::http {

// How many requests were answered with which status, by route. The routes are few and
// known, so that nobody outside can make a new label.
//
// Thread safety: every method may be called from any thread.
class AnswerCounts {
 public:
  AnswerCounts() : counts_(Routes().size() + 1) {}

  // Null: a path that is none.
  void Count(const Route* route, int status);
  // Calls `visit(path, status, count)` for each that is not 0.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (std::size_t row = 0; row < counts_.size(); ++row) {
      for (std::size_t i = 0; i < kStatuses.size(); ++i) {
        const std::uint64_t count = counts_[row][i].load(std::memory_order_relaxed);
        const absl::string_view path =
            row < Routes().size() ? Routes()[row].path : absl::string_view("other");
        if (count > 0) visit(path, kStatuses[i], count);
      }
    }
  }

 private:
  // All that the endpoints answer.
  static constexpr std::array<int, 13> kStatuses = {200, 304, 400, 401, 403, 404, 405,
                                                    409, 413, 415, 429, 500, 503};
  using Row = std::array<std::atomic<std::uint64_t>, kStatuses.size()>;

  std::vector<Row> counts_;
};

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_ANSWER_COUNTS_H_
