#ifndef TOCSIN_ENGINE_BASE_WIDE_H_
#define TOCSIN_ENGINE_BASE_WIDE_H_

#include <compare>

#include "tocsin/decimal.h"

// Arithmetic whose products need 256 bits: what a percentage takes to be compared
// exactly.
namespace tocsin {

// How a * b stands to c * d. Exact for all values.
std::strong_ordering CompareProducts(Int128 a, Int128 b, Int128 c, Int128 d);

// a * b / c, rounded half to even, and at the ends of the range where it does not
// fit. `c` must not be 0.
Int128 MultiplyDivide(Int128 a, Int128 b, Int128 c);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_WIDE_H_
