#ifndef TOCSIN_ENGINE_NOTIFY_NOTIFICATION_H_
#define TOCSIN_ENGINE_NOTIFY_NOTIFICATION_H_

#include "engine/model/decision.h"
#include "tocsin/notification.h"

namespace tocsin::notify {

// The id of what was decided: a version-5 UUID (RFC 4122) in a namespace of its
// own, of
//
//   customer (16 bytes), alert (16 bytes), instance key, epoch (8 bytes),
//   kind (1 byte: 0 reached, 1 resolved), crossing number (8 bytes)
//
// each behind its length as 4 bytes; all numbers big-endian. The lengths keep two
// different lists from having the same bytes.
NotificationId IdOf(const model::Decision& decision);

// The content of a decision. The same decision always makes the same.
Notification MakeNotification(const model::Decision& decision);

}  // namespace tocsin::notify

#endif  // TOCSIN_ENGINE_NOTIFY_NOTIFICATION_H_
