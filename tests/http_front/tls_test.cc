// Would catch a front that speaks an old TLS, shows its answers in the clear, or loses an
// answer at the end of a connection.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/http_front/front_fixture.h"
#include "tests/support/temp_directory.h"

namespace tocsin::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Over a connection; trusts one certificate only.
class TlsClient {
 public:
  TlsClient(RawClient* raw, const std::string& trusted, int version_most) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    // Also what the library would not speak by itself any more.
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), version_most);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    EXPECT_EQ(SSL_CTX_load_verify_locations(context_.get(), trusted.c_str(), nullptr), 1);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), raw->fd());
  }

  bool Connect() { return SSL_connect(ssl_.get()) == 1; }
  bool Send(const std::string& bytes) {
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
  }
  RawAnswer Read() {
    for (;;) {
      RawAnswer answer = TakeRawAnswer(&read_);
      if (answer.status != 0 || !ReadMore()) return answer;
    }
  }
  // Whether the other side has said that nothing follows, and not just gone.
  bool IsEnded() {
    while (ReadMore()) {
    }
    return SSL_get_error(ssl_.get(), 0) == SSL_ERROR_ZERO_RETURN && read_.empty();
  }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  bool ReadMore() {
    std::array<char, 4096> bytes;
    const int count = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (count <= 0) return false;
    read_.append(bytes.data(), static_cast<std::size_t>(count));
    return true;
  }

  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  std::string read_;
};

class TlsTest : public FrontTest {
 protected:
  TlsTest() {
    MakeCertificate("server");
    MakeCertificate("other");
  }

  void MakeCertificate(const std::string& name) {
    const std::string command = absl::StrCat(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
        "-subj /CN=localhost -days 2 -keyout ",
        Key(name), " -out ", Certificate(name), " 2>", directory_ / "log");
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  std::string Key(const std::string& name) const { return directory_ / (name + ".key"); }
  std::string Certificate(const std::string& name) const {
    return directory_ / (name + ".pem");
  }
  void StartTls() { StartTls({}); }
  void StartTls(HttpFrontOptions options) {
    options.tls_certificate_file = Certificate("server");
    options.tls_key_file = Key("server");
    StartFront(std::move(options));
  }

  TempDirectory directory_;
};

TEST_F(TlsTest, ServesRequestsOverIt) {
  StartTls();
  RawClient raw(port());
  TlsClient client(&raw, Certificate("server"), TLS1_3_VERSION);
  ASSERT_TRUE(client.Connect());
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += Reset();
  ASSERT_TRUE(client.Send(requests));
  for (int i = 0; i < 50; ++i) ASSERT_EQ(client.Read().status, 200) << i;
  EXPECT_EQ(Epoch(), 50U);
  // More than one record of it, both ways.
  ASSERT_TRUE(client.Send(Get("/openapi.json")));
  const RawAnswer answer = client.Read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_GT(answer.body.size(), 16'384U);
}

TEST_F(TlsTest, ARefusalIsReadToItsEnd) {
  StartTls();
  RawClient raw(port());
  TlsClient client(&raw, Certificate("server"), TLS1_2_VERSION);
  ASSERT_TRUE(client.Connect());
  ASSERT_TRUE(client.Send(
      Post("/v1/customer-alerts/reset", std::string(100'000, ' '), Bearer(kWriter))));
  EXPECT_EQ(client.Read().status, 413);
  EXPECT_TRUE(client.IsEnded());
}

TEST_F(TlsTest, RefusesOldVersionsAndStrangers) {
  StartTls();
  RawClient old_raw(port());
  EXPECT_FALSE(TlsClient(&old_raw, Certificate("server"), TLS1_1_VERSION).Connect());
  RawClient stranger_raw(port());
  EXPECT_FALSE(TlsClient(&stranger_raw, Certificate("other"), TLS1_3_VERSION).Connect());
  RawClient plain(port());
  plain.Send(Reset());
  EXPECT_THAT(plain.ReadToEnd(), ::testing::Not(HasSubstr("HTTP/1.1")));
  EXPECT_EQ(Epoch(), 0U);
}

TEST_F(TlsTest, WhoDoesNotShakeHandsIsNotWaitedForLong) {
  HttpFrontOptions options;
  options.head_timeout = absl::Milliseconds(50);
  StartTls(std::move(options));
  RawClient silent(port());
  EXPECT_TRUE(silent.IsEnded());
  RawClient raw(port());
  TlsClient slow(&raw, Certificate("server"), TLS1_3_VERSION);
  ASSERT_TRUE(slow.Connect());
  ASSERT_TRUE(slow.Send("GET /"));
  EXPECT_EQ(slow.Read().status, 0);
}

TEST_F(TlsTest, ASlowBodyIsTold) {
  HttpFrontOptions options;
  options.body_timeout = absl::Milliseconds(50);
  StartTls(std::move(options));
  RawClient raw(port());
  TlsClient slow(&raw, Certificate("server"), TLS1_3_VERSION);
  ASSERT_TRUE(slow.Connect());
  const std::string request = Reset();
  ASSERT_TRUE(slow.Send(request.substr(0, request.size() - 1)));
  EXPECT_EQ(slow.Read().status, 408);
  EXPECT_TRUE(slow.IsEnded());
  EXPECT_EQ(Epoch(), 0U);
}

TEST_F(TlsTest, AKeyOfAnotherIsRefused) {
  HttpFrontOptions options;
  options.port = 0;
  options.tls_certificate_file = Certificate("server");
  options.tls_key_file = Key("other");
  const absl::Status status =
      HttpFront::Start(engine_.get(), std::move(options)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), StartsWith("tls: the key in "));
}

}  // namespace
}  // namespace tocsin::testing
