#ifndef TOCSIN_ENGINE_HTTP_ENDPOINTS_H_
#define TOCSIN_ENGINE_HTTP_ENDPOINTS_H_

#include "engine/http/route.h"
#include "tocsin/http.h"

namespace tocsin::http {

HttpResponse ResetCustomerAlert(const Call& call);
HttpResponse ResetMany(const Call& call);
HttpResponse GetCustomerAlert(const Call& call);
HttpResponse ListCustomerAlerts(const Call& call);
HttpResponse ExplainCustomerAlert(const Call& call);
HttpResponse CustomerAlertHistory(const Call& call);

HttpResponse CreateAlert(const Call& call);
HttpResponse UpdateAlert(const Call& call);
HttpResponse ArchiveAlert(const Call& call);
HttpResponse ListAlerts(const Call& call);

HttpResponse TakeFacts(const Call& call);

HttpResponse Health(const Call& call);
HttpResponse Readiness(const Call& call);
HttpResponse Metrics(const Call& call);
HttpResponse Description(const Call& call);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_ENDPOINTS_H_
