#ifndef TOCSIN_ENGINE_CLI_DEMO_PERCENTILE_H_
#define TOCSIN_ENGINE_CLI_DEMO_PERCENTILE_H_

#include <algorithm>
#include <cstddef>
#include <vector>

#include "tocsin/decimal.h"

namespace tocsin::cli {

// The smallest value that is not below so many percent of them, 1 to 100. Not for none.
inline Decimal Percentile(std::vector<Decimal> values, std::size_t percent) {
  const std::size_t rank = (values.size() * percent + 99) / 100 - 1;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_DEMO_PERCENTILE_H_
