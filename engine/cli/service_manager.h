#ifndef TOCSIN_ENGINE_CLI_SERVICE_MANAGER_H_
#define TOCSIN_ENGINE_CLI_SERVICE_MANAGER_H_

#include "absl/strings/string_view.h"

namespace tocsin::cli {

// Tells the service manager that started the program how it stands: `READY=1`, for one.
// Nothing where there is none (systemd names its socket in NOTIFY_SOCKET).
void NotifyServiceManager(absl::string_view state);

}  // namespace tocsin::cli

#endif  // TOCSIN_ENGINE_CLI_SERVICE_MANAGER_H_
