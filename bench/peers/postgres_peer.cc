// A PostgreSQL server on a unix socket: an upsert for each batch, and a trigger that
// compares.
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "bench/peers/peer_list.h"
#include "bench/peers/postgres_server.h"

namespace tocsin::peers {
namespace {

// $0 is the array of thresholds. width_bucket says how many of them a sum has reached,
// so the function is called only for a row that has crossed one.
constexpr char kSchema[] = R"(
CREATE UNLOGGED TABLE spend(customer uuid PRIMARY KEY, total bigint NOT NULL)
  WITH (fillfactor = 50);
CREATE TABLE thresholds(threshold bigint PRIMARY KEY);
INSERT INTO thresholds SELECT unnest($0);
CREATE UNLOGGED TABLE notifications(customer uuid NOT NULL, threshold bigint NOT NULL);
CREATE FUNCTION notice() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  before bigint := 0;
BEGIN
  IF tg_op = 'UPDATE' THEN
    before := old.total;
  END IF;
  INSERT INTO notifications SELECT new.customer, threshold FROM thresholds
    WHERE threshold > before AND threshold <= new.total;
  RETURN NULL;
END $body$;
CREATE TRIGGER first_spend AFTER INSERT ON spend FOR EACH ROW
  WHEN (width_bucket(new.total, $0) > 0)
  EXECUTE FUNCTION notice();
CREATE TRIGGER more_spend AFTER UPDATE OF total ON spend FOR EACH ROW
  WHEN (width_bucket(new.total, $0) > width_bucket(old.total, $0))
  EXECUTE FUNCTION notice();
)";

constexpr char kUpsert[] =
    "INSERT INTO spend SELECT * FROM unnest($1::uuid[], $2::bigint[]) "
    "ON CONFLICT (customer) DO UPDATE SET total = spend.total + excluded.total";

constexpr std::uint32_t kUuidOid = 2'950;
constexpr std::uint32_t kInt8Oid = 20;
constexpr int kBinary = 1;

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Result = std::unique_ptr<PGresult, ClearResult>;

template <typename Number>
void AppendBigEndian(Number number, std::string* out) {
  for (int shift = 8 * static_cast<int>(sizeof number) - 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(number >> shift));
  }
}

// What stands in front of the elements of an array in PostgreSQL's binary form: one
// dimension, no nulls, the type, how many, from 1 on.
std::string ArrayHead(std::uint32_t type, std::size_t count) {
  std::string out;
  for (const std::uint32_t word : {1U, 0U, type, static_cast<std::uint32_t>(count), 1U}) {
    AppendBigEndian(word, &out);
  }
  return out;
}

class PostgresPeer : public Peer {
 public:
  std::string Note() const override {
    return "PostgreSQL on a unix socket: one upsert for each batch of 4,096, summed for "
           "each customer before, a trigger compares; unlogged table, fsync and "
           "synchronous_commit off";
  }

  absl::Status Open(const Setup& setup) override {
    if (absl::Status status = server_.Start(); !status.ok()) return status;
    db_.reset(PQconnectdb(server_.ConnectionString().c_str()));
    if (PQstatus(db_.get()) != CONNECTION_OK) return Error("connect");
    const std::string array =
        absl::StrCat("'{", absl::StrJoin(setup.thresholds, ","), "}'::bigint[]");
    const std::string schema = absl::StrReplaceAll(kSchema, {{"$0", array}});
    const Result made(PQexec(db_.get(), schema.c_str()));
    if (PQresultStatus(made.get()) != PGRES_COMMAND_OK) return Error("schema");
    const Result prepared(PQprepare(db_.get(), "upsert", kUpsert, 0, nullptr));
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) return Error("prepare");
    return PutCustomers(setup,
                        [this](absl::Span<const Spend> batch) { return Apply(batch); });
  }

  absl::Status Apply(absl::Span<const Spend> facts) override {
    const std::vector<Spend> sums = SumsOf(facts);
    std::string customers = ArrayHead(kUuidOid, sums.size());
    std::string amounts = ArrayHead(kInt8Oid, sums.size());
    for (const Spend& sum : sums) {
      AppendBigEndian(std::uint32_t{16}, &customers);
      customers.append(reinterpret_cast<const char*>(sum.customer.uuid().data), 16);
      AppendBigEndian(std::uint32_t{8}, &amounts);
      AppendBigEndian(sum.amount, &amounts);
    }
    const std::array values = {customers.data(), amounts.data()};
    const std::array lengths = {static_cast<int>(customers.size()),
                                static_cast<int>(amounts.size())};
    const std::array formats = {kBinary, kBinary};
    const Result result(PQexecPrepared(db_.get(), "upsert", 2, values.data(),
                                       lengths.data(), formats.data(), kBinary));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return Error("upsert");
    return absl::OkStatus();
  }

  absl::StatusOr<std::int64_t> SumOf(const CustomerId& customer) override {
    const std::string select = absl::StrCat("SELECT total FROM spend WHERE customer = '",
                                            customer.ToString(), "'");
    const Result result(PQexec(db_.get(), select.c_str()));
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) return Error("select");
    if (PQntuples(result.get()) != 1) return absl::NotFoundError("there is no sum");
    return std::stoll(PQgetvalue(result.get(), 0, 0));
  }

  absl::StatusOr<std::vector<Crossing>> Crossings() override {
    const Result result(
        PQexec(db_.get(), "SELECT customer, threshold FROM notifications"));
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) return Error("select");
    std::vector<Crossing> crossings;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
      const auto customer = CustomerId::Parse(PQgetvalue(result.get(), row, 0));
      if (!customer.ok()) return customer.status();
      crossings.push_back({.customer = *customer,
                           .threshold = std::stoll(PQgetvalue(result.get(), row, 1))});
    }
    return crossings;
  }

 private:
  // An upsert may not touch a row twice. In the order of the index besides.
  static std::vector<Spend> SumsOf(absl::Span<const Spend> facts) {
    std::vector<Spend> sorted(facts.begin(), facts.end());
    std::sort(sorted.begin(), sorted.end(),
              [](const Spend& a, const Spend& b) { return a.customer < b.customer; });
    std::vector<Spend> sums;
    sums.reserve(sorted.size());
    for (const Spend& fact : sorted) {
      if (!sums.empty() && sums.back().customer == fact.customer) {
        sums.back().amount += fact.amount;
      } else {
        sums.push_back(fact);
      }
    }
    return sums;
  }

  absl::Status Error(absl::string_view what) const {
    return absl::InternalError(
        absl::StrCat("postgres: ", what, ": ", PQerrorMessage(db_.get())));
  }

  PostgresServer server_;
  std::unique_ptr<PGconn, FinishConnection> db_;
};

}  // namespace

std::unique_ptr<Peer> MakePostgresPeer() { return std::make_unique<PostgresPeer>(); }

}  // namespace tocsin::peers
