#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "tests/support/action.h"
#include "tests/support/action_words.h"
#include "tests/support/names.h"

namespace tocsin::testing {
namespace {

// A spend or usage line before it is known whether it is a total.
struct CountLine {
  bool is_total = false;
  SpendAdded spend;
  BillableMetricId metric;
};

absl::Status ReadCountWord(const std::string& word, CountLine& line) {
  if (word == "total") {
    line.is_total = true;
    return absl::OkStatus();
  }
  const std::optional<Pair> pair = SplitPair(word);
  if (!pair) return UnknownWord(word);
  if (pair->key == "credit") {
    line.spend.credit_type = Named<CreditTypeId>(pair->value);
  } else if (pair->key == "contract") {
    line.spend.contract = Named<ContractId>(pair->value);
  } else if (pair->key == "v") {
    absl::StatusOr<std::uint64_t> version = ParseNumber(pair->value);
    if (!version.ok()) return version.status();
    line.spend.version = *version;
  } else if (pair->key == "at") {
    absl::StatusOr<absl::Time> time = TimeFromText(pair->value);
    if (!time.ok()) return time.status();
    line.spend.time = *time;
  } else {
    line.spend.group_values.push_back({pair->key, pair->value});
  }
  return absl::OkStatus();
}

absl::StatusOr<Fact> ParseCount(const std::vector<std::string>& words) {
  const bool usage = words[0] == "usage";
  const std::size_t fixed = usage ? 4 : 3;
  if (words.size() < fixed) {
    return absl::InvalidArgumentError(
        "spend CUSTOMER AMOUNT | usage CUSTOMER METRIC AMOUNT");
  }
  CountLine line;
  line.spend.customer = Named<CustomerId>(words[1]);
  if (usage) line.metric = Named<BillableMetricId>(words[2]);
  absl::StatusOr<Decimal> amount = Decimal::Parse(words[fixed - 1]);
  if (!amount.ok()) return amount.status();
  for (std::size_t i = fixed; i < words.size(); ++i) {
    absl::Status status = ReadCountWord(words[i], line);
    if (!status.ok()) return status;
  }
  const SpendAdded& read = line.spend;
  if (usage && line.is_total) {
    return UsageTotal{read.customer,     line.metric,  *amount,
                      read.group_values, read.version, read.time};
  }
  if (usage) {
    return UsageAdded{read.customer,     line.metric,  *amount,
                      read.group_values, read.version, read.time};
  }
  if (line.is_total) {
    return SpendTotal{read.customer,     *amount,      read.credit_type, read.contract,
                      read.group_values, read.version, read.time};
  }
  line.spend.amount = *amount;
  return line.spend;
}

absl::Status ReadTime(const std::string& text, Patch<absl::Time>& time) {
  if (text == "none") {
    time = Patch<absl::Time>::Clear();
    return absl::OkStatus();
  }
  const absl::StatusOr<absl::Time> read = TimeFromText(text);
  if (read.ok()) time = *read;
  return read.status();
}

// `field=KEY:VALUE`, as often as there are fields, or `no_fields`.
absl::Status ReadField(const std::string& word, Patch<CustomFields>& fields) {
  if (word == "no_fields") {
    fields = Patch<CustomFields>::Clear();
    return absl::OkStatus();
  }
  const std::optional<std::string> value = ValueOf(word, "field");
  const std::optional<Pair> pair = value ? SplitPair(*value, ':') : std::nullopt;
  if (!pair) return UnknownWord(word);
  CustomFields all;
  if (!fields.keeps()) all = fields.value().value_or(CustomFields());
  all[pair->key] = pair->value;
  fields = all;
  return absl::OkStatus();
}

absl::StatusOr<Fact> ParseCustomer(const std::vector<std::string>& words) {
  CustomerTold told;
  told.customer = Named<CustomerId>(words[1]);
  for (std::size_t i = 2; i < words.size(); ++i) {
    absl::Status status;
    if (words[i] == "archived") {
      told.archived = true;
    } else if (words[i] == "restored") {
      told.archived = false;
    } else if (words[i] == "plan=none") {
      told.plan = Patch<PlanId>::Clear();
    } else if (const auto plan = ValueOf(words[i], "plan")) {
      told.plan = Named<PlanId>(*plan);
    } else if (const auto end = ValueOf(words[i], "plan_ends")) {
      status = ReadTime(*end, told.plan_ends_at);
    } else {
      status = ReadField(words[i], told.custom_fields);
    }
    if (!status.ok()) return status;
  }
  return told;
}

absl::Status ReadVersion(const std::string& text, std::optional<std::uint64_t>& version) {
  const absl::StatusOr<std::uint64_t> number = ParseNumber(text);
  if (number.ok()) version = *number;
  return number.status();
}

absl::Status ReadBalanceWord(const std::string& word, BalanceTold& told) {
  if (word == "seat=none") {
    told.seat = Patch<Seat>::Clear();
  } else if (word == "grant_type=none") {
    told.credit_grant_type = Patch<std::string>::Clear();
  } else if (const auto credit = ValueOf(word, "credit")) {
    told.credit_type = Named<CreditTypeId>(*credit);
  } else if (const auto starts = ValueOf(word, "starts")) {
    return ReadTime(*starts, told.starts_at);
  } else if (const auto ends = ValueOf(word, "ends")) {
    return ReadTime(*ends, told.ends_at);
  } else if (const auto type = ValueOf(word, "grant_type")) {
    told.credit_grant_type = *type;
  } else if (const auto seat = ValueOf(word, "seat")) {
    const std::optional<Pair> pair = SplitPair(*seat, ':');
    if (!pair) return UnknownWord(word);
    told.seat = Seat{pair->key, pair->value};
  } else if (const auto version = ValueOf(word, "v")) {
    return ReadVersion(*version, told.version);
  } else {
    return ReadField(word, told.custom_fields);
  }
  return absl::OkStatus();
}

absl::StatusOr<Fact> ParseBalance(const std::vector<std::string>& words) {
  if (words.size() < 6) {
    return absl::InvalidArgumentError("balance CUSTOMER BALANCE TYPE GRANTED REMAINING");
  }
  BalanceTold told;
  told.customer = Named<CustomerId>(words[1]);
  told.balance = Named<BalanceId>(words[2]);
  const std::optional<BalanceType> type = BalanceTypeFromName(words[3]);
  if (!type) return UnknownWord(words[3]);
  told.type = *type;
  const absl::StatusOr<Decimal> granted = Decimal::Parse(words[4]);
  if (!granted.ok()) return granted.status();
  told.granted = *granted;
  const absl::StatusOr<Decimal> remaining = Decimal::Parse(words[5]);
  if (!remaining.ok()) return remaining.status();
  told.remaining = *remaining;
  for (std::size_t i = 6; i < words.size(); ++i) {
    const absl::Status status = ReadBalanceWord(words[i], told);
    if (!status.ok()) return status;
  }
  return told;
}

absl::StatusOr<Fact> ParseDraw(const std::vector<std::string>& words) {
  if (words.size() < 4) return absl::InvalidArgumentError("draw CUSTOMER BALANCE AMOUNT");
  BalanceDrawn drawn;
  drawn.customer = Named<CustomerId>(words[1]);
  drawn.balance = Named<BalanceId>(words[2]);
  const absl::StatusOr<Decimal> amount = Decimal::Parse(words[3]);
  if (!amount.ok()) return amount.status();
  drawn.amount = *amount;
  for (std::size_t i = 4; i < words.size(); ++i) {
    const std::optional<std::string> version = ValueOf(words[i], "v");
    if (!version) return UnknownWord(words[i]);
    const absl::Status status = ReadVersion(*version, drawn.version);
    if (!status.ok()) return status;
  }
  return drawn;
}

absl::StatusOr<Fact> ParseInvoice(const std::vector<std::string>& words) {
  if (words.size() < 5) {
    return absl::InvalidArgumentError("invoice CUSTOMER INVOICE TYPE TOTAL");
  }
  InvoiceTold told;
  told.customer = Named<CustomerId>(words[1]);
  told.invoice = Named<InvoiceId>(words[2]);
  told.invoice_type = words[3];
  const absl::StatusOr<Decimal> total = Decimal::Parse(words[4]);
  if (!total.ok()) return total.status();
  told.total = *total;
  for (std::size_t i = 5; i < words.size(); ++i) {
    absl::Status status;
    if (words[i] == "inactive") {
      told.active = false;
    } else if (const auto credit = ValueOf(words[i], "credit")) {
      told.credit_type = Named<CreditTypeId>(*credit);
    } else if (const auto version = ValueOf(words[i], "v")) {
      status = ReadVersion(*version, told.version);
    } else {
      status = UnknownWord(words[i]);
    }
    if (!status.ok()) return status;
  }
  return told;
}

absl::StatusOr<Fact> ParsePeriod(const std::vector<std::string>& words) {
  if (words.size() != 4) return absl::InvalidArgumentError("period CUSTOMER START END");
  const absl::StatusOr<absl::Time> start = TimeFromText(words[2]);
  if (!start.ok()) return start.status();
  const absl::StatusOr<absl::Time> end = TimeFromText(words[3]);
  if (!end.ok()) return end.status();
  return PeriodTold{Named<CustomerId>(words[1]), *start, *end};
}

absl::StatusOr<Fact> ParseContract(const std::vector<std::string>& words) {
  if (words.size() < 3) return absl::InvalidArgumentError("contract CUSTOMER CONTRACT");
  ContractTold told{Named<CustomerId>(words[1]), Named<ContractId>(words[2])};
  for (std::size_t i = 3; i < words.size(); ++i) {
    const std::optional<Pair> pair = SplitPair(words[i]);
    if (!pair) return UnknownWord(words[i]);
    told.custom_fields[pair->key] = pair->value;
  }
  return told;
}

using FactParser = absl::StatusOr<Fact> (*)(const std::vector<std::string>&);

const std::map<std::string, FactParser>& Parsers() {
  static const std::map<std::string, FactParser> parsers = {
      {"spend", ParseCount},       {"usage", ParseCount},       {"period", ParsePeriod},
      {"customer", ParseCustomer}, {"contract", ParseContract}, {"balance", ParseBalance},
      {"draw", ParseDraw},         {"invoice", ParseInvoice},
  };
  return parsers;
}

}  // namespace

bool IsFactVerb(const std::string& verb) { return Parsers().count(verb) > 0; }

absl::StatusOr<Fact> ParseFact(const std::vector<std::string>& words) {
  auto parser = Parsers().find(words[0]);
  if (parser == Parsers().end()) return UnknownWord(words[0]);
  if (words.size() < 2) return absl::InvalidArgumentError("of which customer?");
  return parser->second(words);
}

}  // namespace tocsin::testing
