#ifndef TOCSIN_ENGINE_WEBHOOK_LETTER_H_
#define TOCSIN_ENGINE_WEBHOOK_LETTER_H_

#include <memory>

#include "engine/webhook/delivery_record.h"
#include "tocsin/notification.h"

namespace tocsin::webhook {

// A notification as it is sent.
std::shared_ptr<const Letter> MakeLetter(const Notification& notification);

}  // namespace tocsin::webhook

#endif  // TOCSIN_ENGINE_WEBHOOK_LETTER_H_
