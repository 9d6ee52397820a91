#ifndef TOCSIN_BENCH_PEERS_REMOTE_WRITE_H_
#define TOCSIN_BENCH_PEERS_REMOTE_WRITE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "bench/peers/peer.h"

namespace tocsin::peers {

// The body of a Prometheus remote write (protocol 0.1.0): for each sum one sample of
// the series `<metric>{customer="<uuid>"}`.
//
//   WriteRequest { repeated TimeSeries timeseries = 1; }
//   TimeSeries   { repeated Label labels = 1; repeated Sample samples = 2; }
//   Label        { string name = 1; string value = 2; }
//   Sample       { double value = 1; int64 timestamp = 2; }
//
// in a Snappy block, which may be one literal: nothing is compressed.
std::string RemoteWriteBody(absl::string_view metric, absl::Span<const Spend> sums,
                            std::int64_t timestamp_ms);

}  // namespace tocsin::peers

#endif  // TOCSIN_BENCH_PEERS_REMOTE_WRITE_H_
