// Would catch a notification that is lost, changed, sent to whom it is not for, or before
// the one in front of it, whatever receivers answer and however often the process dies.
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/support/names.h"
#include "tests/support/temp_directory.h"
#include "tests/webhook/simulated_world.h"

namespace tocsin {
namespace {

using testing::SampleNotification;
using testing::SimulatedWorld;
using Answer = SimulatedWorld::Answer;
using Arrived = SimulatedWorld::Arrived;

constexpr int kCustomersOfHost = 3;
constexpr int kAlertsOfHost = 2;
constexpr int kStepsOfHost = 120;

// An engine that gives again, after its process died, what it was not told to be safe;
// and a list of what must arrive where.
class DyingHost {
 public:
  enum class Dead { kNever, kSome };
  DyingHost(std::uint64_t seed, Dead dead)
      : random_(seed),
        dead_(dead),
        directory_(testing::InMemory()),
        world_(Options(dead)) {
    const int endpoints = 1 + Below(4);
    for (int i = 0; i < endpoints; ++i) {
      WebhookFilter filter;
      if (Below(3) == 0) filter.customers = {testing::Customer(1 + Below(2))};
      if (Below(3) == 0) filter.alerts = {testing::AlertNumber(1)};
      const std::string url = absl::StrCat("https://r", i, ".example/");
      ids_.push_back(world_.AddEndpoint(url, filter));
      targets_.push_back({.url = url, .filter = filter});
      SetMode(i, Below(2) == 0 ? Mode::kWell : Mode::kMixed);
    }
  }

  // Empty if all is well.
  std::string Run() {
    for (int i = 0; i < kStepsOfHost; ++i) Step();
    for (int i = 0; i < static_cast<int>(ids_.size()); ++i) SetMode(i, Mode::kWell);
    Die(/*keeps_first=*/false);
    EnableAll();
    world_.RunFor(absl::Hours(1));
    // No more at a time than may wait.
    for (int times = 0; times < kStepsOfHost && HasDead(); ++times) {
      for (const EndpointId id : ids_) {
        if (!world_.SendAllAgain(id).ok()) return "not sent again";
      }
      world_.RunFor(absl::Minutes(10));
    }
    return Compare();
  }

 private:
  enum class Mode { kWell, kMixed, kDown, kSlow, kGone };
  struct Target {
    std::string url = {};
    WebhookFilter filter = {};
  };
  struct Given {
    Notification notification = {};
    std::string body = {};
    absl::Time at = {};
  };

  WebhookOptions Options(Dead dead) {
    return {
        .directory = directory_ / "sink",
        .keep_trying = dead == Dead::kNever ? absl::Hours(24 * 300) : absl::Minutes(5),
        .attempts_max_of_endpoint = 1 + static_cast<std::size_t>(Below(4)),
        .attempts_max = 1 + static_cast<std::size_t>(Below(8)),
        .waiting_max = dead == Dead::kNever ? 1'000'000u : 20u,
        .random_seed = random_()};
  }
  int Below(int limit) {
    return static_cast<int>(random_() % static_cast<std::uint64_t>(limit));
  }

