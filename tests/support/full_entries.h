#ifndef TOCSIN_TESTS_SUPPORT_FULL_ENTRIES_H_
#define TOCSIN_TESTS_SUPPORT_FULL_ENTRIES_H_

#include <vector>

#include "engine/store/entry.h"
#include "tocsin/alert.h"
#include "tocsin/fact.h"
#include "tocsin/notification.h"

// Of everything that is stored one with all that it may have, no field as it is in one of
// nothing. Nothing else about them makes sense.
namespace tocsin::testing {

// One of each kind.
std::vector<Fact> FullFacts();
AlertSpec FullSpec();
AlertUpdate FullUpdate();
Notification FullNotification();
// One of each kind, but facts.
std::vector<store::Entry> FullEntries();

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_FULL_ENTRIES_H_
