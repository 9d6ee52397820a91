// Would catch a page of alert types that is older than the table, or a type whose
// notification lacks its value.
#include "tests/docs/alert_types_page.h"

#include <fstream>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tocsin::testing {
namespace {

TEST(AlertTypesPage, IsWhatTheTableSays) {
  std::ifstream file(TOCSIN_SOURCE_DIR "/docs/alert-types.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), AlertTypesPage()) << "run ./dev docs";
}

TEST(AlertTypesPage, EachTypeShowsItsValueByName) {
  for (const AlertTypeInfo& info : AlertTypes()) {
    const Notification example = ExampleOf(info);
    EXPECT_EQ(example.alert_type, info.type);
    EXPECT_THAT(ToJson(example),
                ::testing::HasSubstr("\"" + std::string(info.value_field) +
                                     "\":" + example.value.ToString()))
        << info.name;
  }
}

}  // namespace
}  // namespace tocsin::testing
