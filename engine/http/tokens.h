#ifndef TOCSIN_ENGINE_HTTP_TOKENS_H_
#define TOCSIN_ENGINE_HTTP_TOKENS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tocsin/http.h"

namespace tocsin::http {

using Digest = std::array<unsigned char, 32>;

Digest Sha256(absl::string_view text);

// The token of `Bearer TOKEN`; nothing for any other text.
std::optional<absl::string_view> BearerToken(absl::string_view authorization);

// Who has which rights. Of the tokens it keeps what they hash to, and how long a search
// takes says nothing of them.
//
// Thread safety: const methods from any thread.
class TokenTable {
 public:
  // Error: kInvalidArgument, which never has a token in it.
  static absl::StatusOr<TokenTable> Of(const std::vector<HttpToken>& tokens);

  // Nothing for a token that was not given to anybody.
  std::optional<std::uint32_t> RightsOf(absl::string_view token) const;

 private:
  struct Entry {
    Digest digest = {};
    std::uint32_t rights = 0;
  };

  std::vector<Entry> entries_;
};

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_TOKENS_H_
