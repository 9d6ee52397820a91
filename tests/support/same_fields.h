#ifndef TOCSIN_TESTS_SUPPORT_SAME_FIELDS_H_
#define TOCSIN_TESTS_SUPPORT_SAME_FIELDS_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "engine/store/entry.h"
#include "tocsin/alert.h"
#include "tocsin/fact.h"
#include "tocsin/notification.h"

// Compares what is stored field by field, by no list of the fields that it is stored by:
// a field that such a list lacks is seen.
namespace tocsin::testing {

// How many fields a struct has. One that is given a further field no longer compiles
// here, and its maker in full_entries.cc needs that field too.
template <typename T>
inline constexpr std::size_t kFields = 0;
template <>
inline constexpr std::size_t kFields<SpendAdded> = 7;
template <>
inline constexpr std::size_t kFields<SpendTotal> = 7;
template <>
inline constexpr std::size_t kFields<UsageAdded> = 6;
template <>
inline constexpr std::size_t kFields<UsageTotal> = 6;
template <>
inline constexpr std::size_t kFields<PeriodTold> = 3;
template <>
inline constexpr std::size_t kFields<CustomerTold> = 5;
template <>
inline constexpr std::size_t kFields<ContractTold> = 3;
template <>
inline constexpr std::size_t kFields<BalanceTold> = 12;
template <>
inline constexpr std::size_t kFields<BalanceDrawn> = 4;
template <>
inline constexpr std::size_t kFields<InvoiceTold> = 7;
template <>
inline constexpr std::size_t kFields<AlertSpec> = 17;
template <>
inline constexpr std::size_t kFields<AlertUpdate> = 10;
template <>
inline constexpr std::size_t kFields<Notification> = 22;
template <>
inline constexpr std::size_t kFields<store::At> = 1;
template <>
inline constexpr std::size_t kFields<store::Touched> = 2;
template <>
inline constexpr std::size_t kFields<store::Swept> = 4;
template <>
inline constexpr std::size_t kFields<store::WasReset> = 4;
template <>
inline constexpr std::size_t kFields<store::Answered> = 4;
template <>
inline constexpr std::size_t kFields<store::AlertCreated> = 2;
template <>
inline constexpr std::size_t kFields<store::AlertUpdated> = 3;
template <>
inline constexpr std::size_t kFields<store::AlertStatusSet> = 4;
template <>
inline constexpr std::size_t kFields<store::Decided> = 10;
template <>
inline constexpr std::size_t kFields<store::Settled> = 4;
template <>
inline constexpr std::size_t kFields<store::Rules> = 10;

// References to all fields.
template <typename T>
auto TieFields(const T& it) {
  constexpr std::size_t kCount = kFields<T>;
  if constexpr (kCount == 1) {
    const auto& [a] = it;
    return std::tie(a);
  } else if constexpr (kCount == 2) {
    const auto& [a, b] = it;
    return std::tie(a, b);
  } else if constexpr (kCount == 3) {
    const auto& [a, b, c] = it;
    return std::tie(a, b, c);
  } else if constexpr (kCount == 4) {
    const auto& [a, b, c, d] = it;
    return std::tie(a, b, c, d);
  } else if constexpr (kCount == 5) {
    const auto& [a, b, c, d, e] = it;
    return std::tie(a, b, c, d, e);
  } else if constexpr (kCount == 6) {
    const auto& [a, b, c, d, e, f] = it;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (kCount == 7) {
    const auto& [a, b, c, d, e, f, g] = it;
    return std::tie(a, b, c, d, e, f, g);
  } else if constexpr (kCount == 10) {
    const auto& [a, b, c, d, e, f, g, h, i, j] = it;
    return std::tie(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (kCount == 12) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l] = it;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (kCount == 17) {
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q] = it;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
  } else {
    static_assert(kCount == 22);
    const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v] = it;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v);
  }
}

template <typename T>
bool SameFields(const Patch<T>& a, const Patch<T>& b) {
  return a.keeps() == b.keeps() && a.value() == b.value();
}
template <typename... Ts>
bool SameFields(const std::variant<Ts...>& a, const std::variant<Ts...>& b);
inline bool SameFields(const std::vector<Fact>& a, const std::vector<Fact>& b);

template <typename T>
bool SameFields(const T& a, const T& b) {
  if constexpr (kFields<T> == 0) {
    return a == b;
  } else {
    return std::apply(
        [&b](const auto&... of_a) {
          return std::apply(
              [&](const auto&... of_b) { return (SameFields(of_a, of_b) && ...); },
              TieFields(b));
        },
        TieFields(a));
  }
}
template <typename... Ts>
bool SameFields(const std::variant<Ts...>& a, const std::variant<Ts...>& b) {
  return a.index() == b.index() &&
         std::visit(
             [&b](const auto& one) {
               return SameFields(one, std::get<std::decay_t<decltype(one)>>(b));
             },
             a);
}
inline bool SameFields(const std::vector<Fact>& a, const std::vector<Fact>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!SameFields(a[i], b[i])) return false;
  }
  return true;
}

// Whether no field is what it is in a struct of nothing: only then is one seen that does
// not come back.
template <typename T>
bool HasAllFields(const T& it) {
  const T none;
  return std::apply(
      [&none](const auto&... of_it) {
        return std::apply(
            [&](const auto&... of_none) { return (!SameFields(of_it, of_none) && ...); },
            TieFields(none));
      },
      TieFields(it));
}

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_SAME_FIELDS_H_
