#include "engine/model/noting.h"

namespace tocsin::model {

NotedKind NotedKindOf(const Subject& subject) {
  switch (subject.info().watched) {
    case Watched::kSpend:
    case Watched::kUsage:
      return NotedKind::kSums;
    case Watched::kInvoice:
    case Watched::kInvoicesOfMonth:
      return NotedKind::kInvoices;
    case Watched::kBalance:
    case Watched::kBalances:
    case Watched::kSeat:
    case Watched::kPlan:
      return NotedKind::kBalances;
  }
  return NotedKind::kBalances;
}

void Noting::FindLogs(Customer* customer, NotedKind kind, const Subject& subject) {
  for (auto& [alert, awaited] : *customer->awaited) {
    if (!awaited.read.has_value()) continue;
    const Subject& read = awaited.read->subject;
    if (NotedKindOf(read) != kind) continue;
    if (kind == NotedKind::kSums && read != subject) continue;
    logs_.push_back(&awaited.read->log);
  }
}

void Noting::Keep(const SumKey& key, const Sum* now) {
  for (ReadLog* log : logs_) log->Keep(key, now);
  keys_.push_back(key);
}

void Noting::AddToLogs(const Posting& posting, const Context& context) {
  for (ReadLog* log : logs_) log->Add(keys_, posting, context.reads->additions_max);
}

}  // namespace tocsin::model
