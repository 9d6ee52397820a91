#ifndef TOCSIN_ENGINE_BASE_LIMITS_H_
#define TOCSIN_ENGINE_BASE_LIMITS_H_

#include <cstddef>

// The limits that no option changes. Sizes are in bytes, everything else is a
// count. Each stands for a refusal with a message that names it; the ones that
// a service may set are in `tocsin::Options`.
namespace tocsin {

// ---- Alerts ---------------------------------------------------------------

// Alerts that may exist at once, not counting archived ones: of those only the
// definition is kept.
inline constexpr std::size_t kAlertsMax = 1'000'000;
// An alert's name; the shortest has one byte.
inline constexpr std::size_t kAlertNameMax = 256;
// An alert's uniqueness key; the shortest has one byte.
inline constexpr std::size_t kUniquenessKeyMax = 128;
// Keys that one alert filters or fans out by.
inline constexpr std::size_t kGroupKeysPerAlertMax = 3;
// Custom fields that one alert, specifier or exclude asks of a contract or balance.
inline constexpr std::size_t kCustomFieldFiltersMax = 8;
// Invoice types, or credit grant types, that one alert names.
inline constexpr std::size_t kTypesPerAlertMax = 64;
// Specifiers of one alert, and excludes of one specifier.
inline constexpr std::size_t kSpecifiersMax = 16;

// ---- Facts ----------------------------------------------------------------

// Group values that one fact carries.
inline constexpr std::size_t kGroupValuesPerFactMax = 16;
// The key of a group value; the shortest has one byte.
inline constexpr std::size_t kGroupKeyMax = 128;
// The value of a group value; it may be empty.
inline constexpr std::size_t kGroupValueMax = 512;
// Custom fields of one customer, contract or balance.
inline constexpr std::size_t kCustomFieldsMax = 64;
// The key of a custom field; the shortest has one byte.
inline constexpr std::size_t kCustomFieldKeyMax = 128;
// The value of a custom field; it may be empty.
inline constexpr std::size_t kCustomFieldValueMax = 512;
// The type of an invoice or credit grant; the shortest has one byte.
inline constexpr std::size_t kTypeNameMax = 128;
// Contracts of one customer that are remembered: each keeps its custom fields
// and its own sums.
inline constexpr std::size_t kContractsPerCustomerMax = 100'000;
// Credit types and billable metrics that are summed for one customer.
inline constexpr std::size_t kSubjectsPerCustomerMax = 1'000;

// The id that a fact is known again by; the shortest has one byte.
inline constexpr std::size_t kFactIdBytesMax = 128;
// Events in one answer of `Engine::History`.
inline constexpr std::size_t kHistoryEventsMax = 10'000;

// ---- Sources --------------------------------------------------------------

// Facts in one batch.
inline constexpr std::size_t kFactsPerBatchMax = std::size_t{1} << 20;
// Sources of batches, each of which has its last position remembered.
inline constexpr std::size_t kSourcesMax = 10'000;
// The name of a source; the shortest has one byte.
inline constexpr std::size_t kSourceNameMax = 256;
// Facts in one answer of a fact source.
inline constexpr std::size_t kFactsPerAnswerMax = 100'000;

// ---- Options --------------------------------------------------------------

// Threads of the engine's pool.
inline constexpr int kWorkerThreadsMax = 1'024;
// Parts that the customers are divided into.
inline constexpr int kShardsMax = 65'536;
// Ids of facts that are known again.
inline constexpr std::size_t kFactIdsMax = 1'000'000'000;
// Reads of one re-evaluation.
inline constexpr int kSourceAttemptsMax = 1'000;
// Sets of group keys that are summed from the start.
inline constexpr std::size_t kTrackedGroupKeysMax = 64;

// ---- Resets ---------------------------------------------------------------

// Callbacks of resets that have not been called yet.
inline constexpr std::size_t kResetCallbacksMax = 1'000'000;

// ---- Text -----------------------------------------------------------------

// One line of a replay file, without its end.
inline constexpr std::size_t kJsonLineMax = std::size_t{1} << 20;
// What a message shows of a text that is wrong.
inline constexpr std::size_t kQuotedMax = 64;

// Of `Engine::WithReceipt`.
inline constexpr std::size_t kReceiptKeyBytesMax = 256;
inline constexpr std::size_t kReceiptBytesMax = 65'536;

}  // namespace tocsin

#endif  // TOCSIN_ENGINE_BASE_LIMITS_H_
