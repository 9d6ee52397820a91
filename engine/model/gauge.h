#ifndef TOCSIN_ENGINE_MODEL_GAUGE_H_
#define TOCSIN_ENGINE_MODEL_GAUGE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "engine/base/mistake.h"
#include "engine/base/rare.h"
#include "engine/model/ladder.h"
#include "engine/model/measure.h"
#include "tocsin/decimal.h"
#include "tocsin/ids.h"

namespace tocsin::model {

// What a fact says of a sum: an addition to it, or what it is in all.
struct Posting {
  Decimal amount;
  bool is_total = false;
  std::optional<std::uint64_t> version;
};

enum class Posted { kCounted, kStale, kOverflow };

// One sum within the current period, and which facts are in it already.
struct Sum {
  Decimal value;
  std::uint64_t newest_version = 0;  // of the additions and totals in it
  std::uint64_t total_version = 0;   // of the last total that had one
  bool has_total_version = false;
  bool has_data = false;  // a fact was counted, if only one of 0

  // Counts the posting. A total older than what is in the sum, and an addition
  // that the last total contains, are stale. Changes nothing unless kCounted.
  Posted Post(const Posting& posting);

  std::optional<Decimal> value_if_data() const {
    return has_data ? std::optional<Decimal>(value) : std::nullopt;
  }
};

// A customer's reading of one instance of a measure. Status needs no storage:
// it is where the value stands on the ladders.
struct Gauge {
  Sum sum;
  Band band = Band::Empty();
};

// The sums above and below zero of a set of amounts: while both fit, no sum of some of
// them can overflow, whichever they are.
struct Bounds {
  Decimal above;
  Decimal below;

  // With `before` replaced by `after`; nothing if that does not fit.
  std::optional<Bounds> With(std::optional<Decimal> before,
                             std::optional<Decimal> after) const;
};

// By contract. Where a measure filters contracts, its gauge's value is the sum of
// the parts of those that pass; versions are kept with the parts.
struct ContractParts {
  absl::flat_hash_map<ContractId, Sum> sums;
  Bounds bounds;

  const Sum* Find(const ContractId& contract) const {
    const auto it = sums.find(contract);
    return it == sums.end() ? nullptr : &it->second;
  }
};

struct Instance {
  Gauge gauge;
  ContractParts parts;
};

// A customer's readings of one measure that is narrowed by groups or contracts.
struct Slice {
  MeasurePtr measure;
  absl::btree_map<std::string, Instance> instances;  // by instance key
  std::uint64_t group_dropped = 0;  // facts above the limit of group values
  // 0 if it has everything of this period; else it began amid it, as that one of the
  // meter's, or what it started from did.
  std::uint32_t since = 0;

  const Instance* Find(absl::string_view instance_key) const {
    const auto it = instances.find(instance_key);
    return it == instances.end() ? nullptr : &it->second;
  }
  Instance* Find(absl::string_view instance_key) {
    return const_cast<Instance*>(std::as_const(*this).Find(instance_key));
  }
};

// What is kept of a subject beside its whole sum.
struct MeterParts {
  ContractParts contracts;  // without group values
  std::vector<Slice> slices;
  std::uint32_t begun = 0;  // slices that began amid a period
};

// Everything a customer's facts say of one subject in the current period.
struct Meter {
  Subject subject;
  Rare<MeterParts> parts;
  Gauge whole;

  const ContractParts& contracts() const { return parts->contracts; }
  ContractParts& ContractsToChange() { return parts.Change().contracts; }
  absl::Span<const Slice> slices() const { return parts->slices; }
  absl::Span<Slice> slices() {
    return parts.IfThere() == nullptr ? absl::Span<Slice>()
                                      : absl::MakeSpan(parts.Change().slices);
  }
  Slice& AddSlice(Slice slice) {
    return parts.Change().slices.emplace_back(std::move(slice));
  }

  const Slice* FindSlice(const Measure* measure) const {
    for (const Slice& slice : slices()) {
      if (slice.measure.get() == measure) return &slice;
    }
    return nullptr;
  }
  Slice* FindSlice(const Measure* measure) {
    return const_cast<Slice*>(std::as_const(*this).FindSlice(measure));
  }

  // Begins a new period: everything is back at zero and without data. The band of the
  // whole stays: whoever ends the period has left it right for no data.
  void Clear() {
    whole.sum = Sum();
    if (parts.IfThere() == nullptr) return;
    ContractsToChange() = ContractParts();
    for (Slice& slice : slices()) {
      slice.instances.clear();
      slice.group_dropped = 0;
      slice.since = 0;
    }
  }
};

inline Posted Sum::Post(const Posting& posting) {
  if (posting.is_total) {
    if (posting.version.has_value()) {
      if (*posting.version < newest_version + TOCSIN_MISTAKE(total_of_same_version_stale))
        return Posted::kStale;
      total_version = newest_version = *posting.version;
      has_total_version = true;
    }
    value = posting.amount;
  } else {
    if (posting.version.has_value() && has_total_version &&
        *posting.version + TOCSIN_MISTAKE(addition_in_total_counted) <= total_version) {
      return Posted::kStale;
    }
    const std::optional<Decimal> sum = CheckedAdd(value, posting.amount);
    if (!sum.has_value() && TOCSIN_MISTAKE(overflow_ignored)) return Posted::kCounted;
    if (!sum.has_value()) return Posted::kOverflow;
    value = *sum;
    if (posting.version.has_value() && *posting.version > newest_version) {
      newest_version = *posting.version;
    }
  }
  has_data = !TOCSIN_MISTAKE(zero_is_no_data) || value != Decimal();
  return Posted::kCounted;
}

}  // namespace tocsin::model

#endif  // TOCSIN_ENGINE_MODEL_GAUGE_H_
