#ifndef TOCSIN_ENGINE_HTTP_TLS_H_
#define TOCSIN_ENGINE_HTTP_TLS_H_

#include <boost/asio/ssl/context.hpp>
#include <string>

#include "absl/status/statusor.h"

namespace tocsin::http {

// TLS 1.2 and above, by a chain of certificates and its key in PEM files. Error:
// kFailedPrecondition where they cannot be read or do not belong together.
absl::StatusOr<boost::asio::ssl::context> MakeTlsContext(
    const std::string& certificate_file, const std::string& key_file);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_TLS_H_
