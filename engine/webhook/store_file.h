#ifndef TOCSIN_ENGINE_WEBHOOK_STORE_FILE_H_
#define TOCSIN_ENGINE_WEBHOOK_STORE_FILE_H_

#include <string>

namespace tocsin::webhook {

std::string WebhooksFileIn(const std::string& directory);

// The file has secrets in it. Where there is none, one is made that its owner alone may
// read; those that SQLite makes beside it are as it is.
void MakeForItsOwner(const std::string& path);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_STORE_FILE_H_
