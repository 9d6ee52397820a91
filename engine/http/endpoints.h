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

HttpResponse CreateWebhook(const Call& call);
HttpResponse UpdateWebhook(const Call& call);
HttpResponse DeleteWebhook(const Call& call);
HttpResponse GetWebhook(const Call& call);
HttpResponse ListWebhooks(const Call& call);
HttpResponse RotateWebhookSecret(const Call& call);
HttpResponse EndWebhookOverlap(const Call& call);
HttpResponse TestWebhook(const Call& call);
HttpResponse WebhookDeadLetters(const Call& call);
HttpResponse SendWebhooksAgain(const Call& call);

HttpResponse Health(const Call& call);
HttpResponse Readiness(const Call& call);
HttpResponse Metrics(const Call& call);
HttpResponse Description(const Call& call);

HttpResponse Events(const Call& call);
HttpResponse Console(const Call& call);

}  // namespace tocsin::http

#endif  // TOCSIN_ENGINE_HTTP_ENDPOINTS_H_
