#include "engine/model/gauge.h"

namespace tocsin::model {

std::optional<Bounds> Bounds::With(std::optional<Decimal> before,
                                   std::optional<Decimal> after) const {
  const Decimal zero;
  const auto side = [&](Decimal sum, bool high) -> std::optional<Decimal> {
    const auto part = [&](std::optional<Decimal> amount) {
      return amount.has_value() && (*amount > zero) == high ? *amount : zero;
    };
    const std::optional<Decimal> without = CheckedSub(sum, part(before));
    return without.has_value() ? CheckedAdd(*without, part(after)) : std::nullopt;
  };
  const std::optional<Decimal> new_above = side(above, true);
  const std::optional<Decimal> new_below = side(below, false);
  if (!new_above.has_value() || !new_below.has_value()) return std::nullopt;
  return Bounds{.above = *new_above, .below = *new_below};
}

}  // namespace tocsin::model