  void SetMode(int endpoint, Mode mode) {
    const auto at = static_cast<std::size_t>(endpoint);
    world_.Answers(targets_[at].url, [this, mode](const Arrived&) -> Answer {
      const absl::Duration took = absl::Milliseconds(1 + Below(3'000));
      switch (mode) {
        case Mode::kWell:
          return {.took = took};
        case Mode::kMixed:
          return {.status = Below(2) == 0 ? 200 : 500, .took = took};
        case Mode::kDown:
          return {.status = 0, .took = took};
        case Mode::kSlow:
          return {
              .status = 429, .took = took, .retry_after = absl::Seconds(Below(5'000))};
        case Mode::kGone:
          return {.status = Below(4) == 0 ? 410 : 200, .took = took};
      }
      return {};
    });
  }

  void Step() {
    switch (Below(12)) {
      case 0:
        Die(/*keeps_first=*/Below(2) == 0);
        return;
      case 1:
        // What was accepted is safe: the engine forgets it.
        if (world_.Keep().ok()) unsafe_.clear();
        return;
      case 2:
        SetMode(Below(static_cast<int>(ids_.size())), static_cast<Mode>(Below(5)));
        return;
      case 3:
        EnableAll();
        return;
      case 4:
        world_.RunFor(absl::Minutes(Below(30)));
        return;
      case 5:
      case 6:
        world_.RunFor(absl::Milliseconds(Below(4'000)));
        return;
      default:
        GiveNext();
    }
  }
  void GiveNext() {
    const int customer = 1 + Below(kCustomersOfHost), alert = 1 + Below(kAlertsOfHost);
    const Notification notification =
        SampleNotification(customer, alert, ++sequences_[{customer, alert}]);
    given_.push_back({notification, ToJson(notification), world_.now()});
    unsafe_.push_back(notification);
    world_.Give(notification);
  }
  void Die(bool keeps_first) {
    world_.Restart(keeps_first);
    for (const Notification& notification : unsafe_) world_.Give(notification);
  }
  bool HasDead() {
    for (const WebhookEndpoint& endpoint : world_.dispatcher().List(world_.now())) {
      if (endpoint.dead > 0) return true;
    }
    return false;
  }
  void EnableAll() {
    for (const EndpointId id : ids_) {
      WebhookEndpoint endpoint = *world_.dispatcher().Get(id, world_.now());
      endpoint.settings.enabled = true;
      world_.dispatcher().Update(id, endpoint.settings, world_.now()).IgnoreError();
    }
  }

  bool Wants(const Target& target, const Notification& notification) const {
    const auto has = [](const auto& list, const auto& one) {
      return list.empty() || list.front() == one;
    };
    return has(target.filter.customers, notification.customer) &&
           has(target.filter.alerts, notification.alert);
  }

  std::string Compare() const {
    for (const Target& target : targets_) {
      std::string wrong = CompareOf(target);
      if (!wrong.empty()) return absl::StrCat(target.url, ": ", wrong);
    }
    return "";
  }
  std::string CompareOf(const Target& target) const {
    // By body: when it first came, and when it was first taken.
    std::map<std::string, std::size_t> came, taken;
    for (std::size_t i = 0; i < world_.arrived().size(); ++i) {
      const Arrived& one = world_.arrived()[i];
      if (one.url != target.url) continue;
      came.insert({one.body, i});
      if (one.status == 200) taken.insert({one.body, i});
    }
    std::size_t wanted = 0;
    std::map<std::pair<CustomerId, AlertId>, std::size_t> last_taken;
    for (const Given& given : given_) {
      const Notification& notification = given.notification;
      if (!Wants(target, notification)) {
        if (came.contains(given.body))
          return "came though it is not wanted: " + given.body;
        continue;
      }
      ++wanted;
      if (!taken.contains(given.body)) return "was lost: " + given.body;
      if (world_.arrived()[came.at(given.body)].at < given.at) return "came too early";
      if (dead_ == Dead::kSome) continue;
      std::size_t& before = last_taken[{notification.customer, notification.alert}];
      if (came.at(given.body) < before) return "overtook: " + given.body;
      before = taken.at(given.body);
    }
    return came.size() == wanted ? "" : "something came that nobody gave";
  }

  std::mt19937_64 random_;
  const Dead dead_;
  testing::TempDirectory directory_;
  SimulatedWorld world_;
  std::vector<EndpointId> ids_;
  std::vector<Target> targets_;
  std::map<std::pair<int, int>, std::uint64_t> sequences_;
  std::vector<Given> given_;
  std::vector<Notification> unsafe_;
};

RC_GTEST_PROP(Delivery, IsAtLeastOnceAndInOrderThroughDeaths, (std::uint64_t seed)) {
  const std::string wrong = DyingHost(seed, DyingHost::Dead::kNever).Run();
  if (!wrong.empty()) RC_FAIL(wrong);
}

RC_GTEST_PROP(Delivery, LosesNothingThatDies, (std::uint64_t seed)) {
  const std::string wrong = DyingHost(seed, DyingHost::Dead::kSome).Run();
  if (!wrong.empty()) RC_FAIL(wrong);
}

}  // namespace
}  // namespace tocsin
