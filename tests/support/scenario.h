#ifndef TOCSIN_TESTS_SUPPORT_SCENARIO_H_
#define TOCSIN_TESTS_SUPPORT_SCENARIO_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/support/action.h"
#include "tocsin/engine.h"

namespace tocsin::testing {

// A scenario is a text of one command a line; # begins a comment. Words are
// separated by spaces, "..." keeps spaces. Names stand for ids, which are
// ordered as the names are. TIME is RFC 3339, or a date for its midnight in UTC.
//
//   options {KEY=VALUE}     first of all. drain=each (default: after every action)
//                           or drain=manual; period=open-ended|calendar-month;
//                           groups_per_measure_max=, instances_per_customer_max=,
//                           due_max=, outbox_max=, shards=; keep_ended=48h;
//                           tracked=KEY[,KEY] (may be repeated)
//   clock TIME              where the clock stands; 2026-01-01 until told
//   sink takes|fails|throws
//   alert NAME TYPE THRESHOLD {customer=C plan=P credit=T metric=M key=K name=N
//                           notify_resolved silent FILTER}
//                           TYPE is spend, usage, or a type's name on the wire without
//                           `_reached`. FILTER is group=KEY[:VALUE], ENTITY=KEY:VALUE
//                           (contract, commit, contract_credit,
//                           contract_credit_or_commit), invoice_types=S[,S],
//                           grant_types=S[,S], seat=KEY[:VALUE], or
//                           specifier=[KEY[:VALUE]]{,KEY:VALUE}{,-KEY:VALUE{+KEY:VALUE}}
//                           with excludes behind a minus; all but seat, invoice_types
//                           and grant_types may be repeated
//   update NAME {threshold= name= notify_resolved=yes|no FILTER no_groups no_contracts
//                           no_invoice_types no_grant_types no_specifiers notify_again}
//                           no_contracts: no custom field filters of any entity
//   archive NAME [release_key]   disable NAME   enable NAME
//   spend CUSTOMER AMOUNT {total credit=T contract=K v=VERSION at=TIME KEY=VALUE}
//   usage CUSTOMER METRIC AMOUNT {total v=VERSION at=TIME KEY=VALUE}
//   period CUSTOMER START END
//   customer CUSTOMER {plan=P plan_ends=TIME field=KEY:VALUE no_fields archived restored}
//                           plan=none and plan_ends=none take away
//   contract CUSTOMER CONTRACT {KEY=VALUE}
//   balance CUSTOMER BALANCE commit|contract_credit|credit_grant GRANTED REMAINING
//                           {credit=T starts=TIME ends=TIME field=KEY:VALUE no_fields
//                           grant_type=S seat=KEY:VALUE v=VERSION}; `none` takes starts,
//                           ends, grant_type and seat away
//   draw CUSTOMER BALANCE AMOUNT {v=VERSION}
//   invoice CUSTOMER INVOICE TYPE TOTAL {credit=T inactive v=VERSION}
//   batch [source=S offset=N]    facts, one a line, down to
//   end
//   reset CUSTOMER ALERT {INSTANCE}   INSTANCE is KEY=VALUE of a group, balance=B,
//                           invoice=I, seat=KEY:VALUE or field=KEY:VALUE
//   reset-all alert ALERT|customer CUSTOMER {go_on}   of everybody, or of all their
//                           alerts; go_on: where the last one stopped
//   drain                   does what is due and delivers
//
// What is checked:
//   error REASON ACTION     the call, or the fact, is refused with that reason
//   reset-all ... taken=N   how many were reset
//   stale|late|dropped FACT the fact is reported so; also inside a batch
//   ignored batch ...       the batch is ignored by its position
//   expect reached|resolved ALERT CUSTOMER {FIELD=VALUE}
//                           the next notification delivered, by the fields named:
//                           value previous threshold epoch seq by at name type credit
//                           metric remaining balance invoice invoice_type seat field
//                           (KEY:VALUE both) and the group keys; `none` where there is
//                           none
//   expect nothing
//   status CUSTOMER ALERT STATUS {FIELD=VALUE}
//                           STATUS is ok, in_alarm, evaluating, or none; fields: value
//                           epoch by dropped threshold name alert_status
//                           source_failed, and those of
//                           the instance; of one instance: [INSTANCE], in brackets
//   status CUSTOMER ALERT error REASON {[INSTANCE]}
//   explain CUSTOMER ALERT {FIELD=VALUE} {[INSTANCE]}   why it is so; fields: those of
//                           `status`, and since since_by (what the status is so since),
//                           due_since due (reasons, separated by commas), last
//                           (reached|resolved|none) last_at last_value last_epoch last_by
//   explain CUSTOMER ALERT error REASON {[INSTANCE]}
//   instances CUSTOMER ALERT {VALUES:STATUS}   all of them: group values separated by
//                           commas, or the balance, invoice, or value of seat or field;
//                           nothing in front of the colon for the whole
//   stats {FIELD=NUMBER}    applied refused stale late dropped decided delivered
//                           failures resets customers alerts due outbox
//
// A notification that was delivered and not expected fails the scenario at the
// next command that is not an `expect`.
struct Step {
  enum class Kind {
    kAction,
    kExpect,
    kExpectNothing,
    kStatus,
    kExplain,
    kInstances,
    kStats
  };

  int line = 0;
  Kind kind = Kind::kAction;
  Action action = {};
  std::string error = {};                         // of the call
  bool ignored = false;                           // of a batch
  std::string taken = {};                         // by a reset of many
  std::map<std::size_t, std::string> fates = {};  // of facts, by index
  CustomerId customer = {};
  AlertId alert = {};
  std::string head = {};
  std::map<std::string, std::string> fields = {};
  InstanceSelector selector = {};
  std::vector<std::string> words = {};
};

struct Scenario {
  std::string file;
  bool drain_each = true;
  Options options;
  std::vector<Step> steps;
};

// Error: kInvalidArgument with `file:line:` before what is wrong.
absl::StatusOr<Scenario> ParseScenario(std::string_view text, const std::string& file);

// Of a file; also kNotFound for one that cannot be read.
absl::StatusOr<Scenario> ReadScenario(const std::string& path);
// The scenario files of a directory, by name.
std::vector<std::string> ScenariosIn(const std::string& directory);

using EngineMaker = std::function<std::unique_ptr<Engine>(const Options&)>;

// Empty if all holds; else the first thing that does not, with `file:line:`,
// what was expected and what was found.
std::string RunScenario(const Scenario& scenario, const EngineMaker& make_engine,
                        FactsBy facts_by = FactsBy::kId);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_SUPPORT_SCENARIO_H_
