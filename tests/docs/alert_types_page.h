#ifndef TOCSIN_TESTS_DOCS_ALERT_TYPES_PAGE_H_
#define TOCSIN_TESTS_DOCS_ALERT_TYPES_PAGE_H_

#include <string>

#include "tocsin/alert_type.h"
#include "tocsin/notification.h"

namespace tocsin::testing {

// docs/alert-types.md: a section for each row of the table of alert types, with a
// notification that the engine made.
std::string AlertTypesPage();

// A notification of the type, of facts that just reach its threshold.
Notification ExampleOf(const AlertTypeInfo& info);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_DOCS_ALERT_TYPES_PAGE_H_
