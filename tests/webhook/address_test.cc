// Would catch an address of a private network, of a cloud's metadata or of this machine
// that is taken for a public one, in whatever it is wrapped, and a public one that is
// not.
#include "engine/webhook/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <vector>

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using webhook::AddressPolicy;
using webhook::IpAddress;

bool IsPublicText(const std::string& text) {
  const std::optional<IpAddress> address = IpAddress::Parse(text);
  EXPECT_TRUE(address.has_value()) << text;
  return address && webhook::IsPublic(*address);
}

TEST(Address, ThoseOfTheInternetArePublic) {
  for (const std::string text : {"1.1.1.1",
                                 "8.8.8.8",
                                 "9.255.255.255",
                                 "11.0.0.0",
                                 "100.63.255.255",
                                 "100.128.0.0",
                                 "126.255.255.255",
                                 "128.0.0.0",
                                 "168.63.129.15",
                                 "168.63.129.17",
                                 "169.253.255.255",
                                 "169.255.0.0",
                                 "172.15.255.255",
                                 "172.32.0.0",
                                 "191.255.255.255",
                                 "192.0.1.0",
                                 "192.0.3.0",
                                 "192.88.98.255",
                                 "192.167.255.255",
                                 "192.169.0.0",
                                 "198.17.255.255",
                                 "198.20.0.0",
                                 "198.51.99.255",
                                 "203.0.112.255",
                                 "203.0.114.0",
                                 "223.255.255.255",
                                 "2000::1",
                                 "2001:200::1",
                                 "2001:4860:4860::8888",
                                 "2606:4700::1111",
                                 "2a00:1450::1",
                                 "2003::1",
                                 "3fff:1000::1",
                                 "3ffe::1",
                                 "::ffff:8.8.8.8",
                                 "64:ff9b::8.8.8.8"}) {
    EXPECT_TRUE(IsPublicText(text)) << text;
  }
}

TEST(Address, AllOthersAreNot) {
  for (const std::string text :
       {"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0",
        "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.255",
        "168.63.129.16", "169.254.0.0", "169.254.169.254", "169.254.255.255",
        "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.192", "192.0.2.1",
        "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255",
        "198.51.100.1", "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0",
        "255.255.255.255",
        // This machine, links, sites, private, multicast.
        "::", "::1", "::7f00:1", "fe80::1", "febf::1", "fec0::1", "fc00::1",
        "fd00:ec2::254", "fdff::1", "ff02::1",
        // What holds an address of IPv4, or leads to it.
        "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:a9fe:a9fe", "::8.8.8.8",
        "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::8.8.8.8", "2002:7f00:1::",
        "2002:808:808::1", "2001::1", "2001:0:4136:e378::1", "::ffff:0:8.8.8.8",
        // Protocols, benchmarks, documentation, what nobody was given.
        "2001:2::1", "2001:10::1", "2001:1ff:ffff::1", "2001:db8::1", "3fff::1",
        "3fff:fff::1", "100::1", "1fff::1", "4000::1", "5f00::1"}) {
    EXPECT_FALSE(IsPublicText(text)) << text;
  }
}

TEST(Address, IsReadInOneSpellingOnly) {
  for (const std::string text :
       {"", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "1.2.3.4 ", " 1.2.3.4",
        "1.2.3", "[::1]", "fe80::1%lo", "::1/128", "1.2.3.4.5", "256.1.1.1", "g::"}) {
    EXPECT_FALSE(IpAddress::Parse(text).has_value()) << text;
  }
  EXPECT_FALSE(IpAddress::Parse(std::string("1.2.3.4\0", 8)).has_value());
  EXPECT_EQ(IpAddress::Parse("::ffff:102:304")->ToString(), "1.2.3.4");
  EXPECT_EQ(IpAddress::Parse("2001:DB8:0::0:1")->ToString(), "2001:db8::1");
}

TEST(Address, IsTakenFromASocket) {
  sockaddr_in v4 = {};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(0x0a000001);
  EXPECT_EQ(IpAddress::Of(reinterpret_cast<const sockaddr&>(v4))->ToString(), "10.0.0.1");
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  EXPECT_EQ(IpAddress::Of(reinterpret_cast<const sockaddr&>(v6))->ToString(), "::1");
  sockaddr other = {};
  other.sa_family = AF_UNIX;
  EXPECT_FALSE(IpAddress::Of(other).has_value());
}

bool MaySendTo(const std::vector<std::string>& networks, const std::string& text) {
  const absl::StatusOr<AddressPolicy> policy = AddressPolicy::Make(networks);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.ok() && policy->MaySendTo(*IpAddress::Parse(text));
}

TEST(AddressPolicy, AllowsWhatIsPublicOrInItsNetworks) {
  EXPECT_FALSE(MaySendTo({}, "10.0.0.1"));
  EXPECT_TRUE(MaySendTo({}, "8.8.8.8"));
  EXPECT_TRUE(MaySendTo({"10.0.0.0/8"}, "8.8.8.8"));
  EXPECT_TRUE(MaySendTo({"10.0.0.0/8"}, "10.255.1.2"));
  EXPECT_TRUE(MaySendTo({"10.0.0.0/8"}, "::ffff:10.1.2.3"));
  EXPECT_FALSE(MaySendTo({"10.0.0.0/8"}, "127.0.0.1"));
  EXPECT_TRUE(MaySendTo({"10.0.0.0/9"}, "10.127.0.0"));
  EXPECT_FALSE(MaySendTo({"10.0.0.0/9"}, "10.128.0.0"));
  EXPECT_TRUE(MaySendTo({"127.0.0.1/32", "::1/128"}, "::1"));
  EXPECT_FALSE(MaySendTo({"127.0.0.1/32", "::1/128"}, "127.0.0.2"));
  EXPECT_FALSE(MaySendTo({"127.0.0.1/32", "::1/128"}, "::2"));
  EXPECT_TRUE(MaySendTo({"fd00::/8"}, "fdff::1"));
  EXPECT_TRUE(MaySendTo({"0.0.0.0/0"}, "127.0.0.1"));
  EXPECT_FALSE(MaySendTo({"0.0.0.0/0"}, "::1"));
  EXPECT_TRUE(MaySendTo({"::/0"}, "::1"));
  EXPECT_FALSE(MaySendTo({"::/0"}, "127.0.0.1"));
  EXPECT_TRUE(MaySendTo({"::ffff:10.0.0.0/104"}, "10.1.2.3"));
  // One network does not open what leads to it.
  EXPECT_FALSE(MaySendTo({"10.0.0.0/8"}, "64:ff9b::10.0.0.1"));
}

TEST(AddressPolicy, RefusesWhatIsNoNetwork) {
  for (const std::string text :
       {"", "10.0.0.0", "10.0.0.0/", "/8", "10.0.0.0/33", "::/129", "10.0.0.0/-1",
        "10.0.0.0/+8", "10.0.0.0/ 8", "10.0.0.0/8 ", "10.0.0.0/0008", "10.0.0.1/8",
        "10/8", "::1/64", "example.org/8", "10.0.0.0/8/8", "::ffff:0:0/90"}) {
    const absl::StatusOr<AddressPolicy> policy = AddressPolicy::Make({text});
    EXPECT_EQ(policy.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(policy.status().message()), HasSubstr("10.0.0.0/8"));
  }
}

}  // namespace
}  // namespace tocsin::testing
