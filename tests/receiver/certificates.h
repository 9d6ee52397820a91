#ifndef TOCSIN_TESTS_RECEIVER_CERTIFICATES_H_
#define TOCSIN_TESTS_RECEIVER_CERTIFICATES_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "tests/receiver/receiver.h"
#include "tests/support/temp_directory.h"

namespace tocsin::testing {

// An authority of a test's own, and certificates, in files.
class Certificates {
 public:
  Certificates();

  // PEM of the authority, for who trusts it.
  std::string authority() const { return directory_ / "authority.pem"; }

  struct Wanted {
    std::string host = "localhost";
    bool is_expired = false;
    bool signs_itself = false;
  };
  Receiver::Tls Make(const std::string& name, const Wanted& wanted) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;
  using Certificate = std::unique_ptr<X509, Free>;

  Certificate Sign(const std::string& subject, EVP_PKEY* key, const std::string& names,
                   int days_from, int days_to, bool by_itself) const;

  TempDirectory directory_;
  Key key_;
  Certificate certificate_;
};

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_RECEIVER_CERTIFICATES_H_
