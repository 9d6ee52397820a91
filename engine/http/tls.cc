#include "engine/http/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tocsin::http {
namespace {

absl::Status Unusable(absl::string_view what, const std::string& file,
                      const boost::system::error_code& error) {
  return absl::FailedPreconditionError(
      absl::StrCat("tls: ", what, " in ", file, " cannot be used (", error.message(),
                   "); it must be a PEM file that can be read, and the certificate and "
                   "the key must belong together"));
}

}  // namespace

absl::StatusOr<boost::asio::ssl::context> MakeTlsContext(
    const std::string& certificate_file, const std::string& key_file) {
  namespace ssl = boost::asio::ssl;
  ssl::context context(ssl::context::tls_server);
  SSL_CTX* const native = context.native_handle();
  boost::system::error_code error;
  context.use_certificate_chain_file(certificate_file, error);
  if (error) return Unusable("the certificate", certificate_file, error);
  context.use_private_key_file(key_file, ssl::context::pem, error);
  // Of a key that is another's, too.
  if (error) return Unusable("the key", key_file, error);
  if (SSL_CTX_check_private_key(native) != 1 ||
      SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1) {
    error = {static_cast<int>(ERR_get_error()), boost::asio::error::get_ssl_category()};
    return Unusable("the key", key_file, error);
  }
  // An idle connection keeps no buffers; and nobody may make it bargain anew.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  return context;
}

}  // namespace tocsin::http
