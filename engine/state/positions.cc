#include "engine/state/positions.h"

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/mistake.h"
#include "engine/base/status.h"
#include "engine/base/text.h"

namespace tocsin::state {

absl::Status CheckForm(const Position& position) {
  if (position.source.empty() || position.source.size() > kSourceNameMax) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat("the position's source has ", position.source.size(),
                                   " bytes; its name must have 1 to ", kSourceNameMax));
  }
  if (!IsValidUtf8(position.source)) {
    return MakeStatus(Reason::kMalformed,
                      absl::StrCat("the position's source ", Quote(position.source),
                                   " is not UTF-8, which its name must be"));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Positions::Begin(const Position& position) {
  absl::MutexLock lock(&mu_);
  auto it = sources_.find(position.source);
  if (it == sources_.end()) {
    if (sources_.size() >= kSourcesMax) {
      return MakeStatus(
          Reason::kLimitReached,
          absl::StrCat("source ", Quote(position.source), " is one too many; at most ",
                       kSourcesMax, " are known"));
    }
    it = sources_.try_emplace(position.source).first;
  }
  Source& source = it->second;
  if (source.busy && !TOCSIN_MISTAKE(source_used_by_two)) {
    return MakeStatus(Reason::kSourceBusy,
                      absl::StrCat("another batch of source ", Quote(position.source),
                                   " is under way; send them one at a time"));
  }
  if (source.last_offset &&
      position.offset + TOCSIN_MISTAKE(same_offset_again) <= *source.last_offset)
    return false;
  source.busy = true;
  return true;
}

void Positions::End(const Position& position) {
  absl::MutexLock lock(&mu_);
  sources_[position.source] = {.last_offset = position.offset, .busy = false};
}

std::optional<std::uint64_t> Positions::Last(absl::string_view source) const {
  absl::MutexLock lock(&mu_);
  const auto it = sources_.find(source);
  return it == sources_.end() ? std::nullopt : it->second.last_offset;
}

}  // namespace tocsin::state
