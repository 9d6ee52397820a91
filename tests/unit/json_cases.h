#ifndef TOCSIN_TESTS_UNIT_JSON_CASES_H_
#define TOCSIN_TESTS_UNIT_JSON_CASES_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "tocsin/json.h"
#include "tocsin/status.h"

namespace tocsin {

inline constexpr char kCustomerText[] = "11111111-1111-4111-8111-111111111111";
inline constexpr char kAlertText[] = "22222222-2222-4222-8222-222222222222";
inline constexpr char kOtherText[] = "33333333-3333-4333-8333-333333333333";

// The customer, the alert and another id for `$C`, `$A`, `$O` in a text; `$D` is
// the customer without its first digit.
inline std::string Fill(std::string text) {
  for (const auto& [mark, id] :
       {std::pair("$C", kCustomerText), std::pair("$D", kCustomerText + 1),
        std::pair("$A", kAlertText), std::pair("$O", kOtherText)}) {
    for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos;) {
      text.replace(at, 2, id);
    }
  }
  return text;
}

// A spend fact with `fields` beside its customer.
inline std::string SpendJson(absl::string_view fields) {
  return absl::StrCat(R"({"type":"spend","customer_id":"$C")", fields.empty() ? "" : ",",
                      fields, "}");
}

// What a text says, which must be a statement of this kind.
template <typename T>
T Read(const std::string& text) {
  absl::StatusOr<Statement> statement = StatementFromJson(Fill(text));
  EXPECT_TRUE(statement.ok()) << text << ": " << statement.status();
  if (!statement.ok()) return T();
  T* what = std::get_if<T>(&statement->what);
  EXPECT_NE(what, nullptr) << text << " is of kind " << statement->what.index();
  return what != nullptr ? *what : T();
}

// The same for a kind of fact.
template <typename T>
T ReadFact(const std::string& text) {
  const Fact fact = Read<Fact>(text);
  const T* what = std::get_if<T>(&fact);
  EXPECT_NE(what, nullptr) << text << " is a fact of kind " << fact.index();
  return what != nullptr ? *what : T();
}

template <typename T>
T IdOf(const char* text) {
  return *T::Parse(text);
}

inline Decimal Dec(absl::string_view text) { return *Decimal::Parse(text); }

inline absl::Time Noon() {
  return absl::FromCivil(absl::CivilSecond(1997, 1, 1, 12, 0, 0), absl::UTCTimeZone());
}

// A text to be refused.
struct BadCase {
  const char* name;
  std::string text;
  Reason reason;
  // What the message must say: the field, the value, what would be right.
  std::vector<const char*> says;
};

inline void PrintTo(const BadCase& bad, std::ostream* out) {
  *out << bad.text.substr(0, 200);
}

inline std::string NameOfBadCase(const ::testing::TestParamInfo<BadCase>& info) {
  return info.param.name;
}

// Reads the text as a statement and compares how it is refused.
inline void ExpectRefused(const BadCase& bad) {
  const absl::Status status = StatementFromJson(Fill(bad.text)).status();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(ReasonName(ReasonOf(status)), ReasonName(bad.reason)) << status;
  const std::string message(status.message());
  for (const char* part : bad.says) EXPECT_THAT(message, ::testing::HasSubstr(part));
  EXPECT_LT(message.size(), 400u) << "values are to be cut";
  EXPECT_THAT(message, ::testing::Not(::testing::HasSubstr("\n")));
}

}  // namespace tocsin

#endif  // TOCSIN_TESTS_UNIT_JSON_CASES_H_
