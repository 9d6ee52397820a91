#ifndef TOCSIN_TESTS_KILLS_SCENE_H_
#define TOCSIN_TESTS_KILLS_SCENE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/names.h"
#include "tocsin/alert.h"
#include "tocsin/fact.h"

// What is done to an engine that is killed, and what has to come of it: known to the
// process that is killed, which does it, and to the one that kills and checks.
namespace tocsin::testing {

// Each source has customers of its own, whose sums go up to the threshold and back with
// each batch; all sources add to those that they share.
inline constexpr int kKillSources = 2;
inline constexpr int kOwnCustomers = 6;
inline constexpr int kSharedCustomers = 6;
inline constexpr int kKillCustomers = kKillSources * kOwnCustomers + kSharedCustomers;

// Alerts of all lives, for all customers; those that come and go have numbers from
// `kFirstPassing` on.
inline constexpr int kCountedAlert = 1;  // never reset: its crossings can be counted
inline constexpr int kResetAlert = 2;
inline constexpr int kFirstPassing = 1'000;

// How far each source has come.
using Offsets = std::vector<std::uint64_t>;

// Customers are numbers from 1.
int OwnCustomer(int source, int n);
bool IsShared(int customer);

std::string SourceName(int source);
std::vector<Fact> BatchOf(int source, std::uint64_t offset);
// Of the facts of a batch, one for each.
std::vector<std::string> FactIdsOf(int source, std::uint64_t offset);
// Keys of the receipts that come with a batch and with a reset.
std::string ReceiptOfBatch(int source, std::uint64_t offset);
std::string ReceiptOfReset(int customer);
AlertSpec AlertOf(int alert);
// Whom a passing alert is for; 0: for everybody.
int CustomerOfAlert(int alert);

// Whether a customer has been told of, and which sum it has.
bool IsKnownAt(int customer, const Offsets& offsets);
std::uint64_t SumAt(int customer, const Offsets& offsets);
// How often it has reached the counted alert, and come back.
std::uint64_t ReachedAt(int customer, const Offsets& offsets);
std::uint64_t ResolvedAt(int customer, const Offsets& offsets);
// Whether the sum of a shared customer is past an alert.
bool IsPast(int alert, int customer, const Offsets& offsets);

}  // namespace tocsin::testing

#endif  // TOCSIN_TESTS_KILLS_SCENE_H_
