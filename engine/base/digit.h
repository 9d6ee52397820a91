#ifndef TOCSIN_ENGINE_BASE_DIGIT_H_
#define TOCSIN_ENGINE_BASE_DIGIT_H_

namespace tocsin {

// Of ASCII, whatever the locale.
constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_DIGIT_H_
