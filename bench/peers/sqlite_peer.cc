// SQLite in memory: an upsert for each fact, and a trigger that compares.
#include <sqlite3.h>

#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/peers/peer_list.h"

namespace tocsin::peers {
namespace {

constexpr char kSchema[] = R"(
CREATE TABLE spend(customer BLOB PRIMARY KEY, total INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE thresholds(threshold INTEGER PRIMARY KEY);
CREATE TABLE notifications(customer BLOB NOT NULL, threshold INTEGER NOT NULL);
CREATE TRIGGER first_spend AFTER INSERT ON spend BEGIN
  INSERT INTO notifications SELECT new.customer, threshold FROM thresholds
    WHERE threshold > 0 AND threshold <= new.total;
END;
CREATE TRIGGER more_spend AFTER UPDATE OF total ON spend BEGIN
  INSERT INTO notifications SELECT new.customer, threshold FROM thresholds
    WHERE threshold > old.total AND threshold <= new.total;
END;
)";

constexpr char kUpsert[] =
    "INSERT INTO spend VALUES(?1, ?2) "
    "ON CONFLICT(customer) DO UPDATE SET total = total + excluded.total";

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

class SqlitePeer : public Peer {
 public:
  std::string Note() const override {
    return absl::StrCat("SQLite ", sqlite3_libversion(),
                        " in memory: a prepared upsert for each fact, transactions of "
                        "4,096, a trigger compares");
  }

  absl::Status Open(const Setup& setup) override {
    sqlite3* db = nullptr;
    const int result = sqlite3_open_v2(
        ":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
        nullptr);
    db_.reset(db);
    if (result != SQLITE_OK) return Error("open");
    if (absl::Status status = Execute(kSchema); !status.ok()) return status;
    for (const std::int64_t threshold : setup.thresholds) {
      const std::string insert =
          absl::StrCat("INSERT INTO thresholds VALUES(", threshold, ")");
      if (absl::Status status = Execute(insert.c_str()); !status.ok()) return status;
    }
    for (auto [text, statement] :
         {std::pair{"BEGIN", &begin_}, {"COMMIT", &commit_}, {kUpsert, &upsert_}}) {
      if (absl::Status status = Prepare(text, statement); !status.ok()) return status;
    }
    return PutCustomers(setup,
                        [this](absl::Span<const Spend> batch) { return Apply(batch); });
  }

  absl::Status Apply(absl::Span<const Spend> facts) override {
    if (absl::Status status = Run(begin_.get()); !status.ok()) return status;
    for (const Spend& fact : facts) {
      BindCustomer(upsert_.get(), fact.customer);
      sqlite3_bind_int64(upsert_.get(), 2, fact.amount);
      if (absl::Status status = Run(upsert_.get()); !status.ok()) return status;
    }
    return Run(commit_.get());
  }

  absl::StatusOr<std::int64_t> SumOf(const CustomerId& customer) override {
    Statement select;
    if (absl::Status status =
            Prepare("SELECT total FROM spend WHERE customer = ?1", &select);
        !status.ok()) {
      return status;
    }
    BindCustomer(select.get(), customer);
    if (sqlite3_step(select.get()) != SQLITE_ROW) return Error("select");
    return sqlite3_column_int64(select.get(), 0);
  }

  absl::StatusOr<std::vector<Crossing>> Crossings() override {
    Statement select;
    if (absl::Status status =
            Prepare("SELECT customer, threshold FROM notifications", &select);
        !status.ok()) {
      return status;
    }
    std::vector<Crossing> crossings;
    int result = SQLITE_DONE;
    while ((result = sqlite3_step(select.get())) == SQLITE_ROW) {
      boost::uuids::uuid uuid{};
      if (sqlite3_column_bytes(select.get(), 0) != sizeof uuid.data) {
        return absl::InternalError("a customer is not of 16 bytes");
      }
      std::memcpy(uuid.data, sqlite3_column_blob(select.get(), 0), sizeof uuid.data);
      crossings.push_back({.customer = CustomerId(uuid),
                           .threshold = sqlite3_column_int64(select.get(), 1)});
    }
    if (result != SQLITE_DONE) return Error("select");
    return crossings;
  }

 private:
  absl::Status Error(absl::string_view what) const {
    return absl::InternalError(absl::StrCat(what, ": ", sqlite3_errmsg(db_.get())));
  }

  absl::Status Execute(const char* text) {
    if (sqlite3_exec(db_.get(), text, nullptr, nullptr, nullptr) == SQLITE_OK) {
      return absl::OkStatus();
    }
    return Error(text);
  }

  absl::Status Prepare(const char* text, Statement* statement) {
    sqlite3_stmt* made = nullptr;
    const int result = sqlite3_prepare_v3(db_.get(), text, -1, SQLITE_PREPARE_PERSISTENT,
                                          &made, nullptr);
    statement->reset(made);
    return result == SQLITE_OK ? absl::OkStatus() : Error(text);
  }

  static void BindCustomer(sqlite3_stmt* statement, const CustomerId& customer) {
    sqlite3_bind_blob(statement, 1, customer.uuid().data, 16, SQLITE_STATIC);
  }

  absl::Status Run(sqlite3_stmt* statement) {
    const int result = sqlite3_step(statement);
    sqlite3_reset(statement);
    return result == SQLITE_DONE ? absl::OkStatus() : Error("step");
  }

  std::unique_ptr<sqlite3, CloseDatabase> db_;
  Statement begin_;
  Statement commit_;
  Statement upsert_;
};

}  // namespace

std::unique_ptr<Peer> MakeSqlitePeer() { return std::make_unique<SqlitePeer>(); }

}  // namespace tocsin::peers
