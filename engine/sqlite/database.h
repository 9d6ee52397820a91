#ifndef TOCSIN_ENGINE_SQLITE_DATABASE_H_
#define TOCSIN_ENGINE_SQLITE_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct sqlite3;
struct sqlite3_file;
struct sqlite3_io_methods;
struct sqlite3_stmt;

namespace tocsin::sqlite {

class Database;

// A statement that is prepared once and run often: its parameters are bound from 1 on,
// then it is stepped, row by row, and reset.
//
// Thread safety: none; one thread at a time has the database and all that is of it.
class Statement {
 public:
  Statement& Bind(int parameter, std::int64_t value);
  Statement& Bind(int parameter, absl::string_view text);
  Statement& BindNull(int parameter);
  // The bytes must stay until the statement is reset.
  Statement& BindBlob(int parameter, absl::string_view bytes);

  // Whether there is a row more. Errors: those of `Database`, also of the bindings.
  absl::StatusOr<bool> Step();
  // Steps, of a statement that has no rows, and resets it.
  absl::Status Run();
  void Reset();

  int columns() const;
  // Of the row, from 0 on. What is shown is good until the next step.
  bool IsNull(int column) const;
  // Whether a value that is not NULL is of the type that its column is declared with:
  // to SQLite a text and a blob of the same bytes differ. Before it is read as another.
  bool HasDeclaredType(int column) const;
  std::int64_t Integer(int column) const;
  absl::string_view Text(int column) const;
  // Of an integer its digits.
  absl::string_view Blob(int column) const;

 private:
  friend Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  Database* database_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;  // the first result of binding that was not OK
};

// A connection to an SQLite database.
//
// Errors name the file, what was being done and SQLite's own words: kDataLoss for one
// that is damaged, or is none; kResourceExhausted for a full disk; kFailedPrecondition
// for what may not be opened, written or is locked; kUnavailable for everything else.
//
// Thread safety: one thread at a time.
class Database {
 public:
  // Creates the file where there is none. `vfs` names one that is registered with SQLite;
  // empty: the system's. https://www.sqlite.org/c3ref/open.html
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path,
                                                        const std::string& vfs);
  // One that is there, to be read only.
  static absl::StatusOr<std::unique_ptr<Database>> OpenToRead(const std::string& path,
                                                              const std::string& vfs);

  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::string& path() const { return path_; }

  // Whether it can only be read, which opening it does not tell.
  bool IsReadOnly() const;
  // Runs statements that have no rows, or whose rows nobody wants. An error says that it
  // came while `doing` that; without it, while running them.
  absl::Status Execute(const std::string& sql, absl::string_view doing = {});
  absl::StatusOr<std::unique_ptr<Statement>> Prepare(absl::string_view sql);
  // The first column of the first row; an error where there is none.
  absl::StatusOr<std::int64_t> QueryInteger(absl::string_view sql);
  absl::StatusOr<std::string> QueryText(absl::string_view sql);
  // Has what takes long end with an error once this says so. It must not use the
  // database.
  void EndWhen(std::function<bool()> ends);
  // Whether the sectors of its log are filled, as far as is known.
  bool FillsSectorsOfLog() const;
  // From now on commits only write to the log, and how long it is then is known.
  void LeaveLog();
  // How many pages were in the log after the last commit.
  int log_pages() const { return log_pages_; }
  // Copies from the log into the database what can be without waiting for anybody; what
  // stays is copied by the next call, and the log begins anew where nothing did. Returns
  // how many of its pages are copied then.
  // https://www.sqlite.org/c3ref/wal_checkpoint_v2.html
  absl::StatusOr<int> CopyLog();
  // From now on this connection takes what is in the log for synced: it must not commit,
  // and whoever does must sync, as with `synchronous=FULL`.
  absl::Status TrustLog();
  // Has what was copied on the disk.
  absl::Status Sync();
  // Whether SQLite would write a database with the header that the file has, which who
  // only reads it is not asked. Error: kDataLoss.
  absl::Status CheckHeader() const;
  // Where that has failed, or copying: also what was copied before is copied again.
  void ForgetCopied();
  // Closing it copies nothing: the log stays as it is for who opens it next.
  void KeepLogAtClose();
  // Of what it writes; for as long as it is open.
  void RunNoTriggers();
  // Makes all of it the content of another database. In a transaction it is that of one
  // instant.
  absl::Status CopyTo(Database* other);

 private:
  friend Statement;
  struct Close {
    void operator()(sqlite3* connection) const;
  };

  explicit Database(std::string path);
  static absl::StatusOr<std::unique_ptr<Database>> OpenWith(const std::string& path,
                                                            const std::string& vfs,
                                                            int flags);
  absl::Status Error(int code, absl::string_view doing) const;
  // Of the database, or of its log; null where it has none open.
  sqlite3_file* FileOf(int which) const;

  const std::string path_;
  std::function<bool()> ends_;
  int log_pages_ = 0;
  std::unique_ptr<sqlite3_io_methods> trusting_;  // of the log, until it is closed
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace tocsin::sqlite

#endif  // TOCSIN_ENGINE_SQLITE_DATABASE_H_
