#ifndef TOCSIN_ENGINE_BASE_NAME_UUID_H_
#define TOCSIN_ENGINE_BASE_NAME_UUID_H_

#include "absl/strings/string_view.h"
#include "boost/uuid/uuid.hpp"

namespace tocsin {

// The version-5 UUID (RFC 4122, section 4.3) of a name of any length in a namespace:
// the same as Boost's name_generator_sha1 makes, sooner where the processor has
// instructions for SHA-1. Thread-safe.
boost::uuids::uuid NameUuid(const boost::uuids::uuid& name_space, absl::string_view name);

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_NAME_UUID_H_
