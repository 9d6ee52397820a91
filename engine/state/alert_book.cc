#include "engine/state/alert_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/limits.h"
#include "engine/base/mistake.h"
#include "engine/base/status.h"
#include "engine/state/customer_fields.h"

namespace tocsin::state {
namespace {

using model::AlertChange;
using model::AlertPtr;
using model::AlertVersion;

void AppendField(absl::string_view text, std::string* out) {
  absl::StrAppend(out, text.size(), ":", text);
}

template <typename Fields>
void AppendFields(const Fields& fields, std::string* out) {
  for (const auto& field : fields) {
    AppendField(field.key, out);
    const std::optional<std::string> value(field.value);
    out->push_back(value.has_value() ? 'v' : 'k');
    if (value.has_value()) AppendField(*value, out);
  }
  out->push_back(';');
}

// The same text for the same measure, and for no other.
std::string CanonicalText(const model::Measure& measure) {
  std::string text = absl::StrCat(static_cast<int>(measure.subject.type), ":");
  text.append(reinterpret_cast<const char*>(measure.subject.id.data),
              sizeof measure.subject.id.data);
  AppendFields(measure.groups, &text);
  AppendFields(measure.custom_fields, &text);
  for (const std::string& type : measure.types) AppendField(type, &text);
  text.push_back(';');
  if (measure.seat.has_value()) {
    AppendField(measure.seat->group_key, &text);
    if (measure.seat->group_value) AppendField(*measure.seat->group_value, &text);
  }
  for (const AlertSpecifier& specifier : measure.specifiers) {
    text.push_back('s');
    AppendFields(specifier.custom_field_filters, &text);
    for (const SpecifierExclude& exclude : specifier.exclude) {
      text.push_back('x');
      AppendFields(exclude.custom_field_filters, &text);
    }
  }
  return text;
}

absl::Status CheckOnChange(OnChange on_change) {
  if (on_change == OnChange::kKeep || on_change == OnChange::kNotifyAgain) {
    return absl::OkStatus();
  }
  return MakeStatus(Reason::kMalformed,
                    absl::StrCat("on_change is number ", static_cast<int>(on_change),
                                 "; it must be kKeep or kNotifyAgain"));
}

}  // namespace

absl::Status AlertArchived(const AlertId& alert) {
  return MakeStatus(Reason::kAlertArchived,
                    absl::StrCat("alert ", alert.ToString(), " is archived, which is ",
                                 "for good; create another one with an id of its own"));
}

AlertPtr AlertBook::Find(const AlertId& alert) const {
  absl::ReaderMutexLock lock(&mu_);
  const auto it = alerts_.find(alert);
  return it == alerts_.end() ? nullptr : it->second;
}

absl::StatusOr<AlertPtr> AlertBook::Get(const AlertId& alert) const {
  if (alert.is_nil()) {
    return MakeStatus(Reason::kMissing,
                      "the alert's id is the nil UUID; a real one is required");
  }
  AlertPtr found = Find(alert);
  if (found != nullptr) return found;
  return MakeStatus(Reason::kUnknownAlert,
                    absl::StrCat("there is no alert ", alert.ToString(),
                                 "; it must be one that was created before"));
}

std::vector<AlertPtr> AlertBook::All() const {
  std::vector<AlertPtr> alerts;
  {
    absl::ReaderMutexLock lock(&mu_);
    alerts.reserve(alerts_.size());
    for (const auto& [id, alert] : alerts_) alerts.push_back(alert);
  }
  std::sort(alerts.begin(), alerts.end(),
            [](const AlertPtr& a, const AlertPtr& b) { return a->id() < b->id(); });
  return alerts;
}

std::size_t AlertBook::active_count() const {
  absl::ReaderMutexLock lock(&mu_);
  return active_count_;
}

absl::Status AlertBook::CheckUnused(const AlertSpec& spec, const AlertId& id) const {
  absl::ReaderMutexLock lock(&mu_);
  if (alerts_.contains(id)) {
    return MakeStatus(Reason::kAlertIdUsed,
                      absl::StrCat("alert id ", id.ToString(),
                                   " was used before; an id is never used again"));
  }
  if (spec.uniqueness_key.has_value()) {
    const auto holder = uniqueness_keys_.find(*spec.uniqueness_key);
    if (holder != uniqueness_keys_.end()) {
      const AlertStatus status = alerts_.at(holder->second)->alert.status;
      return UniquenessKeyUsed(holder->second, status, *spec.uniqueness_key);
    }
  }
  if (active_count_ >= kAlertsMax) {
    return MakeStatus(Reason::kLimitReached,
                      absl::StrCat("there are ", active_count_,
                                   " alerts, the most that are allowed; archive some"));
  }
  return absl::OkStatus();
}

absl::StatusOr<AlertChange> AlertBook::DraftCreate(const AlertSpec& spec,
                                                   const AlertId& id, absl::Time now) {
  absl::Status status = model::ValidateAlert(spec);
  if (!status.ok()) return status;
  auto after = std::make_shared<AlertVersion>();
  after->alert = {.id = spec.id.value_or(id),
                  .spec = spec,
                  .status = AlertStatus::kEnabled,
                  .updated_at = now};
  after->alert.spec.id = after->alert.id;
  status = CheckUnused(spec, after->alert.id);
  if (!status.ok()) return status;
  after->measure = Intern(model::MeasureOf(spec));
  return AlertChange{.before = nullptr, .after = std::move(after)};
}

absl::StatusOr<AlertChange> AlertBook::DraftUpdate(const AlertId& alert,
                                                   const AlertUpdate& update,
                                                   absl::Time now) {
  const absl::StatusOr<AlertPtr> before = Get(alert);
  if (!before.ok()) return before.status();
  if ((*before)->archived()) return AlertArchived(alert);
  absl::Status status = CheckOnChange(update.on_change);
  if (!status.ok()) return status;
  absl::StatusOr<AlertSpec> spec = model::UpdatedSpec((*before)->spec(), update);
  if (!spec.ok()) return spec.status();
  auto after = std::make_shared<AlertVersion>(**before);
  after->alert.spec = *std::move(spec);
  after->alert.updated_at = now;
  after->measure = Intern(model::MeasureOf(after->spec()));
  if (update.threshold.has_value()) ++after->rejudgings;
  if (update.on_change == OnChange::kNotifyAgain) ++after->renotifies;
  if (after->measure != (*before)->measure) ++after->restarts;
  return AlertChange{.before = *before, .after = std::move(after)};
}

absl::StatusOr<AlertChange> AlertBook::DraftStatus(const AlertId& alert,
                                                   AlertStatus status,
                                                   absl::Time now) const {
  const absl::StatusOr<AlertPtr> found = Get(alert);
  if (!found.ok()) return found.status();
  const AlertPtr& before = *found;
  if (before->archived() && status == AlertStatus::kArchived) {
    return MakeStatus(Reason::kAlertArchived,
                      absl::StrCat("Alert already archived: ", alert.ToString(),
                                   "; an alert is archived once, for good"));
  }
  if (before->archived()) return AlertArchived(alert);
  if (status == AlertStatus::kDisabled && !before->enabled()) {
    return MakeStatus(Reason::kAlertDisabled,
                      absl::StrCat("alert ", alert.ToString(),
                                   " is disabled already; only an enabled one can be"));
  }
  if (status == AlertStatus::kEnabled && before->enabled()) {
    return MakeStatus(Reason::kAlertNotDisabled,
                      absl::StrCat("alert ", alert.ToString(),
                                   " is enabled already; only a disabled one can be"));
  }
  auto after = std::make_shared<AlertVersion>(*before);
  after->alert.status = status;
  after->alert.updated_at = now;
  if (status == AlertStatus::kEnabled) ++after->restarts;
  return AlertChange{.before = before, .after = std::move(after)};
}

void AlertBook::Publish(const AlertChange& change, const ArchiveOptions& options) {
  const AlertVersion& after = *change.after;
  absl::MutexLock lock(&mu_);
  alerts_[after.id()] = change.after;
  if (change.before == nullptr) ++active_count_;
  if (after.archived()) --active_count_;
  if (!after.spec().uniqueness_key.has_value()) return;
  if (change.before == nullptr) {
    uniqueness_keys_[*after.spec().uniqueness_key] = after.id();
  } else if (after.archived() &&
             (options.release_uniqueness_key || TOCSIN_MISTAKE(key_freed_by_archive))) {
    uniqueness_keys_.erase(*after.spec().uniqueness_key);
  }
}

void AlertBook::Write(std::string* bytes) const {
  store::Writer write(bytes);
  absl::MutexLock lock(&mu_);
  write(static_cast<std::uint64_t>(alerts_.size()));
  for (const auto& [id, alert] : alerts_) write(*alert);
  write(uniqueness_keys_);
}

bool AlertBook::Read(absl::string_view bytes) {
  store::Reader read(bytes);
  absl::MutexLock lock(&mu_);
  const std::size_t count = read.Count();
  for (std::size_t i = 0; i < count && read.ok(); ++i) {
    auto alert = std::make_shared<AlertVersion>(read.Next<AlertVersion>());
    alert->measure = Intern(model::MeasureOf(alert->spec()));
    active_count_ += alert->archived() ? 0 : 1;
    alerts_[alert->id()] = std::move(alert);
  }
  read(uniqueness_keys_);
  return read.AtEnd();
}

model::MeasurePtr AlertBook::Intern(const model::Measure& measure) {
  if (measures_.size() > 2 * measures_after_cleaning_ + 64) {
    absl::erase_if(measures_, [](const auto& entry) { return entry.second.expired(); });
    measures_after_cleaning_ = measures_.size();
  }
  std::weak_ptr<const model::Measure>& known = measures_[CanonicalText(measure)];
  model::MeasurePtr shared = known.lock();
  if (shared == nullptr) {
    shared = std::make_shared<const model::Measure>(measure);
    known = shared;
  }
  return shared;
}

}  // namespace tocsin::state
