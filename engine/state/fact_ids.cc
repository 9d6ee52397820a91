#include "engine/state/fact_ids.h"

#include <algorithm>

#include "boost/uuid/uuid.hpp"

namespace tocsin::state {

CustomerId FactIds::CustomerOf(absl::string_view key) {
  boost::uuids::uuid uuid = {};
  std::copy_n(key.begin(), std::min(key.size(), kCustomerBytes), uuid.begin());
  return CustomerId(uuid);
}

}  // namespace tocsin::state
