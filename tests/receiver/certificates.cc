#include "tests/receiver/certificates.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tocsin::testing {
namespace {

void WriteKey(EVP_PKEY* key, const std::string& file) {
  FILE* const out = std::fopen(file.c_str(), "w");
  if (out == nullptr ||
      PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    std::abort();
  }
  std::fclose(out);
}

void WriteCertificate(X509* certificate, const std::string& file) {
  FILE* const out = std::fopen(file.c_str(), "w");
  if (out == nullptr || PEM_write_X509(out, certificate) != 1) std::abort();
  std::fclose(out);
}

void AddExtension(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* const extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  if (extension == nullptr) std::abort();
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

Certificates::Certificates() : key_(EVP_EC_gen("P-256")) {
  certificate_ = Sign("an authority of a test", key_.get(), "", -10, 10, true);
  WriteCertificate(certificate_.get(), authority());
}

Certificates::Certificate Certificates::Sign(const std::string& subject, EVP_PKEY* key,
                                             const std::string& names, int days_from,
                                             int days_to, bool by_itself) const {
  constexpr long kDay = 24L * 60 * 60;
  static long serial = 1;
  Certificate made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), days_from * kDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), days_to * kDay);
  X509_set_pubkey(made.get(), key);
  X509_NAME* const name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(subject.c_str()), -1,
                             -1, 0);
  X509_set_issuer_name(made.get(),
                       by_itself ? name : X509_get_subject_name(certificate_.get()));
  if (names.empty()) {
    AddExtension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
  } else {
    AddExtension(made.get(), NID_subject_alt_name, names);
  }
  if (X509_sign(made.get(), by_itself ? key : key_.get(), EVP_sha256()) == 0) {
    std::abort();
  }
  return made;
}

Receiver::Tls Certificates::Make(const std::string& name, const Wanted& wanted) const {
  const Receiver::Tls tls = {.certificate_file = directory_ / (name + ".pem"),
                             .key_file = directory_ / (name + ".key")};
  const Key key(EVP_EC_gen("P-256"));
  const Certificate made = Sign(wanted.host, key.get(), absl::StrCat("DNS:", wanted.host),
                                -5, wanted.is_expired ? -1 : 5, wanted.signs_itself);
  WriteKey(key.get(), tls.key_file);
  WriteCertificate(made.get(), tls.certificate_file);
  return tls;
}

}  // namespace tocsin::testing
