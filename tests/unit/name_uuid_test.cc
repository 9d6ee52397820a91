// Would catch a SHA-1 that differs from Boost's at some length, or a block that is lost.
#include "engine/base/name_uuid.h"

#include <string>

#include "boost/uuid/name_generator_sha1.hpp"
#include "boost/uuid/string_generator.hpp"
#include "boost/uuid/uuid_io.hpp"
#include "gtest/gtest.h"
#include "tests/support/random.h"

namespace tocsin {
namespace {

// Made by Python's uuid.uuid5 in uuid.NAMESPACE_DNS.
TEST(NameUuid, IsThatOfOthers) {
  const boost::uuids::uuid dns =
      boost::uuids::string_generator()("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  EXPECT_EQ(to_string(NameUuid(dns, "python.org")),
            "886313e1-3b8a-5372-9b90-0c9aee199e5d");
}

// Every place where a name can end in a block, and several blocks.
TEST(NameUuid, IsThatOfBoostAtEveryLength) {
  testing::Random random(7);
  for (std::size_t length = 0; length < 400; ++length) {
    for (int i = 0; i < 20; ++i) {
      boost::uuids::uuid name_space;
      for (auto& byte : name_space) byte = static_cast<std::uint8_t>(random.Next());
      std::string name(length, '\0');
      for (char& c : name) c = static_cast<char>(random.Next());
      ASSERT_EQ(NameUuid(name_space, name),
                boost::uuids::name_generator_sha1(name_space)(name.data(), name.size()))
          << "of " << length << " bytes";
    }
  }
}

}  // namespace
}  // namespace tocsin
